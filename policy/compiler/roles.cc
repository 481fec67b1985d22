// What roles may do with roles, and which roles the policy itself names.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/compiler/compilation.h"

namespace provost {
namespace {

using v1::ExclusiveSet;
using v1::PolicySource;
using v1::Role;

// Of more roles a message names the first.
constexpr size_t kShownRoles = 8;

void AddSorted(std::vector<RoleId>& roles, const std::vector<RoleId>& more) {
  roles.insert(roles.end(), more.begin(), more.end());
  std::sort(roles.begin(), roles.end());
  roles.erase(std::unique(roles.begin(), roles.end()), roles.end());
}

bool Contains(const std::vector<RoleId>& sorted, RoleId role) {
  return std::binary_search(sorted.begin(), sorted.end(), role);
}

}  // namespace

std::optional<RoleId> Compilation::ReadNamedRole(int field, const std::string& name) {
  if (name.empty()) return std::nullopt;
  const std::optional<RoleId> role = FindRole({&source_, field, -1}, name);
  if (!role.has_value()) role_lists_known_ = false;
  return role;
}

void Compilation::ReadNamedRoles() {
  if (const auto role =
          ReadNamedRole(PolicySource::kDefaultRoleFieldNumber, source_.default_role())) {
    data_.default_role = role;
  }
  if (const auto role =
          ReadNamedRole(PolicySource::kAnonymousRoleFieldNumber, source_.anonymous_role())) {
    data_.anonymous_role = role;
  }
  if (const auto role = ReadNamedRole(PolicySource::kTopRoleFieldNumber, source_.top_role())) {
    data_.top_role = role;
  }
  if (!data_.top_role.has_value() && source_.top_role().empty() && names_known_ &&
      Missing(source_, PolicySource::kTopRoleFieldNumber)) {
    const bool removed = base_ != nullptr && base_->top_role().has_value();
    report_.Error({&source_, 0, -1},
                  removed ? absl::StrCat("the top role of `", base_->name(),
                                         "` is removed, and no other `top_role` is named")
                          : std::string("the policy names no `top_role`: nobody could be made "
                                        "responsible for a tenant"));
  }
}

std::vector<RoleId> Compilation::RoleIds(
    const Message& message, int field, absl::string_view list,
    const google::protobuf::RepeatedPtrField<std::string>& names) {
  std::vector<RoleId> roles;
  std::vector<bool> seen(data_.roles.size());
  for (int i = 0; i < names.size(); ++i) {
    const SourceElement place{&message, field, i};
    const std::optional<RoleId> role = FindRole(place, names[i]);
    if (!role.has_value()) {
      role_lists_known_ = false;
      continue;
    }
    if (seen[role->value]) {
      report_.Warning(place, absl::StrCat("`", list, "` names `", names[i], "` twice"));
      continue;
    }
    seen[role->value] = true;
    roles.push_back(*role);
  }
  std::sort(roles.begin(), roles.end());
  return roles;
}

void Compilation::ReadRoleLists() {
  std::vector<RoleId> switch_widened;
  for (size_t i = 0; i < data_.roles.size(); ++i) {
    RoleInfo& info = data_.roles[i];
    const bool of_base = i < base_roles_;
    // The base's default for may_override is filled in already; it grows with may_assign.
    bool override_follows =
        !of_base || (!info.may_override_stays && info.may_override == info.may_assign);
    for (const Role* part : role_parts_[i]) {
      AddSorted(info.may_assign,
                RoleIds(*part, Role::kMayAssignFieldNumber, "may_assign", part->may_assign()));
      const std::vector<RoleId> may_override =
          RoleIds(*part, Role::kMayOverrideFieldNumber, "may_override", part->may_override());
      if (part->may_override_size() > 0) {
        override_follows = false;
        AddSorted(info.may_override, may_override);
      }
      const std::vector<RoleId> may_switch =
          RoleIds(*part, Role::kMaySwitchFieldNumber, "may_switch", part->may_switch());
      if (part->may_switch_size() > 0) {
        if (!info.may_switch.has_value()) {
          info.may_switch.emplace();
          if (of_base) switch_widened.push_back(RoleId(static_cast<uint16_t>(i)));
        }
        AddSorted(*info.may_switch, may_switch);
      }
    }
    if (override_follows) info.may_override = info.may_assign;
    info.may_override_stays = !override_follows && info.may_override == info.may_assign;
  }
  // An extension adds: what its base gives by default is kept.
  for (RoleId role : switch_widened) {
    AddSorted(*data_.roles[role.value].may_switch, AssignableFrom(role));
  }
}

std::vector<RoleId> Compilation::AssignableFrom(RoleId role) const {
  std::vector<bool> reached(data_.roles.size());
  std::vector<RoleId> roles = {role};
  reached[role.value] = true;
  for (size_t next = 0; next < roles.size(); ++next) {
    for (RoleId to : data_.roles[roles[next].value].may_assign) {
      if (!reached[to.value]) roles.push_back(to);
      reached[to.value] = true;
    }
  }
  return roles;
}

void Compilation::ReadExclusiveSets() {
  const size_t base_sets = data_.exclusive_sets.size();
  for (size_t i = 0; i < base_sets; ++i) {
    // Roles that were there before are in order; a default role named here is what can be new.
    CheckExclusiveSet(data_.exclusive_sets[i],
                      {&source_, PolicySource::kDefaultRoleFieldNumber, -1});
  }
  absl::flat_hash_map<std::string, const ExclusiveSet*> names;
  for (const ExclusiveSetInfo& set : data_.exclusive_sets) names[set.name] = nullptr;
  for (const ExclusiveSet& set : source_.exclusive_sets()) {
    const SourceElement place{&set, ExclusiveSet::kNameFieldNumber, -1};
    CheckName(set, ExclusiveSet::kNameFieldNumber, -1, "exclusive set", set.name());
    if (!set.name().empty()) {
      const auto [known, added] = names.try_emplace(set.name(), &set);
      if (!added) {
        report_.Error(
            place,
            absl::StrCat("duplicate exclusive set `", set.name(), "`",
                         known->second == nullptr
                             ? absl::StrCat("; the first is in `", data_.base_name, "`")
                             : FirstAt({known->second, ExclusiveSet::kNameFieldNumber, -1})));
      }
    }
    if (data_.exclusive_sets.size() == kMaxExclusiveSets) {
      report_.Error(place,
                    absl::StrCat("exclusive set `", set.name(), "` is one too many of ",
                                 base_sets + static_cast<size_t>(source_.exclusive_sets_size()),
                                 "; the limit is ", kMaxExclusiveSets));
      break;
    }
    const bool known_before = role_lists_known_;
    role_lists_known_ = true;
    ExclusiveSetInfo info;
    info.name = set.name();
    info.roles = RoleIds(set, ExclusiveSet::kRolesFieldNumber, "roles", set.roles());
    const bool all_known = role_lists_known_;
    // A set says nothing about who can be assigned what.
    role_lists_known_ = known_before;
    if (all_known) {
      if (info.roles.size() < 2 && names_known_) {
        report_.Error({&set, ExclusiveSet::kRolesFieldNumber, -1},
                      absl::StrCat("exclusive set `", set.name(), "` has ",
                                   info.roles.empty() ? "no role" : "only one role",
                                   "; wanted at least two"));
      } else {
        CheckExclusiveSet(info, {&set, ExclusiveSet::kRolesFieldNumber, -1});
      }
    }
    data_.exclusive_sets.push_back(std::move(info));
  }
}

void Compilation::CheckExclusiveSet(const ExclusiveSetInfo& set, const SourceElement& place) {
  if (!data_.default_role.has_value() || !Contains(set.roles, *data_.default_role)) return;
  SourceElement at = place;
  const std::string& name = data_.roles[data_.default_role->value].name;
  if (const auto* message = dynamic_cast<const ExclusiveSet*>(place.message)) {
    for (int i = 0; i < message->roles_size(); ++i) {
      if (message->roles(i) == name) at.index = i;
    }
  }
  std::vector<absl::string_view> others;
  for (RoleId role : set.roles) {
    if (role != *data_.default_role) others.push_back(data_.roles[role.value].name);
  }
  const size_t hidden = others.size() > kShownRoles ? others.size() - kShownRoles : 0;
  others.resize(others.size() - hidden);
  report_.Error(at, absl::StrCat("exclusive set `", set.name, "` names the default role `", name,
                                 "`, which every active user holds; nobody could be assigned `",
                                 absl::StrJoin(others, "`, `"), "`",
                                 hidden > 0 ? absl::StrCat(" or ", hidden, " more") : ""));
}

void Compilation::CheckTopRole() {
  if (!data_.top_role.has_value()) return;
  const RoleId top = *data_.top_role;
  const RoleInfo& info = data_.roles[top.value];
  const SourceElement place{&source_, PolicySource::kTopRoleFieldNumber, -1};
  if (!Contains(info.may_assign, top) && role_lists_known_ && names_known_) {
    report_.Error(place, absl::StrCat("top role `", info.name,
                                      "` may not assign itself: its holders could name no "
                                      "successor; add it to its `may_assign`"));
  }
  if (!info.assignable_at.Has(ScopeKind::kTenant) && names_known_) {
    report_.Error(place, absl::StrCat("top role `", info.name,
                                      "` cannot be assigned at TENANT; it is assignable at ",
                                      KindNames(info.assignable_at)));
  }
}

void Compilation::CheckReachableRoles() {
  if (!role_lists_known_ || !names_known_ || !data_.top_role.has_value()) return;
  std::vector<bool> reached(data_.roles.size());
  std::vector<RoleId> next;
  bool subset = false;
  const auto reach = [&](RoleId role) {
    if (reached[role.value]) return;
    reached[role.value] = true;
    next.push_back(role);
  };
  const auto follow = [&] {
    while (!next.empty()) {
      const RoleInfo& info = data_.roles[next.back().value];
      next.pop_back();
      subset = subset || info.may_assign_subset;
      for (RoleId role : info.may_assign) reach(role);
    }
  };
  reach(*data_.top_role);
  if (data_.default_role.has_value()) reach(*data_.default_role);
  if (data_.anonymous_role.has_value()) reach(*data_.anonymous_role);
  follow();
  // Rule 11: custom roles can be assigned by whoever is allowed all that they are.
  for (size_t i = 0; subset && i < data_.roles.size(); ++i) {
    if (data_.roles[i].is_custom) reach(RoleId(static_cast<uint16_t>(i)));
  }
  follow();

  for (size_t i = 0; i < data_.roles.size(); ++i) {
    const RoleId role(static_cast<uint16_t>(i));
    const RoleInfo& info = data_.roles[i];
    if (role_sources_[i] == nullptr || info.name.empty()) continue;
    const SourceElement place{role_sources_[i], Role::kNameFieldNumber, -1};
    if (HeldAt(role).empty()) {
      if (Missing(*role_sources_[i], Role::kAssignableAtFieldNumber)) {
        Unusable(place, absl::StrCat("role `", info.name,
                                     "` has no `assignable_at`: it can be held nowhere"));
      }
    } else if (!reached[i]) {
      Unusable(place, absl::StrCat("nobody can ever assign role `", info.name,
                                   "`: no `may_assign` leads to it from the top role `",
                                   data_.roles[data_.top_role->value].name, "`"));
    }
  }
}

void Compilation::CheckGrantedPermissions() {
  std::vector<bool> granted(data_.permissions.size());
  for (const CellInfo& cell : data_.cells) {
    if (cell.effect == Effect::kAllow) granted[cell.permission.value] = true;
  }
  for (size_t i = 0; i < granted.size(); ++i) {
    if (granted[i] || data_.permissions[i].is_explicit || permission_sources_[i] == nullptr) {
      continue;
    }
    report_.Warning(
        {permission_sources_[i], v1::Permission::kNameFieldNumber, -1},
        absl::StrCat("no role is ever granted permission `", data_.permissions[i].name, "`"));
  }
}

}  // namespace provost
