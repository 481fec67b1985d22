#ifndef PROVOST_TENANT_EXCLUSIVE_LEARNER_H_
#define PROVOST_TENANT_EXCLUSIVE_LEARNER_H_

#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "policy/matrix/matrix.h"
#include "policy/world/state.h"
#include "tenant/names.h"

namespace provost {

/// Rule 17 for being enrolled, which is holding a role for good.

/// The groups that a subject is directly in.
using GroupsOfSubject = absl::FunctionRef<std::vector<MembershipRecord>(SubjectId)>;

/// Whether `enrollment.learner` holds at `now` or later, by themselves or through a group, a role
/// that excludes `role` of `matrix` on the path of the training or below it. Cost: nothing where
/// `role` is in no exclusive set.
bool HoldsExcluding(const WorldState& state, EnrollmentId enrollment, const Matrix& matrix,
                    RoleId role, GroupsOfSubject groups_of, absl::Time now);

/// Whether that is so of the role that enrollments give in `state`, by its own memberships.
bool IsExcludedLearner(const WorldState& state, EnrollmentId enrollment, absl::Time now);

}  // namespace provost

#endif  // PROVOST_TENANT_EXCLUSIVE_LEARNER_H_
