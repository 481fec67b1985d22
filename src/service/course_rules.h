#ifndef PROVOST_SERVICE_COURSE_RULES_H_
#define PROVOST_SERVICE_COURSE_RULES_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "provost/v1/course_service.pb.h"
#include "service/methods.h"
#include "store/reader.h"
#include "tenant/rows.h"

namespace provost {

/// The rules of courses and training plans (CA1): what is due when, what completes them, how long
/// that lasts, who may come in.

/// Registers the handler of UpdateTrainingRules.
void RegisterTrainingRules(Methods& methods);

/// Puts the names of what the rules of a row refer to into `rules`, for clients. What is gone has
/// none. Cost: two rows for each.
absl::Status ShowRules(const store::Reader& reader, uint64_t tenant, absl::string_view tenant_id,
                       const rows::CourseRow& row, v1::TrainingRules* rules);
absl::Status ShowRules(const store::Reader& reader, uint64_t tenant, absl::string_view tenant_id,
                       const rows::TrainingPlanRow& row, v1::TrainingRules* rules);

/// FAILED_PRECONDITION with IN_RULES where the completion rule of a course names one of `leaving`.
absl::Status CheckNotInRules(const MutateCall& call, ScopeId course,
                             const std::vector<uint64_t>& leaving);

}  // namespace provost

#endif  // PROVOST_SERVICE_COURSE_RULES_H_
