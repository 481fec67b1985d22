#ifndef PROVOST_SERVICE_ENROLLMENT_REQUESTS_H_
#define PROVOST_SERVICE_ENROLLMENT_REQUESTS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/methods.h"
#include "tenant/names.h"

namespace provost {

/// What the caller has applied for and nobody has decided about yet. Costs the caller's own
/// enrollments. The lane's thread alone.
absl::StatusOr<std::vector<EnrollmentId>> OwnApplications(const MutateCall& call);

/// Rule 21 for changes that enroll many: PERMISSION_DENIED with OWN_RECORD where one of
/// `applications`, which the caller had before, is no application any more.
absl::Status CheckStillApplications(const MutateCall& call,
                                    const std::vector<EnrollmentId>& applications);

/// Registers the handlers of coming into trainings by oneself, of what is decided about that, and
/// of leaving (LE2).
void RegisterEnrollmentRequests(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_ENROLLMENT_REQUESTS_H_
