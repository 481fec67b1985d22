#include "tools/provost/run.h"

#include <algorithm>
#include <cstring>
#include <ostream>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "policy/matrix/matrix.h"
#include "tools/provost/command.h"
#include "tools/provost/errors.h"

namespace provost::cli {
namespace {

void AddGlobalOptions(Tool& tool) {
  CLI::App& app = tool.app;
  GlobalOptions& options = tool.context.options();
  app.name("provost");
  app.description("Asks and manages a Provost server, and works on policies without one.");
  app.footer(
      "Names are short within the tenant: `courses/fire` is `tenants/acme/courses/fire`, and `.` "
      "is "
      "the tenant.\n"
      "Exit codes: 0 done or allowed, 1 denied or an expectation failed, 2 an error.\n\n"
      "Example:\n  provost --tenant acme --as users/ann check users/bob course.update "
      "courses/fire");
  app.set_version_flag("--version", "provost " PROVOST_VERSION, "Show the version");
  app.require_subcommand(1);
  app.add_option("--server", options.server,
                 "Address of the server (127.0.0.1:7480; PROVOST_SERVER)")
      ->type_name("HOST:PORT");
  app.add_option("--as", options.actor, "Who is asking, such as users/ann (PROVOST_ACTOR)")
      ->type_name("USER");
  app.add_option("--tenant", options.tenant,
                 "The tenant that short names are in (that of --as; PROVOST_TENANT)")
      ->type_name("ID");
  app.add_flag("--json", options.json, "Print answers as protobuf's JSON, for programs");
  app.add_option("--color", options.color, "Colours and aligned tables: auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN")
      ->capture_default_str();
  app.add_option("--at-least", options.at_least,
                 "Answer at least as fresh as the answer that this token came with")
      ->type_name("TOKEN");
  app.add_flag("--print-token", options.print_token,
               "Print each answer's token for --at-least on standard error");
  app.add_option("--timeout", options.timeout, "How long one call may take")
      ->type_name("TIME")
      ->capture_default_str();
}

void AddAllCommands(Tool& tool) {
  AddGlobalOptions(tool);
  AddAccessCommands(tool);
  AddRecordCommands(tool);
  AddReportCommands(tool);
  AddRoleCommands(tool);
  AddPolicyCommands(tool);
  AddResourceCommands(tool);
  AddAttemptCommands(tool);
  AddSubmissionCommands(tool);
  AddDiscussionCommands(tool);
  AddMessageCommands(tool);
  AddAttendanceCommands(tool);
  AddCalendarCommand(tool);
  AddTranscriptCommand(tool);
  AddImportCommands(tool);
  AddExportCommands(tool);
  AddSettingsCommands(tool);
  AddTenantCommands(tool);
  AddStoreCommands(tool);
  AddAuditCommand(tool);
  AddGrowthCommand(tool);
  AddTestCommand(tool);
}

const auto kEverySubcommand = [](const CLI::App*) { return true; };
const auto kEveryOption = [](const CLI::Option*) { return true; };

const CLI::App* SubcommandNamed(const CLI::App& app, const std::string& name) {
  for (const CLI::App* command : app.get_subcommands(kEverySubcommand)) {
    if (command->get_name() == name) return command;
  }
  return nullptr;
}

std::string NearestCommand(const CLI::App& app, const std::string& word) {
  std::vector<absl::string_view> names;
  for (const CLI::App* command : app.get_subcommands(kEverySubcommand)) {
    names.push_back(command->get_name());
  }
  return NearestName(word, names);
}

std::string NearestOption(const CLI::App& root, const CLI::App& command, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* app : {&command, &root}) {
    for (const CLI::Option* option : app->get_options(kEveryOption)) {
      for (const std::string& name : option->get_lnames()) names.push_back(name);
    }
  }
  // By the letters alone: the dashes are alike in all.
  const std::string nearest = NearestName(
      absl::StripPrefix(word, "--"), std::vector<absl::string_view>(names.begin(), names.end()));
  return nearest.empty() ? "" : absl::StrCat("--", nearest);
}

std::string PathOf(const CLI::App& app) {
  return app.get_parent() == nullptr ? app.get_name()
                                     : absl::StrCat(PathOf(*app.get_parent()), " ", app.get_name());
}

std::string DidYouMean(const std::string& nearest) {
  return nearest.empty() ? "" : absl::StrCat("; did you mean `", nearest, "`?");
}

bool HasOption(const CLI::App& app, const std::string& name) {
  const auto options = app.get_options(kEveryOption);
  return std::any_of(options.begin(), options.end(),
                     [&](const CLI::Option* option) { return option->check_name(name); });
}

// Whether `argument` is an option of `app` that takes the argument after it.
bool TakesNext(const CLI::App& app, const std::string& argument) {
  for (const CLI::Option* option : app.get_options(kEveryOption)) {
    if (option->check_name(argument)) return option->get_items_expected_max() > 0;
  }
  return false;
}

// What CLI11 says of a value, as all other errors say it.
std::string ExplainValue(const std::string& problem) {
  const auto wrong = [](absl::string_view of, absl::string_view value, absl::string_view wanted) {
    return absl::StrCat(of, ": `", value, "`: wanted ", wanted);
  };
  absl::string_view rest = problem;
  if (absl::ConsumePrefix(&rest, "Could not convert: ")) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(rest, absl::MaxSplits(" = ", 1));
    return wrong(parts.first, parts.second, "a number");
  }
  const size_t colon = rest.find(": ");
  const size_t words = rest.find(" not in {");
  if (colon < words && words != absl::string_view::npos && absl::ConsumeSuffix(&rest, "}")) {
    return wrong(rest.substr(0, colon), rest.substr(colon + 2, words - colon - 2),
                 absl::StrReplaceAll(rest.substr(words + std::strlen(" not in {")), {{",", ", "}}));
  }
  return problem;
}

// What is wrong with the command line, in the user's words. `path` becomes the command that it is
// wrong with: `provost record score`.
std::string ExplainParseError(const CLI::App& root, const CLI::ParseError& error,
                              const std::vector<std::string>& arguments, std::string* path) {
  const CLI::App* command = &root;
  bool skip = false;
  for (const std::string& argument : arguments) {
    if (skip) {
      skip = false;
      continue;
    }
    if (absl::StartsWith(argument, "-")) {
      skip = TakesNext(root, argument) || TakesNext(*command, argument);
      const std::string name = argument.substr(0, argument.find('='));
      if (absl::StartsWith(name, "--") && name.size() > 2 && !HasOption(root, name) &&
          !HasOption(*command, name)) {
        return absl::StrCat("`", PathOf(*command), "` has no option `", name, "`",
                            DidYouMean(NearestOption(root, *command, name)));
      }
      continue;
    }
    if (const CLI::App* next = SubcommandNamed(*command, argument); next != nullptr) {
      command = next;
      *path = PathOf(*command);
      continue;
    }
    if (!command->get_subcommands(kEverySubcommand).empty()) {
      return absl::StrCat("there is no command `", PathOf(*command), " ", argument, "`",
                          DidYouMean(NearestCommand(*command, argument)));
    }
  }
  if (!command->get_subcommands(kEverySubcommand).empty()) {
    return absl::StrCat("`", PathOf(*command), "` needs a command");
  }
  return ExplainValue(error.what());
}

void AppendHelp(const CLI::App& app, std::string& out) {
  const std::string parents = app.get_parent() == nullptr ? "" : PathOf(*app.get_parent());
  absl::StrAppend(&out, "=== ", PathOf(app), "\n", app.help(parents), "\n");
  for (const CLI::App* command : app.get_subcommands(kEverySubcommand)) AppendHelp(*command, out);
}

}  // namespace

int RunTool(const std::vector<std::string>& arguments, Terminal terminal,
            const GlobalOptions& defaults) {
  Tool tool(terminal);
  tool.context.options() = defaults;
  AddAllCommands(tool);
  try {
    // CLI11 takes the arguments from the back.
    tool.app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return tool.app.exit(error, terminal.out, terminal.err);
    std::string command = PathOf(tool.app);
    const std::string what = ExplainParseError(tool.app, error, arguments, &command);
    terminal.err << RenderError(absl::InvalidArgumentError(what), tool.context.error_look())
                 << "  `" << command << " --help` says what there is\n";
    return kExitError;
  }
  const absl::StatusOr<int> code = tool.run();
  terminal.out.flush();
  if (!code.ok()) {
    terminal.err << RenderError(code.status(), tool.context.error_look());
    return kExitError;
  }
  if (!terminal.out) {
    terminal.err << RenderError(absl::DataLossError("the output could not be written"),
                                tool.context.error_look());
    return kExitError;
  }
  return *code;
}

std::string AllHelp() {
  std::stringstream unused;
  Tool tool(Terminal{unused, unused, unused});
  AddAllCommands(tool);
  std::string out;
  AppendHelp(tool.app, out);
  return out;
}

}  // namespace provost::cli
