#include "policy/decide/exclusive.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "policy/decide/held.h"

namespace provost {
namespace {

Window Intersection(const Window& a, const Window& b) {
  return {std::max(a.not_before, b.not_before), std::min(a.expires, b.expires)};
}

// The name of an exclusive set of `matrix` that holds both roles, if they differ.
std::optional<std::string> SharedSet(const Matrix& matrix, RoleId a, RoleId b) {
  if (a == b) return std::nullopt;
  for (int set : matrix.ExclusiveSetsOf(a)) {
    const std::vector<RoleId>& roles = matrix.data().exclusive_sets[set].roles;
    if (std::find(roles.begin(), roles.end(), b) != roles.end()) {
      return matrix.data().exclusive_sets[set].name;
    }
  }
  return std::nullopt;
}

bool OnOnePath(const WorldState& state, ScopeId a, ScopeId b) {
  return state.IsOnPath(a, b) || state.IsOnPath(b, a);
}

bool MeetAfter(const Window& a, const Window& b, absl::Time now) {
  const Window both = Intersection(a, b);
  return !both.empty() && both.expires > now;
}

absl::Status Conflict(const WorldState& state, const std::string& set, SubjectId subject,
                      const Holding& a, const Holding& b) {
  return absl::FailedPreconditionError(
      absl::StrCat("roles `", state.matrix().role(a.role).name, "` and `",
                   state.matrix().role(b.role).name, "` exclude each other (set `", set,
                   "`), and `", state.SubjectName(subject), "` would hold both, at `",
                   state.ScopeName(a.scope), "` and `", state.ScopeName(b.scope), "`"));
}

}  // namespace

std::vector<Holding> HoldingsOf(const WorldState& state, SubjectId subject, absl::Time now) {
  std::vector<Holding> holdings;
  for (const MembershipRecord& group : GroupsAbove(state, subject)) {
    for (const AssignmentRecord& record : state.AssignmentsOf(SubjectId(group.group))) {
      const Window window = Intersection(group.window, record.window);
      if (window.empty() || window.expires <= now) continue;
      holdings.push_back({RoleId(record.role), ScopeId(record.scope), window});
    }
  }
  return holdings;
}

absl::Status CheckExclusiveGrant(const WorldState& state, SubjectId subject, const Holding& added,
                                 absl::Time now) {
  if (state.matrix().ExclusiveSetsOf(added.role).empty()) return absl::OkStatus();
  for (SubjectId below : SubjectsBelow(state, subject)) {
    const std::vector<Holding> holdings = HoldingsOf(state, below, now);
    for (const MembershipRecord& way : GroupsAbove(state, below)) {
      if (way.group != subject.value) continue;
      const Window window = Intersection(way.window, added.window);
      if (window.empty()) continue;
      for (const Holding& held : holdings) {
        const std::optional<std::string> set = SharedSet(state.matrix(), added.role, held.role);
        if (set.has_value() && OnOnePath(state, added.scope, held.scope) &&
            MeetAfter(window, held.window, now)) {
          return Conflict(state, *set, below, added, held);
        }
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckExclusiveMember(const WorldState& state, SubjectId group, SubjectId member,
                                  const Window& window, absl::Time now) {
  if (state.matrix().data().exclusive_sets.empty()) return absl::OkStatus();
  for (const Holding& conferred : HoldingsOf(state, group, now)) {
    const Window both = Intersection(window, conferred.window);
    if (both.empty()) continue;
    absl::Status status =
        CheckExclusiveGrant(state, member, {conferred.role, conferred.scope, both}, now);
    if (!status.ok()) return status;
  }
  return CheckExclusiveConferred(state, group, window, now);
}

absl::Status CheckExclusiveConferred(const WorldState& state, SubjectId group, const Window& window,
                                     absl::Time now) {
  if (state.matrix().data().exclusive_sets.empty()) return absl::OkStatus();
  const std::vector<Holding> conferred = HoldingsOf(state, group, now);
  for (size_t i = 0; i < conferred.size(); ++i) {
    for (size_t j = i + 1; j < conferred.size(); ++j) {
      const std::optional<std::string> set =
          SharedSet(state.matrix(), conferred[i].role, conferred[j].role);
      if (set.has_value() && OnOnePath(state, conferred[i].scope, conferred[j].scope) &&
          MeetAfter(Intersection(window, conferred[i].window), conferred[j].window, now)) {
        return Conflict(state, *set, group, conferred[i], conferred[j]);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckExclusiveMove(const WorldState& state, ScopeId scope, ScopeId new_parent,
                                absl::Time now) {
  const Matrix& matrix = state.matrix();
  if (matrix.data().exclusive_sets.empty()) return absl::OkStatus();
  absl::Status status;
  state.ForEachInSubtree(scope, [&](ScopeId at) {
    state.ForEachHolderAt(at, [&](RoleId role, SubjectId holder) {
      if (matrix.ExclusiveSetsOf(role).empty()) return true;
      for (SubjectId below : SubjectsBelow(state, holder)) {
        const std::vector<Holding> holdings = HoldingsOf(state, below, now);
        for (const Holding& moved : holdings) {
          if (moved.scope != at || moved.role != role) continue;
          for (const Holding& above : holdings) {
            const std::optional<std::string> set = SharedSet(matrix, role, above.role);
            if (set.has_value() && state.IsOnPath(above.scope, new_parent) &&
                MeetAfter(moved.window, above.window, now)) {
              status = Conflict(state, *set, below, moved, above);
              return false;
            }
          }
        }
      }
      return true;
    });
    return status.ok();
  });
  return status;
}

std::vector<std::string> FindExclusiveBreaks(const WorldState& state, const Matrix& next,
                                             absl::Time now) {
  std::vector<std::string> breaks;
  if (next.data().exclusive_sets.empty()) return breaks;
  state.ForEachSubject(SubjectId(0), [&](SubjectId id, const SubjectLine&) {
    const std::vector<Holding> holdings = HoldingsOf(state, id, now);
    for (size_t i = 0; i < holdings.size(); ++i) {
      for (size_t j = i + 1; j < holdings.size(); ++j) {
        const std::optional<RoleId> a = next.FindRole(state.matrix().role(holdings[i].role).name);
        const std::optional<RoleId> b = next.FindRole(state.matrix().role(holdings[j].role).name);
        if (!a.has_value() || !b.has_value()) continue;
        const std::optional<std::string> set = SharedSet(next, *a, *b);
        if (!set.has_value() || !OnOnePath(state, holdings[i].scope, holdings[j].scope) ||
            !MeetAfter(holdings[i].window, holdings[j].window, now)) {
          continue;
        }
        breaks.push_back(absl::StrCat("`", state.SubjectName(id), "` holds `", next.role(*a).name,
                                      "` and `", next.role(*b).name,
                                      "`, which exclude each other (set `", *set, "`)"));
        return true;
      }
    }
    return true;
  });
  return breaks;
}

}  // namespace provost
