// Groups that fill themselves, and what they may hold (rule 13).
//
// A group is automatic if a rule fills it, or a group that is in it, by memberships that have not
// ended, whatever is suspended. It may hold a role that the policy calls harmless (Matrix::
// IsHarmless) and that no override makes harmful: one that allows, without `self`, what governs
// or what implies it, at a scope on the path of where the role is held or below it. Other overrides
// there do not excuse it: they can go without being judged by this rule.
#ifndef PROVOST_POLICY_DECIDE_AUTOMATIC_H_
#define PROVOST_POLICY_DECIDE_AUTOMATIC_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "policy/decide/effect.h"
#include "policy/matrix/matrix.h"
#include "policy/matrix/types.h"
#include "policy/world/state.h"

namespace provost {

// Every automatic group. Cost: the groups that rules fill, and those above them.
std::set<SubjectId> AutomaticGroups(const WorldState& state, absl::Time now);

// FAILED_PRECONDITION if an automatic group may not hold `role` at `scope`, with what it gives in
// the words of the policy. Cost: the overridden scopes.
absl::Status CheckHarmless(const WorldState& state, RoleId role, ScopeId scope);

// FAILED_PRECONDITION if `group` or one that it is in, now or later, holds what an automatic group
// may not: it may then neither be filled by a rule nor get an automatic group as a member.
absl::Status CheckMayBeAutomatic(const WorldState& state, SubjectId group, absl::Time now);

// FAILED_PRECONDITION if an override of `record` at `scope` makes a role harmful that an automatic
// group holds there, above or below.
absl::Status CheckHarmlessOverride(const WorldState& state, ScopeId scope,
                                   const OverrideRecord& record, absl::Time now);

// FAILED_PRECONDITION if moving `scope` below `new_parent` brings such an override and such a role
// onto one path.
absl::Status CheckHarmlessMove(const WorldState& state, ScopeId scope, ScopeId new_parent,
                               absl::Time now);

// One sentence for each role that an automatic group holds and under `next` may not. `overrides`
// are those in force, as `next` names them; a role that `next` lacks is left out.
std::vector<std::string> FindAutomaticBreaks(const WorldState& state, const Matrix& next,
                                             const OverrideBook& overrides, absl::Time now);

}  // namespace provost

#endif  // PROVOST_POLICY_DECIDE_AUTOMATIC_H_
