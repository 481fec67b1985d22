// `provost dashboard` and `provost report`: what there is to do, and how trainings go.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "provost/v1/report_service.pb.h"
#include "tools/provost/command.h"
#include "tools/provost/enum_words.h"
#include "tools/provost/files.h"
#include "tools/provost/table.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

using v1::Report;

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
  std::vector<std::string> columns;
  std::vector<std::string> states;
  std::string group;
  std::string due_before;
  std::string completed_from;
  std::string completed_before;
  bool missing_only = false;
  std::string format;
  std::string output;
  bool spreadsheet = false;
};

absl::Status FillTime(const std::string& text,
                      google::protobuf::Timestamp* (*mutable_time)(v1::ReportFilter*),
                      v1::ReportFilter* filter) {
  if (text.empty()) return absl::OkStatus();
  const auto time = ParseTime(text, absl::Now());
  if (!time.ok()) return time.status();
  *mutable_time(filter) = *time;
  return absl::OkStatus();
}

absl::StatusOr<Report> FillReport(const Names& names, const ReportOptions& options) {
  Report report;
  report.set_kind(static_cast<Report::Kind>(EnumNumber(*Report::Kind_descriptor(), options.kind)));
  absl::StatusOr<std::string> scope = names.Full(options.scope);
  if (!scope.ok()) return scope.status();
  report.set_scope(*std::move(scope));
  for (const std::string& column : options.columns) report.add_columns(column);
  v1::ReportFilter filter;
  for (const std::string& state : options.states) {
    filter.add_states(
        static_cast<v1::Enrollment::State>(EnumNumber(*v1::Enrollment::State_descriptor(), state)));
  }
  if (!options.group.empty()) {
    absl::StatusOr<std::string> group = names.Full(options.group, "groups");
    if (!group.ok()) return group.status();
    filter.set_group(*std::move(group));
  }
  absl::Status status = FillTime(
      options.due_before, [](v1::ReportFilter* each) { return each->mutable_due_before(); },
      &filter);
  if (status.ok()) {
    status = FillTime(
        options.completed_from,
        [](v1::ReportFilter* each) { return each->mutable_completed_from(); }, &filter);
  }
  if (status.ok()) {
    status = FillTime(
        options.completed_before,
        [](v1::ReportFilter* each) { return each->mutable_completed_before(); }, &filter);
  }
  if (!status.ok()) return status;
  filter.set_missing_only(options.missing_only);
  *report.mutable_filter() = std::move(filter);
  return report;
}

absl::StatusOr<int> ExportTo(Context& context, const ReportOptions& options, Report report) {
  v1::ExportReportRequest request;
  *request.mutable_report() = std::move(report);
  const bool is_json = options.format == "jsonl" || context.options().json;
  request.mutable_options()->set_format(is_json ? v1::ExportOptions::JSON_LINES
                                                : v1::ExportOptions::CSV);
  request.mutable_options()->set_spreadsheet(options.spreadsheet);
  OutputFile file(context, options.output);
  v1::ExportReportResponse piece;
  absl::Status status = context.ReadStream("ReportService.ExportReport", request, piece,
                                           [&] { return file.Write(piece.data()); });
  if (status.ok()) status = file.Keep();
  if (!status.ok()) return status;
  return kExitOk;
}

absl::StatusOr<int> RunReport(Context& context, const ReportOptions& options) {
  absl::StatusOr<Report> report = FillReport(context.names(), options);
  if (!report.ok()) return report.status();
  if (!options.format.empty() || !options.output.empty() || context.options().json) {
    return ExportTo(context, options, *std::move(report));
  }
  v1::RunReportRequest request;
  *request.mutable_report() = *std::move(report);
  v1::RunReportResponse piece;
  v1::RunReportResponse::Summary summary;
  std::vector<std::string> columns;
  std::vector<std::vector<Table::Cell>> rows;
  absl::Status status = context.ReadStream("ReportService.RunReport", request, piece, [&] {
    if (piece.has_header()) {
      columns.assign(piece.header().columns().begin(), piece.header().columns().end());
    }
    if (piece.has_summary()) summary = piece.summary();
    for (const v1::RunReportResponse::Row& row : piece.rows()) {
      auto& cells = rows.emplace_back();
      for (const std::string& cell : row.cells()) cells.push_back({context.names().Short(cell)});
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  Table table(columns);
  for (auto& row : rows) table.AddRow(std::move(row));
  context.out() << table.Render(context.look());
  if (context.look().aligned) {
    context.out() << summary.row_count() << (summary.row_count() == 1 ? " row, " : " rows, ")
                  << summary.learner_count()
                  << (summary.learner_count() == 1 ? " learner" : " learners") << "\n";
  }
  return kExitOk;
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
      ->check(CLI::IsMember(EnumWords(*Report::Kind_descriptor())))
      ->type_name("KIND");
  command->add_option("--of", report->scope, "Of this scope and what is below it (the tenant)")
      ->type_name("SCOPE");
  command->add_option("--columns", report->columns, "Which columns, in order (all)")
      ->type_name("COLUMN,...")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--states", report->states, "Enrollments in these states alone")
      ->type_name("STATE,...")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember(EnumWords(*v1::Enrollment::State_descriptor())));
  command->add_option("--group", report->group, "Learners in this group alone")->type_name("GROUP");
  command->add_option("--due-before", report->due_before, "Due before")->type_name("TIME");
  command->add_option("--completed-from", report->completed_from, "Completed from then on")
      ->type_name("TIME");
  command->add_option("--completed-before", report->completed_before, "Completed before")
      ->type_name("TIME");
  command->add_flag("--missing", report->missing_only,
                    "In a compliance report, who does not have what they have to have");
  command->add_option("--format", report->format, "Write a document: csv or jsonl")
      ->check(CLI::IsMember({"csv", "jsonl"}))
      ->type_name("FORMAT");
  command->add_flag("--spreadsheet", report->spreadsheet,
                    "Write no cell that a spreadsheet would take for a formula");
  command->add_option("--output", report->output, "The file to write a document to")
      ->type_name("FILE");
  OnRun(tool, command, report, RunReport);
}

}  // namespace provost::cli
