#include "tools/provost/resource_parts.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "provost/v1/competency_service.pb.h"
#include "provost/v1/course.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/group_service.pb.h"
#include "provost/v1/notification_service.pb.h"
#include "provost/v1/report_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tools/provost/enum_words.h"
#include "tools/provost/group_rule.h"
#include "tools/provost/message_text.h"
#include "tools/provost/tenant_time.h"

namespace provost::cli {
namespace {

using google::protobuf::FieldMask;

constexpr size_t kMaxTextsBytes = size_t{8} << 20;  // the server says how long one may be

void Name(FieldMask* mask, const std::string& path) {
  if (mask != nullptr) mask->add_paths(path);
}

// `id=value`, as `option` takes it; `wanted` says of what, with an example.
absl::StatusOr<std::pair<std::string, std::string>> SplitPair(absl::string_view option,
                                                              const std::string& text,
                                                              absl::string_view wanted) {
  const size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat(option, " `", text, "`: wanted ", wanted));
  }
  return std::make_pair(text.substr(0, equals), text.substr(equals + 1));
}

// The fields of a user that the tenant defines, each by itself.
absl::Status FillUser(const std::vector<std::string>& given, v1::User& user, FieldMask* mask) {
  for (const std::string& text : given) {
    auto pair = SplitPair("--field", text, "a field and its value, like department=Fire");
    if (!pair.ok()) return pair.status();
    v1::UserFieldValue& field = *user.add_fields();
    field.set_field(std::move(pair->first));
    field.set_value(std::move(pair->second));
    Name(mask, absl::StrCat("fields.", field.field()));
  }
  return absl::OkStatus();
}

// Levels, from the lowest. One without a name for people is called by its id.
void FillCompetency(const std::vector<std::string>& given, v1::Competency& competency,
                    FieldMask* mask) {
  if (given.empty()) return;
  for (const std::string& text : given) {
    const size_t equals = text.find('=');
    v1::CompetencyLevel& level = *competency.add_levels();
    level.set_id(text.substr(0, equals));
    level.set_display_name(text.substr(equals == std::string::npos ? 0 : equals + 1));
  }
  Name(mask, "levels");
}

absl::Status FillGroup(const Names& names, const std::vector<std::string>& conditions, bool by_hand,
                       v1::Group& group, FieldMask* mask) {
  for (const std::string& text : conditions) {
    absl::StatusOr<v1::GroupRule::Condition> condition = ReadCondition(names, text);
    if (!condition.ok()) return condition.status();
    *group.mutable_rule()->add_conditions() = *std::move(condition);
  }
  if (!conditions.empty() || by_hand) Name(mask, "rule");
  return absl::OkStatus();
}

// The text of a language, made where there is none yet.
v1::NotificationText& TextIn(v1::NotificationTemplate& mail, const std::string& locale) {
  for (v1::NotificationText& text : *mail.mutable_texts()) {
    if (text.locale() == locale) return text;
  }
  v1::NotificationText& text = *mail.add_texts();
  text.set_locale(locale);
  return text;
}

absl::Status FillTexts(const std::vector<std::string>& subjects,
                       const std::vector<std::string>& texts, v1::NotificationTemplate& mail) {
  for (const std::string& given : subjects) {
    auto pair =
        SplitPair("--subject", given, "a language and what it says, like en=\"You are in\"");
    if (!pair.ok()) return pair.status();
    TextIn(mail, pair->first).set_subject(pair->second);
  }
  for (const std::string& given : texts) {
    auto pair = SplitPair("--text", given, "a language and what it says, like en=\"See you.\"");
    if (!pair.ok()) return pair.status();
    TextIn(mail, pair->first).set_text(pair->second);
  }
  return absl::OkStatus();
}

// The template as it is, with its etag: what one language says changes, and the others stay.
absl::Status ReadPresent(Context& context, v1::NotificationTemplate& mail) {
  v1::GetNotificationTemplateRequest request;
  request.set_name(mail.name());
  v1::NotificationTemplate present;
  absl::Status status =
      context.Call("NotificationService.GetNotificationTemplate", request, present);
  if (!status.ok()) return status;
  *mail.mutable_texts() = present.texts();
  if (mail.etag().empty()) mail.set_etag(present.etag());
  return absl::OkStatus();
}

// All texts that a file has; nothing else may be in it.
absl::Status ReadTexts(Context& context, const std::string& path, v1::NotificationTemplate& mail) {
  const absl::StatusOr<std::string> text = ReadInput(context, path, kMaxTextsBytes);
  if (!text.ok()) return text.status();
  v1::NotificationTemplate read;
  if (absl::Status status = ReadMessageText(path, *text, read); !status.ok()) return status;
  *mail.mutable_texts() = read.texts();
  read.clear_texts();
  if (read.ByteSizeLong() != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": wanted `texts` alone; the other fields have options"));
  }
  return absl::OkStatus();
}

}  // namespace

void ResourceParts::AddOptions(CLI::App* command, const google::protobuf::Descriptor& resource,
                               bool is_new) {
  const auto add_list = [&](const char* name, std::vector<std::string>& values,
                            const std::string& help, const char* form) {
    return command->add_option(name, values, help)->type_name(form)->allow_extra_args(false);
  };
  if (&resource == v1::User::descriptor()) {
    add_list("--field", user_fields_, "A field that the tenant defines; again for more of them",
             "ID=VALUE");
  }
  if (&resource == v1::TrainingAssignment::descriptor()) {
    auto* const due = command->add_option("--due", due_, kDueHelp)->type_name("TIME");
    command->add_option("--due-days", due_days_, "Due so many days after the enrollment")
        ->type_name("N")
        ->excludes(due);
    command->add_flag("--withdraw", withdraw_,
                      "Who leaves the group withdraws; without, they stay enrolled");
  }
  if (&resource == v1::Competency::descriptor()) {
    add_list("--level", levels_, "How well, from the lowest: all levels, again for the next",
             "ID[=NAME]")
        ->required(is_new);
  }
  if (&resource == v1::NotificationRule::descriptor()) {
    add_list("--to", recipients_, "Who is mailed: learner, manager", "WHO,...")
        ->delimiter(',')
        ->check(CLI::IsMember(EnumWords(*v1::NotificationRule::Recipient_descriptor())))
        ->required(is_new);
    command
        ->add_option("--lead-days", lead_days_,
                     "Mailed so many days ahead, of what is still to come: 1 to 90")
        ->type_name("N");
  }
  if (&resource == v1::NotificationTemplate::descriptor()) {
    auto* const file =
        command
            ->add_option("--file", texts_file_,
                         "A file with all texts, textproto or JSON; - for standard input")
            ->type_name("FILE");
    add_list("--subject", subjects_, "The subject in a language; again for another", "LOCALE=TEXT")
        ->excludes(file);
    add_list("--text", texts_, "What it says in a language; again for another", "LOCALE=TEXT")
        ->excludes(file);
  }
  if (&resource == v1::Session::descriptor()) {
    add_list("--instructor", instructors_, "Who teaches it: all of them, again for the next",
             "USER");
    command->add_option("--registration", registration_,
                        "Whether learners register, instead of all that are enrolled: true, false");
    command->add_option("--capacity", capacity_, "How many may register; 0: any number")
        ->type_name("N");
  }
  if (&resource == v1::Report::descriptor()) report_.AddOptions(command, is_new);
  if (&resource == v1::Group::descriptor()) {
    auto* const where = add_list(
        "--where", conditions_,
        absl::StrCat("It fills itself with those of whom this holds, again for more that has to: ",
                     kConditionForm),
        "CONDITION");
    if (!is_new) {
      command->add_flag("--by-hand", by_hand_, "It no longer fills itself; who is in stays in")
          ->excludes(where);
    }
  }
}

absl::Status ResourceParts::Fill(Context& context, google::protobuf::Message& resource,
                                 FieldMask* mask) const {
  if (auto* const user = dynamic_cast<v1::User*>(&resource)) {
    return FillUser(user_fields_, *user, mask);
  }
  if (auto* const assignment = dynamic_cast<v1::TrainingAssignment*>(&resource)) {
    if (!due_.empty()) {
      const auto time = ReadDueTime(context, "--due", due_);
      if (!time.ok()) return time.status();
      *assignment->mutable_due()->mutable_time() = *time;
    }
    if (due_days_ != 0) assignment->mutable_due()->set_days_after_enrollment(due_days_);
    assignment->set_on_leave(withdraw_ ? v1::TrainingAssignment::WITHDRAW
                                       : v1::TrainingAssignment::KEEP);
  }
  if (auto* const competency = dynamic_cast<v1::Competency*>(&resource)) {
    FillCompetency(levels_, *competency, mask);
  }
  if (auto* const rule = dynamic_cast<v1::NotificationRule*>(&resource)) {
    for (const std::string& word : recipients_) {
      rule->add_recipients(static_cast<v1::NotificationRule::Recipient>(
          EnumNumber(*v1::NotificationRule::Recipient_descriptor(), word)));
    }
    if (!recipients_.empty()) Name(mask, "recipients");
    if (lead_days_.has_value()) {
      rule->set_lead_days(*lead_days_);
      Name(mask, "lead_days");
    }
  }
  if (auto* const mail = dynamic_cast<v1::NotificationTemplate*>(&resource)) {
    absl::Status status;
    if (!texts_file_.empty()) {
      status = ReadTexts(context, texts_file_, *mail);
    } else if (!subjects_.empty() || !texts_.empty()) {
      if (mask != nullptr) status = ReadPresent(context, *mail);
      if (status.ok()) status = FillTexts(subjects_, texts_, *mail);
    }
    if (!status.ok()) return status;
    if (!mail->texts().empty()) Name(mask, "texts");
  }
  if (auto* const session = dynamic_cast<v1::Session*>(&resource)) {
    for (const std::string& given : instructors_) {
      auto user = context.names().Full(given, "users");
      if (!user.ok()) return user.status();
      session->add_instructors(*std::move(user));
    }
    if (!instructors_.empty()) Name(mask, "instructors");
    if (registration_.has_value()) {
      session->set_registration(*registration_);
      Name(mask, "registration");
    }
    if (capacity_.has_value()) {
      session->set_capacity(*capacity_);
      Name(mask, "capacity");
    }
  }
  if (auto* const report = dynamic_cast<v1::Report*>(&resource)) {
    return report_.Fill(context, *report, mask);
  }
  if (auto* const group = dynamic_cast<v1::Group*>(&resource)) {
    return FillGroup(context.names(), conditions_, by_hand_, *group, mask);
  }
  return absl::OkStatus();
}

}  // namespace provost::cli
