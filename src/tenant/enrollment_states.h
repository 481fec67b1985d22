#ifndef PROVOST_TENANT_ENROLLMENT_STATES_H_
#define PROVOST_TENANT_ENROLLMENT_STATES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "policy/matrix/matrix.h"
#include "policy/world/state.h"
#include "provost/internal/v1/learning_rows.pb.h"
#include "provost/internal/v1/record_rows.pb.h"
#include "provost/v1/enrollment.pb.h"
#include "store/key.h"
#include "tenant/draft.h"
#include "tenant/names.h"
#include "tenant/training_rules.h"

namespace provost {

/// How an enrollment goes from one state to another, and what goes with that in the same commit:
/// the log, the seats of the training, the waiting list, and the role `learner` of whoever is
/// admitted.
///
/// The lane's thread alone, but for the pure functions.

/// How many people one draft admits at most; beyond, it is refused whole with TOO_MANY_ENROLLMENTS.
inline constexpr size_t kMaxEnrollmentsOfChange = 50000;

/// The role that being enrolled gives, where the policy has it and lets it be held at courses.
inline constexpr absl::string_view kLearnerRole = "learner";
std::optional<RoleId> LearnerRole(const Matrix& matrix);

/// Who moves an enrollment, why and when.
struct MoveCause {
  uint32_t actor = 0;                      ///< A uid; 0: the server itself.
  std::string reason;                      ///< For people.
  absl::Time time = absl::InfinitePast();  ///< InfinitePast: that of the draft.
};

/// Whether somebody whose enrollment is in that state is in the training: has a seat, holds the
/// role. Pure.
bool IsAdmitted(v1::Enrollment::State state);

/// The states that `state` may become, in the order of their numbers; of STATE_UNSPECIFIED those
/// that an enrollment may begin with. Pure.
std::vector<v1::Enrollment::State> LegalNext(v1::Enrollment::State state);

/// FAILED_PRECONDITION with EXCLUSIVE_ROLES where the role `learner` at the training would break an
/// exclusive set (rule 17), by what the draft has done to memberships too. Cost: nothing where the
/// role is in no such set.
absl::Status CheckLearnerRole(const TenantDraft& draft, EnrollmentId enrollment);

/// Makes the state of `row` `to`, and adds that to its log. With it go the seats, the role, the
/// lines of those who wait or have applied and the mails that people asked for; whoever comes in
/// gets due times by the rules of now; whoever withdraws no longer rests on anything; a seat that
/// becomes free is given to who waits (FillSeats). The caller writes the row, with PutEnrollment.
/// On a row that is new and empty but for its sources, the enrollment begins.
///
/// FAILED_PRECONDITION with ILLEGAL_TRANSITION, which names what would be legal; with
/// EXCLUSIVE_ROLES; with TOO_MANY_ENROLLMENTS. `training` is the enrollment's where the caller has
/// it; otherwise it is read where it is needed.
absl::Status MoveEnrollment(TenantDraft& draft, EnrollmentId enrollment, rows::EnrollmentRow* row,
                            v1::Enrollment::State to, const MoveCause& cause,
                            const Training* training = nullptr);

/// Writes the row of an enrollment, which nothing else does: revision, update time, and what is to
/// happen when. Its due time becomes the earliest of its sources. `before` is the row as it was;
/// null: there was none.
void PutEnrollment(TenantDraft& draft, EnrollmentId enrollment, const rows::EnrollmentRow* before,
                   rows::EnrollmentRow row);

/// Takes away all that is kept of an enrollment: the row, its log, what was done with items, the
/// role, the seat. Nothing happens where there is none. Who waits for the seat moves up. Cost: a
/// row for each.
absl::Status EraseEnrollmentRecord(TenantDraft& draft, EnrollmentId enrollment);

/// When a source makes the enrollment of somebody who is admitted at `enrolled` due: by its
/// assignment, by its own time, by the rules of the training. For each the earliest counts.
absl::Status SetDueTime(const TenantDraft& draft, EnrollmentId enrollment, const Training& training,
                        absl::Time enrolled, rows::EnrollmentRow::Source* source);

/// Admits those who have waited longest for as long as there are seats. Who cannot hold the role
/// stays in line; at a training that is frozen nothing happens. Cost: one row where nobody waits.
absl::Status FillSeats(TenantDraft& draft, ScopeId training);

/// Whether nobody more fits in. `seats` is that of the training.
bool IsFull(const Training& training, const rows::SeatsRow& seats);

/// In kIndexes: who waits at a training, in the order of the line; who has applied there.
store::KeyRange WaitingAt(uint64_t tenant, ScopeId training);
store::KeyRange RequestedAt(uint64_t tenant, ScopeId training);
/// What the keys of such ranges name, in their order. Cost: a row each.
absl::StatusOr<std::vector<EnrollmentId>> ReadWaitingIds(
    const store::Reader& reader, const store::KeyRange& range,
    const store::ScanOptions& options = store::ScanOptions());
absl::StatusOr<std::vector<EnrollmentId>> ReadRequestedIds(
    const store::Reader& reader, const store::KeyRange& range,
    const store::ScanOptions& options = store::ScanOptions());

/// Puts somebody who waits in the place `position` of the line, from 1; beyond its end: last. `row`
/// is theirs, and the caller writes it. Cost: a row for each who waits there.
absl::Status MoveInLine(TenantDraft& draft, EnrollmentId enrollment, int position,
                        rows::EnrollmentRow* row);

/// Gives the role to those who are admitted, where a policy that is put in force brings it; to be
/// called after PutPolicy. A policy that no longer has the role is refused while it is held.
/// FAILED_PRECONDITION as for MoveEnrollment. Cost: nothing where both have the role or neither
/// has; otherwise a row for each enrollment of the tenant.
absl::Status FollowPolicy(TenantDraft& draft, const Matrix& before, const Matrix& after);

}  // namespace provost

#endif  // PROVOST_TENANT_ENROLLMENT_STATES_H_
