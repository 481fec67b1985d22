#include "tenant/exclusive_learner.h"

#include <algorithm>
#include <optional>

#include "tenant/enrollment_states.h"

namespace provost {
namespace {

Window Both(const Window& a, const Window& b) {
  return Window{std::max(a.not_before, b.not_before), std::min(a.expires, b.expires)};
}

bool Excludes(const WorldState& state, ScopeId training, const Matrix& matrix, RoleId role,
              const AssignmentRecord& held) {
  const std::optional<RoleId> other = matrix.FindRole(state.matrix().role(RoleId(held.role)).name);
  if (!other.has_value() || *other == role) return false;
  for (int set : matrix.ExclusiveSetsOf(role)) {
    const std::vector<RoleId>& roles = matrix.data().exclusive_sets[set].roles;
    if (std::find(roles.begin(), roles.end(), *other) == roles.end()) continue;
    const ScopeId at(held.scope);
    return state.IsOnPath(at, training) || state.IsOnPath(training, at);
  }
  return false;
}

}  // namespace

bool HoldsExcluding(const WorldState& state, EnrollmentId enrollment, const Matrix& matrix,
                    RoleId role, GroupsOfSubject groups_of, absl::Time now) {
  if (matrix.ExclusiveSetsOf(role).empty()) return false;
  const ScopeId training(enrollment.training);
  if (!state.HasScope(training)) return false;
  struct Chain {
    SubjectId subject;
    Window window;
  };
  std::vector<Chain> chains = {{SubjectId(enrollment.learner), Window()}};
  for (size_t i = 0; i < chains.size(); ++i) {
    const Chain at = chains[i];
    if (state.HasSubject(at.subject)) {
      for (const AssignmentRecord& held : state.AssignmentsOf(at.subject)) {
        const Window window = Both(at.window, held.window);
        if (window.empty() || window.expires <= now) continue;
        if (Excludes(state, training, matrix, role, held)) return true;
      }
    }
    for (const MembershipRecord& group : groups_of(at.subject)) {
      const Window window = Both(at.window, group.window);
      if (window.empty() || window.expires <= now) continue;
      const bool known = std::any_of(chains.begin(), chains.end(), [&](const Chain& chain) {
        return chain.subject == SubjectId(group.group) &&
               chain.window.not_before <= window.not_before &&
               chain.window.expires >= window.expires;
      });
      if (!known) chains.push_back({SubjectId(group.group), window});
    }
  }
  return false;
}

bool IsExcludedLearner(const WorldState& state, EnrollmentId enrollment, absl::Time now) {
  const std::optional<RoleId> role = LearnerRole(state.matrix());
  if (!role.has_value()) return false;
  const auto groups_of = [&](SubjectId subject) {
    std::vector<MembershipRecord> groups;
    if (!state.HasSubject(subject)) return groups;
    for (const MembershipRecord& group : state.GroupsOf(subject)) groups.push_back(group);
    return groups;
  };
  return HoldsExcluding(state, enrollment, state.matrix(), *role, groups_of, now);
}

}  // namespace provost
