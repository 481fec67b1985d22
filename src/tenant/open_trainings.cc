#include "tenant/open_trainings.h"

#include "tenant/index_parts.h"

namespace provost {

using store::KeyWriter;

std::string OpenTrainingKey(uint64_t tenant, ScopeId training) {
  return KeyWriter(tenant).U8(kOpenTrainingIndex).U32(training.value).Take();
}
store::KeyRange OpenTrainings(uint64_t tenant) {
  return KeyWriter(tenant).U8(kOpenTrainingIndex).Range();
}

bool IsOpenTraining(bool published, const v1::TrainingRules& rules) {
  return published && (rules.enrollment().self_enrollment() || rules.enrollment().applications());
}

void EraseOpenTraining(TenantDraft& draft, ScopeId training) {
  draft.Erase(store::Table::kIndexes, OpenTrainingKey(draft.number(), training));
}

}  // namespace provost
