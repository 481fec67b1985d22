#include "policy/decide/powers.h"

#include <optional>

#include "policy/decide/held.h"

namespace provost {
namespace {

std::set<ScopeId> TurningPointsBelow(const WorldState& state, SubjectId subject, RoleId role,
                                     ScopeId top) {
  std::set<ScopeId> points;
  std::set<uint16_t> roles = {role.value};
  const std::optional<RoleId> default_role = state.matrix().default_role();
  if (default_role.has_value()) roles.insert(default_role->value);
  for (const MembershipRecord& group : GroupsAbove(state, subject)) {
    for (const AssignmentRecord& record : state.AssignmentsOf(SubjectId(group.group))) {
      const ScopeId scope(record.scope);
      roles.insert(record.role);
      if (scope != top && state.IsOnPath(top, scope)) points.insert(scope);
    }
  }
  state.ForEachOverriddenScope([&](ScopeId scope) {
    if (scope == top || !state.IsOnPath(top, scope)) return true;
    for (const OverrideRecord& record : state.OverridesAt(scope)) {
      if (roles.count(record.role) == 0) continue;
      points.insert(scope);
      break;
    }
    return true;
  });
  return points;
}

}  // namespace

Powers::Powers(const WorldState& state, SubjectId subject, ScopeId at, absl::Time now)
    : state_(&state), at_(at), path_(state.PathOf(at)) {
  for (const HeldRole& held : RolesOnPath(state, subject, at, now)) roles_.insert(held.role);
}

Place Powers::PlaceOf(PermissionId permission, ScopeKind kind) const {
  Place place;
  place.state = state_;
  place.permission = permission;
  place.kind = kind;
  place.path = path_;
  place.override_mask = state_->scope_line(at_.value)->override_mask;
  return place;
}

bool Powers::Allow(PermissionId permission, ScopeKind kind, FactSet facts) const {
  const Matrix& matrix = state_->matrix();
  const CellCode* column = matrix.Column(permission, kind);
  if (column == nullptr) return false;
  const Place place = PlaceOf(permission, kind);
  bool allowed = false;
  for (RoleId role : roles_) {
    const CellValue effect =
        ApplyOverrides(place, role, matrix.value(column[role.value]), false, nullptr);
    if (effect.effect == Effect::kProhibit) return false;
    allowed |= effect.AllowedBy(facts);
  }
  return allowed;
}

std::vector<Powers> PowersAtAndBelow(const WorldState& state, SubjectId subject, RoleId role,
                                     ScopeId top, absl::Time now) {
  std::vector<Powers> powers = {Powers(state, subject, top, now)};
  for (ScopeId point : TurningPointsBelow(state, subject, role, top)) {
    powers.emplace_back(state, subject, point, now);
  }
  return powers;
}

}  // namespace provost
