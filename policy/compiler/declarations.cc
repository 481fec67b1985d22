// What a policy names: itself, its base, facts, permissions, roles.
#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/compiler/compilation.h"
#include "policy/matrix/utf8.h"

namespace provost {
namespace {

using v1::Permission;
using v1::PolicySource;
using v1::Role;

bool IsLower(char c) { return absl::ascii_islower(static_cast<unsigned char>(c)); }
bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

bool IsSegment(absl::string_view text) {
  if (text.empty() || !IsLower(text[0])) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return IsLower(c) || IsDigit(c) || c == '_'; });
}

bool IsRoleName(absl::string_view text) {
  if (text.empty() || (!IsLower(text[0]) && !IsDigit(text[0]))) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return IsLower(c) || IsDigit(c) || c == '_' || c == '-' || c == '.';
  });
}

bool IsPermissionName(absl::string_view text) {
  size_t segments = 0;
  while (true) {
    const size_t dot = text.find('.');
    if (!IsSegment(text.substr(0, dot))) return false;
    ++segments;
    if (dot == absl::string_view::npos) return segments >= 2;
    text.remove_prefix(dot + 1);
  }
}

// A longer cycle is shown by its ends.
constexpr int kShownLinks = 8;

// A name that can be printed whatever is in it.
std::string Quoted(absl::string_view name) { return absl::StrCat("`", Printable(name), "`"); }

RoleId RoleAt(size_t i) { return RoleId(static_cast<uint16_t>(i)); }
PermissionId PermissionAt(size_t i) { return PermissionId(static_cast<uint16_t>(i)); }

// The ids of `roles` after a removal; -1 in `moved` for those that are gone.
std::vector<RoleId> Moved(const std::vector<RoleId>& roles, const std::vector<int>& moved) {
  std::vector<RoleId> kept;
  for (RoleId role : roles) {
    if (moved[role.value] >= 0) kept.push_back(RoleAt(static_cast<size_t>(moved[role.value])));
  }
  return kept;
}

void MoveOptional(std::optional<RoleId>& role, const std::vector<int>& moved) {
  if (!role.has_value()) return;
  if (moved[role->value] < 0) {
    role.reset();
  } else {
    role = RoleAt(static_cast<size_t>(moved[role->value]));
  }
}

}  // namespace

void Compilation::CheckName(const Message& message, int field, int index, absl::string_view what,
                            absl::string_view name) {
  const SourceElement place{&message, field, index};
  if (name.empty()) {
    if (Missing(message, field)) report_.Error(place, absl::StrCat("the ", what, " has no name"));
    return;
  }
  const bool is_permission = what == "permission";
  const bool is_role = what == "role";
  const size_t limit = is_permission ? kMaxPermissionNameBytes : kMaxNameBytes;
  if (name.size() > limit) {
    report_.Error(place, absl::StrCat("the name of ", what, " ", Quoted(name.substr(0, 32)),
                                      "... has ", name.size(), " bytes; the limit is ", limit));
    return;
  }
  if (is_permission ? IsPermissionName(name) : is_role ? IsRoleName(name) : IsSegment(name)) return;
  const bool is_vowel = what[0] == 'e';
  const absl::string_view wanted = is_permission
                                       ? "`resource.action`, in segments of `[a-z][a-z0-9_]*`"
                                   : is_role ? "`[a-z0-9][a-z0-9._-]*`"
                                             : "`[a-z][a-z0-9_]*`";
  report_.Error(place, absl::StrCat(Quoted(name), " cannot be the name of ",
                                    is_vowel ? "an " : "a ", what, "; wanted ", wanted));
}

void Compilation::CheckText(const Message& message, int field, absl::string_view what,
                            absl::string_view text, size_t limit) {
  const SourceElement place{&message, field, -1};
  if (text.size() > limit) {
    report_.Error(place,
                  absl::StrCat("the ", what, " has ", text.size(), " bytes; the limit is ", limit));
  }
  const auto control = std::find_if(text.begin(), text.end(), [](char c) {
    return absl::ascii_iscntrl(static_cast<unsigned char>(c));
  });
  if (control != text.end()) {
    report_.Error(place, absl::StrCat("the ", what, " has the control character ",
                                      Quoted(absl::string_view(&*control, 1))));
  }
}

void Compilation::ReadHeader() {
  CheckName(source_, PolicySource::kNameFieldNumber, -1, "policy", source_.name());
  CheckText(source_, PolicySource::kVersionFieldNumber, "version", source_.version(),
            kMaxVersionBytes);
  CheckText(source_, PolicySource::kTitleFieldNumber, "title", source_.title(), kMaxTitleBytes);
  data_.name = source_.name();
  data_.version = source_.version();
  data_.title = source_.title();
}

void Compilation::ReadBase() {
  if (!source_.has_extends()) {
    if (source_.has_remove()) {
      report_.Error({&source_, PolicySource::kRemoveFieldNumber, -1},
                    "`remove` without `extends`: there is no base to remove from");
    }
    return;
  }
  const v1::Base& extends = source_.extends();
  const SourceElement place{&extends, v1::Base::kNameFieldNumber, -1};
  const std::string& name = extends.name();
  if (name.empty()) {
    names_known_ = false;
    report_.Error(place, "`extends` names no policy");
    return;
  }
  if (name == source_.name()) {
    names_known_ = false;
    report_.Error(place, absl::StrCat("policy `", name, "` extends itself"));
    return;
  }
  const auto find = [&](const std::string& wanted) {
    return options_.find_base ? options_.find_base(wanted) : CompilePreset(wanted);
  };
  absl::StatusOr<std::shared_ptr<const Matrix>> base = find(name);
  if (!base.ok() || *base == nullptr) {
    // What the base would have named is not known, so nothing can be called unknown.
    names_known_ = false;
    report_.Error(place,
                  absl::StrCat("cannot extend `", name, "`: ",
                               base.ok() ? "there is no such policy" : base.status().message()));
    return;
  }
  base_ = *base;
  std::vector<std::string> chain = {source_.name(), name};
  std::shared_ptr<const Matrix> above = base_;
  while (!above->data().base_name.empty()) {
    const std::string& next = above->data().base_name;
    const bool cycle = std::find(chain.begin(), chain.end(), next) != chain.end();
    chain.push_back(next);
    if (cycle) {
      report_.Error(
          place, absl::StrCat("the policy extends itself: `", absl::StrJoin(chain, "` -> `"), "`"));
      break;
    }
    absl::StatusOr<std::shared_ptr<const Matrix>> found = find(next);
    if (!found.ok() || *found == nullptr) break;  // compiled once, so not this policy's problem
    above = *found;
  }
  if (!extends.digest().empty() && extends.digest() != base_->digest()) {
    report_.Error(
        {&extends, v1::Base::kDigestFieldNumber, -1},
        absl::StrCat("`", name, "` is not what this policy was written for: its digest is ",
                     base_->digest(), ", and ", Quoted(extends.digest()), " is pinned"));
  }
  const MatrixData& from = base_->data();
  data_.base_name = name;
  data_.base_digest = base_->digest();
  data_.facts = from.facts;
  data_.permissions = from.permissions;
  data_.roles = from.roles;
  data_.cells = from.cells;
  data_.default_role = from.default_role;
  data_.anonymous_role = from.anonymous_role;
  data_.top_role = from.top_role;
  data_.exclusive_sets = from.exclusive_sets;
}

void Compilation::RemoveRoles() {
  if (base_ == nullptr) return;
  const v1::Removal& remove = source_.remove();
  std::vector<bool> gone(data_.roles.size());
  for (int i = 0; i < remove.roles_size(); ++i) {
    const SourceElement place{&remove, v1::Removal::kRolesFieldNumber, i};
    const std::string& name = remove.roles(i);
    const std::optional<RoleId> role = base_->FindRole(name);
    if (!role.has_value()) {
      if (report_.full()) break;
      report_.Error(place, absl::StrCat("`", base_->name(), "` has no role ", Quoted(name),
                                        " to remove", Nearest(name, data_.roles)));
      continue;
    }
    if (gone[role->value]) {
      report_.Warning(place, absl::StrCat("role `", name, "` is removed twice"));
    }
    gone[role->value] = true;
  }
  if (std::find(gone.begin(), gone.end(), true) == gone.end()) return;

  std::vector<int> moved(gone.size(), -1);
  std::vector<RoleInfo> roles;
  for (size_t i = 0; i < gone.size(); ++i) {
    if (gone[i]) continue;
    moved[i] = static_cast<int>(roles.size());
    roles.push_back(std::move(data_.roles[i]));
  }
  for (RoleInfo& role : roles) {
    const bool follows = !role.may_override_stays && role.may_override == role.may_assign;
    role.may_assign = Moved(role.may_assign, moved);
    role.may_override = Moved(role.may_override, moved);
    role.may_override_stays = !follows && role.may_override == role.may_assign;
    if (role.may_switch.has_value()) role.may_switch = Moved(*role.may_switch, moved);
  }
  data_.roles = std::move(roles);
  std::vector<CellInfo> cells;
  for (CellInfo& cell : data_.cells) {
    if (moved[cell.role.value] < 0) continue;
    cell.role = RoleAt(static_cast<size_t>(moved[cell.role.value]));
    cells.push_back(std::move(cell));
  }
  data_.cells = std::move(cells);
  MoveOptional(data_.default_role, moved);
  MoveOptional(data_.anonymous_role, moved);
  MoveOptional(data_.top_role, moved);
  std::vector<ExclusiveSetInfo> sets;
  for (ExclusiveSetInfo& set : data_.exclusive_sets) {
    set.roles = Moved(set.roles, moved);
    if (set.roles.size() >= 2) sets.push_back(std::move(set));
  }
  data_.exclusive_sets = std::move(sets);
}

void Compilation::DeclareFacts() {
  for (size_t i = 0; i < data_.facts.size(); ++i) {
    fact_index_[data_.facts[i].name] = static_cast<int>(i);
  }
  const size_t base_facts = data_.facts.size();
  std::vector<const v1::Fact*> first(base_facts);
  const auto& facts = source_.facts();
  for (int i = 0; i < facts.size(); ++i) {
    const v1::Fact& fact = facts[i];
    const SourceElement place{&fact, v1::Fact::kNameFieldNumber, -1};
    CheckName(fact, v1::Fact::kNameFieldNumber, -1, "fact", fact.name());
    CheckText(fact, v1::Fact::kTitleFieldNumber, "title", fact.title(), kMaxTitleBytes);
    if (fact.name().empty()) continue;
    const auto known = fact_index_.find(fact.name());
    if (known != fact_index_.end()) {
      if (static_cast<size_t>(known->second) < base_facts) {
        report_.Error(place, absl::StrCat("fact ", Quoted(fact.name()), " is there already, from `",
                                          data_.base_name, "`"));
      } else {
        const SourceElement first_place{first[static_cast<size_t>(known->second)],
                                        v1::Fact::kNameFieldNumber, -1};
        report_.Error(place,
                      absl::StrCat("duplicate fact ", Quoted(fact.name()), FirstAt(first_place)));
      }
      continue;
    }
    if (data_.facts.size() == kMaxFacts) {
      report_.Error(place, absl::StrCat("fact ", Quoted(fact.name()), " is one too many of ",
                                        base_facts + static_cast<size_t>(facts.size()),
                                        "; the limit is ", kMaxFacts));
      names_known_ = false;
      return;
    }
    fact_index_[fact.name()] = static_cast<int>(data_.facts.size());
    first.push_back(&fact);
    data_.facts.push_back({fact.name(), fact.title()});
  }
}

void Compilation::DeclarePermissions() {
  base_permissions_ = data_.permissions.size();
  for (size_t i = 0; i < base_permissions_; ++i) {
    permission_index_[data_.permissions[i].name] = PermissionAt(i);
  }
  permission_sources_.assign(base_permissions_, nullptr);
  for (const Permission& permission : source_.permissions()) {
    const SourceElement place{&permission, Permission::kNameFieldNumber, -1};
    CheckName(permission, Permission::kNameFieldNumber, -1, "permission", permission.name());
    PermissionInfo info;
    ReadPermission(permission, info);
    if (permission.name().empty()) continue;
    const auto known = permission_index_.find(permission.name());
    if (known != permission_index_.end()) {
      const Permission* first = permission_sources_[known->second.value];
      report_.Error(place, first == nullptr
                               ? absl::StrCat("permission ", Quoted(permission.name()),
                                              " belongs to `", data_.base_name,
                                              "`; an extension changes no permission of its base")
                               : absl::StrCat("duplicate permission ", Quoted(permission.name()),
                                              FirstAt({first, Permission::kNameFieldNumber, -1})));
      continue;
    }
    if (data_.permissions.size() == kMaxPermissions) {
      report_.Error(
          place, absl::StrCat("permission ", Quoted(permission.name()), " is one too many of ",
                              base_permissions_ + static_cast<size_t>(source_.permissions_size()),
                              "; the limit is ", kMaxPermissions));
      names_known_ = false;
      break;
    }
    permission_index_[permission.name()] = PermissionAt(data_.permissions.size());
    permission_sources_.push_back(&permission);
    data_.permissions.push_back(std::move(info));
  }

  for (const Permission& permission : source_.permissions()) {
    if (permission.implies().empty()) continue;
    PermissionSet seen(data_.permissions.size());
    const auto self = permission_index_.find(permission.name());
    const bool own =
        self != permission_index_.end() && permission_sources_[self->second.value] == &permission;
    for (int i = 0; i < permission.implies_size(); ++i) {
      const SourceElement place{&permission, Permission::kImpliesFieldNumber, i};
      const std::optional<PermissionId> implied = FindPermission(place, permission.implies(i));
      if (!implied.has_value() || !own) continue;
      PermissionInfo& info = data_.permissions[self->second.value];
      if (seen.Has(*implied)) {
        report_.Warning(place,
                        absl::StrCat("`implies` names ", Quoted(permission.implies(i)), " twice"));
        continue;
      }
      seen.Add(*implied);
      info.implies.push_back(*implied);
      const PermissionInfo& other = data_.permissions[implied->value];
      if ((info.asked_at.bits() & other.asked_at.bits()) == 0 && !info.asked_at.empty() &&
          !other.asked_at.empty()) {
        Unusable(place,
                 absl::StrCat("`", info.name, "` can never give `", other.name,
                              "`: they are asked at no common kind (", KindNames(info.asked_at),
                              "; ", KindNames(other.asked_at), ")"));
      }
    }
  }
}

void Compilation::ReadPermission(const Permission& permission, PermissionInfo& info) {
  CheckText(permission, Permission::kTitleFieldNumber, "title", permission.title(), kMaxTitleBytes);
  info.name = permission.name();
  info.title = permission.title();
  info.is_explicit = permission.explicit_();
  info.access = permission.access() == Permission::READ ? Access::kRead : Access::kWrite;
  info.asked_at =
      ReadKinds(permission, Permission::kAskedAtFieldNumber, "asked_at", permission.asked_at());
  if (info.asked_at.empty() && permission.asked_at().empty() &&
      Missing(permission, Permission::kAskedAtFieldNumber)) {
    report_.Error({&permission, 0, -1},
                  absl::StrCat("permission ", Quoted(permission.name()),
                               " has no `asked_at`: it could be asked nowhere"));
  }
  if (permission.access() == Permission::ACCESS_UNSPECIFIED &&
      Missing(permission, Permission::kAccessFieldNumber)) {
    report_.Error({&permission, 0, -1}, absl::StrCat("permission ", Quoted(permission.name()),
                                                     " has no `access`; wanted READ or WRITE"));
  }
}

void Compilation::CloseImplications() {
  const size_t count = data_.permissions.size();
  explicit_ = PermissionSet(count);
  for (PermissionSet& set : asked_at_) set = PermissionSet(count);
  for (size_t i = 0; i < count; ++i) {
    const PermissionInfo& info = data_.permissions[i];
    if (info.is_explicit) explicit_.Add(PermissionAt(i));
    for (ScopeKind kind : kAllScopeKinds) {
      if (info.asked_at.Has(kind)) asked_at_[IndexOf(kind)].Add(PermissionAt(i));
    }
  }

  // Depth first without recursion: a chain may be as long as the policy.
  enum class Visit : uint8_t { kNew, kOpen, kDone };
  std::vector<Visit> visits(count, Visit::kNew);
  std::vector<std::pair<size_t, size_t>> path;  // permission, next of its implies
  closure_.assign(count, PermissionSet(count));
  for (size_t start = 0; start < count; ++start) {
    if (visits[start] != Visit::kNew) continue;
    visits[start] = Visit::kOpen;
    path.emplace_back(start, 0);
    while (!path.empty()) {
      const size_t at = path.back().first;
      const std::vector<PermissionId>& implies = data_.permissions[at].implies;
      if (path.back().second == implies.size()) {
        for (PermissionId next : implies) {
          closure_[at].Add(next);
          closure_[at] |= closure_[next.value];
        }
        visits[at] = Visit::kDone;
        path.pop_back();
        continue;
      }
      const size_t nth = path.back().second++;
      const size_t next = implies[nth].value;
      if (visits[next] == Visit::kNew) {
        visits[next] = Visit::kOpen;
        path.emplace_back(next, 0);
      } else if (visits[next] == Visit::kOpen) {
        const Permission* source = permission_sources_[at];
        if (source == nullptr || report_.full()) continue;  // a base has no cycle
        const std::string& name = data_.permissions[next].name;
        int index = 0;
        while (source->implies(index) != name) ++index;
        const auto from = std::find_if(path.begin(), path.end(),
                                       [&](const auto& step) { return step.first == next; });
        std::vector<std::string> links;
        for (auto step = from; step != path.end(); ++step) {
          if (path.end() - from > kShownLinks && step - from == kShownLinks / 2) {
            const auto hidden = path.end() - from - kShownLinks + 1;
            links.push_back(absl::StrCat("... (", hidden, " more)"));
            step += hidden;
          }
          links.push_back(absl::StrCat("`", data_.permissions[step->first].name, "`"));
        }
        report_.Error({source, Permission::kImpliesFieldNumber, index},
                      absl::StrCat("permission `", name, "` implies itself: ",
                                   absl::StrJoin(links, " -> "), " -> `", name, "`"));
      }
    }
  }
  for (size_t i = base_permissions_; i < count; ++i) {
    closure_[i].ForEach([&](PermissionId id) { data_.permissions[i].implies_all.push_back(id); });
  }
}

void Compilation::DeclareRoles() {
  base_roles_ = data_.roles.size();
  for (size_t i = 0; i < base_roles_; ++i) role_index_[data_.roles[i].name] = RoleAt(i);
  role_sources_.assign(base_roles_, nullptr);
  role_parts_.assign(base_roles_, {});
  for (const Role& role : source_.roles()) {
    const SourceElement place{&role, Role::kNameFieldNumber, -1};
    CheckName(role, Role::kNameFieldNumber, -1, "role", role.name());
    CheckText(role, Role::kTitleFieldNumber, "title", role.title(), kMaxTitleBytes);
    const KindSet kinds =
        ReadKinds(role, Role::kAssignableAtFieldNumber, "assignable_at", role.assignable_at());
    const auto known = role_index_.find(role.name());
    if (known != role_index_.end()) {
      const RoleId id = known->second;
      role_parts_[id.value].push_back(&role);
      RoleInfo& info = data_.roles[id.value];
      if (role_sources_[id.value] != nullptr) {
        report_.Error(place,
                      absl::StrCat("duplicate role ", Quoted(role.name()),
                                   FirstAt({role_sources_[id.value], Role::kNameFieldNumber, -1})));
        continue;
      }
      role_sources_[id.value] = &role;
      for (ScopeKind kind : kAllScopeKinds) {
        if (kinds.Has(kind)) info.assignable_at.Add(kind);
      }
      if (!role.title().empty()) info.title = role.title();
      info.may_assign_subset = info.may_assign_subset || role.may_assign_subset();
      continue;
    }
    if (data_.roles.size() == kMaxRoles) {
      report_.Error(place, absl::StrCat("role ", Quoted(role.name()), " is one too many of ",
                                        base_roles_ + static_cast<size_t>(source_.roles_size()),
                                        "; the limit is ", kMaxRoles));
      names_known_ = false;
      break;
    }
    RoleInfo info;
    info.name = role.name();
    info.title = role.title();
    info.assignable_at = kinds;
    info.may_assign_subset = role.may_assign_subset();
    info.is_custom = base_ != nullptr;
    // A role without a name is checked like any other, and found by none.
    if (!role.name().empty()) role_index_[role.name()] = RoleAt(data_.roles.size());
    role_sources_.push_back(&role);
    role_parts_.push_back({&role});
    data_.roles.push_back(std::move(info));
  }
}

}  // namespace provost
