// A compiled policy: the permission matrix as one immutable, flat table.
//
// A Matrix is made from a MatrixData, which the compiler (policy/compiler) writes and Load() reads
// back; it needs Abseil alone. Nothing of it changes after construction, so every method may be
// called from any thread; references stay valid as long as the Matrix.
#ifndef PROVOST_POLICY_MATRIX_MATRIX_H_
#define PROVOST_POLICY_MATRIX_MATRIX_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "policy/matrix/types.h"

namespace provost {

// What every compiled policy in its flat form begins with.
inline constexpr absl::string_view kCompiledPolicyMagic = "PROVOSTM";

// Fact sets any one of which suffices. Only ALLOW has them; {0} is "no fact needed".
using Alternatives = absl::InlinedVector<FactSet, 1>;

struct FactInfo {
  std::string name;
  std::string title;
};

struct PermissionInfo {
  std::string name;  // `resource.action`
  std::string title;
  KindSet asked_at;
  Access access = Access::kRead;
  bool is_explicit = false;               // no wildcard gives it
  std::vector<PermissionId> implies;      // as written
  std::vector<PermissionId> implies_all;  // transitive, sorted, without itself
};

struct RoleInfo {
  std::string name;
  std::string title;
  KindSet assignable_at;
  std::vector<RoleId> may_assign;                 // sorted; as written
  bool may_assign_subset = false;                 // rule 11
  std::vector<RoleId> may_override;               // sorted; the default (may_assign) filled in
  std::optional<std::vector<RoleId>> may_switch;  // unset: what its holder holds or may assign
  bool is_custom = false;                         // added by an extension of a preset
  // `may_override` equals `may_assign` because it was written so: what an extension adds to the
  // latter does not widen it, as it does the default.
  bool may_override_stays = false;
};

// One filled cell. `reach` cells stand beside the ordinary cell of the same place: they hold for
// who has the role at `at`'s scope or below it, at that one scope alone.
struct CellInfo {
  RoleId role;
  PermissionId permission;
  ScopeKind at = ScopeKind::kTenant;
  bool reach = false;
  Effect effect = Effect::kNone;
  Rank rank = Rank::kExact;
  Alternatives alternatives;  // ALLOW only: 1 to kMaxAlternatives, none a superset of another
  std::string source;         // sentence id or default code; several are joined by ", "
};

struct ExclusiveSetInfo {
  std::string name;
  std::vector<RoleId> roles;  // sorted
};

// What a Matrix is made of; the form in which the compiler hands it over.
struct MatrixData {
  std::string name;
  std::string version;
  std::string title;
  std::string base_name;    // what it extends; empty: nothing
  std::string base_digest;  // hex digest of the compiled base
  std::vector<FactInfo> facts;
  std::vector<PermissionInfo> permissions;
  std::vector<RoleInfo> roles;
  std::vector<CellInfo> cells;  // sorted by role, permission, at, reach
  std::optional<RoleId> default_role;
  std::optional<RoleId> anonymous_role;
  std::optional<RoleId> top_role;
  std::vector<ExclusiveSetInfo> exclusive_sets;
};

// The effect of one cell, ready for the decision: fact sets stand inline.
struct CellValue {
  Effect effect = Effect::kNone;
  uint8_t count = 0;  // alternatives, ALLOW only
  FactSet sets[kMaxAlternatives] = {};

  // True if this is an ALLOW and one of its fact sets is contained in `facts`.
  bool AllowedBy(FactSet facts) const {
    for (uint8_t i = 0; i < count; ++i) {
      if ((sets[i] & ~facts) == 0) return true;
    }
    return false;
  }
  friend bool operator==(const CellValue& a, const CellValue& b);
};

// Index of a CellValue in Matrix::value(); small ones are fixed so that the decision can compare
// without a load.
using CellCode = uint16_t;
inline constexpr CellCode kCodeNone = 0;
inline constexpr CellCode kCodeAllow = 1;  // ALLOW, no fact needed
inline constexpr CellCode kCodePrevent = 2;
inline constexpr CellCode kCodeProhibit = 3;

class Matrix {
 public:
  // Checks `data` (ids in range, sorted, caps) and builds the lookup tables. INVALID_ARGUMENT
  // names the first thing wrong. Cost: proportional to permissions x kinds x roles, and to the
  // cells (the digest is taken over all of them): 1 ms for a preset, 1 s for a million cells.
  static absl::StatusOr<std::shared_ptr<const Matrix>> Create(MatrixData data);

  // Reads what Serialize() wrote. DATA_LOSS if the bytes are damaged (a checksum covers all of
  // them), FAILED_PRECONDITION if they are of a newer format version; both name the offset or
  // the versions.
  static absl::StatusOr<std::shared_ptr<const Matrix>> Load(absl::string_view bytes);

  // The flat form: magic, format version, sections, checksum. Equal matrices give equal bytes.
  std::string Serialize() const;

  // Lower-case hex SHA-256-sized digest of Serialize(): what an extension pins.
  const std::string& digest() const { return digest_; }

  const std::string& name() const { return data_.name; }
  const std::string& version() const { return data_.version; }
  const std::string& title() const { return data_.title; }
  const MatrixData& data() const { return data_; }

  const std::vector<FactInfo>& facts() const { return data_.facts; }
  const std::vector<PermissionInfo>& permissions() const { return data_.permissions; }
  const std::vector<RoleInfo>& roles() const { return data_.roles; }
  const std::vector<CellInfo>& cells() const { return data_.cells; }
  const PermissionInfo& permission(PermissionId id) const { return data_.permissions[id.value]; }
  const RoleInfo& role(RoleId id) const { return data_.roles[id.value]; }
  std::optional<RoleId> default_role() const { return data_.default_role; }
  std::optional<RoleId> anonymous_role() const { return data_.anonymous_role; }
  std::optional<RoleId> top_role() const { return data_.top_role; }

  // Lookups by name: none if the policy does not name it. Hash lookup, no allocation.
  std::optional<PermissionId> FindPermission(absl::string_view name) const;
  std::optional<RoleId> FindRole(absl::string_view name) const;
  std::optional<int> FindFact(absl::string_view name) const;  // bit position in a FactSet

  // The same, with INVALID_ARGUMENT "unknown permission `x`; did you mean `y`?" (rule 1).
  absl::StatusOr<PermissionId> ResolvePermission(absl::string_view name) const;
  absl::StatusOr<RoleId> ResolveRole(absl::string_view name) const;
  absl::StatusOr<int> ResolveFact(absl::string_view name) const;

  // The names in `facts`, in the policy's order.
  std::vector<std::string> FactNames(FactSet facts) const;

  // The column of one question: codes()[role] for each role. Null if the permission cannot be
  // asked at `kind`. Constant time.
  const CellCode* Column(PermissionId permission, ScopeKind kind) const {
    const int32_t begin = columns_[permission.value * kScopeKindCount + IndexOf(kind)].codes;
    return begin < 0 ? nullptr : codes_.data() + begin;
  }
  // The reach cells of one question (rule 2), or null if no role has one: the common case.
  const CellCode* ReachColumn(PermissionId permission, ScopeKind kind) const {
    const int32_t begin = columns_[permission.value * kScopeKindCount + IndexOf(kind)].reach_codes;
    return begin < 0 ? nullptr : reach_codes_.data() + begin;
  }
  const CellValue& value(CellCode code) const { return values_[code]; }

  // The cell at a place, for printing and explaining; null if empty.
  const CellInfo* FindCell(RoleId role, PermissionId permission, ScopeKind at, bool reach) const;

  // True if `from` implies `to`, transitively, and both can be asked at `kind` (rule 3).
  bool Implies(PermissionId from, PermissionId to, ScopeKind kind) const;

  // All roles that `may_assign` reaches from `role`, itself included (the D of rule 11 on):
  // sorted. Constant time.
  const std::vector<RoleId>& AssignableFrom(RoleId role) const { return reachable_[role.value]; }
  // True if `role` may assign anything at all, by name or as a subset.
  bool GivesDelegation(RoleId role) const {
    return !data_.roles[role.value].may_assign.empty() || data_.roles[role.value].may_assign_subset;
  }
  // True if `permission` changes who may do what (rule 13): a WRITE of `role.*`, `group.*`,
  // `user.*`, `tenant.*`, `policy.*` or `access.*`, or `scope.hold`.
  bool Governs(PermissionId permission) const { return governs_[permission.value]; }
  // True if a group that a rule fills may hold `role` (rule 13): it assigns nothing, and no cell or
  // reach of it allows what governs without the fact `self`. Constant time.
  bool IsHarmless(RoleId role) const { return harmless_[role.value]; }
  // The fact `self`; none where the policy has not got it.
  FactSet self_fact() const { return self_fact_; }
  // The exclusive sets (indices into data().exclusive_sets) that contain `role`.
  const std::vector<int>& ExclusiveSetsOf(RoleId role) const { return exclusive_of_[role.value]; }

  // True if asking `permission` at a scope of `kind` is what lifts `freeze` there (rule 6):
  // ARCHIVE by `<kind>.archive` or, for catalogs where the policy has none, `catalog.manage`; HOLD
  // by `scope.hold`.
  bool Lifts(PermissionId permission, ScopeKind kind, Freeze freeze) const;

  // `role.switch`, where the policy has it (rule 7).
  std::optional<PermissionId> switch_permission() const { return switch_permission_; }

 private:
  Matrix() = default;
  absl::Status BuildTables();

  MatrixData data_;
  std::string digest_;
  absl::flat_hash_map<std::string, PermissionId> permission_index_;
  absl::flat_hash_map<std::string, RoleId> role_index_;
  absl::flat_hash_map<std::string, int> fact_index_;
  // Where the two columns of a (permission, kind) begin; -1: there is none. Both are in reach of an
  // int32_t: kMaxPermissions * kScopeKindCount * kMaxRoles is 2^24.
  struct ColumnPlace {
    int32_t codes = -1;
    int32_t reach_codes = -1;
  };
  std::vector<ColumnPlace> columns_;
  std::vector<CellCode> codes_;
  std::vector<CellCode> reach_codes_;
  std::vector<CellValue> values_;
  std::vector<std::vector<RoleId>> reachable_;
  std::vector<std::vector<int>> exclusive_of_;
  std::vector<bool> governs_;   // by permission
  std::vector<bool> harmless_;  // by role
  FactSet self_fact_ = 0;
  std::vector<uint8_t> lifts_;  // by permission: bit kind for ARCHIVE, bit 4 + kind for HOLD
  std::optional<PermissionId> switch_permission_;
};

// The candidate nearest to `word` in edit distance, for error texts; empty if none is near
// (distance over a third of its length, or over 8). Used wherever a name is refused. Cost: at most
// some 10 ms, however many and long the candidates are; those behind are then not looked at.
std::string NearestName(absl::string_view word, const std::vector<absl::string_view>& candidates);

}  // namespace provost

#endif  // PROVOST_POLICY_MATRIX_MATRIX_H_
