#include "policy/decide/delegation.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/decide/check.h"
#include "policy/decide/effect.h"
#include "policy/decide/exclusive.h"
#include "policy/decide/freeze.h"
#include "policy/decide/held.h"
#include "policy/world/override_limit.h"

namespace provost {
namespace {

std::string RoleAt(const WorldState& state, RoleId role, ScopeId scope) {
  return absl::StrCat("role `", state.matrix().role(role).name, "` at `", state.ScopeName(scope),
                      "`");
}

// What `subject`'s roles on path(at) make of `permission` asked of a scope of `kind` at or below
// `at`: true if some role allows it under `facts` and none prohibits it.
bool AllowedAsOf(const WorldState& state, SubjectId subject, PermissionId permission,
                 ScopeKind kind, ScopeId at, FactSet facts, absl::Time now) {
  const CellCode* column = state.matrix().Column(permission, kind);
  if (column == nullptr) return false;
  Place place;
  place.state = &state;
  place.permission = permission;
  place.kind = kind;
  place.path = state.PathOf(at);
  place.override_mask = state.scope_line(at.value)->override_mask;
  bool allowed = false;
  for (const HeldRole& held : RolesOnPath(state, subject, at, now)) {
    const CellValue effect = ApplyOverrides(
        place, held.role, state.matrix().value(column[held.role.value]), false, nullptr);
    if (effect.effect == Effect::kProhibit) return false;
    allowed |= effect.AllowedBy(facts);
  }
  return allowed;
}

// The scopes strictly below `top` where a decision may differ from what holds at `top`: those with
// overrides and those where `subject` holds something.
std::vector<ScopeId> TurningPointsBelow(const WorldState& state, SubjectId subject, ScopeId top) {
  std::set<ScopeId> points;
  state.ForEachOverriddenScope([&](ScopeId scope) {
    if (scope != top && state.IsOnPath(top, scope)) points.insert(scope);
    return true;
  });
  for (const MembershipRecord& group : GroupsAbove(state, subject)) {
    for (const AssignmentRecord& record : state.AssignmentsOf(SubjectId(group.group))) {
      const ScopeId scope(record.scope);
      if (scope != top && state.IsOnPath(top, scope)) points.insert(scope);
    }
  }
  return std::vector<ScopeId>(points.begin(), points.end());
}

// True if `subject` is allowed `permission` under `facts` at every scope of `kind` at and below
// `top`, those not made yet included.
bool AllowedAtAndBelow(const WorldState& state, SubjectId subject, PermissionId permission,
                       ScopeKind kind, ScopeId top, FactSet facts, absl::Time now) {
  if (!AllowedAsOf(state, subject, permission, kind, top, facts, now)) return false;
  for (ScopeId point : TurningPointsBelow(state, subject, top)) {
    if (state.KindOf(point) <= kind &&
        !AllowedAsOf(state, subject, permission, kind, point, facts, now)) {
      return false;
    }
  }
  return true;
}

// Rule 11's `may_assign_subset`: true if the actor is allowed every cell of the custom role that
// holding it at `scope` would give, and could itself hand on whatever the role hands on.
bool IsSubset(const WorldState& state, SubjectId actor, RoleId role, ScopeId scope,
              absl::Time now) {
  const Matrix& matrix = state.matrix();
  const ScopeKind held_at = state.KindOf(scope);
  for (const CellInfo& cell : matrix.cells()) {
    if (cell.role != role || cell.effect == Effect::kPrevent) continue;
    if (cell.effect == Effect::kProhibit) {
      if (!IsAllowedNear(state, actor, "role.prohibit", scope, now)) return false;
      continue;
    }
    for (FactSet facts : cell.alternatives) {
      if (cell.reach) {
        const ScopeId reached = state.NearestOfKind(scope, cell.at);
        if (reached.value == 0) continue;
        Question question;
        question.subject = actor;
        question.permission = cell.permission;
        question.scope = reached;
        question.facts = facts;
        question.time = now;
        if (!Check(state, question).allowed()) return false;
      } else if (cell.at >= held_at &&
                 !AllowedAtAndBelow(state, actor, cell.permission, cell.at, scope, facts, now)) {
        return false;
      }
    }
  }
  const std::set<RoleId> delegable = DelegableRoles(state, actor, scope, now);
  for (RoleId given : matrix.role(role).may_assign) {
    if (delegable.count(given) == 0) return false;
  }
  return true;
}

// The right to assign or remove `role` at `scope`, and how long the longest lasts.
struct Right {
  bool held = false;
  absl::Time until = absl::InfinitePast();
};

Right RightOver(const WorldState& state, SubjectId actor, RoleId role, ScopeId scope,
                absl::Time now) {
  const Matrix& matrix = state.matrix();
  Right right;
  bool subset_checked = false;
  bool is_subset = false;
  for (const HeldRole& held : RolesOnPath(state, actor, scope, now)) {
    const RoleInfo& info = matrix.role(held.role);
    bool gives = std::binary_search(info.may_assign.begin(), info.may_assign.end(), role);
    if (!gives && info.may_assign_subset && matrix.role(role).is_custom) {
      if (!subset_checked) is_subset = IsSubset(state, actor, role, scope, now);
      subset_checked = true;
      gives = is_subset;
    }
    if (!gives) continue;
    right.held = true;
    right.until = std::max(right.until, held.until);
  }
  return right;
}

absl::Status NoRightError(const WorldState& state, SubjectId actor, RoleId role, ScopeId scope) {
  return absl::PermissionDeniedError(absl::StrCat(
      "`", state.SubjectName(actor), "` holds no role on the path of `", state.ScopeName(scope),
      "` that may assign `", state.matrix().role(role).name, "`"));
}

// Rule 11 for one role that would come to be held for `window`.
absl::Status CheckGrant(const WorldState& state, SubjectId actor, RoleId role, ScopeId scope,
                        const Window& window, absl::Time now) {
  const Right right = RightOver(state, actor, role, scope, now);
  if (!right.held) return NoRightError(state, actor, role, scope);
  if (state.matrix().GivesDelegation(role) && window.expires > right.until) {
    return absl::PermissionDeniedError(absl::StrCat(
        RoleAt(state, role, scope), " may assign roles itself, so a grant of it must end by ",
        absl::FormatTime(absl::RFC3339_full, right.until, absl::UTCTimeZone()),
        ", when the right to grant it ends"));
  }
  return CheckPathNotFrozen(state, scope);
}

// Every assignment that being in `group` confers, with the window of the chain to it.
std::vector<Holding> Conferred(const WorldState& state, SubjectId group, absl::Time now) {
  return HoldingsOf(state, group, now);
}

}  // namespace

bool IsAllowedNear(const WorldState& state, SubjectId actor, absl::string_view permission,
                   ScopeId scope, absl::Time now, FactSet facts) {
  const std::optional<PermissionId> id = state.matrix().FindPermission(permission);
  if (!id.has_value() || !state.HasScope(scope)) return false;
  const ScopePath path = state.PathOf(scope);
  for (uint32_t i = path.size; i-- > 0;) {
    if (!state.matrix().permission(*id).asked_at.Has(state.KindOf(ScopeId(path.ids[i])))) continue;
    Question question;
    question.subject = actor;
    question.permission = *id;
    question.scope = ScopeId(path.ids[i]);
    question.facts = facts;
    question.time = now;
    return Check(state, question).allowed();
  }
  return false;
}

absl::Status CheckAssign(const WorldState& state, SubjectId actor, SubjectId subject, RoleId role,
                         ScopeId scope, const Window& window, absl::Time now) {
  if (!state.HasScope(scope)) {
    return absl::NotFoundError(absl::StrCat("no scope ", scope.value));
  }
  if (!state.HasSubject(subject)) {
    return absl::NotFoundError(absl::StrCat("no subject ", subject.value));
  }
  const ScopeKind kind = state.KindOf(scope);
  if (!state.matrix().role(role).assignable_at.Has(kind)) {
    return absl::InvalidArgumentError(absl::StrCat("role `", state.matrix().role(role).name,
                                                   "` cannot be held at a ", ScopeKindName(kind)));
  }
  absl::Status status = CheckGrant(state, actor, role, scope, window, now);
  if (!status.ok()) return status;
  return CheckExclusiveGrant(state, subject, {role, scope, window}, now);
}

absl::Status CheckUnassign(const WorldState& state, SubjectId actor, RoleId role, ScopeId scope,
                           absl::Time now) {
  if (RightOver(state, actor, role, scope, now).held) return absl::OkStatus();
  return NoRightError(state, actor, role, scope);
}

absl::Status CheckAddMember(const WorldState& state, SubjectId actor, SubjectId group,
                            SubjectId member, const Window& window, absl::Time now) {
  for (const Holding& conferred : Conferred(state, group, now)) {
    const Window both{std::max(window.not_before, conferred.window.not_before),
                      std::min(window.expires, conferred.window.expires)};
    absl::Status status = CheckGrant(state, actor, conferred.role, conferred.scope, both, now);
    if (!status.ok()) return status;
    if (both.empty()) continue;
    status = CheckExclusiveGrant(state, member, {conferred.role, conferred.scope, both}, now);
    if (!status.ok()) return status;
  }
  return CheckExclusiveConferred(state, group, window, now);
}

absl::Status CheckRemoveMember(const WorldState& state, SubjectId actor, SubjectId group,
                               absl::Time now) {
  for (const Holding& conferred : Conferred(state, group, now)) {
    absl::Status status = CheckUnassign(state, actor, conferred.role, conferred.scope, now);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckIdentityChange(const WorldState& state, SubjectId actor, SubjectId user,
                                 absl::Time now) {
  for (const Holding& held : HoldingsOf(state, user, now)) {
    if (DelegableRoles(state, actor, held.scope, now).count(held.role) == 0) {
      return absl::PermissionDeniedError(absl::StrCat(
          "`", state.SubjectName(user), "` holds ", RoleAt(state, held.role, held.scope),
          ", which `", state.SubjectName(actor), "` neither holds there nor may hand on"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckOverride(const WorldState& state, SubjectId actor, ScopeId scope, RoleId role,
                           PermissionId permission, const std::optional<OverrideRecord>& after,
                           absl::Time now) {
  const Matrix& matrix = state.matrix();
  bool may_override = false;
  for (const HeldRole& held : RolesOnPath(state, actor, scope, now)) {
    const std::vector<RoleId>& named = matrix.role(held.role).may_override;
    may_override |= std::binary_search(named.begin(), named.end(), role);
  }
  if (!may_override) {
    return absl::PermissionDeniedError(
        absl::StrCat("`", state.SubjectName(actor), "` holds no role on the path of `",
                     state.ScopeName(scope), "` that may override `", matrix.role(role).name, "`"));
  }

  // The overrides at the scope as they are and as they would be.
  const absl::Span<const OverrideRecord> now_here = state.OverridesAt(scope);
  std::vector<OverrideRecord> then;
  bool touches_prohibit = false;
  for (const OverrideRecord& record : now_here) {
    if (record.role == role.value && record.permission == permission.value) {
      touches_prohibit |= record.effect == Effect::kProhibit || record.locked;
    } else {
      then.push_back(record);
    }
  }
  if (after.has_value()) {
    OverrideRecord record = *after;
    record.role = role.value;
    record.permission = permission.value;
    touches_prohibit |= record.effect == Effect::kProhibit || record.locked;
    then.insert(std::upper_bound(then.begin(), then.end(), record,
                                 [](const OverrideRecord& a, const OverrideRecord& b) {
                                   return std::make_pair(a.role, a.permission) <
                                          std::make_pair(b.role, b.permission);
                                 }),
                record);
  }
  if (touches_prohibit && !IsAllowedNear(state, actor, "role.prohibit", scope, now)) {
    return absl::PermissionDeniedError(
        absl::StrCat("PROHIBIT and locked overrides at `", state.ScopeName(scope),
                     "` are touched only with `role.prohibit`, which `", state.SubjectName(actor),
                     "` lacks there"));
  }

  if (after.has_value()) {
    absl::Status limit = CheckOverrideLimit(matrix, role, then, state.ScopeName(scope));
    if (!limit.ok()) return limit;
  }

  // What the role would gain, here and wherever below something else stands.
  std::vector<PermissionId> touched = matrix.permission(permission).implies_all;
  touched.push_back(permission);
  std::vector<ScopeId> points = {scope};
  state.ForEachOverriddenScope([&](ScopeId each) {
    if (each != scope && state.IsOnPath(scope, each)) points.push_back(each);
    return true;
  });
  for (PermissionId gained : touched) {
    for (ScopeKind kind : kAllScopeKinds) {
      for (const bool reach : {false, true}) {
        const CellCode* column =
            reach ? matrix.ReachColumn(gained, kind) : matrix.Column(gained, kind);
        if (column == nullptr || (reach && column[role.value] == kCodeNone)) continue;
        for (ScopeId point : points) {
          if (state.KindOf(point) > kind) continue;
          Place place;
          place.state = &state;
          place.permission = gained;
          place.kind = kind;
          place.path = state.PathOf(point);
          place.override_mask = state.scope_line(point.value)->override_mask;
          const CellValue& cell = matrix.value(column[role.value]);
          const CellValue before = ApplyOverrides(place, role, cell, reach, nullptr);
          place.substitute_scope = scope.value;
          place.substitute = then;
          place.override_mask |= 1u << (state.scope_line(scope.value)->depth - 1);
          const CellValue result = ApplyOverrides(place, role, cell, reach, nullptr);
          for (uint8_t i = 0; i < result.count; ++i) {
            const FactSet facts = result.sets[i];
            if (before.AllowedBy(facts)) continue;
            if (AllowedAtAndBelow(state, actor, gained, kind, point, facts, now)) continue;
            return absl::PermissionDeniedError(absl::StrCat(
                "the override would give `", matrix.role(role).name, "` `",
                matrix.permission(gained).name, "` at `", state.ScopeName(point),
                "` or below, which `", state.SubjectName(actor), "` is not allowed there itself"));
          }
        }
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckMove(const WorldState& state, SubjectId actor, ScopeId scope, ScopeId new_parent,
                       const MovePermissions& permissions, absl::Time now) {
  const ScopeId old_parent = state.ParentOf(scope);
  const auto need = [&](absl::string_view permission, ScopeId at) -> absl::Status {
    const FactSet facts = at == scope ? permissions.facts : 0;
    if (IsAllowedNear(state, actor, permission, at, now, facts)) return absl::OkStatus();
    return absl::PermissionDeniedError(absl::StrCat("moving `", state.ScopeName(scope), "` needs `",
                                                    permission, "` at `", state.ScopeName(at),
                                                    "`"));
  };
  // `remove` is asked at the old parent, or of the scope itself where a parent cannot be asked.
  const std::optional<PermissionId> remove = state.matrix().FindPermission(permissions.remove);
  bool at_parent = false;
  const ScopePath old_path = state.PathOf(old_parent);
  for (uint32_t id : absl::MakeConstSpan(old_path.ids, old_path.size)) {
    at_parent |= remove.has_value() &&
                 state.matrix().permission(*remove).asked_at.Has(state.KindOf(ScopeId(id)));
  }
  absl::Status status = need(permissions.manage, scope);
  if (status.ok()) status = need(permissions.remove, at_parent ? old_parent : scope);
  if (status.ok()) status = need(permissions.create, new_parent);
  if (!status.ok()) return status;

  status = CheckSubtreeNotFrozen(state, scope);
  if (status.ok()) status = CheckPathNotFrozen(state, new_parent);
  if (!status.ok()) return status;

  // PROHIBITs and locks that would no longer, or would newly, stand above.
  bool changes_prohibit = false;
  const auto look_above = [&](ScopeId from, ScopeId other) {
    const ScopePath path = state.PathOf(from);
    for (uint32_t i = 0; i < path.size; ++i) {
      if (state.IsOnPath(ScopeId(path.ids[i]), other)) continue;
      for (const OverrideRecord& record : state.OverridesAt(ScopeId(path.ids[i]))) {
        changes_prohibit |= record.effect == Effect::kProhibit || record.locked;
      }
    }
  };
  look_above(old_parent, new_parent);
  look_above(new_parent, old_parent);
  if (changes_prohibit) {
    status = need("role.prohibit", old_parent);
    if (status.ok()) status = need("role.prohibit", new_parent);
    if (!status.ok()) return status;
  }
  return CheckExclusiveMove(state, scope, new_parent, now);
}

bool HasUnendingHolder(const WorldState& state, RoleId role, absl::Time now,
                       SubjectId without_subject, AssignmentId without_assignment) {
  bool found = false;
  state.ForEachHolder(state.root(), role, SubjectId(0), [&](SubjectId holder) {
    if (holder == without_subject || state.IsSuspended(holder) ||
        state.KindOf(holder) == SubjectKind::kGroup) {
      return true;
    }
    for (const AssignmentRecord& record : state.AssignmentsOf(holder)) {
      found |= record.scope == state.root().value && record.role == role.value &&
               record.uid != without_assignment.value && !record.suspended &&
               record.window.not_before <= now && record.window.expires == absl::InfiniteFuture();
    }
    return !found;
  });
  return found;
}

bool HasTopRoleHolder(const WorldState& state, absl::Time now, SubjectId without_subject,
                      AssignmentId without_assignment) {
  const std::optional<RoleId> top = state.matrix().top_role();
  return !top.has_value() ||
         HasUnendingHolder(state, *top, now, without_subject, without_assignment);
}

}  // namespace provost
