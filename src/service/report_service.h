#ifndef PROVOST_SERVICE_REPORT_SERVICE_H_
#define PROVOST_SERVICE_REPORT_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// Registers the methods of ReportService.
void RegisterReportService(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_REPORT_SERVICE_H_
