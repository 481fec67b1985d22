#include "policy/decide/automatic.h"

#include <optional>

#include "absl/strings/str_cat.h"

namespace provost {
namespace {

std::string Quoted(absl::string_view word) { return absl::StrCat("`", word, "`"); }

bool OnOnePath(const WorldState& state, ScopeId a, ScopeId b) {
  return state.IsOnPath(a, b) || state.IsOnPath(b, a);
}

// What makes a role of `matrix` harmful wherever it is held; empty for one that is harmless.
std::string HarmOfCells(const Matrix& matrix, RoleId role) {
  if (matrix.IsHarmless(role)) return "";
  if (matrix.GivesDelegation(role)) return "may assign roles";
  for (const CellInfo& cell : matrix.cells()) {
    if (cell.role != role || !matrix.Governs(cell.permission)) continue;
    for (FactSet facts : cell.alternatives) {
      if ((facts & matrix.self_fact()) != 0) continue;
      return absl::StrCat("allows ", Quoted(matrix.permission(cell.permission).name));
    }
  }
  return "";
}

// The first permission that governs and that an override lets its role, harmless by its cells, use
// without `self` at a scope of kind `top` or below.
std::optional<PermissionId> GovernedBy(const Matrix& matrix, const OverrideRecord& record,
                                       ScopeKind top) {
  if (record.effect != Effect::kAllow) return std::nullopt;
  const PermissionId named(record.permission);
  std::vector<PermissionId> given = matrix.permission(named).implies_all;
  given.push_back(named);
  for (PermissionId permission : given) {
    if (!matrix.Governs(permission)) continue;
    for (ScopeKind kind : kAllScopeKinds) {
      const CellCode* column = matrix.Column(permission, kind);
      if (kind < top || column == nullptr) continue;
      if (permission != named && !matrix.Implies(named, permission, kind)) continue;
      // Unset facts are those of the role's cell, which is harmless; without an ALLOW cell, none
      // (rule 4).
      const bool as_the_cell =
          !record.facts_set && matrix.value(column[record.role]).effect == Effect::kAllow;
      if (!as_the_cell && (record.facts & matrix.self_fact()) == 0) return permission;
    }
  }
  return std::nullopt;
}

std::string HarmOfOverride(const WorldState& state, const Matrix& matrix, PermissionId given,
                           ScopeId at) {
  return absl::StrCat("allows ", Quoted(matrix.permission(given).name), " by an override at ",
                      Quoted(state.ScopeName(at)));
}

absl::Status Refusal(const Matrix& matrix, RoleId role, absl::string_view harm) {
  return absl::FailedPreconditionError(absl::StrCat(
      "role ", Quoted(matrix.role(role).name), " ", harm,
      ", which a group that a rule fills, or one with such a group in it, may not hold"));
}

// Calls visit(group, record) for every assignment of an automatic group that has not ended, until
// it returns false. A suspended one can come back without being judged again.
template <typename Visit>
void ForEachAutomaticAssignment(const WorldState& state, absl::Time now, Visit visit) {
  for (SubjectId group : AutomaticGroups(state, now)) {
    for (const AssignmentRecord& record : state.AssignmentsOf(group)) {
      if (record.window.expires > now && !visit(group, record)) return;
    }
  }
}

// `group` and every group that it is in by memberships that have not ended.
void AddGroupsAbove(const WorldState& state, SubjectId group, absl::Time now,
                    std::set<SubjectId>* groups) {
  if (!groups->insert(group).second) return;
  for (const MembershipRecord& above : state.GroupsOf(group)) {
    if (above.window.expires > now) AddGroupsAbove(state, SubjectId(above.group), now, groups);
  }
}

}  // namespace

std::set<SubjectId> AutomaticGroups(const WorldState& state, absl::Time now) {
  std::set<SubjectId> groups;
  state.ForEachRuleGroup([&](SubjectId group) {
    AddGroupsAbove(state, group, now, &groups);
    return true;
  });
  return groups;
}

absl::Status CheckHarmless(const WorldState& state, RoleId role, ScopeId scope) {
  const Matrix& matrix = state.matrix();
  std::string harm = HarmOfCells(matrix, role);
  if (harm.empty()) {
    state.ForEachOverriddenScope([&](ScopeId at) {
      if (!OnOnePath(state, at, scope)) return true;
      for (const OverrideRecord& record : state.OverridesAt(at)) {
        if (record.role != role.value) continue;
        const std::optional<PermissionId> given = GovernedBy(matrix, record, state.KindOf(at));
        if (!given.has_value()) continue;
        harm = HarmOfOverride(state, matrix, *given, at);
        return false;
      }
      return true;
    });
  }
  return harm.empty() ? absl::OkStatus() : Refusal(matrix, role, harm);
}

absl::Status CheckMayBeAutomatic(const WorldState& state, SubjectId group, absl::Time now) {
  std::set<SubjectId> groups;
  AddGroupsAbove(state, group, now, &groups);
  for (SubjectId holder : groups) {
    for (const AssignmentRecord& record : state.AssignmentsOf(holder)) {
      if (record.window.expires <= now) continue;
      absl::Status status = CheckHarmless(state, RoleId(record.role), ScopeId(record.scope));
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

absl::Status CheckHarmlessOverride(const WorldState& state, ScopeId scope,
                                   const OverrideRecord& record, absl::Time now) {
  const std::optional<PermissionId> given = GovernedBy(state.matrix(), record, state.KindOf(scope));
  absl::Status status;
  if (!given.has_value()) return status;
  ForEachAutomaticAssignment(state, now, [&](SubjectId, const AssignmentRecord& held) {
    if (held.role == record.role && OnOnePath(state, scope, ScopeId(held.scope))) {
      status = Refusal(
          state.matrix(), RoleId(record.role),
          absl::StrCat("would be allowed ", Quoted(state.matrix().permission(*given).name)));
    }
    return status.ok();
  });
  return status;
}

absl::Status CheckHarmlessMove(const WorldState& state, ScopeId scope, ScopeId new_parent,
                               absl::Time now) {
  absl::Status status;
  ForEachAutomaticAssignment(state, now, [&](SubjectId, const AssignmentRecord& held) {
    const ScopeId at(held.scope);
    const bool moves = state.IsOnPath(scope, at);
    if (!moves && !state.IsOnPath(at, new_parent)) return true;
    state.ForEachOverriddenScope([&](ScopeId overridden) {
      // What moves comes below what stands above the new place.
      if (moves ? !state.IsOnPath(overridden, new_parent) : !state.IsOnPath(scope, overridden)) {
        return true;
      }
      for (const OverrideRecord& record : state.OverridesAt(overridden)) {
        if (record.role != held.role) continue;
        const std::optional<PermissionId> given =
            GovernedBy(state.matrix(), record, state.KindOf(overridden));
        if (!given.has_value()) continue;
        status = Refusal(state.matrix(), RoleId(held.role),
                         HarmOfOverride(state, state.matrix(), *given, overridden));
        return false;
      }
      return true;
    });
    return status.ok();
  });
  return status;
}

std::vector<std::string> FindAutomaticBreaks(const WorldState& state, const Matrix& next,
                                             const OverrideBook& overrides, absl::Time now) {
  std::set<std::string> breaks;
  ForEachAutomaticAssignment(state, now, [&](SubjectId group, const AssignmentRecord& held) {
    const std::string& name = state.matrix().role(RoleId(held.role)).name;
    const std::optional<RoleId> role = next.FindRole(name);
    if (!role.has_value()) return true;
    std::string harm = HarmOfCells(next, *role);
    for (const auto& [scope, records] : overrides) {
      const ScopeId at(scope);
      if (!harm.empty()) break;
      if (!OnOnePath(state, at, ScopeId(held.scope))) continue;
      for (const OverrideRecord& record : records) {
        if (record.role != role->value || !harm.empty()) continue;
        const std::optional<PermissionId> given = GovernedBy(next, record, state.KindOf(at));
        if (given.has_value()) harm = HarmOfOverride(state, next, *given, at);
      }
    }
    if (!harm.empty()) {
      breaks.insert(absl::StrCat("role ", Quoted(name), " ", harm, ", but ",
                                 Quoted(state.SubjectName(group)),
                                 " holds it, which a rule fills or a group that is in it"));
    }
    return true;
  });
  return std::vector<std::string>(breaks.begin(), breaks.end());
}

}  // namespace provost
