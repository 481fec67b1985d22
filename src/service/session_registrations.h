#ifndef PROVOST_SERVICE_SESSION_REGISTRATIONS_H_
#define PROVOST_SERVICE_SESSION_REGISTRATIONS_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "provost/internal/v1/learning_rows.pb.h"
#include "service/methods.h"
#include "store/reader.h"
#include "tenant/rows.h"

namespace provost {

/// Registers the methods of AttendanceService by which people register for sessions (I2, I3).
void RegisterSessionRegistrations(Methods& methods);

/// The row of the session that `name` names, which was found to be well formed. NOT_FOUND.
absl::StatusOr<rows::SessionRow> FindSession(const store::Reader& reader, const WorldState& state,
                                             uint64_t tenant, absl::string_view name);

/// FAILED_PRECONDITION with NOT_ENROLLED unless the person is admitted to the training of the
/// session. The enrollment otherwise.
absl::StatusOr<rows::EnrollmentRow> FindAdmitted(const MutateCall& call,
                                                 const rows::SessionRow& session, SubjectId person,
                                                 absl::string_view name);

}  // namespace provost

#endif  // PROVOST_SERVICE_SESSION_REGISTRATIONS_H_
