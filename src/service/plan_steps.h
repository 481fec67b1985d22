#ifndef PROVOST_SERVICE_PLAN_STEPS_H_
#define PROVOST_SERVICE_PLAN_STEPS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "policy/world/state.h"
#include "provost/v1/course_service.pb.h"
#include "service/methods.h"
#include "tenant/rows.h"

namespace provost {

/// The steps of a training plan (KA1): which courses are taken in which order, and how many of
/// each step are required.

inline constexpr int kMaxPlanSteps = 200;
inline constexpr int kMaxPlanCourses = 1000;

/// Adds what is wrong with the steps by themselves.
void CheckPlanSteps(const v1::TrainingPlan& plan, absl::Status* status);

/// Puts the steps of `wanted` into the row of a plan, and the rows by which its courses find it;
/// whoever is enrolled in the plan by an assignment follows.
/// INVALID_ARGUMENT for an added course that is not there, or that the caller may not read.
absl::Status StorePlanSteps(MutateCall& call, const v1::TrainingPlan& wanted,
                            rows::TrainingPlanRow* row);

/// Rule 20: is `permission` allowed to the caller at each of `courses`? The first at which it is
/// not is named; FAILED_PRECONDITION where nothing but a freeze is in the way.
absl::Status CheckAtCourses(const RuleCall& call, absl::string_view permission,
                            const std::vector<ScopeId>& courses);

/// The same for an update of a plan that is assigned: whoever adds a course to it enrolls people
/// there.
absl::Status MayUpdateSteps(const RuleCall& call, const v1::UpdateTrainingPlanRequest& request);

/// The steps of a row with the names of their courses.
void ShowPlanSteps(const WorldState& state, absl::string_view tenant,
                   const rows::TrainingPlanRow& row, v1::TrainingPlan* plan);

}  // namespace provost

#endif  // PROVOST_SERVICE_PLAN_STEPS_H_
