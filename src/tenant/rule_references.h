#ifndef PROVOST_TENANT_RULE_REFERENCES_H_
#define PROVOST_TENANT_RULE_REFERENCES_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "policy/world/state.h"
#include "provost/internal/v1/rows.pb.h"
#include "tenant/draft.h"

namespace provost {

/// What the rules of courses and training plans refer to: the items that complete a course, the
/// templates of certificates. In kIndexes each reference has a row, by which it is found when what
/// it refers to goes.
///
/// The lane's thread alone.

/// The uids that the rules of a training name.
std::vector<uint64_t> RuleReferences(const rows::CourseRow& row);
std::vector<uint64_t> RuleReferences(const rows::TrainingPlanRow& row);

/// For whoever writes the rules of a training, or takes it away: it refers to `after` in place of
/// `before`.
void PutRuleReferences(TenantDraft& draft, ScopeId training, const std::vector<uint64_t>& before,
                       const std::vector<uint64_t>& after);

/// Takes an item or a template that goes out of all rules that name it. Where rules name no item
/// any more, those count that the course says are required; no more are needed than are left. Cost:
/// a row for each.
absl::Status DropRuleReferences(TenantDraft& draft, uint64_t item);
/// The same for an item that leaves a course: out of the rules of that alone.
absl::Status DropRuleItem(TenantDraft& draft, uint64_t item, ScopeId course);

}  // namespace provost

#endif  // PROVOST_TENANT_RULE_REFERENCES_H_
