#include "policy/matrix/matrix.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "policy/matrix/sha256.h"
#include "policy/matrix/utf8.h"

namespace provost {
namespace {

// Where a cell stands in MatrixData::cells.
std::tuple<uint16_t, uint16_t, int, bool> PlaceOf(const CellInfo& cell) {
  return {cell.role.value, cell.permission.value, IndexOf(cell.at), cell.reach};
}

// True if `ids` is strictly ascending and each is below `size`.
template <typename Id>
bool SortedBelow(const std::vector<Id>& ids, size_t size) {
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i].value >= size || (i > 0 && !(ids[i - 1] < ids[i]))) return false;
  }
  return true;
}

bool AllKinds(KindSet kinds) { return (kinds.bits() >> kScopeKindCount) == 0; }

absl::Status Invalid(absl::string_view what, absl::string_view name, absl::string_view wrong) {
  return absl::InvalidArgumentError(absl::StrCat(what, " `", name, "`: ", wrong));
}

template <typename Item, typename Index>
absl::Status IndexNames(absl::string_view what, const std::vector<Item>& items, size_t limit,
                        Index& index) {
  if (items.size() > limit) {
    return absl::InvalidArgumentError(
        absl::StrCat(items.size(), " ", what, "s are more than the limit of ", limit));
  }
  index.reserve(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    using Id = typename Index::mapped_type;
    if (items[i].name.empty()) return Invalid(what, "", "the name is empty");
    if (!index.try_emplace(items[i].name, Id(static_cast<uint16_t>(i))).second) {
      return Invalid(what, items[i].name, "the name is there twice");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckPermission(const PermissionInfo& permission, size_t permissions) {
  if (permission.asked_at.empty() || !AllKinds(permission.asked_at)) {
    return Invalid("permission", permission.name, "the kinds that it is asked at are wrong");
  }
  if (permission.access != Access::kRead && permission.access != Access::kWrite) {
    return Invalid("permission", permission.name, "the access is neither READ nor WRITE");
  }
  for (PermissionId implied : permission.implies) {
    if (implied.value >= permissions) {
      return Invalid("permission", permission.name, "it implies one that does not exist");
    }
  }
  if (!SortedBelow(permission.implies_all, permissions)) {
    return Invalid("permission", permission.name, "what it implies is not sorted or in range");
  }
  return absl::OkStatus();
}

absl::Status CheckRole(const RoleInfo& role, size_t roles) {
  if (!AllKinds(role.assignable_at)) {
    return Invalid("role", role.name, "the kinds that it is assignable at are wrong");
  }
  if (!SortedBelow(role.may_assign, roles) || !SortedBelow(role.may_override, roles) ||
      (role.may_switch.has_value() && !SortedBelow(*role.may_switch, roles))) {
    return Invalid("role", role.name, "a list of roles is not sorted or not in range");
  }
  return absl::OkStatus();
}

absl::Status CheckCell(const MatrixData& data, const CellInfo& cell) {
  const size_t at = static_cast<size_t>(IndexOf(cell.at));
  if (cell.role.value >= data.roles.size() || cell.permission.value >= data.permissions.size() ||
      at >= kScopeKindCount) {
    return absl::InvalidArgumentError("a cell names a role, permission or kind out of range");
  }
  const auto wrong = [&](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(
        "cell of role `", data.roles[cell.role.value].name, "`, permission `",
        data.permissions[cell.permission.value].name, "` at ", ScopeKindName(cell.at), ": ", what));
  };
  if (!data.permissions[cell.permission.value].asked_at.Has(cell.at)) {
    return wrong("the permission cannot be asked there");
  }
  if (cell.rank != Rank::kWildcard && cell.rank != Rank::kImplied && cell.rank != Rank::kExact) {
    return wrong("the rank is unknown");
  }
  if (cell.effect == Effect::kPrevent || cell.effect == Effect::kProhibit) {
    if (cell.reach) return wrong("only ALLOW reaches");
    if (!cell.alternatives.empty()) return wrong("only ALLOW names facts");
    return absl::OkStatus();
  }
  if (cell.effect != Effect::kAllow) return wrong("it has no effect");
  if (cell.alternatives.empty() || cell.alternatives.size() > kMaxAlternatives) {
    return wrong(absl::StrCat(cell.alternatives.size(), " alternatives; 1 to ", kMaxAlternatives,
                              " are wanted"));
  }
  for (size_t i = 0; i < cell.alternatives.size(); ++i) {
    const FactSet facts = cell.alternatives[i];
    if ((static_cast<uint64_t>(facts) >> data.facts.size()) != 0) {
      return wrong("it requires a fact that does not exist");
    }
    for (size_t j = 0; j < cell.alternatives.size(); ++j) {
      if (i != j && (cell.alternatives[j] & ~facts) == 0) {
        return wrong("one alternative contains another");
      }
    }
  }
  return absl::OkStatus();
}

CellValue ValueOf(const CellInfo& cell) {
  CellValue value;
  value.effect = cell.effect;
  value.count = static_cast<uint8_t>(cell.alternatives.size());
  std::copy(cell.alternatives.begin(), cell.alternatives.end(), value.sets);
  return value;
}

template <typename Item>
std::vector<absl::string_view> NamesOf(const std::vector<Item>& items) {
  std::vector<absl::string_view> names;
  names.reserve(items.size());
  for (const Item& item : items) names.push_back(item.name);
  return names;
}

template <typename Item>
absl::Status Unknown(absl::string_view what, absl::string_view name,
                     const std::vector<Item>& items) {
  const std::string nearest = NearestName(name, NamesOf(items));
  // A name can be as long as a request; nobody reads more of it than this.
  constexpr size_t kMaxShown = 80;
  std::string text = absl::StrCat("unknown ", what, " `", Printable(name.substr(0, kMaxShown)),
                                  name.size() > kMaxShown ? "...`" : "`");
  if (!nearest.empty()) absl::StrAppend(&text, "; did you mean `", nearest, "`?");
  return absl::InvalidArgumentError(text);
}

// D of rule 11 for every role at once, as rows of bits.
std::vector<std::vector<RoleId>> ReachableRoles(const std::vector<RoleInfo>& roles) {
  const size_t words = (roles.size() + 63) / 64;
  std::vector<uint64_t> bits(roles.size() * words);
  for (size_t i = 0; i < roles.size(); ++i) {
    uint64_t* row = &bits[i * words];
    row[i / 64] |= uint64_t{1} << (i % 64);
    for (RoleId to : roles[i].may_assign) row[to.value / 64] |= uint64_t{1} << (to.value % 64);
  }
  for (size_t via = 0; via < roles.size(); ++via) {
    const uint64_t* from = &bits[via * words];
    for (size_t i = 0; i < roles.size(); ++i) {
      uint64_t* row = &bits[i * words];
      if (i == via || ((row[via / 64] >> (via % 64)) & 1) == 0) continue;
      for (size_t w = 0; w < words; ++w) row[w] |= from[w];
    }
  }
  std::vector<std::vector<RoleId>> reachable(roles.size());
  for (size_t i = 0; i < roles.size(); ++i) {
    for (size_t j = 0; j < roles.size(); ++j) {
      if ((bits[i * words + j / 64] >> (j % 64)) & 1) {
        reachable[i].push_back(RoleId(static_cast<uint16_t>(j)));
      }
    }
  }
  return reachable;
}

// Gives each distinct CellValue its code; the small fixed ones come first.
class CodeBook {
 public:
  explicit CodeBook(std::vector<CellValue>& values) : values_(values) {
    values_.resize(4);
    values_[kCodeAllow].effect = Effect::kAllow;
    values_[kCodeAllow].count = 1;
    values_[kCodePrevent].effect = Effect::kPrevent;
    values_[kCodeProhibit].effect = Effect::kProhibit;
    for (CellCode code = 0; code < values_.size(); ++code) codes_[KeyOf(values_[code])] = code;
  }

  // None once all codes are taken.
  std::optional<CellCode> CodeOf(const CellValue& value) {
    const auto [it, added] =
        codes_.try_emplace(KeyOf(value), static_cast<CellCode>(values_.size()));
    if (added) {
      if (values_.size() > UINT16_MAX) return std::nullopt;
      values_.push_back(value);
    }
    return it->second;
  }

 private:
  using Key = std::tuple<Effect, uint8_t, FactSet, FactSet, FactSet, FactSet>;
  static_assert(kMaxAlternatives == 4, "Key spells out the alternatives");
  static Key KeyOf(const CellValue& v) {
    return Key(v.effect, v.count, v.sets[0], v.sets[1], v.sets[2], v.sets[3]);
  }

  std::vector<CellValue>& values_;
  absl::flat_hash_map<Key, CellCode> codes_;
};

// True for the names of what says who may do what: rule 13's "roles, groups, users and the tenant".
bool IsOfGovernance(absl::string_view permission) {
  for (absl::string_view resource : {"role.", "group.", "user.", "tenant.", "policy.", "access."}) {
    if (absl::StartsWith(permission, resource)) return true;
  }
  return permission == "scope.hold";
}

}  // namespace

bool operator==(const CellValue& a, const CellValue& b) {
  return a.effect == b.effect && a.count == b.count && std::equal(a.sets, a.sets + a.count, b.sets);
}

absl::StatusOr<std::shared_ptr<const Matrix>> Matrix::Create(MatrixData data) {
  std::shared_ptr<Matrix> matrix(new Matrix);
  matrix->data_ = std::move(data);
  if (absl::Status status = matrix->BuildTables(); !status.ok()) return status;
  matrix->digest_ = absl::BytesToHexString(Sha256(matrix->Serialize()));
  return std::shared_ptr<const Matrix>(std::move(matrix));
}

absl::Status Matrix::BuildTables() {
  const size_t permissions = data_.permissions.size();
  const size_t roles = data_.roles.size();
  if (data_.name.empty()) return absl::InvalidArgumentError("the policy has no name");
  if (absl::Status s = IndexNames("fact", data_.facts, kMaxFacts, fact_index_); !s.ok()) return s;
  if (absl::Status s =
          IndexNames("permission", data_.permissions, kMaxPermissions, permission_index_);
      !s.ok()) {
    return s;
  }
  if (absl::Status s = IndexNames("role", data_.roles, kMaxRoles, role_index_); !s.ok()) return s;
  for (const PermissionInfo& permission : data_.permissions) {
    if (absl::Status s = CheckPermission(permission, permissions); !s.ok()) return s;
  }
  for (const RoleInfo& role : data_.roles) {
    if (absl::Status s = CheckRole(role, roles); !s.ok()) return s;
  }
  for (const std::optional<RoleId>& named :
       {data_.default_role, data_.anonymous_role, data_.top_role}) {
    if (named.has_value() && named->value >= roles) {
      return absl::InvalidArgumentError("the default, anonymous or top role is out of range");
    }
  }
  exclusive_of_.resize(roles);
  for (size_t i = 0; i < data_.exclusive_sets.size(); ++i) {
    if (!SortedBelow(data_.exclusive_sets[i].roles, roles)) {
      return Invalid("exclusive set", data_.exclusive_sets[i].name,
                     "its roles are not sorted or not in range");
    }
    for (RoleId role : data_.exclusive_sets[i].roles) {
      exclusive_of_[role.value].push_back(static_cast<int>(i));
    }
  }
  if (data_.cells.size() > kMaxCells) {
    return absl::InvalidArgumentError(
        absl::StrCat(data_.cells.size(), " cells are more than the limit of ", kMaxCells));
  }

  columns_.assign(permissions * kScopeKindCount, ColumnPlace());
  size_t codes = 0;
  for (size_t p = 0; p < permissions; ++p) {
    for (ScopeKind kind : kAllScopeKinds) {
      if (data_.permissions[p].asked_at.Has(kind)) {
        columns_[p * kScopeKindCount + IndexOf(kind)].codes = static_cast<int32_t>(codes);
        codes += roles;
      }
    }
  }
  codes_.assign(codes, kCodeNone);

  CodeBook book(values_);
  for (size_t i = 0; i < data_.cells.size(); ++i) {
    CellInfo& cell = data_.cells[i];
    // One order, so that equal cells get one code and equal matrices equal bytes.
    std::sort(cell.alternatives.begin(), cell.alternatives.end());
    if (absl::Status s = CheckCell(data_, cell); !s.ok()) return s;
    if (i > 0 && !(PlaceOf(data_.cells[i - 1]) < PlaceOf(cell))) {
      return absl::InvalidArgumentError(absl::StrCat("cell ", i, " is out of order"));
    }
    const std::optional<CellCode> code = book.CodeOf(ValueOf(cell));
    if (!code.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("more than ", UINT16_MAX, " different sets of required facts"));
    }
    ColumnPlace& place = columns_[cell.permission.value * kScopeKindCount + IndexOf(cell.at)];
    if (cell.reach) {
      if (place.reach_codes < 0) {
        place.reach_codes = static_cast<int32_t>(reach_codes_.size());
        reach_codes_.resize(reach_codes_.size() + roles, kCodeNone);
      }
      reach_codes_[static_cast<size_t>(place.reach_codes) + cell.role.value] = *code;
    } else {
      codes_[static_cast<size_t>(place.codes) + cell.role.value] = *code;
    }
  }

  reachable_ = ReachableRoles(data_.roles);

  lifts_.assign(permissions, 0);
  const auto lifts = [&](absl::string_view name, ScopeKind kind, int shift) {
    const std::optional<PermissionId> id = FindPermission(name);
    if (id.has_value() && permission(*id).asked_at.Has(kind)) {
      lifts_[id->value] |= static_cast<uint8_t>(1u << (IndexOf(kind) + shift));
    }
  };
  lifts("tenant.archive", ScopeKind::kTenant, 0);
  // A policy that has a permission of its own for it means that one and no other.
  const std::optional<PermissionId> archive = FindPermission("catalog.archive");
  const bool has_archive =
      archive.has_value() && permission(*archive).asked_at.Has(ScopeKind::kCatalog);
  lifts(has_archive ? "catalog.archive" : "catalog.manage", ScopeKind::kCatalog, 0);
  lifts("course.archive", ScopeKind::kCourse, 0);
  lifts("session.archive", ScopeKind::kSession, 0);
  for (ScopeKind kind : kAllScopeKinds) lifts("scope.hold", kind, kScopeKindCount);
  switch_permission_ = FindPermission("role.switch");

  const std::optional<int> self = FindFact("self");
  self_fact_ = self.has_value() ? FactSet{1} << *self : 0;
  governs_.clear();
  for (const PermissionInfo& each : data_.permissions) {
    governs_.push_back(each.access == Access::kWrite && IsOfGovernance(each.name));
  }
  harmless_.clear();
  for (size_t i = 0; i < roles; ++i) {
    harmless_.push_back(!GivesDelegation(RoleId(static_cast<uint16_t>(i))));
  }
  for (const CellInfo& cell : data_.cells) {
    if (!Governs(cell.permission)) continue;
    for (FactSet facts : cell.alternatives) {
      if ((facts & self_fact_) == 0) harmless_[cell.role.value] = false;
    }
  }
  return absl::OkStatus();
}

std::optional<PermissionId> Matrix::FindPermission(absl::string_view name) const {
  const auto it = permission_index_.find(name);
  if (it == permission_index_.end()) return std::nullopt;
  return it->second;
}

std::optional<RoleId> Matrix::FindRole(absl::string_view name) const {
  const auto it = role_index_.find(name);
  if (it == role_index_.end()) return std::nullopt;
  return it->second;
}

std::optional<int> Matrix::FindFact(absl::string_view name) const {
  const auto it = fact_index_.find(name);
  if (it == fact_index_.end()) return std::nullopt;
  return it->second;
}

absl::StatusOr<PermissionId> Matrix::ResolvePermission(absl::string_view name) const {
  if (const std::optional<PermissionId> id = FindPermission(name)) return *id;
  return Unknown("permission", name, data_.permissions);
}

absl::StatusOr<RoleId> Matrix::ResolveRole(absl::string_view name) const {
  if (const std::optional<RoleId> id = FindRole(name)) return *id;
  return Unknown("role", name, data_.roles);
}

absl::StatusOr<int> Matrix::ResolveFact(absl::string_view name) const {
  if (const std::optional<int> bit = FindFact(name)) return *bit;
  return Unknown("fact", name, data_.facts);
}

std::vector<std::string> Matrix::FactNames(FactSet facts) const {
  std::vector<std::string> names;
  for (size_t i = 0; i < data_.facts.size(); ++i) {
    if ((facts >> i) & 1) names.push_back(data_.facts[i].name);
  }
  return names;
}

const CellInfo* Matrix::FindCell(RoleId role, PermissionId permission, ScopeKind at,
                                 bool reach) const {
  CellInfo wanted;
  wanted.role = role;
  wanted.permission = permission;
  wanted.at = at;
  wanted.reach = reach;
  const auto it = std::lower_bound(
      data_.cells.begin(), data_.cells.end(), wanted,
      [](const CellInfo& a, const CellInfo& b) { return PlaceOf(a) < PlaceOf(b); });
  if (it == data_.cells.end() || PlaceOf(*it) != PlaceOf(wanted)) return nullptr;
  return &*it;
}

bool Matrix::Implies(PermissionId from, PermissionId to, ScopeKind kind) const {
  const PermissionInfo& info = permission(from);
  return info.asked_at.Has(kind) && permission(to).asked_at.Has(kind) &&
         std::binary_search(info.implies_all.begin(), info.implies_all.end(), to);
}

bool Matrix::Lifts(PermissionId permission, ScopeKind kind, Freeze freeze) const {
  int bit = IndexOf(kind);
  if (freeze == Freeze::kNone) return false;
  if (freeze == Freeze::kHold) bit += kScopeKindCount;
  return (lifts_[permission.value] >> bit) & 1;
}

}  // namespace provost
