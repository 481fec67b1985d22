#ifndef PROVOST_SERVICE_GROUP_RULE_H_
#define PROVOST_SERVICE_GROUP_RULE_H_

#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "policy/world/state.h"
#include "provost/v1/group_service.pb.h"
#include "service/methods.h"

namespace provost {

/// The rules by which groups fill themselves (rule 13), as clients write them.

inline constexpr size_t kMaxRuleGroups = 1000;     ///< Groups that rules fill, of a tenant.
inline constexpr int kMaxRuleConditions = 16;      ///< Of one rule.
inline constexpr int kMaxConditionValues = 100;    ///< Of one condition.
inline constexpr size_t kMaxConditionBytes = 256;  ///< Of a value, but for the tenant's own fields.

/// Adds bad fields under `group.rule` to `status` unless the rule is right by itself. Pure, any
/// thread.
void CheckGroupRule(const v1::GroupRule& rule, absl::Status* status);

/// Makes what `row` says for the server what `row->group().rule()` says, where that is not as in
/// `before` (null: the group is new). INVALID_ARGUMENT under `group.rule` for what the tenant has
/// not got; FAILED_PRECONDITION for a group with members by hand, or beyond kMaxRuleGroups.
absl::Status DraftGroupRule(MutateCall& call, const rows::GroupRow* before, rows::GroupRow* row);

/// Gives managers in a rule the names that they have now.
void ShowGroupRule(absl::string_view tenant, const WorldState& state, const rows::GroupRow& row,
                   v1::Group* group);

/// May the caller say who is in a group by a rule, whose home is `home`? A rule tells what people
/// are by who comes in, so it takes `user.read` there, beside `group.members.manage`.
absl::Status MayRule(const RuleCall& call, ScopeId home, absl::string_view name);

/// Rule 13: may the caller write `fields` (tenant/rule_conditions.h) of a person whose home is
/// `home`? `user` is 0 where the person is new. Reads the index of rules for each.
absl::Status MayWriteRuleFields(const RuleCall& call, SubjectId user, ScopeId home,
                                const std::set<std::string>& fields, absl::string_view name);

}  // namespace provost

#endif  // PROVOST_SERVICE_GROUP_RULE_H_
