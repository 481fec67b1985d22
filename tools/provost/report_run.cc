#include "tools/provost/report_run.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/provost/files.h"
#include "tools/provost/table.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

std::string SummaryText(const v1::RunReportResponse::Summary& summary) {
  return absl::StrCat(summary.row_count(), summary.row_count() == 1 ? " row, " : " rows, ",
                      summary.learner_count(),
                      summary.learner_count() == 1 ? " learner\n" : " learners\n");
}

// For people: names are short, and times, which are the cells of that form, to the second.
std::string CellText(const Names& names, const std::string& cell) {
  if (cell.size() >= 20 && cell[10] == 'T' && cell.back() == 'Z') {
    const auto time = ParseTime(cell, absl::InfinitePast());
    if (time.ok()) return FormatTime(*time);
  }
  return names.Short(cell);
}

void AddRow(const Names& names, const v1::RunReportResponse::Row& row, Table* table) {
  std::vector<Table::Cell> cells;
  for (const std::string& cell : row.cells()) cells.push_back({CellText(names, cell)});
  table->AddRow(std::move(cells));
}

absl::StatusOr<int> WriteDocument(Context& context, const v1::ReportDefinition& definition,
                                  const ReportOutput& output) {
  v1::ExportReportRequest request;
  *request.mutable_definition() = definition;
  const bool is_json = output.format == "jsonl" || context.options().json;
  request.mutable_options()->set_format(is_json ? v1::ExportOptions::JSON_LINES
                                                : v1::ExportOptions::CSV);
  request.mutable_options()->set_spreadsheet(output.spreadsheet);
  OutputFile file(context, output.output);
  v1::ExportReportResponse piece;
  absl::Status status = context.ReadStream("ReportService.ExportReport", request, piece,
                                           [&] { return file.Write(piece.data()); });
  if (status.ok()) status = file.KeepAndSay();
  if (!status.ok()) return status;
  return kExitOk;
}

}  // namespace

void ReportOutput::AddOptions(CLI::App* command) {
  command->add_option("--format", format, "Write a document: csv or jsonl")
      ->check(CLI::IsMember({"csv", "jsonl"}))
      ->type_name("FORMAT");
  command->add_flag("--spreadsheet", spreadsheet,
                    "Write no cell that a spreadsheet would take for a formula");
  command->add_option("--output", output, "The file to write a document to")->type_name("FILE");
}

absl::StatusOr<int> RunDefinition(Context& context, const v1::ReportDefinition& definition,
                                  const ReportOutput& output) {
  if (!output.format.empty() || !output.output.empty() || context.options().json) {
    return WriteDocument(context, definition, output);
  }
  v1::RunReportRequest request;
  *request.mutable_definition() = definition;
  v1::RunReportResponse piece;
  v1::RunReportResponse::Summary summary;
  std::vector<std::string> columns;
  std::vector<v1::RunReportResponse::Row> rows;
  absl::Status status = context.ReadStream("ReportService.RunReport", request, piece, [&] {
    if (piece.has_header()) {
      columns.assign(piece.header().columns().begin(), piece.header().columns().end());
    }
    if (piece.has_summary()) summary = piece.summary();
    rows.insert(rows.end(), piece.rows().begin(), piece.rows().end());
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  Table table(columns);
  for (const v1::RunReportResponse::Row& row : rows) AddRow(context.names(), row, &table);
  context.out() << table.Render(context.look());
  if (context.look().aligned) context.out() << SummaryText(summary);
  return kExitOk;
}

std::string RowsText(Context& context, const v1::ListReportRowsResponse& rows) {
  Table table({rows.header().columns().begin(), rows.header().columns().end()});
  for (const v1::RunReportResponse::Row& row : rows.rows()) AddRow(context.names(), row, &table);
  std::string text = table.Render(context.look());
  if (context.look().aligned && rows.has_summary()) {
    absl::StrAppend(&text, SummaryText(rows.summary()));
  }
  return text;
}

}  // namespace provost::cli
