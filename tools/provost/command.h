// How a command is added to the tool: its options, its example, and what runs it.
#ifndef PROVOST_TOOLS_PROVOST_COMMAND_H_
#define PROVOST_TOOLS_PROVOST_COMMAND_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "tools/provost/context.h"

namespace provost::cli {

// The tool: its commands, and the one of them that the command line names. Not thread-safe.
struct Tool {
  explicit Tool(Terminal terminal) : context(terminal) {}

  Context context;
  CLI::App app;
  // What the parsed command line asks for; gives the exit code.
  std::function<absl::StatusOr<int>()> run;
};

// Adds a command with a summary and an example, which --help shows.
inline CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& summary,
                            const std::string& example) {
  CLI::App* const command = parent.add_subcommand(name, summary);
  command->footer("Example:\n  " + example);
  // Those of a group are not what the group itself is among.
  if (parent.get_parent() != nullptr) command->group("Commands");
  command->fallthrough();
  return command;
}

// Adds a command that only has commands.
inline CLI::App* AddGroup(CLI::App& parent, const std::string& name, const std::string& summary,
                          const std::string& example) {
  CLI::App* const group = AddCommand(parent, name, summary, example);
  group->require_subcommand(1);
  return group;
}

// Runs `body(context, *options)` when `command` is what the command line names. `options` is what
// the command's options were bound to.
template <typename Options, typename Body>
void OnRun(Tool& tool, CLI::App* command, std::shared_ptr<Options> options, Body body) {
  command->callback([&tool, options = std::move(options), body = std::move(body)] {
    tool.run = [&tool, options, body]() -> absl::StatusOr<int> {
      return body(tool.context, *options);
    };
  });
}

// Each adds the commands of one file.
void AddAccessCommands(Tool& tool);
void AddAttemptCommands(Tool& tool);
void AddAuditCommand(Tool& tool);
// Those of `provost certificates`, beside what every resource has; what else is printed.
void AddCertificateCommands(Tool& tool, CLI::App& certificates);
void AddSessionSheetCommand(Tool& tool, CLI::App& sessions);
void AddTranscriptCommand(Tool& tool);
void AddDiscussionCommands(Tool& tool);
// Those of `provost enrollments`, beside what every resource has; `rules` of courses and plans.
void AddEnrollmentCommands(Tool& tool, CLI::App& enrollments);
void AddTrainingRulesCommand(Tool& tool, CLI::App& group, const char* collection);
void AddExportCommands(Tool& tool);
void AddGrowthCommand(Tool& tool);
void AddImportCommands(Tool& tool);
void AddRecordCommands(Tool& tool);
// `provost record external`.
void AddExternalTrainingCommands(Tool& tool, CLI::App& record);
void AddReportCommands(Tool& tool);
// Those of `provost reports`, beside what every resource has.
void AddSavedReportCommands(Tool& tool, CLI::App& reports);
void AddRoleCommands(Tool& tool);
// Those of `provost sessions`, beside what every resource has; who was there; calendars.
void AddSessionCommands(Tool& tool, CLI::App& sessions);
void AddAttendanceCommands(Tool& tool);
void AddCalendarCommand(Tool& tool);
void AddPolicyCommands(Tool& tool);
// Those of `provost policy` that ask a server.
void AddPolicyVersionCommands(Tool& tool, CLI::App& policy);
void AddResourceCommands(Tool& tool);
// Those of `provost content`, beside what every resource has.
void AddContentCommands(Tool& tool, CLI::App& content);
void AddContentReviewCommands(Tool& tool, CLI::App& content);
void AddPackageCommands(Tool& tool, CLI::App& content);
void AddQuizCommands(Tool& tool, CLI::App& content);
// Those of `provost courses` that are about content.
void AddCourseItemCommands(Tool& tool, CLI::App& courses);
// Those of `provost courses` that are about competencies.
void AddCourseCompetencyCommands(Tool& tool, CLI::App& courses);
// `provost notifications`, with what it has beside resources; gives the group for these.
CLI::App* AddNotificationCommands(Tool& tool);
// Those of `provost notifications templates`, beside what every resource has.
void AddNotificationTemplateCommands(Tool& tool, CLI::App& templates);
// Those of `provost groups` that are about members.
void AddGroupMemberCommands(Tool& tool, CLI::App& groups);
// Those of `provost catalogs` and `provost plans` that change what such a one is made of.
void AddCatalogDefinitionCommands(Tool& tool, CLI::App& catalogs);
void AddPlanCommands(Tool& tool, CLI::App& plans);
// Those of `provost users` that are about no single one.
void AddUserFieldCommands(Tool& tool, CLI::App& users);
void AddMessageCommands(Tool& tool);
void AddSettingsCommands(Tool& tool);
void AddStoreCommands(Tool& tool);
void AddSubmissionCommands(Tool& tool);
void AddTenantCommands(Tool& tool);
void AddTestCommand(Tool& tool);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_COMMAND_H_
