#ifndef PROVOST_SERVICE_SAVED_REPORTS_H_
#define PROVOST_SERVICE_SAVED_REPORTS_H_

#include "service/methods.h"

namespace provost {

/// Registers the methods of ReportService that are about saved reports (CA6, RE2), the rows
/// included (saved_report_rows.h).
void RegisterSavedReports(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_SAVED_REPORTS_H_
