#ifndef PROVOST_SERVICE_REPORT_DOCUMENT_H_
#define PROVOST_SERVICE_REPORT_DOCUMENT_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "provost/v1/report_service.pb.h"
#include "service/methods.h"
#include "service/streams.h"

namespace provost {

/// What stands behind a document, and is not in it.
struct ReportFigures {
  int64_t row_count = 0;
  int64_t learner_count = 0;  ///< Each once.
  uint64_t revision = 0;
  absl::Time read_time;
};

/// The document of a report, as ExportReport sends it (RE2). A message looks at no more than some
/// ten thousand rows of the store, so that whoever waits for the next is heard, and may be empty.
/// `figures`, where it is not null, is filled in on the way, and whole at the end. Errors are those
/// of OpenReport.
absl::StatusOr<Source<v1::ExportReportResponse>> OpenReportDocument(
    ReadCall& call, const v1::ExportReportRequest& request, std::shared_ptr<ReportFigures> figures);

}  // namespace provost

#endif  // PROVOST_SERVICE_REPORT_DOCUMENT_H_
