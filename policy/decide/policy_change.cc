// Rule 15, and what a change of policy would break: the parts of delegation.h about policies.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/decide/automatic.h"
#include "policy/decide/delegation.h"
#include "policy/decide/exclusive.h"
#include "policy/decide/held.h"
#include "policy/decide/powers.h"
#include "policy/world/override_limit.h"

namespace provost {
namespace {

constexpr size_t kMaxNamed = 20;  // how many offending entries an error names

// The facts of `set` of matrix `from`, as a set of matrix `to`; unset if `to` lacks one.
std::optional<FactSet> Translate(const Matrix& from, FactSet set, const Matrix& to) {
  FactSet facts = 0;
  for (const std::string& name : from.FactNames(set)) {
    const std::optional<int> bit = to.FindFact(name);
    if (!bit.has_value()) return std::nullopt;
    facts |= FactSet{1} << *bit;
  }
  return facts;
}

// True if `role` of `matrix` has an ALLOW at the place that `facts` satisfies.
bool HasCell(const Matrix& matrix, RoleId role, PermissionId permission, ScopeKind at, bool reach,
             FactSet facts) {
  const CellCode* column =
      reach ? matrix.ReachColumn(permission, at) : matrix.Column(permission, at);
  return column != nullptr && matrix.value(column[role.value]).AllowedBy(facts);
}

// `record` of a state under `old`, as `next` names it; unset if `next` lacks what it names, and
// then `missing` says what.
std::optional<OverrideRecord> Translate(const Matrix& old, const OverrideRecord& record,
                                        const Matrix& next, std::string* missing) {
  const std::string& role_name = old.role(RoleId(record.role)).name;
  const std::string& permission_name = old.permission(PermissionId(record.permission)).name;
  const std::optional<RoleId> role = next.FindRole(role_name);
  const std::optional<PermissionId> permission = next.FindPermission(permission_name);
  const std::optional<FactSet> facts = Translate(old, record.facts, next);
  if (!role.has_value()) {
    *missing = role_name;
  } else if (!permission.has_value()) {
    *missing = permission_name;
  } else if (!facts.has_value()) {
    *missing = "a fact that it requires";
  } else {
    OverrideRecord translated = record;
    translated.role = role->value;
    translated.permission = permission->value;
    translated.facts = *facts;
    return translated;
  }
  return std::nullopt;
}

// The overrides of the state as they stand under `next`; those that it cannot keep are left out.
OverrideBook OverridesUnder(const WorldState& state, const Matrix& next) {
  OverrideBook book;
  state.ForEachOverriddenScope([&](ScopeId scope) {
    std::vector<OverrideRecord>& records = book[scope.value];
    for (const OverrideRecord& record : state.OverridesAt(scope)) {
      std::string missing;
      const std::optional<OverrideRecord> translated =
          Translate(state.matrix(), record, next, &missing);
      if (translated.has_value()) records.push_back(*translated);
    }
    std::sort(records.begin(), records.end(), [](const OverrideRecord& a, const OverrideRecord& b) {
      return std::make_pair(a.role, a.permission) < std::make_pair(b.role, b.permission);
    });
    return true;
  });
  return book;
}

// True if a role of `matrix` prohibits anything, by a cell or by one of `records`.
bool Prohibits(const Matrix& matrix, RoleId role, const OverrideBook& book) {
  for (const CellInfo& cell : matrix.cells()) {
    if (cell.role == role && cell.effect == Effect::kProhibit) return true;
  }
  for (const auto& [scope, records] : book) {
    for (const OverrideRecord& record : records) {
      if (record.role == role.value && record.effect == Effect::kProhibit) return true;
    }
  }
  return false;
}

class PolicyChange {
 public:
  PolicyChange(const WorldState& state, SubjectId author, const Matrix& next, absl::Time now)
      : state_(state),
        author_(author),
        now_(now),
        old_(state.matrix()),
        next_(next),
        author_roles_(DelegableRoles(state, author, state.root(), now)),
        now_book_(OverridesUnder(state, old_)),
        next_book_(OverridesUnder(state, next)) {}

  // What the policy would add that the author may not add.
  std::vector<std::string> Find() {
    for (const CellInfo& cell : next_.cells()) CheckCell(cell);
    for (const PermissionInfo& permission : next_.permissions()) CheckAccess(permission);
    for (const RoleInfo& role : next_.roles()) CheckRole(role);
    CheckGiven("default_role", old_.default_role(), next_.default_role());
    CheckGiven("anonymous_role", old_.anonymous_role(), next_.anonymous_role());
    CheckGiven("top_role", old_.top_role(), next_.top_role());
    CheckOverridden();
    return std::move(added_);
  }

  // The PROHIBITs that it would add or drop.
  std::vector<std::string> FindProhibits() {
    for (const CellInfo& cell : next_.cells()) CompareProhibit(next_, cell, old_, "added");
    for (const CellInfo& cell : old_.cells()) CompareProhibit(old_, cell, next_, "dropped");
    CompareGiven("default_role", old_.default_role(), next_.default_role());
    CompareGiven("anonymous_role", old_.anonymous_role(), next_.anonymous_role());
    return std::vector<std::string>(prohibits_.begin(), prohibits_.end());
  }

 private:
  void CheckCell(const CellInfo& cell) {
    if (cell.effect != Effect::kAllow) return;
    const std::string& role_name = next_.role(cell.role).name;
    const std::string& permission_name = next_.permission(cell.permission).name;
    const std::optional<PermissionId> permission = old_.FindPermission(permission_name);
    const std::optional<RoleId> role = old_.FindRole(role_name);
    for (FactSet set : cell.alternatives) {
      const std::optional<FactSet> facts = Translate(next_, set, old_);
      bool known = false;
      if (permission.has_value() && facts.has_value()) {
        known = role.has_value() && HasCell(old_, *role, *permission, cell.at, cell.reach, *facts);
        for (RoleId mine : author_roles_) {
          known = known || HasCell(old_, mine, *permission, cell.at, cell.reach, *facts);
        }
      }
      if (known) continue;
      added_.push_back(absl::StrCat("`", permission_name, "` for `", role_name, "` at ",
                                    ScopeKindName(cell.at), cell.reach ? " by reach" : ""));
      return;
    }
  }

  // A WRITE that becomes a READ is freed of freezes, and open to anonymous and to who acts as a
  // role.
  void CheckAccess(const PermissionInfo& permission) {
    const std::optional<PermissionId> before = old_.FindPermission(permission.name);
    if (!before.has_value() || old_.permission(*before).access == Access::kRead ||
        permission.access == Access::kWrite) {
      return;
    }
    for (ScopeKind kind : kAllScopeKinds) {
      if (!permission.asked_at.Has(kind)) continue;
      bool known = false;
      for (RoleId mine : author_roles_) {
        known = known || HasCell(old_, mine, *before, kind, false, 0);
      }
      if (known) continue;
      added_.push_back(absl::StrCat("`", permission.name, "` as a READ"));
      return;
    }
  }

  // What the roles would gain where they are overridden: rule 16's question, asked of every
  // override in force at once.
  void CheckOverridden() {
    std::set<ScopeId> points;
    state_.ForEachOverriddenScope([&](ScopeId scope) {
      points.insert(scope);
      return true;
    });
    if (points.empty()) return;
    for (const MembershipRecord& group : GroupsAbove(state_, author_)) {
      for (const AssignmentRecord& record : state_.AssignmentsOf(SubjectId(group.group))) {
        points.insert(ScopeId(record.scope));
      }
    }
    for (ScopeId point : points) {
      const Powers powers(state_, author_, point, now_);
      std::map<uint16_t, std::set<PermissionId>> touched;  // of next_, by role of old_
      const ScopePath path = state_.PathOf(point);
      for (uint32_t i = 0; i < path.size; ++i) {
        for (const OverrideRecord& record : state_.OverridesAt(ScopeId(path.ids[i]))) {
          AddTouched(PermissionId(record.permission), &touched[record.role]);
        }
      }
      for (const auto& [role, permissions] : touched) {
        const std::optional<RoleId> after = next_.FindRole(old_.role(RoleId(role)).name);
        if (!after.has_value()) continue;
        for (PermissionId permission : permissions) {
          CompareAt(powers, RoleId(role), *after, permission);
        }
      }
    }
  }

  // `permission` and all that it implies, before and after.
  void AddTouched(PermissionId permission, std::set<PermissionId>* touched) const {
    const auto add = [&](const std::string& name) {
      const std::optional<PermissionId> id = next_.FindPermission(name);
      if (id.has_value()) touched->insert(*id);
    };
    const std::string& name = old_.permission(permission).name;
    add(name);
    for (PermissionId implied : old_.permission(permission).implies_all) {
      add(old_.permission(implied).name);
    }
    const std::optional<PermissionId> after = next_.FindPermission(name);
    if (!after.has_value()) return;
    const std::vector<PermissionId>& implied = next_.permission(*after).implies_all;
    touched->insert(implied.begin(), implied.end());
  }

  // Holds what a role gets at one scope after against what it gets before.
  void CompareAt(const Powers& powers, RoleId old_role, RoleId next_role, PermissionId permission) {
    const std::string& name = next_.permission(permission).name;
    const std::optional<PermissionId> before = old_.FindPermission(name);
    for (ScopeKind kind : kAllScopeKinds) {
      if (state_.KindOf(powers.at()) > kind) continue;
      for (const bool reach : {false, true}) {
        const CellCode* column =
            reach ? next_.ReachColumn(permission, kind) : next_.Column(permission, kind);
        if (column == nullptr || (reach && column[next_role.value] == kCodeNone)) continue;
        Place place = powers.PlaceOf(permission, kind);
        place.matrix = &next_;
        place.overrides = &next_book_;
        const CellValue result =
            ApplyOverrides(place, next_role, next_.value(column[next_role.value]), reach, nullptr);
        CellValue was;
        const CellCode* old_column = nullptr;
        if (before.has_value()) {
          old_column = reach ? old_.ReachColumn(*before, kind) : old_.Column(*before, kind);
        }
        if (old_column != nullptr && (!reach || old_column[old_role.value] != kCodeNone)) {
          was = ApplyOverrides(powers.PlaceOf(*before, kind), old_role,
                               old_.value(old_column[old_role.value]), reach, nullptr);
        }
        if ((was.effect == Effect::kProhibit) != (result.effect == Effect::kProhibit)) {
          prohibits_.insert(absl::StrCat("`", name, "` for `", next_.role(next_role).name,
                                         "` where it is overridden, at `",
                                         state_.ScopeName(powers.at()), "`"));
        }
        for (uint8_t i = 0; i < result.count; ++i) {
          const std::optional<FactSet> facts = Translate(next_, result.sets[i], old_);
          if (facts.has_value() && was.AllowedBy(*facts)) continue;
          bool known =
              facts.has_value() && before.has_value() && powers.Allow(*before, kind, *facts);
          for (RoleId mine : author_roles_) {
            known = known || (facts.has_value() && before.has_value() &&
                              HasCell(old_, mine, *before, kind, reach, *facts));
          }
          if (known) continue;
          added_.push_back(absl::StrCat("`", name, "` for `", next_.role(next_role).name,
                                        "` where it is overridden, at `",
                                        state_.ScopeName(powers.at()), "`"));
          return;
        }
      }
    }
  }

  // A PROHIBIT of `from` that `to` has not got. One of what `to` does not know prohibits nothing.
  void CompareProhibit(const Matrix& from, const CellInfo& cell, const Matrix& to,
                       absl::string_view what) {
    if (cell.effect != Effect::kProhibit) return;
    const std::string& role_name = from.role(cell.role).name;
    const std::string& permission_name = from.permission(cell.permission).name;
    const std::optional<RoleId> role = to.FindRole(role_name);
    const std::optional<PermissionId> permission = to.FindPermission(permission_name);
    const CellCode* column = permission.has_value() ? to.Column(*permission, cell.at) : nullptr;
    const bool known = role.has_value() && column != nullptr;
    if (known && column[role->value] == kCodeProhibit) return;
    if (!known && &from == &old_) return;
    prohibits_.insert(absl::StrCat("`", permission_name, "` for `", role_name, "` at ",
                                   ScopeKindName(cell.at), ", ", what));
  }

  // Everybody would begin or cease to be prohibited what the role prohibits.
  void CompareGiven(absl::string_view what, std::optional<RoleId> before,
                    std::optional<RoleId> after) {
    const std::string old_name = before.has_value() ? old_.role(*before).name : "";
    const std::string next_name = after.has_value() ? next_.role(*after).name : "";
    if (old_name == next_name) return;
    if ((before.has_value() && Prohibits(old_, *before, now_book_)) ||
        (after.has_value() && Prohibits(next_, *after, next_book_))) {
      prohibits_.insert(absl::StrCat("another ", what));
    }
  }

  // Each name that the new role lists must be one that the old role, or one of the author's,
  // lists too. A role that the policy adds is on nobody's list yet: it is judged by its own cells
  // and lists, which give no more than the author could have given to the role that lists it.
  template <typename ListOf>
  void CheckEntries(const RoleInfo& role, absl::string_view what,
                    const std::vector<RoleId>& entries, ListOf list_of) {
    const std::optional<RoleId> before = old_.FindRole(role.name);
    for (RoleId entry : entries) {
      const std::string& name = next_.role(entry).name;
      const std::optional<RoleId> old_entry = old_.FindRole(name);
      if (!old_entry.has_value()) continue;
      const auto lists = [&](RoleId who) {
        const std::vector<RoleId>& list = list_of(old_.role(who));
        return std::binary_search(list.begin(), list.end(), *old_entry);
      };
      bool known = before.has_value() && lists(*before);
      for (RoleId mine : author_roles_) known = known || lists(mine);
      if (!known) added_.push_back(absl::StrCat("`", name, "` in ", what, " of `", role.name, "`"));
    }
  }

  void CheckRole(const RoleInfo& role) {
    CheckEntries(
        role, "may_assign", role.may_assign,
        [](const RoleInfo& info) -> const std::vector<RoleId>& { return info.may_assign; });
    CheckEntries(
        role, "may_override", role.may_override,
        [](const RoleInfo& info) -> const std::vector<RoleId>& { return info.may_override; });
    static const std::vector<RoleId> kNone;
    if (role.may_switch.has_value()) {
      // A role without a list switches to what it may assign; naming those adds nothing.
      CheckEntries(role, "may_switch", *role.may_switch,
                   [](const RoleInfo& info) -> const std::vector<RoleId>& {
                     return info.may_switch.has_value() ? *info.may_switch : info.may_assign;
                   });
    }
    if (role.may_assign_subset) {
      const std::optional<RoleId> before = old_.FindRole(role.name);
      bool known = before.has_value() && old_.role(*before).may_assign_subset;
      for (RoleId mine : author_roles_) known = known || old_.role(mine).may_assign_subset;
      if (!known) added_.push_back(absl::StrCat("may_assign_subset of `", role.name, "`"));
    }
  }

  void CheckGiven(absl::string_view what, std::optional<RoleId> before,
                  std::optional<RoleId> after) {
    if (!after.has_value()) return;
    const std::string& name = next_.role(*after).name;
    if (before.has_value() && old_.role(*before).name == name) return;
    const std::optional<RoleId> old_role = old_.FindRole(name);
    if (old_role.has_value() && author_roles_.count(*old_role) > 0) return;
    added_.push_back(absl::StrCat("`", name, "` as ", what));
  }

  const WorldState& state_;
  const SubjectId author_;
  const absl::Time now_;
  const Matrix& old_;
  const Matrix& next_;
  const std::set<RoleId> author_roles_;
  const OverrideBook now_book_;
  const OverrideBook next_book_;
  std::vector<std::string> added_;
  std::set<std::string> prohibits_;
};

// The first of `all`, in words.
std::string Listed(std::vector<std::string> all) {
  const size_t count = all.size();
  if (count > kMaxNamed) all.resize(kMaxNamed);
  return absl::StrCat(absl::StrJoin(all, "; "),
                      count > kMaxNamed ? absl::StrCat("; and ", count - kMaxNamed, " more") : "");
}

// True if somebody holds the top role of `matrix` at the tenant directly, actively and without an
// end, and may use `permission` there, whatever else they hold. `overrides` are those under
// `matrix`; the roles in use are those of the state's own policy.
bool TopRoleMay(const WorldState& state, const Matrix& matrix, const OverrideBook& overrides,
                absl::string_view permission, absl::Time now) {
  const Matrix& own = state.matrix();
  const std::optional<PermissionId> asked = matrix.FindPermission(permission);
  const CellCode* column = asked.has_value() ? matrix.Column(*asked, ScopeKind::kTenant) : nullptr;
  if (column == nullptr || !matrix.top_role().has_value() || state.root().value == 0) return false;
  const std::optional<RoleId> top = own.FindRole(matrix.role(*matrix.top_role()).name);
  if (!top.has_value()) return false;
  Place place;
  place.state = &state;
  place.permission = *asked;
  place.kind = ScopeKind::kTenant;
  place.path = state.PathOf(state.root());
  place.override_mask = state.scope_line(state.root().value)->override_mask;
  place.matrix = &matrix;
  place.overrides = &overrides;
  bool found = false;
  state.ForEachHolder(state.root(), *top, SubjectId(0), [&](SubjectId holder) {
    if (!HoldsUnending(state, holder, *top, now)) return true;
    std::set<RoleId> roles;
    if (matrix.default_role().has_value() && state.KindOf(holder) == SubjectKind::kUser) {
      roles.insert(*matrix.default_role());
    }
    for (const HeldRole& held : RolesOnPath(state, holder, state.root(), now)) {
      const std::optional<RoleId> role = matrix.FindRole(own.role(held.role).name);
      if (held.record != nullptr && role.has_value()) roles.insert(*role);
    }
    bool allowed = false;
    bool prohibited = false;
    for (RoleId role : roles) {
      const CellValue effect =
          ApplyOverrides(place, role, matrix.value(column[role.value]), false, nullptr);
      prohibited |= effect.effect == Effect::kProhibit;
      allowed |= effect.AllowedBy(0);
    }
    found = allowed && !prohibited;
    return !found;
  });
  return found;
}

}  // namespace

absl::Status CheckPolicyChange(const WorldState& state, SubjectId author, const Matrix& next,
                               absl::Time now) {
  PolicyChange change(state, author, next, now);
  const std::vector<std::string> added = change.Find();
  if (!added.empty()) {
    return absl::PermissionDeniedError(
        absl::StrCat("the policy would add what no role that `", state.SubjectName(author),
                     "` holds or may hand on at the tenant has: ", Listed(added)));
  }
  const std::vector<std::string> prohibits = change.FindProhibits();
  if (!prohibits.empty() && !IsAllowedNear(state, author, "role.prohibit", state.root(), now)) {
    return absl::PermissionDeniedError(absl::StrCat(
        "the policy would change what is prohibited, which needs `role.prohibit` at the tenant, "
        "which `",
        state.SubjectName(author), "` lacks: ", Listed(prohibits)));
  }
  return absl::OkStatus();
}

std::vector<std::string> FindPolicyBreaks(const WorldState& state, const Matrix& next,
                                          absl::Time now) {
  std::vector<std::string> breaks;
  const Matrix& old = state.matrix();
  std::map<std::pair<uint16_t, ScopeKind>, size_t> in_use;
  state.ForEachSubject(SubjectId(0), [&](SubjectId id, const SubjectLine&) {
    for (const AssignmentRecord& record : state.AssignmentsOf(id)) {
      ++in_use[{record.role, state.KindOf(ScopeId(record.scope))}];
    }
    return true;
  });
  for (const auto& [use, count] : in_use) {
    const std::string& name = old.role(RoleId(use.first)).name;
    const std::optional<RoleId> role = next.FindRole(name);
    if (!role.has_value()) {
      breaks.push_back(absl::StrCat("role `", name, "` is gone, but is assigned ", count,
                                    " times at scopes of kind ", ScopeKindName(use.second)));
    } else if (!next.role(*role).assignable_at.Has(use.second)) {
      breaks.push_back(absl::StrCat("role `", name, "` may no longer be held at a ",
                                    ScopeKindName(use.second), ", but is assigned ", count,
                                    " times there"));
    }
  }
  state.ForEachOverriddenScope([&](ScopeId scope) {
    std::vector<OverrideRecord> kept;
    for (const OverrideRecord& record : state.OverridesAt(scope)) {
      std::string missing;
      const std::optional<OverrideRecord> translated = Translate(old, record, next, &missing);
      if (translated.has_value()) {
        kept.push_back(*translated);
        continue;
      }
      breaks.push_back(
          absl::StrCat("the override of `", old.permission(PermissionId(record.permission)).name,
                       "` for `", old.role(RoleId(record.role)).name, "` at `",
                       state.ScopeName(scope), "` names `", missing, "`, which is gone"));
    }
    std::set<uint16_t> judged;
    for (const OverrideRecord& record : kept) {
      if (!judged.insert(record.role).second) continue;
      absl::Status limit =
          CheckOverrideLimit(next, RoleId(record.role), kept, state.ScopeName(scope));
      if (!limit.ok()) breaks.push_back(std::string(limit.message()));
    }
    return true;
  });
  for (std::string& each : FindExclusiveBreaks(state, next, now)) {
    breaks.push_back(std::move(each));
  }
  if (next.top_role().has_value()) {
    const std::string& top = next.role(*next.top_role()).name;
    const std::optional<RoleId> role = old.FindRole(top);
    if (!role.has_value() || !HasUnendingHolder(state, *role, now)) {
      breaks.push_back(absl::StrCat("nobody holds the top role `", top,
                                    "` at the tenant directly and without an end"));
    }
  }
  const OverrideBook now_book = OverridesUnder(state, old);
  const OverrideBook next_book = OverridesUnder(state, next);
  for (std::string& each : FindAutomaticBreaks(state, next, next_book, now)) {
    breaks.push_back(std::move(each));
  }
  for (absl::string_view needed : {"policy.apply", "role.prohibit"}) {
    if (TopRoleMay(state, old, now_book, needed, now) &&
        !TopRoleMay(state, next, next_book, needed, now)) {
      breaks.push_back(absl::StrCat("nobody who holds the top role for good might use `", needed,
                                    "` at the tenant any more, to put right what a policy breaks"));
    }
  }
  return breaks;
}

}  // namespace provost
