#ifndef PROVOST_TENANT_OPEN_TRAININGS_H_
#define PROVOST_TENANT_OPEN_TRAININGS_H_

#include <cstdint>
#include <string>

#include "policy/world/state.h"
#include "provost/internal/v1/rows.pb.h"
#include "provost/v1/course.pb.h"
#include "store/key.h"
#include "tenant/draft.h"

namespace provost {

/// How the courses and plans are found that people come into by themselves (LE2). In kIndexes each
/// that is published, and whose rules let people enroll themselves or apply, has a row: whoever
/// looks for them reads none of the others.

/// The row of one, and those of all, by uid: in the order in which the trainings were made.
std::string OpenTrainingKey(uint64_t tenant, ScopeId training);
store::KeyRange OpenTrainings(uint64_t tenant);

/// Whether a training has such a row. Pure.
bool IsOpenTraining(bool published, const v1::TrainingRules& rules);
inline bool IsOpenTraining(const v1::Course& course) {
  return IsOpenTraining(course.published(), course.rules());
}
inline bool IsOpenTraining(const v1::TrainingPlan& plan) {
  return IsOpenTraining(plan.published(), plan.rules());
}

/// For whoever publishes a training or changes its rules: puts its row, or takes it away, by what
/// `training`, a course or a plan, has become. The lane's thread alone.
template <typename Resource>
void SyncOpenTraining(TenantDraft& draft, ScopeId uid, const Resource& training) {
  const std::string key = OpenTrainingKey(draft.number(), uid);
  if (IsOpenTraining(training)) {
    draft.WriteBytes(store::Table::kIndexes, key, store::MakeRecord(""));
  } else {
    draft.Erase(store::Table::kIndexes, key);
  }
}

/// Before a training goes.
void EraseOpenTraining(TenantDraft& draft, ScopeId training);

}  // namespace provost

#endif  // PROVOST_TENANT_OPEN_TRAININGS_H_
