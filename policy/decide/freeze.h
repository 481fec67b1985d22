// Frozen scopes (rules 6 and 19).
#ifndef PROVOST_POLICY_DECIDE_FREEZE_H_
#define PROVOST_POLICY_DECIDE_FREEZE_H_

#include "absl/status/status.h"
#include "policy/decide/question.h"
#include "policy/world/state.h"

namespace provost {

// True if a WRITE question at the frozen place of `line` may pass all the same: it asks, at the
// only frozen scope of the path, for the permission that lifts the one freeze there (rule 6).
bool FreezeIsLifted(const WorldState& state, const Question& question, const ScopeLine& line);

// FAILED_PRECONDITION naming the first frozen scope on path(scope); OK if there is none.
absl::Status CheckPathNotFrozen(const WorldState& state, ScopeId scope);

// Rule 19: FAILED_PRECONDITION naming the first frozen scope in the subtree of `top` or on
// path(top). Asked before a subtree is deleted, moved or purged. Cost: the subtree.
absl::Status CheckSubtreeNotFrozen(const WorldState& state, ScopeId top);

}  // namespace provost

#endif  // PROVOST_POLICY_DECIDE_FREEZE_H_
