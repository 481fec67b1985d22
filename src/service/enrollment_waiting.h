#ifndef PROVOST_SERVICE_ENROLLMENT_WAITING_H_
#define PROVOST_SERVICE_ENROLLMENT_WAITING_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of waiting lists, and of the log of who moved an enrollment.
void RegisterEnrollmentWaiting(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_ENROLLMENT_WAITING_H_
