#include "policy/decide/delegation.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/decide/automatic.h"
#include "policy/decide/check.h"
#include "policy/decide/effect.h"
#include "policy/decide/exclusive.h"
#include "policy/decide/freeze.h"
#include "policy/decide/held.h"
#include "policy/decide/powers.h"
#include "policy/world/override_limit.h"

namespace provost {
namespace {

std::string RoleAt(const WorldState& state, RoleId role, ScopeId scope) {
  return absl::StrCat("role `", state.matrix().role(role).name, "` at `", state.ScopeName(scope),
                      "`");
}

// True if the actor's own roles name all that `role` may assign, override and switch to.
bool NamesAllThatItNames(const WorldState& state, SubjectId actor, RoleId role, ScopeId scope,
                         absl::Time now) {
  const Matrix& matrix = state.matrix();
  std::set<RoleId> may_assign, may_override, may_switch;
  for (const HeldRole& held : RolesOnPath(state, actor, scope, now)) {
    const RoleInfo& info = matrix.role(held.role);
    may_assign.insert(info.may_assign.begin(), info.may_assign.end());
    may_override.insert(info.may_override.begin(), info.may_override.end());
    if (info.may_switch.has_value()) {
      may_switch.insert(info.may_switch->begin(), info.may_switch->end());
    } else {
      const std::set<RoleId> delegable = DelegableRoles(state, actor, scope, now);
      may_switch.insert(delegable.begin(), delegable.end());
    }
  }
  const auto within = [](const std::vector<RoleId>& given, const std::set<RoleId>& own) {
    return std::includes(own.begin(), own.end(), given.begin(), given.end());
  };
  const RoleInfo& given = matrix.role(role);
  return within(given.may_assign, may_assign) && within(given.may_override, may_override) &&
         (!given.may_switch.has_value() || within(*given.may_switch, may_switch));
}

// Rule 11's `may_assign_subset`: true if the actor is allowed whatever the custom role would allow,
// overrides included, at `scope` and below, and could itself hand on whatever the role hands on.
bool IsSubset(const WorldState& state, SubjectId actor, RoleId role, ScopeId scope,
              absl::Time now) {
  const Matrix& matrix = state.matrix();
  if (!NamesAllThatItNames(state, actor, role, scope, now)) return false;
  const bool may_prohibit = IsAllowedNear(state, actor, "role.prohibit", scope, now);
  const std::vector<Powers> powers = PowersAtAndBelow(state, actor, role, scope, now);
  for (size_t p = 0; p < matrix.permissions().size(); ++p) {
    const PermissionId permission(static_cast<uint16_t>(p));
    for (ScopeKind kind : kAllScopeKinds) {
      const CellCode* column = matrix.Column(permission, kind);
      if (column == nullptr) continue;
      const CellValue& cell = matrix.value(column[role.value]);
      for (const Powers& each : powers) {
        if (state.KindOf(each.at()) > kind) continue;
        const CellValue effect =
            ApplyOverrides(each.PlaceOf(permission, kind), role, cell, false, nullptr);
        if (effect.effect == Effect::kProhibit && !may_prohibit) return false;
        for (uint8_t i = 0; i < effect.count; ++i) {
          if (!each.Allow(permission, kind, effect.sets[i])) return false;
        }
      }
      const CellCode* reach = matrix.ReachColumn(permission, kind);
      const ScopeId reached = state.NearestOfKind(scope, kind);
      if (reach == nullptr || reach[role.value] == kCodeNone || reached.value == 0) continue;
      const Powers there(state, actor, reached, now);
      const CellValue effect = ApplyOverrides(there.PlaceOf(permission, kind), role,
                                              matrix.value(reach[role.value]), true, nullptr);
      if (effect.effect == Effect::kProhibit && !may_prohibit) return false;
      for (uint8_t i = 0; i < effect.count; ++i) {
        Question question;
        question.subject = actor;
        question.permission = permission;
        question.scope = reached;
        question.facts = effect.sets[i];
        question.time = now;
        if (!Check(state, question).allowed()) return false;
      }
    }
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

// The roles that prohibit something at `moved` or below it, by a cell or by an override that stands
// there or above: where they are held on the path that it leaves or enters, moving it takes the
// PROHIBIT away or brings it.
std::set<uint16_t> ProhibitingRoles(const WorldState& state, ScopeId moved, ScopeId new_parent) {
  std::set<uint16_t> roles;
  for (const CellInfo& cell : state.matrix().cells()) {
    if (cell.effect == Effect::kProhibit && cell.at >= state.KindOf(moved)) {
      roles.insert(cell.role.value);
    }
  }
  state.ForEachOverriddenScope([&](ScopeId scope) {
    if (!state.IsOnPath(scope, moved) && !state.IsOnPath(moved, scope) &&
        !state.IsOnPath(scope, new_parent)) {
      return true;
    }
    for (const OverrideRecord& record : state.OverridesAt(scope)) {
      if (record.effect == Effect::kProhibit) roles.insert(record.role);
    }
    return true;
  });
  return roles;
}

// True if `holder` has an assignment of `role` at `scope` that has not ended. One that is suspended
// can come back.
bool Holds(const WorldState& state, SubjectId holder, RoleId role, ScopeId scope, absl::Time now) {
  for (const AssignmentRecord& record : state.AssignmentsOf(holder)) {
    if (record.role == role.value && record.scope == scope.value && record.window.expires > now) {
      return true;
    }
  }
  return false;
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
  if (status.ok() && state.KindOf(subject) == SubjectKind::kGroup &&
      AutomaticGroups(state, now).count(subject) > 0) {
    status = CheckHarmless(state, role, scope);
  }
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
  }
  if (state.KindOf(member) == SubjectKind::kGroup &&
      AutomaticGroups(state, now).count(member) > 0) {
    absl::Status status = CheckMayBeAutomatic(state, group, now);
    if (!status.ok()) return status;
  }
  return CheckExclusiveMember(state, group, member, window, now);
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
  std::optional<OverrideRecord> wanted = after;
  if (wanted.has_value()) {
    wanted->role = role.value;
    wanted->permission = permission.value;
    touches_prohibit |= wanted->effect == Effect::kProhibit || wanted->locked;
    then.insert(std::upper_bound(then.begin(), then.end(), *wanted,
                                 [](const OverrideRecord& a, const OverrideRecord& b) {
                                   return std::make_pair(a.role, a.permission) <
                                          std::make_pair(b.role, b.permission);
                                 }),
                *wanted);
  }
  if (touches_prohibit && !IsAllowedNear(state, actor, "role.prohibit", scope, now)) {
    return absl::PermissionDeniedError(
        absl::StrCat("PROHIBIT and locked overrides at `", state.ScopeName(scope),
                     "` are touched only with `role.prohibit`, which `", state.SubjectName(actor),
                     "` lacks there"));
  }

  if (wanted.has_value()) {
    absl::Status status =
        CheckOverrideLimit(matrix, role, then, state.ScopeName(scope), permission);
    if (status.ok()) status = CheckHarmlessOverride(state, scope, *wanted, now);
    if (!status.ok()) return status;
  }

  // What the role would gain, here and wherever below something else stands.
  std::vector<PermissionId> touched = matrix.permission(permission).implies_all;
  touched.push_back(permission);
  const std::vector<Powers> powers = PowersAtAndBelow(state, actor, role, scope, now);
  const uint32_t own_bit = 1u << (state.scope_line(scope.value)->depth - 1);
  for (PermissionId gained : touched) {
    for (ScopeKind kind : kAllScopeKinds) {
      for (const bool reach : {false, true}) {
        const CellCode* column =
            reach ? matrix.ReachColumn(gained, kind) : matrix.Column(gained, kind);
        if (column == nullptr || (reach && column[role.value] == kCodeNone)) continue;
        const CellValue& cell = matrix.value(column[role.value]);
        for (const Powers& each : powers) {
          if (state.KindOf(each.at()) > kind) continue;
          Place place = each.PlaceOf(gained, kind);
          const CellValue before = ApplyOverrides(place, role, cell, reach, nullptr);
          place.substitute_scope = scope.value;
          place.substitute = then;
          place.override_mask |= own_bit;
          const CellValue result = ApplyOverrides(place, role, cell, reach, nullptr);
          for (uint8_t i = 0; i < result.count; ++i) {
            const FactSet facts = result.sets[i];
            if (before.AllowedBy(facts) || each.Allow(gained, kind, facts)) continue;
            return absl::PermissionDeniedError(absl::StrCat(
                "the override would give `", matrix.role(role).name, "` `",
                matrix.permission(gained).name, "` at `", state.ScopeName(each.at()),
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
  const std::set<uint16_t> prohibiting = ProhibitingRoles(state, scope, new_parent);
  bool changes_prohibit = false;
  const auto look_above = [&](ScopeId from, ScopeId other) {
    const ScopePath path = state.PathOf(from);
    for (uint32_t i = 0; i < path.size; ++i) {
      const ScopeId at(path.ids[i]);
      if (state.IsOnPath(at, other)) continue;
      for (const OverrideRecord& record : state.OverridesAt(at)) {
        changes_prohibit |= record.effect == Effect::kProhibit || record.locked;
      }
      if (prohibiting.empty()) continue;
      state.ForEachHolderAt(at, [&](RoleId role, SubjectId holder) {
        changes_prohibit |=
            prohibiting.count(role.value) > 0 && Holds(state, holder, role, at, now);
        return !changes_prohibit;
      });
    }
  };
  look_above(old_parent, new_parent);
  look_above(new_parent, old_parent);
  if (changes_prohibit) {
    status = need("role.prohibit", old_parent);
    if (status.ok()) status = need("role.prohibit", new_parent);
    if (!status.ok()) return status;
  }
  status = CheckHarmlessMove(state, scope, new_parent, now);
  return status.ok() ? CheckExclusiveMove(state, scope, new_parent, now) : status;
}

bool HoldsUnending(const WorldState& state, SubjectId holder, RoleId role, absl::Time now,
                   AssignmentId without_assignment) {
  if (state.IsSuspended(holder) || state.KindOf(holder) == SubjectKind::kGroup) return false;
  for (const AssignmentRecord& record : state.AssignmentsOf(holder)) {
    if (record.scope == state.root().value && record.role == role.value &&
        record.uid != without_assignment.value && !record.suspended &&
        record.window.not_before <= now && record.window.expires == absl::InfiniteFuture()) {
      return true;
    }
  }
  return false;
}

bool HasUnendingHolder(const WorldState& state, RoleId role, absl::Time now,
                       SubjectId without_subject, AssignmentId without_assignment) {
  bool found = false;
  state.ForEachHolder(state.root(), role, SubjectId(0), [&](SubjectId holder) {
    found =
        holder != without_subject && HoldsUnending(state, holder, role, now, without_assignment);
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
