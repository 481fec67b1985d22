// Asking as another role (rule 7).
#ifndef PROVOST_POLICY_DECIDE_ACTING_H_
#define PROVOST_POLICY_DECIDE_ACTING_H_

#include "policy/decide/question.h"
#include "policy/world/state.h"

namespace provost {

// True if the question's subject may act as question.acting_as: it is allowed `role.switch` at that
// scope, under the question's facts and time, and holds on its path a role whose may_switch names
// the role (unset: the role is one that it holds or may hand on there).
bool MayActAs(const WorldState& state, const Question& question);

}  // namespace provost

#endif  // PROVOST_POLICY_DECIDE_ACTING_H_
