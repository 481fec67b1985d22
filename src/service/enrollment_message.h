#ifndef PROVOST_SERVICE_ENROLLMENT_MESSAGE_H_
#define PROVOST_SERVICE_ENROLLMENT_MESSAGE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "policy/world/state.h"
#include "provost/internal/v1/learning_rows.pb.h"
#include "provost/v1/enrollment.pb.h"
#include "service/methods.h"
#include "store/reader.h"
#include "tenant/enrollment_states.h"
#include "tenant/names.h"

namespace provost {

/// What the methods of enrollments have in common.

std::string EtagOf(EnrollmentId id, const rows::EnrollmentRow& row);

/// What clients see of a row, its place in the line left out.
v1::Enrollment ToMessage(const WorldState& state, const std::string& tenant, EnrollmentId id,
                         const rows::EnrollmentRow& row);
/// Puts the place in the line in, where it waits. Cost: a row for each before it.
absl::Status SetWaitingPosition(const store::Reader& reader, uint64_t tenant, EnrollmentId id,
                                v1::Enrollment* enrollment);

/// The id in a name that was found to be well formed.
EnrollmentId EnrollmentIdIn(absl::string_view name);

/// NOT_FOUND where there is none.
absl::StatusOr<rows::EnrollmentRow> FindEnrollment(const store::Reader& reader, uint64_t tenant,
                                                   absl::string_view name);
/// The same, whose etag has to be `etag` where that is set.
absl::StatusOr<rows::EnrollmentRow> FindForChange(const MutateCall& call, absl::string_view name,
                                                  absl::string_view etag);

/// A bad field unless the request's `name` is that of an enrollment and its `reason` has `min` to
/// 1000 characters.
absl::Status CheckMove(absl::string_view name, absl::string_view reason, size_t min);

/// The caller, moving an enrollment now.
MoveCause CauseOf(const MutateCall& call, absl::string_view reason);

/// Describes the change, and answers with the enrollment as the draft has it.
absl::Status Answer(MutateCall& call, EnrollmentId id, absl::string_view reason,
                    v1::Enrollment* response);

/// FAILED_PRECONDITION unless the enrollment is in the state `wanted`.
absl::Status CheckState(absl::string_view name, const rows::EnrollmentRow& row,
                        v1::Enrollment::State wanted, absl::string_view violation);

/// Whether it is now the turn of the manager to decide about what somebody has applied for, and
/// that is `person`. `row` is that of `id`. Cost: two rows where it is REQUESTED.
absl::StatusOr<bool> IsDecidingManager(const WorldState& state, const store::Reader& reader,
                                       uint64_t tenant, EnrollmentId id,
                                       const rows::EnrollmentRow& row, SubjectId person);

/// The manager who is asked about what `learner` applies for; 0: there is none, or none who is not
/// suspended. Cost: a row.
absl::StatusOr<SubjectId> AskedManager(const WorldState& state, const store::Reader& reader,
                                       uint64_t tenant, SubjectId learner);

}  // namespace provost

#endif  // PROVOST_SERVICE_ENROLLMENT_MESSAGE_H_
