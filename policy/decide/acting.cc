#include "policy/decide/acting.h"

#include <algorithm>

#include "policy/decide/check.h"
#include "policy/decide/held.h"

namespace provost {

bool MayActAs(const WorldState& state, const Question& question) {
  const Matrix& matrix = state.matrix();
  if (!matrix.switch_permission().has_value()) return false;
  const ActingAs& acting = *question.acting_as;
  Question may_switch = question;
  may_switch.permission = *matrix.switch_permission();
  may_switch.scope = acting.scope;
  may_switch.acting_as.reset();
  if (!Check(state, may_switch).allowed()) return false;
  bool by_default = false;
  for (const HeldRole& held : RolesOnPath(state, question.subject, acting.scope, question.time)) {
    const std::optional<std::vector<RoleId>>& named = matrix.role(held.role).may_switch;
    if (!named.has_value()) {
      by_default = true;
    } else if (std::binary_search(named->begin(), named->end(), acting.role)) {
      return true;
    }
  }
  return by_default &&
         DelegableRoles(state, question.subject, acting.scope, question.time).count(acting.role) >
             0;
}

}  // namespace provost
