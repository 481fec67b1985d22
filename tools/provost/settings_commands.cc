// `provost settings`: what a tenant can configure, section by section, as textproto.
#include <google/protobuf/descriptor.h>

#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "provost/v1/tenant_service.pb.h"
#include "tools/provost/change_options.h"
#include "tools/provost/command.h"
#include "tools/provost/enum_words.h"
#include "tools/provost/message_text.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using v1::Settings;

// A section as people type it: `cross-catalog`.
std::string WordOf(Settings::Section section) { return EnumWord(Settings::Section_Name(section)); }

std::vector<std::string> SectionWords() { return EnumWords(*Settings::Section_descriptor()); }

Settings::Section SectionOf(const std::string& word) {
  return static_cast<Settings::Section>(EnumNumber(*Settings::Section_descriptor(), word));
}

const FieldDescriptor* FieldOf(Settings::Section section) {
  return Settings::descriptor()->FindFieldByName(
      absl::AsciiStrToLower(Settings::Section_Name(section)));
}

// What is in a section, a line for each field; control characters are escaped.
std::string TextOf(const Settings& settings, Settings::Section section, absl::string_view indent) {
  const std::string text =
      MessageText(settings.GetReflection()->GetMessage(settings, FieldOf(section)));
  std::string result;
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    absl::StrAppend(&result, indent, line, "\n");
  }
  return result;
}

// --- get ---

struct GetOptions {
  std::string section;
  bool is_public = false;
};

absl::StatusOr<int> RunGet(Context& context, const GetOptions& options) {
  v1::GetSettingsRequest request;
  if (absl::Status status = context.names().SetTenant(*request.mutable_tenant()); !status.ok()) {
    return status;
  }
  if (options.is_public) request.set_view(v1::GetSettingsRequest::PUBLIC);
  Settings settings;
  absl::Status status = context.Call("TenantService.GetSettings", request, settings);
  if (!status.ok()) return status;
  std::string text;
  for (const std::string& word : SectionWords()) {
    if (options.section == word) {
      // As `settings set --file` reads it.
      text = TextOf(settings, SectionOf(word), "");
    } else if (options.section.empty() &&
               settings.GetReflection()->HasField(settings, FieldOf(SectionOf(word)))) {
      absl::StrAppend(&text, word, "\n", TextOf(settings, SectionOf(word), "  "));
    }
  }
  context.Answer(settings, text);
  return kExitOk;
}

// --- set ---

struct SetOptions : ChangeOptions {
  std::string section;
  std::string text;
  std::string file;
  std::string etag;
};

absl::StatusOr<int> RunSet(Context& context, const SetOptions& options) {
  v1::UpdateSettingsRequest request;
  Settings& settings = *request.mutable_settings();
  if (absl::Status status = context.names().SetTenant(*settings.mutable_tenant()); !status.ok()) {
    return status;
  }
  const Settings::Section section = SectionOf(options.section);
  std::string text = options.text;
  if (!options.file.empty()) {
    auto file = ReadInput(context, options.file, size_t{1} << 20);
    if (!file.ok()) return file.status();
    text = *std::move(file);
  }
  Message* const message = settings.GetReflection()->MutableMessage(&settings, FieldOf(section));
  const std::string path = options.file.empty() ? "text" : options.file;
  if (absl::Status status = ReadMessageText(path, text, *message); !status.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(status.message(), "; `provost settings set --help` lists what can be said"));
  }
  request.set_section(section);
  settings.set_etag(options.etag);
  options.FillChange(request);
  Settings response;
  absl::Status status = context.Call("TenantService.UpdateSettings", request, response);
  if (!status.ok()) return status;
  context.Answer(response, absl::StrCat(options.Would(), "set ", options.section, "\n",
                                        TextOf(response, section, "  ")));
  return kExitOk;
}

// --- history ---

struct HistoryOptions {
  std::string section;
  size_t limit = 0;
};

absl::StatusOr<int> RunHistory(Context& context, const HistoryOptions& options) {
  v1::ListSettingsChangesRequest request;
  const Names names = context.names();
  if (absl::Status status = names.SetTenant(*request.mutable_tenant()); !status.ok()) {
    return status;
  }
  if (!options.section.empty()) request.set_section(SectionOf(options.section));
  v1::ListSettingsChangesResponse response;
  absl::Status status =
      context.CallPages("TenantService.ListSettingsChanges", request, response, options.limit);
  if (!status.ok()) return status;
  std::string text;
  for (const v1::SettingsChange& change : response.changes()) {
    const std::string actor = change.actor().empty() ? "erased" : names.Short(change.actor());
    absl::StrAppend(&text, FormatTime(change.time()), "  ", Printable(actor), "  ",
                    WordOf(change.section()), "\n", TextOf(change.before(), change.section(), "- "),
                    TextOf(change.after(), change.section(), "+ "));
  }
  context.Answer(response, text);
  return kExitOk;
}

}  // namespace

void AddSettingsCommands(Tool& tool) {
  CLI::App* const group = AddGroup(tool.app, "settings", "Shows and changes a tenant's settings.",
                                   "provost settings get localization");
  group->group("Server");
  const CLI::IsMember sections(SectionWords());

  auto get = std::make_shared<GetOptions>();
  CLI::App* command = AddCommand(*group, "get", "Shows the settings, or one section of them.",
                                 "provost settings get localization");
  command->add_option("section", get->section, "Which section; all if left out")->check(sections);
  command->add_flag("--public", get->is_public, "What everybody may see, and nothing else");
  OnRun(tool, command, get, RunGet);

  auto set = std::make_shared<SetOptions>();
  command = AddCommand(
      *group, "set", "Replaces one section as a whole.",
      "provost settings set localization 'languages: \"de-AT\" time_zone: \"Europe/Vienna\"'");
  command->add_option("section", set->section, "Which section")->required()->check(sections);
  auto* const text =
      command->add_option("text", set->text, "What it is to be, as textproto; empty: nothing set");
  command->add_option("--file", set->file, "A file with the text; - for standard input")
      ->type_name("FILE")
      ->excludes(text);
  command->add_option("--etag", set->etag, "Refuse if the settings changed since this etag");
  set->AddChangeOptions(command);
  command->footer(absl::StrCat(command->get_footer(), "\n\nThe sections, and what each can say:\n",
                               FieldsHelp(*Settings::descriptor())));
  OnRun(tool, command, set, RunSet);

  auto history = std::make_shared<HistoryOptions>();
  command = AddCommand(*group, "history", "Shows who changed what in the settings, newest first.",
                       "provost settings history localization");
  command->add_option("section", history->section, "Which section; all if left out")
      ->check(sections);
  command->add_option("--limit", history->limit, "Stop after this many (default: all)")
      ->type_name("N");
  OnRun(tool, command, history, RunHistory);
}

}  // namespace provost::cli
