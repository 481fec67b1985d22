// Reports and dashboards, as anybody asks for them.
#ifndef PROVOST_TESTS_SERVICE_REPORTS_H_
#define PROVOST_TESTS_SERVICE_REPORTS_H_

#include <google/protobuf/text_format.h>
#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "provost/v1/report_service.grpc.pb.h"
#include "provost/v1/report_service.pb.h"
#include "tests/service/acme.h"
#include "tests/service/stream_calls.h"

namespace provost {

// All that a report said.
struct ReportAnswer {
  Answer<v1::RunReportResponse> last;  // With the status.
  v1::RunReportResponse::Header header;
  std::vector<std::map<std::string, std::string>> rows;  // By column.
  int summaries = 0;

  bool ok() const { return last.ok(); }
  const v1::RunReportResponse::Summary& summary() const { return last.value.summary(); }
  // One column, from the first row to the last.
  std::vector<std::string> Column(const std::string& name) const {
    std::vector<std::string> cells;
    for (const auto& row : rows) cells.push_back(row.at(name));
    return cells;
  }
};

// `report`: `kind: COURSE scope: 'tenants/acme/courses/fire'`.
inline v1::ReportDefinition ParseReport(const std::string& report) {
  v1::ReportDefinition parsed;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(report, &parsed)) << report;
  return parsed;
}

inline ReportAnswer RunReportAs(const std::shared_ptr<grpc::Channel>& channel,
                                absl::string_view actor, const std::string& report) {
  v1::RunReportRequest request;
  *request.mutable_definition() = ParseReport(report);
  grpc::ClientContext context;
  SetCaller(actor, &context);
  const auto reader = v1::ReportService::NewStub(channel)->RunReport(&context, request);
  ReportAnswer answer;
  v1::RunReportResponse message;
  for (bool first = true; reader->Read(&message); first = false) {
    EXPECT_EQ(message.has_header(), first);
    if (first) answer.header = message.header();
    if (message.has_summary()) ++answer.summaries;
    for (const auto& row : message.rows()) {
      EXPECT_EQ(row.cells_size(), answer.header.columns_size());
      auto& cells = answer.rows.emplace_back();
      for (int i = 0; i < row.cells_size(); ++i) cells[answer.header.columns(i)] = row.cells(i);
    }
    answer.last.value = message;
  }
  answer.last.status = reader->Finish();
  if (answer.ok()) {
    EXPECT_EQ(answer.summaries, 1);
    EXPECT_EQ(answer.summary().row_count(), static_cast<int64_t>(answer.rows.size()));
  }
  return answer;
}

inline Answer<std::string> ExportReportAs(const std::shared_ptr<grpc::Channel>& channel,
                                          absl::string_view actor, const std::string& report,
                                          const std::string& options = "") {
  v1::ExportReportRequest request;
  *request.mutable_definition() = ParseReport(report);
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(options, request.mutable_options()));
  return ReadExport<v1::ExportReportResponse>(actor, [&](grpc::ClientContext* context) {
    return v1::ReportService::NewStub(channel)->ExportReport(context, request);
  });
}

}  // namespace provost

#endif  // PROVOST_TESTS_SERVICE_REPORTS_H_
