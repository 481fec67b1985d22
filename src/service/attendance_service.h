#ifndef PROVOST_SERVICE_ATTENDANCE_SERVICE_H_
#define PROVOST_SERVICE_ATTENDANCE_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of AttendanceService.
void RegisterAttendanceService(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_ATTENDANCE_SERVICE_H_
