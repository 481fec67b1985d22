#ifndef PROVOST_SERVICE_ENROLLMENT_SERVICE_H_
#define PROVOST_SERVICE_ENROLLMENT_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of EnrollmentService.
void RegisterEnrollmentService(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_ENROLLMENT_SERVICE_H_
