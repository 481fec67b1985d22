// `provost notifications`: what mails say, and how a person wants to be mailed, beside what every
// resource has.
#include <google/protobuf/field_mask.pb.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "provost/v1/notification_service.pb.h"
#include "tools/provost/change_options.h"
#include "tools/provost/command.h"
#include "tools/provost/enum_words.h"
#include "tools/provost/message_text.h"
#include "tools/provost/render_message.h"
#include "tools/provost/table.h"

namespace provost::cli {
namespace {

using v1::NotificationPreferences;

// --- templates get ---

struct TemplateOptions {
  std::string name;
  bool texts_alone = false;
};

absl::StatusOr<int> RunGetTemplate(Context& context, const TemplateOptions& options) {
  v1::GetNotificationTemplateRequest request;
  auto name = context.names().Full(options.name, "notificationTemplates");
  if (!name.ok()) return name.status();
  request.set_name(*std::move(name));
  v1::NotificationTemplate mail;
  absl::Status status = context.Call("NotificationService.GetNotificationTemplate", request, mail);
  if (!status.ok()) return status;
  v1::NotificationTemplate texts;
  *texts.mutable_texts() = mail.texts();
  if (options.texts_alone) {
    context.Answer(mail, MessageText(texts));
    return kExitOk;
  }
  v1::NotificationTemplate shown = mail;
  shown.clear_texts();
  std::string text = RenderMessage(shown, context.names(), context.look());
  for (const v1::NotificationText& in : texts.texts()) {
    absl::StrAppend(&text, "\n", Printable(in.locale()), ": ", Printable(in.subject()), "\n\n",
                    PrintableLines(in.text()), absl::EndsWith(in.text(), "\n") ? "" : "\n");
  }
  context.Answer(mail, text);
  return kExitOk;
}

// --- preferences ---

struct PreferencesOptions : ChangeOptions {
  std::string person;
  std::string digest;
  int hour = -1;
  std::string quiet;
  bool no_quiet = false;
  std::string etag;
};

// The person who is named, or who asks.
absl::StatusOr<std::string> PersonOf(const Context& context, const std::string& given) {
  return given.empty() ? context.Actor() : context.names().Full(given, "users");
}

std::string TimeOfDay(int32_t minute) {
  return absl::StrFormat("%02d:%02d", minute / 60, minute % 60);
}

// Reads `22:00`; false where it is no time of day.
bool ParseTimeOfDay(absl::string_view text, int32_t* minute) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits(':', 1));
  int32_t hours = 0;
  int32_t minutes = 0;
  if (parts.first.empty() || parts.first.size() > 2 || parts.second.size() != 2 ||
      !absl::ascii_isdigit(static_cast<unsigned char>(parts.first[0])) ||
      !absl::ascii_isdigit(static_cast<unsigned char>(parts.second[0])) ||
      !absl::SimpleAtoi(parts.first, &hours) || !absl::SimpleAtoi(parts.second, &minutes) ||
      hours > 23 || minutes > 59) {
    return false;
  }
  *minute = hours * 60 + minutes;
  return true;
}

std::string PreferencesText(const NotificationPreferences& preferences, const Names& names,
                            const Look& look) {
  const bool is_quiet = preferences.quiet_from() != preferences.quiet_until();
  const bool is_digest = preferences.digest() == NotificationPreferences::DAILY ||
                         preferences.digest() == NotificationPreferences::WEEKLY;
  return RenderFields(
      {{"person", names.Short(preferences.name())},
       {"digest", is_digest
                      ? NotificationPreferences::Digest_Name(preferences.digest())
                      : NotificationPreferences::Digest_Name(NotificationPreferences::IMMEDIATE)},
       {"at", is_digest ? TimeOfDay(preferences.digest_hour() * 60) : ""},
       {"quiet", is_quiet ? absl::StrCat(TimeOfDay(preferences.quiet_from()), "-",
                                         TimeOfDay(preferences.quiet_until()))
                          : "never"},
       {"etag", preferences.etag()}},
      look);
}

absl::StatusOr<int> RunGetPreferences(Context& context, const PreferencesOptions& options) {
  v1::GetNotificationPreferencesRequest request;
  auto person = PersonOf(context, options.person);
  if (!person.ok()) return person.status();
  request.set_name(*std::move(person));
  NotificationPreferences preferences;
  absl::Status status =
      context.Call("NotificationService.GetNotificationPreferences", request, preferences);
  if (!status.ok()) return status;
  context.Answer(preferences, PreferencesText(preferences, context.names(), context.look()));
  return kExitOk;
}

absl::Status FillPreferences(const PreferencesOptions& options, NotificationPreferences& wanted,
                             google::protobuf::FieldMask& mask) {
  if (!options.digest.empty()) {
    wanted.set_digest(static_cast<NotificationPreferences::Digest>(
        EnumNumber(*NotificationPreferences::Digest_descriptor(), options.digest)));
    mask.add_paths("digest");
  }
  if (options.hour >= 0) {
    wanted.set_digest_hour(options.hour);
    mask.add_paths("digest_hour");
  }
  if (!options.quiet.empty()) {
    const std::pair<absl::string_view, absl::string_view> bounds =
        absl::StrSplit(options.quiet, absl::MaxSplits('-', 1));
    int32_t from = 0;
    int32_t until = 0;
    if (!ParseTimeOfDay(bounds.first, &from) || !ParseTimeOfDay(bounds.second, &until)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--quiet `", options.quiet, "`: wanted two times of day, like 22:00-07:00"));
    }
    if (from == until) {
      return absl::InvalidArgumentError(
          absl::StrCat("--quiet `", options.quiet, "` is no time at all; --no-quiet ends it"));
    }
    wanted.set_quiet_from(from);
    wanted.set_quiet_until(until);
  }
  if (!options.quiet.empty() || options.no_quiet) {
    mask.add_paths("quiet_from");
    mask.add_paths("quiet_until");
  }
  if (mask.paths().empty()) {
    return absl::InvalidArgumentError(
        "nothing to change is given; `provost notifications preferences set --help` lists what can "
        "be");
  }
  return absl::OkStatus();
}

absl::StatusOr<int> RunSetPreferences(Context& context, const PreferencesOptions& options) {
  v1::UpdateNotificationPreferencesRequest request;
  NotificationPreferences& wanted = *request.mutable_notification_preferences();
  auto person = PersonOf(context, options.person);
  if (!person.ok()) return person.status();
  wanted.set_name(*std::move(person));
  wanted.set_etag(options.etag);
  absl::Status status = FillPreferences(options, wanted, *request.mutable_update_mask());
  if (!status.ok()) return status;
  options.FillChange(request);
  NotificationPreferences response;
  status = context.Call("NotificationService.UpdateNotificationPreferences", request, response);
  if (!status.ok()) return status;
  context.Answer(response,
                 absl::StrCat(options.dry_run ? "would be set\n" : "set\n",
                              PreferencesText(response, context.names(), context.look())));
  return kExitOk;
}

}  // namespace

CLI::App* AddNotificationCommands(Tool& tool) {
  CLI::App* const group =
      AddGroup(tool.app, "notifications", "Manages mails that are sent by themselves.",
               "provost notifications rules list");
  group->group("Resources");
  CLI::App* const preferences = AddGroup(*group, "preferences", "How a person wants to be mailed.",
                                         "provost notifications preferences get");

  auto got = std::make_shared<PreferencesOptions>();
  CLI::App* command = AddCommand(*preferences, "get", "Shows how a person wants to be mailed.",
                                 "provost notifications preferences get users/lea");
  command->add_option("person", got->person, "Who (you)");
  OnRun(tool, command, got, RunGetPreferences);

  auto set = std::make_shared<PreferencesOptions>();
  command = AddCommand(
      *preferences, "set", "Changes how a person wants to be mailed.",
      "provost notifications preferences set --digest daily --hour 7 --quiet 22:00-07:00");
  command->add_option("person", set->person, "Who (you)");
  command
      ->add_option("--digest", set->digest,
                   "immediate: each mail by itself; daily; weekly: on Mondays")
      ->check(CLI::IsMember(EnumWords(*NotificationPreferences::Digest_descriptor())))
      ->type_name("HOW");
  command->add_option("--hour", set->hour, "The hour of a digest, in the person's time zone")
      ->check(CLI::Range(0, 23))
      ->type_name("0-23");
  auto* const quiet =
      command->add_option("--quiet", set->quiet, "No mail in this time of day: 22:00-07:00")
          ->type_name("FROM-UNTIL");
  command->add_flag("--no-quiet", set->no_quiet, "Mail at any time of day")->excludes(quiet);
  command->add_option("--etag", set->etag, "Refuse if it has changed since this etag was read");
  set->AddChangeOptions(command);
  OnRun(tool, command, set, RunSetPreferences);
  return group;
}

void AddNotificationTemplateCommands(Tool& tool, CLI::App& templates) {
  auto options = std::make_shared<TemplateOptions>();
  CLI::App* const command =
      AddCommand(templates, "get", "Shows a template of mails with its texts.",
                 "provost notifications templates get welcome --texts");
  command->add_option("name", options->name, "Which one, such as welcome")->required();
  command->add_flag("--texts", options->texts_alone,
                    "Print what `notifications templates update --file` reads");
  OnRun(tool, command, options, RunGetTemplate);
}

}  // namespace provost::cli
