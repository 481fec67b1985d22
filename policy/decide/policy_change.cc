// Rule 15, and what a change of policy would break: the parts of delegation.h about policies.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/decide/delegation.h"
#include "policy/decide/exclusive.h"
#include "policy/decide/held.h"
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

class PolicyChange {
 public:
  PolicyChange(const WorldState& state, SubjectId author, const Matrix& next, absl::Time now)
      : old_(state.matrix()),
        next_(next),
        author_roles_(DelegableRoles(state, author, state.root(), now)) {}

  std::vector<std::string> Find() {
    for (const CellInfo& cell : next_.cells()) CheckCell(cell);
    for (const RoleInfo& role : next_.roles()) CheckRole(role);
    CheckGiven("default_role", old_.default_role(), next_.default_role());
    CheckGiven("anonymous_role", old_.anonymous_role(), next_.anonymous_role());
    CheckGiven("top_role", old_.top_role(), next_.top_role());
    return std::move(added_);
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

  // Each name that the new role lists must be one that the old role, or one of the author's,
  // lists too.
  template <typename ListOf>
  void CheckEntries(const RoleInfo& role, absl::string_view what,
                    const std::vector<RoleId>& entries, ListOf list_of) {
    const std::optional<RoleId> before = old_.FindRole(role.name);
    for (RoleId entry : entries) {
      const std::string& name = next_.role(entry).name;
      const std::optional<RoleId> old_entry = old_.FindRole(name);
      const auto lists = [&](RoleId who) {
        const std::vector<RoleId>& list = list_of(old_.role(who));
        return old_entry.has_value() && std::binary_search(list.begin(), list.end(), *old_entry);
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

  const Matrix& old_;
  const Matrix& next_;
  const std::set<RoleId> author_roles_;
  std::vector<std::string> added_;
};

}  // namespace

absl::Status CheckPolicyChange(const WorldState& state, SubjectId author, const Matrix& next,
                               absl::Time now) {
  std::vector<std::string> added = PolicyChange(state, author, next, now).Find();
  if (added.empty()) return absl::OkStatus();
  const size_t count = added.size();
  if (count > kMaxNamed) added.resize(kMaxNamed);
  return absl::PermissionDeniedError(
      absl::StrCat("the policy would add what no role that `", state.SubjectName(author),
                   "` holds or may hand on at the tenant has: ", absl::StrJoin(added, "; "),
                   count > kMaxNamed ? absl::StrCat("; and ", count - kMaxNamed, " more") : ""));
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
      const std::string& role = old.role(RoleId(record.role)).name;
      const std::string& permission = old.permission(PermissionId(record.permission)).name;
      const std::optional<RoleId> next_role = next.FindRole(role);
      const std::optional<PermissionId> next_permission = next.FindPermission(permission);
      const std::optional<FactSet> facts = Translate(old, record.facts, next);
      absl::string_view missing;
      if (!next_role.has_value()) {
        missing = role;
      } else if (!next_permission.has_value()) {
        missing = permission;
      } else if (!facts.has_value()) {
        missing = "a fact that it requires";
      } else {
        kept.push_back(record);
        kept.back().role = next_role->value;
        kept.back().permission = next_permission->value;
        kept.back().facts = *facts;
        continue;
      }
      breaks.push_back(absl::StrCat("the override of `", permission, "` for `", role, "` at `",
                                    state.ScopeName(scope), "` names `", missing,
                                    "`, which is gone"));
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
  return breaks;
}

}  // namespace provost
