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
  const auto names = [&](RoleId held) {
    const std::optional<std::vector<RoleId>>& may_switch = matrix.role(held).may_switch;
    return may_switch.has_value() &&
           std::binary_search(may_switch->begin(), may_switch->end(), acting.role);
  };
  if (question.subject == kAnonymous) {
    // It holds the one role that the policy names for it, and that let it pass the check above.
    const RoleId held = *matrix.anonymous_role();
    if (matrix.role(held).may_switch.has_value()) return names(held);
    const std::vector<RoleId>& reachable = matrix.AssignableFrom(held);
    return std::binary_search(reachable.begin(), reachable.end(), acting.role);
  }
  bool named = false;
  bool by_default = false;
  bool is_reached = false;
  ForEachRoleOnPath(state, question.subject, acting.scope, question.time, [&](RoleId held) {
    named |= names(held);
    by_default |= !matrix.role(held).may_switch.has_value();
    const std::vector<RoleId>& reachable = matrix.AssignableFrom(held);
    is_reached |= std::binary_search(reachable.begin(), reachable.end(), acting.role);
  });
  return named || (by_default && is_reached);
}

}  // namespace provost
