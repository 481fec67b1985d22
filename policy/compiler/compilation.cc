#include "policy/compiler/compilation.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace provost {

std::string KindNames(KindSet kinds) {
  std::vector<absl::string_view> names;
  for (ScopeKind kind : kAllScopeKinds) {
    if (kinds.Has(kind)) names.push_back(ScopeKindName(kind));
  }
  if (names.empty()) return "nowhere";
  std::string text(names[0]);
  for (size_t i = 1; i < names.size(); ++i) {
    absl::StrAppend(&text, i + 1 == names.size() ? " and " : ", ", names[i]);
  }
  return text;
}

Compilation::Compilation(const v1::PolicySource& source, const CompileOptions& options, bool whole,
                         const SourceMap& map, Report& report)
    : source_(source),
      options_(options),
      map_(map),
      report_(report),
      whole_(whole),
      names_known_(whole) {}

std::shared_ptr<const Matrix> Compilation::Run() {
  ReadHeader();
  ReadBase();
  RemoveRoles();
  DeclareFacts();
  DeclarePermissions();
  CloseImplications();
  DeclareRoles();
  ReadNamedRoles();
  ReadRoleLists();
  ReadExclusiveSets();
  CheckTopRole();
  CheckReachableRoles();
  ExpandGrants();
  if (report_.has_errors()) return nullptr;
  CheckGrantedPermissions();
  absl::StatusOr<std::shared_ptr<const Matrix>> matrix = Matrix::Create(std::move(data_));
  if (!matrix.ok()) {
    report_.Error({&source_, 0, -1}, std::string(matrix.status().message()));
    return nullptr;
  }
  return *std::move(matrix);
}

KindSet Compilation::ReadKinds(const Message& message, int field, absl::string_view name,
                               const google::protobuf::RepeatedField<int>& kinds) {
  KindSet set;
  for (int i = 0; i < kinds.size(); ++i) {
    const SourceElement place{&message, field, i};
    if (kinds[i] == v1::Scope::KIND_UNSPECIFIED) {
      report_.Error(place, absl::StrCat("`", name,
                                        "` names `KIND_UNSPECIFIED`; wanted one of "
                                        "TENANT, CATALOG, COURSE, SESSION"));
      continue;
    }
    if (kinds[i] < 1 || kinds[i] > kScopeKindCount) continue;  // reported with the message
    const ScopeKind kind = static_cast<ScopeKind>(kinds[i]);
    if (set.Has(kind)) {
      report_.Warning(place, absl::StrCat("`", name, "` names `", ScopeKindName(kind), "` twice"));
    }
    set.Add(kind);
  }
  return set;
}

std::optional<RoleId> Compilation::FindRole(const SourceElement& place, const std::string& name) {
  const auto it = role_index_.find(name);
  if (it != role_index_.end()) return it->second;
  if (!names_known_ || report_.full()) return std::nullopt;
  if (base_ != nullptr && base_->FindRole(name).has_value()) {
    report_.Error(place, absl::StrCat("role `", name, "` is removed by this policy"));
  } else {
    report_.Error(place, absl::StrCat("unknown role `", name, "`", Nearest(name, data_.roles)));
  }
  return std::nullopt;
}

std::optional<PermissionId> Compilation::FindPermission(const SourceElement& place,
                                                        const std::string& name) {
  const auto it = permission_index_.find(name);
  if (it != permission_index_.end()) return it->second;
  if (!names_known_ || report_.full()) return std::nullopt;
  report_.Error(place,
                absl::StrCat("unknown permission `", name, "`", Nearest(name, data_.permissions)));
  return std::nullopt;
}

std::optional<int> Compilation::FindFact(const SourceElement& place, const std::string& name) {
  const auto it = fact_index_.find(name);
  if (it != fact_index_.end()) return it->second;
  if (!names_known_ || report_.full()) return std::nullopt;
  report_.Error(place, absl::StrCat("unknown fact `", name, "`", Nearest(name, data_.facts)));
  return std::nullopt;
}

bool Compilation::Missing(const Message& message, int field) const {
  return whole_ && !map_.Has({&message, field, -1});
}

void Compilation::Unusable(const SourceElement& place, std::string message) {
  if (options_.preset_rules) {
    report_.Error(place, std::move(message));
  } else {
    report_.Warning(place, std::move(message));
  }
}

std::string Compilation::FirstAt(const SourceElement& place) const {
  const Position at = map_.Of(place);
  return at.line == 0 ? "" : absl::StrCat("; the first is in line ", at.line);
}

KindSet Compilation::HeldAt(RoleId role) const {
  KindSet held = data_.roles[role.value].assignable_at;
  if (data_.default_role == role || data_.anonymous_role == role) held.Add(ScopeKind::kTenant);
  return held;
}

KindSet Compilation::UsableAt(RoleId role) const {
  const KindSet held = HeldAt(role);
  KindSet usable;
  bool below = false;
  for (ScopeKind kind : kAllScopeKinds) {
    below = below || held.Has(kind);
    if (below) usable.Add(kind);
  }
  return usable;
}

}  // namespace provost
