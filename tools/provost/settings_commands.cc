// `provost settings`: what a tenant can configure, section by section, as textproto.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "provost/v1/tenant_service.pb.h"
#include "tools/provost/command.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using v1::Settings;

// A section as people type it: `cross-catalog`.
std::string WordOf(Settings::Section section) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(Settings::Section_Name(section)), {{"_", "-"}});
}

std::vector<std::string> SectionWords() {
  std::vector<std::string> words;
  for (int number = Settings::Section_MIN + 1; number <= Settings::Section_MAX; ++number) {
    words.push_back(WordOf(static_cast<Settings::Section>(number)));
  }
  return words;
}

Settings::Section SectionOf(const std::string& word) {
  Settings::Section section = Settings::SECTION_UNSPECIFIED;
  Settings::Section_Parse(absl::AsciiStrToUpper(absl::StrReplaceAll(word, {{"-", "_"}})), &section);
  return section;
}

const FieldDescriptor* FieldOf(Settings::Section section) {
  return Settings::descriptor()->FindFieldByName(
      absl::AsciiStrToLower(Settings::Section_Name(section)));
}

// What is in a section, a line for each field; control characters are escaped.
std::string TextOf(const Settings& settings, Settings::Section section, absl::string_view indent) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(settings.GetReflection()->GetMessage(settings, FieldOf(section)), &text);
  std::string result;
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    absl::StrAppend(&result, indent, line, "\n");
  }
  return result;
}

// --- get ---

struct GetOptions {
  std::string section;
};

absl::StatusOr<int> RunGet(Context& context, const GetOptions& options) {
  v1::GetSettingsRequest request;
  if (absl::Status status = context.names().SetTenant(*request.mutable_tenant()); !status.ok()) {
    return status;
  }
  Settings settings;
  absl::Status status = context.Call("TenantService.GetSettings", request, settings);
  if (!status.ok()) return status;
  std::string text;
  for (const std::string& word : SectionWords()) {
    if (options.section == word) {
      // As `settings set --file` reads it.
      text = TextOf(settings, SectionOf(word), "");
    } else if (options.section.empty()) {
      absl::StrAppend(&text, word, "\n", TextOf(settings, SectionOf(word), "  "));
    }
  }
  context.Answer(settings, text);
  return kExitOk;
}

// --- set ---

struct SetOptions {
  std::string section;
  std::string text;
  std::string file;
  std::string etag;
  std::string request_id;
  bool dry_run = false;
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
  class FirstError : public google::protobuf::io::ErrorCollector {
   public:
    void AddError(int line, int column, const std::string& problem) override {
      if (text.empty()) text = absl::StrCat(line + 1, ":", column + 1, ": ", problem);
    }
    std::string text;
  };
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(text, message)) {
    return absl::InvalidArgumentError(absl::StrCat(options.file.empty() ? "text" : options.file,
                                                   ":", error.text, "; `provost settings get ",
                                                   options.section, "` shows how it is written"));
  }
  request.set_section(section);
  settings.set_etag(options.etag);
  request.set_validate_only(options.dry_run);
  request.set_request_id(options.request_id);
  Settings response;
  absl::Status status = context.Call("TenantService.UpdateSettings", request, response);
  if (!status.ok()) return status;
  context.Answer(response, absl::StrCat(options.dry_run ? "would be " : "", "set ", options.section,
                                        "\n", TextOf(response, section, "  ")));
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
  command->add_flag("--dry-run", set->dry_run, "Do everything but the change");
  command->add_option("--request-id", set->request_id, "A UUID that makes a retry harmless");
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
