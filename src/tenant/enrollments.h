#ifndef PROVOST_TENANT_ENROLLMENTS_H_
#define PROVOST_TENANT_ENROLLMENTS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "policy/world/state.h"
#include "provost/internal/v1/learning_rows.pb.h"
#include "tenant/draft.h"
#include "tenant/enrollment_states.h"
#include "tenant/names.h"
#include "tenant/rows.h"
#include "tenant/training_rules.h"

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

/// How somebody comes to be enrolled.
enum class Entry {
  /// By an assignment of the training. Who finds it full waits; who holds a role that excludes that
  /// of learners is left out, as where it is frozen.
  kFollows,
  /// By hand, their own or another's. A training that is full is refused with COURSE_FULL, unless
  /// it has a waiting list; a role that excludes that of learners with EXCLUSIVE_ROLES.
  kByHand,
  /// By applying: somebody has to approve.
  kApplies,
};

/// Enrolls a person, for one more reason: every enrollment is made here, and comes back here after
/// somebody withdrew. Nothing happens where it rests on that already. `cause.actor` is kept as who
/// enrolls by hand. `training` is the enrollment's where the caller has it.
absl::Status Enroll(TenantDraft& draft, EnrollmentId enrollment,
                    const rows::EnrollmentRow::Source& source, Entry entry, const MoveCause& cause,
                    const Training* training = nullptr);

/// Ends an enrollment, whatever it rests on: the record stays, in the state WITHDRAWN. Nothing
/// happens where there is none, or it has ended.
absl::Status Withdraw(TenantDraft& draft, EnrollmentId enrollment, const MoveCause& cause);

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

/// Take away what refers to what goes: the records of enrollments of a user, the assignments to a
/// user or a group; the records and assignments at a course or plan.
absl::Status EraseEnrollmentsOf(TenantDraft& draft, SubjectId subject);
absl::Status EraseEnrollmentsAt(TenantDraft& draft, ScopeId training);

}  // namespace provost

#endif  // PROVOST_TENANT_ENROLLMENTS_H_
