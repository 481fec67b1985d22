// `provost dashboard` and `provost report`: what there is to do, and how trainings go.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "provost/v1/report_service.pb.h"
#include "tools/provost/command.h"
#include "tools/provost/enum_words.h"
#include "tools/provost/report_options.h"
#include "tools/provost/report_run.h"
#include "tools/provost/table.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

// --- dashboard ---

struct DashboardOptions {
  std::string scope;
};

absl::StatusOr<int> RunScopeDashboard(Context& context, const DashboardOptions& options) {
  absl::StatusOr<std::string> scope = context.names().Full(options.scope);
  if (!scope.ok()) return scope.status();
  v1::GetDashboardRequest request;
  request.set_scope(*std::move(scope));
  v1::Dashboard response;
  absl::Status status = context.Call("ReportService.GetDashboard", request, response);
  if (!status.ok()) return status;
  Table table({"training", "learners", "in progress", "completed", "overdue", "applied", "waiting",
               "to grade"});
  const auto add = [&](const std::string& name, const v1::TrainingFigures& figures) {
    table.AddRow({{name},
                  {absl::StrCat(figures.learner_count())},
                  {absl::StrCat(figures.in_progress_count())},
                  {absl::StrCat(figures.completed_count())},
                  {absl::StrCat(figures.overdue_count())},
                  {absl::StrCat(figures.requested_count())},
                  {absl::StrCat(figures.waiting_count())},
                  {absl::StrCat(figures.ungraded_count())}});
  };
  for (const v1::TrainingFigures& figures : response.trainings()) {
    add(context.names().Short(figures.training()), figures);
  }
  if (response.trainings_size() != 1) add("all", response.figures());
  context.Answer(response, table.Render(context.look()));
  return kExitOk;
}

absl::StatusOr<int> RunMyDashboard(Context& context) {
  v1::GetMyDashboardRequest request;
  if (absl::Status status = context.names().SetTenant(*request.mutable_parent()); !status.ok()) {
    return status;
  }
  absl::StatusOr<std::string> self = context.names().Subject(context.options().actor);
  if (!self.ok()) return self.status();
  request.set_learner(*std::move(self));
  v1::MyDashboard response;
  absl::Status status = context.Call("ReportService.GetMyDashboard", request, response);
  if (!status.ok()) return status;
  Table table({"tile", "training", "title", "state", "progress", "due", "valid until"});
  const auto add = [&](const std::string& tile, const v1::DashboardEntry& entry) {
    const v1::Enrollment& enrollment = entry.enrollment();
    table.AddRow(
        {{tile},
         {context.names().Short(enrollment.training())},
         {entry.display_name()},
         {EnumWord(v1::Enrollment::State_Name(enrollment.state()))},
         {absl::StrCat(enrollment.progress_percent(), "%")},
         {enrollment.has_due_time() ? FormatTime(enrollment.due_time()) : std::string()},
         {enrollment.has_expire_time() ? FormatTime(enrollment.expire_time()) : std::string()}});
  };
  for (const v1::DashboardTile& tile : response.tiles()) {
    for (const v1::DashboardEntry& entry : tile.entries()) {
      add(EnumWord(v1::DashboardSettings::Tile_Name(tile.tile())), entry);
    }
  }
  for (const v1::DashboardEntry& entry : response.pending()) add("pending", entry);
  std::string text;
  if (!response.announcement().empty()) {
    absl::StrAppend(&text, PrintableLines(response.announcement()), "\n\n");
  }
  absl::StrAppend(&text, table.Render(context.look()));
  if (response.sessions_size() > 0) {
    Table sessions({"session", "title", "begins", "place"});
    for (const v1::DashboardSession& session : response.sessions()) {
      sessions.AddRow({{context.names().Short(session.session())},
                       {session.display_name()},
                       {FormatTime(session.start_time())},
                       {session.place().empty() ? session.link() : session.place()}});
    }
    absl::StrAppend(&text, "\n", sessions.Render(context.look()));
  }
  if (response.work_size() > 0) {
    Table work({"work", "title", "course", "state", "due"});
    for (const v1::Submission& submission : response.work()) {
      work.AddRow(
          {{context.names().Short(submission.name())},
           {submission.task_display_name()},
           {context.names().Short(submission.course())},
           {EnumWord(v1::Submission::State_Name(submission.state()))},
           {submission.has_due_time() ? FormatTime(submission.due_time()) : std::string()}});
    }
    absl::StrAppend(&text, "\n", work.Render(context.look()));
  }
  if (table.size() == 0 && context.look().aligned) text = "no trainings\n";
  context.Answer(response, text);
  return kExitOk;
}

absl::StatusOr<int> RunDashboard(Context& context, const DashboardOptions& options) {
  return options.scope.empty() ? RunMyDashboard(context) : RunScopeDashboard(context, options);
}

// --- report ---

struct ReportOptions {
  std::string kind;
  std::string scope = ".";
  ReportFilterOptions filter;
  ReportOutput output;
};

absl::StatusOr<int> RunReport(Context& context, const ReportOptions& options) {
  v1::ReportDefinition definition;
  definition.set_kind(ReportKind(options.kind));
  absl::StatusOr<std::string> scope = context.names().Full(options.scope);
  if (!scope.ok()) return scope.status();
  definition.set_scope(*std::move(scope));
  absl::Status status = options.filter.Fill(context.names(), &definition);
  if (!status.ok()) return status;
  return RunDefinition(context, definition, options.output);
}

}  // namespace

void AddReportCommands(Tool& tool) {
  auto dashboard = std::make_shared<DashboardOptions>();
  CLI::App* command =
      AddCommand(tool.app, "dashboard",
                 "Shows one's own trainings, or how a course, a catalog or the tenant stands.",
                 "provost dashboard --of courses/fire");
  command->group("Resources");
  command->add_option("--of", dashboard->scope, "Of this scope, `.` for the tenant (one's own)")
      ->type_name("SCOPE");
  OnRun(tool, command, dashboard, RunDashboard);

  auto report = std::make_shared<ReportOptions>();
  command = AddCommand(tool.app, "report", "Shows or writes a report.",
                       "provost report compliance --of catalogs/safety --missing");
  command->group("Resources");
  command->add_option("kind", report->kind, "What the rows are")
      ->required()
      ->check(CLI::IsMember(ReportKindWords()))
      ->type_name("KIND");
  command->add_option("--of", report->scope, "Of this scope and what is below it (the tenant)")
      ->type_name("SCOPE");
  report->filter.AddOptions(command);
  report->output.AddOptions(command);
  OnRun(tool, command, report, RunReport);
}

}  // namespace provost::cli
