#ifndef PROVOST_TENANT_GROUP_RULES_H_
#define PROVOST_TENANT_GROUP_RULES_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "policy/matrix/types.h"
#include "policy/world/state.h"
#include "store/key.h"
#include "store/reader.h"
#include "tenant/draft.h"
#include "tenant/rows.h"

namespace provost {

/// Groups that rules fill (rule 13): who is in them, kept so in the very commit that changes a
/// person, a rule, or where a home stands.

/// Whether a rule fills any group of the tenant. Cost: one lookup.
bool HasRuleGroups(const WorldState& state);

/// The groups whose rules read `field`, in the order of their uids. Reads a row of the index each.
absl::StatusOr<std::vector<SubjectId>> GroupsReading(const store::Reader& reader, uint64_t tenant,
                                                     absl::string_view field);

/// In kIndexes: whom a group's rule would take in and something keeps out.
store::KeyRange HeldBackKeys(uint64_t tenant, SubjectId group);
std::string HeldBackKey(uint64_t tenant, SubjectId group, SubjectId user);

/// Brings the members of groups that rules fill in line with what `draft` has done to people,
/// groups, homes and roles, by its ops from `first_op` on; `draft.state()` has all of it, and gets
/// what this adds by `apply`.
/// Whoever may not come in for rule 17, rule 19 or kMaxGroupsOfSubject is held back, and looked at
/// anew when what may keep them out changes. Cost: nothing where no rule fills a group; for a
/// person, a row for each group whose rule may see a difference; for a rule, every person of the
/// tenant.
absl::Status SettleGroupRules(TenantDraft& draft, size_t first_op, absl::Time now,
                              absl::FunctionRef<absl::Status()> apply);

}  // namespace provost

#endif  // PROVOST_TENANT_GROUP_RULES_H_
