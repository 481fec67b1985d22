#include "service/report_document.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "service/export_rows.h"
#include "service/report_definition.h"
#include "service/report_source.h"

namespace provost {
namespace {

// Of ReportSource::Next(), for one message.
constexpr int kStepsOfMessage = 4;

struct Document {
  ReportColumns columns;
  ExportFormat format;
  std::unique_ptr<ReportSource> source;
  std::shared_ptr<ReportFigures> figures;
  bool begun = false;
  bool ended = false;
};

absl::StatusOr<bool> NextPart(Document& document, ReadCall& call, std::string* data) {
  if (!document.begun) document.format.AppendHeader(data);
  document.begun = true;
  for (int step = 0; !document.ended && step < kStepsOfMessage && data->size() < kExportBytes;
       ++step) {
    std::vector<ReportRow> rows;
    absl::StatusOr<bool> more = document.source->Next(call, &rows);
    if (!more.ok()) return more.status();
    document.ended = !*more;
    for (const ReportRow& row : rows) document.format.AppendRow(document.columns.Pick(row), data);
    document.figures->row_count += static_cast<int64_t>(rows.size());
    document.figures->learner_count = document.source->learner_count();
  }
  return !data->empty() || !document.ended;
}

}  // namespace

absl::StatusOr<Source<v1::ExportReportResponse>> OpenReportDocument(
    ReadCall& call, const v1::ExportReportRequest& request,
    std::shared_ptr<ReportFigures> figures) {
  absl::StatusOr<ReportCall> report = OpenReport(call, "definition", request.definition());
  if (!report.ok()) return report.status();
  if (figures == nullptr) figures = std::make_shared<ReportFigures>();
  figures->revision = report->view->revision();
  figures->read_time = report->view->time();
  const ReportColumns columns = report->columns;
  std::unique_ptr<ReportSource> source = MakeReportSource(call, *std::move(report));
  auto document =
      std::make_shared<Document>(Document{columns, ExportFormat(request.options(), columns.Names()),
                                          std::move(source), std::move(figures)});
  return Source<v1::ExportReportResponse>(
      [document](ReadCall& at, v1::ExportReportResponse* message) {
        return NextPart(*document, at, message->mutable_data());
      });
}

}  // namespace provost
