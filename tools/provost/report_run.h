// Running a report, and showing or writing what comes of it.
#ifndef PROVOST_TOOLS_PROVOST_REPORT_RUN_H_
#define PROVOST_TOOLS_PROVOST_REPORT_RUN_H_

#include <CLI/CLI.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "provost/v1/report_service.pb.h"
#include "tools/provost/context.h"

namespace provost::cli {

// Where a report goes: a table on standard output, or a document.
struct ReportOutput {
  std::string format;
  std::string output;
  bool spreadsheet = false;

  void AddOptions(CLI::App* command);
};

// The exit code, or what went wrong.
absl::StatusOr<int> RunDefinition(Context& context, const v1::ReportDefinition& definition,
                                  const ReportOutput& output);

// Rows that were read page by page, as RunDefinition() shows them.
std::string RowsText(Context& context, const v1::ListReportRowsResponse& rows);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_REPORT_RUN_H_
