// Those of `provost reports`, beside what every resource has: the rows of a saved report.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "provost/v1/report_service.pb.h"
#include "tools/provost/command.h"
#include "tools/provost/enum_words.h"
#include "tools/provost/render_message.h"
#include "tools/provost/report_options.h"
#include "tools/provost/report_run.h"
#include "tools/provost/table.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

struct SavedOptions {
  std::string name;
  std::string scope;
  size_t limit = 0;
  ReportOutput output;
};

absl::StatusOr<v1::Report> GetReport(Context& context, const std::string& id) {
  auto name = context.names().Full(id, "reports");
  if (!name.ok()) return name.status();
  v1::GetReportRequest request;
  request.set_name(*std::move(name));
  v1::Report report;
  absl::Status status = context.Call("ReportService.GetReport", request, report);
  if (!status.ok()) return status;
  return report;
}

absl::StatusOr<int> RunList(Context& context, const SavedOptions& options) {
  v1::ListReportsRequest request;
  if (absl::Status status = context.names().SetTenant(*request.mutable_parent()); !status.ok()) {
    return status;
  }
  if (!options.scope.empty()) {
    auto scope = context.names().Full(options.scope);
    if (!scope.ok()) return scope.status();
    request.set_scope(*std::move(scope));
  }
  v1::ListReportsResponse response;
  absl::Status status =
      context.CallPages("ReportService.ListReports", request, response, options.limit);
  if (!status.ok()) return status;
  Table table({"report", "title", "kind", "of", "owner", "mailed", "next"});
  for (const v1::Report& report : response.reports()) {
    table.AddRow({{context.names().Short(report.name())},
                  {report.display_name()},
                  {EnumWord(v1::ReportDefinition::Kind_Name(report.definition().kind()))},
                  {context.names().Short(report.definition().scope())},
                  {context.names().Short(report.owner())},
                  {ScheduleText(report)},
                  {report.has_next_run_time() ? FormatTime(report.next_run_time()) : ""}});
  }
  const bool is_empty = table.size() == 0 && context.look().aligned;
  context.Answer(response, is_empty ? "no saved reports\n" : table.Render(context.look()));
  return kExitOk;
}

absl::StatusOr<int> RunGet(Context& context, const SavedOptions& options) {
  absl::StatusOr<v1::Report> report = GetReport(context, options.name);
  if (!report.ok()) return report.status();
  const Names names = context.names();
  const v1::ReportDefinition& definition = report->definition();
  const v1::ReportFilter& filter = definition.filter();
  std::vector<std::string> states;
  for (int state : filter.states()) {
    states.push_back(
        EnumWord(v1::Enrollment::State_Name(static_cast<v1::Enrollment::State>(state))));
  }
  const auto time = [](bool has, const google::protobuf::Timestamp& value) {
    return has ? FormatTime(value) : std::string();
  };
  const std::string text = RenderFields(
      {{"name", names.Short(report->name())},
       {"title", report->display_name()},
       {"kind", EnumWord(v1::ReportDefinition::Kind_Name(definition.kind()))},
       {"of", names.Short(definition.scope())},
       {"columns", absl::StrJoin(definition.columns(), ", ")},
       {"states", absl::StrJoin(states, ", ")},
       {"group", names.Short(filter.group())},
       {"due before", time(filter.has_due_before(), filter.due_before())},
       {"completed from", time(filter.has_completed_from(), filter.completed_from())},
       {"completed before", time(filter.has_completed_before(), filter.completed_before())},
       {"missing only", filter.missing_only() ? "yes" : ""},
       {"owner", names.Short(report->owner())},
       {"mailed", ScheduleText(*report)},
       {"next", time(report->has_next_run_time(), report->next_run_time())},
       {"last", time(report->has_last_run_time(), report->last_run_time())},
       {"last error", report->last_error()},
       {"etag", report->etag()}},
      context.look());
  context.Answer(*report, text);
  return kExitOk;
}

absl::StatusOr<int> RunSaved(Context& context, const SavedOptions& options) {
  absl::StatusOr<v1::Report> report = GetReport(context, options.name);
  if (!report.ok()) return report.status();
  return RunDefinition(context, report->definition(), options.output);
}

absl::StatusOr<int> RunRows(Context& context, const SavedOptions& options) {
  auto name = context.names().Full(options.name, "reports");
  if (!name.ok()) return name.status();
  v1::ListReportRowsRequest request;
  request.set_name(*std::move(name));
  v1::ListReportRowsResponse rows;
  v1::ListReportRowsResponse page;
  constexpr size_t kPage = 1000;
  do {
    const auto count = static_cast<size_t>(rows.rows_size());
    const size_t left = options.limit == 0 ? kPage : options.limit - count;
    request.set_page_size(static_cast<int32_t>(std::min(left, kPage)));
    page.Clear();
    absl::Status status = context.Call("ReportService.ListReportRows", request, page);
    if (!status.ok()) return status;
    *rows.mutable_header() = page.header();
    if (page.has_summary()) *rows.mutable_summary() = page.summary();
    rows.mutable_rows()->MergeFrom(page.rows());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() &&
           (options.limit == 0 || static_cast<size_t>(rows.rows_size()) < options.limit));
  context.Answer(rows, RowsText(context, rows));
  return kExitOk;
}

}  // namespace

void AddSavedReportCommands(Tool& tool, CLI::App& reports) {
  auto list = std::make_shared<SavedOptions>();
  CLI::App* command = AddCommand(reports, "list", "Lists the saved reports that you may read.",
                                 "provost reports list --of courses/fire");
  command->add_option("--of", list->scope, "Only those of this very scope")->type_name("SCOPE");
  command->add_option("--limit", list->limit, "Stop after this many (default: all)")
      ->type_name("N");
  OnRun(tool, command, list, RunList);

  auto get = std::make_shared<SavedOptions>();
  command = AddCommand(reports, "get", "Shows a saved report: what it is, and when it is mailed.",
                       "provost reports get late");
  command->add_option("name", get->name, "Which one, such as late")->required();
  OnRun(tool, command, get, RunGet);

  auto run = std::make_shared<SavedOptions>();
  command = AddCommand(reports, "run", "Shows or writes a saved report as it is now.",
                       "provost reports run late --output late.csv");
  command->add_option("name", run->name, "Which one, such as late")->required();
  run->output.AddOptions(command);
  OnRun(tool, command, run, RunSaved);

  auto rows = std::make_shared<SavedOptions>();
  command =
      AddCommand(reports, "rows", "Shows the first rows of a saved report, all of one revision.",
                 "provost reports rows late --limit 20");
  command->add_option("name", rows->name, "Which one, such as late")->required();
  command->add_option("--limit", rows->limit, "Stop after this many (default: all)")
      ->type_name("N");
  OnRun(tool, command, rows, RunRows);
}

}  // namespace provost::cli
