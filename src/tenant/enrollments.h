#ifndef PROVOST_TENANT_ENROLLMENTS_H_
#define PROVOST_TENANT_ENROLLMENTS_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "policy/world/state.h"
#include "provost/internal/v1/learning_rows.pb.h"
#include "tenant/draft.h"
#include "tenant/names.h"
#include "tenant/rows.h"

namespace provost {

/// How enrollments follow from training assignments and from who is in which group. All of it is
/// part of the change that causes it.
///
/// Who is in a group goes by the memberships themselves, through groups in it too: one counts from
/// when it is made until it is taken away, or changed to one that has ended. Where it ends by its
/// window nothing happens then: it counts no more once it, or one below or above it, changes. That
/// a person or a group is suspended makes no difference. What is frozen is skipped (rule 19):
/// nobody is enrolled there, and nobody withdrawn.
///
/// The lane's thread alone.

/// How many enrollments one draft makes at most; beyond, it is refused whole with
/// TOO_MANY_ENROLLMENTS.
inline constexpr size_t kMaxEnrollmentsOfChange = 50000;

/// Enrolls a person, for one more reason: every enrollment is made here. Nothing happens where it
/// rests on that already. `by` is the uid of who enrolls by hand, 0 otherwise.
absl::Status Enroll(TenantDraft& draft, EnrollmentId enrollment,
                    const rows::EnrollmentRow::Source& source, uint32_t by = 0);

/// Ends an enrollment, whatever it rests on. Nothing happens where there is none.
absl::Status EraseEnrollment(TenantDraft& draft, EnrollmentId enrollment);

/// A new training assignment, whose uid is returned: everybody concerned is enrolled.
absl::StatusOr<uint64_t> AddTrainingAssignment(TenantDraft& draft, rows::TrainingAssignmentRow row);

/// Ends an assignment. What rests on it alone ends too, or stands by itself, as it says.
absl::Status EraseTrainingAssignment(TenantDraft& draft, uint64_t uid);

/// For whoever writes memberships: `member` has come into `group`, or is gone from it.
absl::Status EnrollMember(TenantDraft& draft, SubjectId group, SubjectId member);
absl::Status WithdrawMember(TenantDraft& draft, SubjectId group, SubjectId member);

/// For whoever writes plans: whoever is enrolled in the plan by an assignment is enrolled in the
/// courses that are required now; in those that no longer are, people stay, by themselves. The
/// steps of a plan that is frozen are not followed.
absl::Status FollowSteps(TenantDraft& draft, const rows::TrainingPlanRow& before,
                         const rows::TrainingPlanRow& after);

/// Take away what refers to what goes: the enrollments of a user, the assignments to a user or a
/// group; the enrollments and assignments at a course or plan.
absl::Status EraseEnrollmentsOf(TenantDraft& draft, SubjectId subject);
absl::Status EraseEnrollmentsAt(TenantDraft& draft, ScopeId training);

}  // namespace provost

#endif  // PROVOST_TENANT_ENROLLMENTS_H_
