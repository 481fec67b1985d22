#ifndef PROVOST_SERVICE_MY_DASHBOARD_H_
#define PROVOST_SERVICE_MY_DASHBOARD_H_

#include "service/methods.h"

namespace provost {

/// "My Training Dashboard" (LE4), of ReportService.
///
/// Cost of one: the settings, and for each training that the person was ever in two rows and those
/// of its sessions.
void RegisterMyDashboard(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_MY_DASHBOARD_H_
