#include "tools/provost/resource_request.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/field_mask.pb.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/competency_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/notification_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tools/provost/enrollment_name.h"
#include "tools/provost/enum_words.h"
#include "tools/provost/tenant_time.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

// What a value of a field is written as.
enum class FieldForm { kText, kScope, kSubject, kTemplate, kTime, kDue, kBool, kEnum, kEnums };

struct FieldFlag {
  const char* field;
  const char* flag;
  FieldForm form;
  const char* help;
};

// The fields that people set. What a request or a resource has of them is an option of its command.
constexpr FieldFlag kFieldFlags[] = {
    {"display_name", "--display-name", FieldForm::kText,
     "Its name for people; a new one without is called by its id"},
    {"email", "--email", FieldForm::kText, "What the user signs in with"},
    {"given_name", "--given-name", FieldForm::kText, "The given name"},
    {"family_name", "--family-name", FieldForm::kText, "The family name"},
    {"locale", "--locale", FieldForm::kText, "The language: de-AT"},
    {"time_zone", "--time-zone", FieldForm::kText, "The time zone: Europe/Vienna"},
    {"external_id", "--external-id", FieldForm::kText, "What another system calls the user"},
    {"hire_date", "--hire-date", FieldForm::kText, "The day of hiring: 2026-11-22"},
    {"language", "--language", FieldForm::kText, "The language: de-AT"},
    {"start", "--start", FieldForm::kText, "When it begins, by the clock there: 2026-11-03T09:00"},
    {"end", "--end", FieldForm::kText, "When it ends, by the same clock"},
    {"place", "--place", FieldForm::kText, "Where people meet, for people"},
    {"room", "--room", FieldForm::kText, "The room, by which conflicts are found"},
    {"link", "--link", FieldForm::kText, "Where people meet online: an https URL"},
    {"end_after", "--after", FieldForm::kTime, "Only those that end after this: now, 2026-11-03"},
    {"start_before", "--before", FieldForm::kTime, "Only those that begin before this: +30d"},
    {"series", "--series", FieldForm::kText, "Only those that were made together, as `get` says"},
    {"manager", "--manager", FieldForm::kSubject, "The line manager: users/cat"},
    {"parent_scope", "--parent", FieldForm::kScope, "The scope that it is directly under"},
    {"description", "--description", FieldForm::kText, "What it is"},
    {"home_scope", "--home", FieldForm::kScope, "The scope at which questions about it are asked"},
    {"scope", "--at", FieldForm::kScope, "The scope where the role is held"},
    {"subject", "--of", FieldForm::kSubject, "Who holds the role"},
    {"learner", "--learner", FieldForm::kSubject, "The learner: users/lea"},
    {"assignee", "--to", FieldForm::kSubject, "Who takes it: users/lea, groups/crew"},
    {"training", "--in", FieldForm::kScope, "The course or the training plan: courses/fire"},
    {"due_time", "--due", FieldForm::kDue, kDueHelp},
    {"event", "--on", FieldForm::kEnum, "On which event"},
    {"template", "--template", FieldForm::kTemplate, "What is mailed: a template for that event"},
    {"disabled", "--disabled", FieldForm::kBool, "Whether nothing is mailed: true or false"},
    {"recipient", "--to", FieldForm::kSubject, "Only those to this person: users/lea"},
    {"state", "--state", FieldForm::kEnum, "Only those in this state: "},
    {"states", "--state", FieldForm::kEnums, "Only those in one of these states, with commas: "},
    {"role", "--role", FieldForm::kText, "A role of the policy"},
    {"not_before", "--from", FieldForm::kTime,
     "Counts from then on: 2026-11-03, now, +2d; never for no bound"},
    {"expires", "--until", FieldForm::kTime,
     "Counts up to then: 2026-11-03, +30d; never for no end"},
    {"suspended", "--suspended", FieldForm::kBool, "Whether it does not count: true or false"},
    {"reason", "--reason", FieldForm::kText, "Why, for the records"},
    {"etag", "--etag", FieldForm::kText, "Refuse if it has changed since this etag was read"},
    {"request_id", "--request-id", FieldForm::kText, "A UUID that makes a retry harmless"},
};

// Fields of a resource that have no option: only the server sets them, or another command does.
bool IsLeftOut(const Descriptor& resource, const std::string& field) {
  if (field == "series") return true;
  if (field == "state") {
    return &resource == v1::Enrollment::descriptor() || &resource == v1::Session::descriptor();
  }
  if (field == "suspended") return &resource != v1::Assignment::descriptor();
  if (field == "description") return &resource == v1::Catalog::descriptor();
  return false;
}

// Fields of a resource that are set when it is made and never changed by Update.
bool IsFixed(const Descriptor& resource, const std::string& field) {
  if (field == "event") return &resource == v1::NotificationTemplate::descriptor();
  return field == "parent_scope" || field == "home_scope" || field == "scope" ||
         field == "subject" || field == "role" || field == "learner" || field == "assignee" ||
         field == "training";
}

// Fields that a new one cannot be without.
bool IsNeeded(const Descriptor& resource, const std::string& field) {
  if (&resource == v1::Session::descriptor() || &resource == v1::Enrollment::descriptor() ||
      &resource == v1::TrainingAssignment::descriptor()) {
    return IsFixed(resource, field);
  }
  return field == "event" || field == "template" ||
         (field == "home_scope" && &resource == v1::Competency::descriptor());
}

struct BoolFlag {
  const char* field;
  const char* flag;
  const char* help;
};

constexpr BoolFlag kBoolFlags[] = {
    {"validate_only", "--dry-run", "Do everything but the change"},
    {"allow_missing", "--allow-missing", "Succeed where there is none"},
    {"refuse_conflicts", "--refuse-conflicts", "Refuse where a room or an instructor is taken"},
    {"force", "--force", "Delete what is in it too, and take it out of what has it"},
    {"offered_only", "--offered", "Only those that are for you"},
};

absl::Status SetField(Context& context, const FieldFlag& flag, const std::string& text,
                      Message& message) {
  const auto* const reflection = message.GetReflection();
  const FieldDescriptor* const field = message.GetDescriptor()->FindFieldByName(flag.field);
  switch (flag.form) {
    case FieldForm::kText:
      reflection->SetString(&message, field, text);
      return absl::OkStatus();
    case FieldForm::kScope:
    case FieldForm::kSubject: {
      // What can be a training alone is a course where it is not said.
      const char* const collection = absl::string_view(flag.field) == "training" ? "courses" : "";
      auto name = flag.form == FieldForm::kScope ? context.names().Full(text, collection)
                                                 : context.names().Subject(text);
      if (!name.ok()) return name.status();
      reflection->SetString(&message, field, *std::move(name));
      return absl::OkStatus();
    }
    case FieldForm::kTemplate: {
      auto name = context.names().Full(text, "notificationTemplates");
      if (!name.ok()) return name.status();
      reflection->SetString(&message, field, *std::move(name));
      return absl::OkStatus();
    }
    case FieldForm::kTime:
    case FieldForm::kDue: {
      if (text == "never") {
        reflection->ClearField(&message, field);
        return absl::OkStatus();
      }
      const auto time = flag.form == FieldForm::kDue ? ReadDueTime(context, flag.flag, text)
                                                     : ReadTime(flag.flag, text);
      if (!time.ok()) return time.status();
      reflection->MutableMessage(&message, field)->CopyFrom(*time);
      return absl::OkStatus();
    }
    case FieldForm::kBool:
      reflection->SetBool(&message, field, text == "true");
      return absl::OkStatus();
    case FieldForm::kEnum:
      reflection->SetEnumValue(&message, field, EnumNumber(*field->enum_type(), text));
      return absl::OkStatus();
    case FieldForm::kEnums:
      for (absl::string_view word : absl::StrSplit(text, ',')) {
        reflection->AddEnumValue(&message, field, EnumNumber(*field->enum_type(), word));
      }
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

void SetText(Message& message, const std::string& field, const std::string& text) {
  if (const FieldDescriptor* found = message.GetDescriptor()->FindFieldByName(field)) {
    message.GetReflection()->SetString(&message, found, text);
  }
}

// Sets what the command line says of `message`'s own fields, and names them in `mask` if there is
// one.
absl::Status SetFields(Context& context, const ResourceValues& values, Message& message,
                       google::protobuf::FieldMask* mask) {
  for (const FieldFlag& flag : kFieldFlags) {
    const auto given = values.texts.find(flag.field);
    if (given == values.texts.end() || given->second.empty()) continue;
    if (message.GetDescriptor()->FindFieldByName(flag.field) == nullptr) continue;
    if (absl::Status status = SetField(context, flag, given->second, message); !status.ok()) {
      return status;
    }
    if (mask != nullptr && absl::string_view(flag.field) != "etag") mask->add_paths(flag.field);
  }
  return absl::OkStatus();
}

// Which part of a user is shown; null for requests that do not ask.
const FieldDescriptor* ViewField(const Descriptor& request) {
  const FieldDescriptor* const field = request.FindFieldByName("view");
  return field != nullptr && field->enum_type() == v1::User::View_descriptor() ? field : nullptr;
}

// `words`: what there is to choose from, for kEnum.
void AddFieldOption(CLI::App* command, const FieldFlag& flag, const std::vector<std::string>& words,
                    ResourceValues& values, bool is_required) {
  const bool is_listed = absl::EndsWith(flag.help, ": ");
  CLI::Option* const option =
      command->add_option(flag.flag, values.texts[flag.field],
                          absl::StrCat(flag.help, is_listed ? absl::StrJoin(words, ", ") : ""));
  switch (flag.form) {
    case FieldForm::kText:
      option->type_name(absl::string_view(flag.field) == "request_id" ? "UUID" : "TEXT");
      break;
    case FieldForm::kScope:
      option->type_name("SCOPE");
      break;
    case FieldForm::kSubject:
      option->type_name("SUBJECT");
      break;
    case FieldForm::kTemplate:
      option->type_name("TEMPLATE");
      break;
    case FieldForm::kEnum:
      option->type_name("WHAT")->check(CLI::IsMember(words));
      break;
    case FieldForm::kEnums:
      option->type_name("WHAT")->check([words](const std::string& text) {
        for (absl::string_view word : absl::StrSplit(text, ',')) {
          if (std::find(words.begin(), words.end(), word) != words.end()) continue;
          return absl::StrCat("`", word, "` is none of ", absl::StrJoin(words, ", "));
        }
        return std::string();
      });
      break;
    case FieldForm::kTime:
    case FieldForm::kDue:
      option->type_name("TIME");
      break;
    case FieldForm::kBool:
      option->type_name("BOOL")->check(CLI::IsMember({"true", "false"}));
      break;
  }
  option->required(is_required);
}

// The full name of a resource that the command line names.
absl::StatusOr<std::string> ResourceName(Context& context, const ResourceType& type,
                                         const ResourceValues& values) {
  const std::string& id = values.id;
  if (type.message == v1::Enrollment::descriptor()) {
    return EnrollmentName(context, id, values.learner);
  }
  if (type.message != v1::Tenant::descriptor()) return context.names().Full(id, type.collection);
  if (absl::StartsWith(id, "tenants/")) return id;
  return id == "." ? context.names().Tenant() : absl::StrCat("tenants/", id);
}

// Whether nothing but a person and a training say what is listed, so that one of them is needed.
bool IsOfPersonOrTraining(const Verb& verb) {
  return verb.word == "list" && verb.request().FindFieldByName("learner") != nullptr &&
         verb.request().FindFieldByName("training") != nullptr;
}

bool IsGiven(const ResourceValues& values, const std::string& field) {
  const auto found = values.texts.find(field);
  return found != values.texts.end() && !found->second.empty();
}

// The words for the values of a field; none for one that is no enum, or missing.
std::vector<std::string> WordsOf(const FieldDescriptor* field) {
  if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_ENUM) return {};
  return EnumWords(*field->enum_type());
}

}  // namespace

bool ResourceValues::IsDryRun() const {
  const auto found = flags.find("validate_only");
  return found != flags.end() && found->second;
}

absl::StatusOr<std::unique_ptr<Message>> MakeResourceRequest(Context& context, const Verb& verb,
                                                             const ResourceValues& values) {
  std::unique_ptr<Message> request(
      MessageFactory::generated_factory()->GetPrototype(&verb.request())->New());
  const auto* const reflection = request->GetReflection();
  const Names names = context.names();
  if (verb.request().FindFieldByName("parent") != nullptr) {
    const auto tenant = names.Tenant();
    if (!tenant.ok()) return tenant.status();
    SetText(*request, "parent", *tenant);
  }
  google::protobuf::FieldMask* mask = nullptr;
  if (const FieldDescriptor* field = verb.request().FindFieldByName("update_mask")) {
    mask =
        static_cast<google::protobuf::FieldMask*>(reflection->MutableMessage(request.get(), field));
  }
  Message* const resource = verb.resource_field == nullptr
                                ? nullptr
                                : reflection->MutableMessage(request.get(), verb.resource_field);
  if (verb.word == "create") {
    SetText(*request, absl::StrCat(verb.resource_field->name(), "_id"), values.id);
  } else if (!values.id.empty()) {
    const auto name = ResourceName(context, *verb.type, values);
    if (!name.ok()) return name.status();
    SetText(resource == nullptr ? *request : *resource, "name", *name);
  }
  if (!values.target.empty()) {
    const auto target = names.Full(values.target);
    if (!target.ok()) return target.status();
    SetText(*request, "parent_scope", *target);
  }
  absl::Status status = SetFields(context, values, *request, nullptr);
  if (IsOfPersonOrTraining(verb) && !IsGiven(values, "learner") && !IsGiven(values, "training")) {
    const auto self = context.Actor();
    if (!self.ok()) return self.status();
    SetText(*request, "learner", *self);
  }
  if (resource != nullptr) {
    // Something without a name for people is called by its id.
    if (verb.word == "create") SetText(*resource, "display_name", values.id);
    status.Update(SetFields(context, values, *resource, mask));
    status.Update(values.parts.Fill(context, *resource, mask));
  }
  if (values.is_public) {
    reflection->SetEnumValue(request.get(), ViewField(verb.request()), v1::User::PUBLIC);
  }
  for (const auto& [field, is_set] : values.flags) {
    if (is_set) {
      reflection->SetBool(request.get(), verb.request().FindFieldByName(field), true);
    }
  }
  if (InitialTenant::IsWantedBy(verb.request())) {
    status.Update(values.initial.Fill(context, *request));
  }
  if (status.ok() && mask != nullptr && mask->paths().empty()) {
    status = absl::InvalidArgumentError(absl::StrCat(
        "nothing to change is given; `", verb.type->Path(), " update --help` lists what can be"));
  }
  if (!status.ok()) return status;
  return request;
}

void AddResourceOptions(CLI::App* command, const Verb& verb, ResourceValues& values) {
  const Descriptor& request = verb.request();
  const Descriptor& made = *verb.type->message;
  if (verb.word == "create") {
    // Enrollments are called by numbers that the server gives.
    const std::string id = absl::StrCat(verb.resource_field->name(), "_id");
    if (request.FindFieldByName(id) != nullptr) {
      command->add_option("id", values.id, "Its id; made by the server if left out");
    }
  } else if (verb.word != "list" && &made == v1::Enrollment::descriptor()) {
    AddEnrollmentName(command, values.id, &values.learner, /*more=*/false);
  } else if (verb.word != "list") {
    command->add_option("name", values.id, absl::StrCat("Which one, such as ", verb.type->example))
        ->required();
  }
  if (verb.word == "move") {
    command->add_option("parent", values.target, "The scope to put it under")->required();
  }
  for (const FieldFlag& flag : kFieldFlags) {
    const FieldDescriptor* const of_request = request.FindFieldByName(flag.field);
    const FieldDescriptor* of_resource = nullptr;
    if (verb.resource_field != nullptr && !IsLeftOut(made, flag.field) &&
        !(verb.word == "update" && IsFixed(made, flag.field)) &&
        !(verb.word == "create" && absl::string_view(flag.field) == "etag")) {
      of_resource = made.FindFieldByName(flag.field);
    }
    const bool is_target = verb.word == "move" && absl::string_view(flag.field) == "parent_scope";
    if ((of_request == nullptr && of_resource == nullptr) || is_target) continue;
    AddFieldOption(command, flag, WordsOf(of_resource == nullptr ? of_request : of_resource),
                   values, verb.word == "create" && IsNeeded(made, flag.field));
  }
  for (const BoolFlag& flag : kBoolFlags) {
    if (request.FindFieldByName(flag.field) == nullptr) continue;
    command->add_flag(flag.flag, values.flags[flag.field], flag.help);
  }
  if (verb.resource_field != nullptr) {
    values.parts.AddOptions(command, made, /*is_new=*/verb.word == "create");
  }
  if (ViewField(request) != nullptr) {
    command->add_flag("--public", values.is_public, "What everybody may see, and nothing else");
  }
  if (InitialTenant::IsWantedBy(request)) values.initial.AddOptions(command);
  if (verb.word == "list") {
    command->add_option("--limit", values.limit, "Stop after this many (default: all)")
        ->type_name("N");
  }
}

}  // namespace provost::cli
