#ifndef PROVOST_SERVICE_ENROLLMENT_REQUESTS_H_
#define PROVOST_SERVICE_ENROLLMENT_REQUESTS_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of coming into trainings by oneself, of what is decided about that, and
/// of leaving (LE2).
void RegisterEnrollmentRequests(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_ENROLLMENT_REQUESTS_H_
