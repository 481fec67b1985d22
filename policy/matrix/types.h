// The vocabulary that every room of the engine shares: kinds, effects, handles, fact sets.
//
// Everything here is a plain value: trivially copyable, free of allocation, safe from any thread.
#ifndef PROVOST_POLICY_MATRIX_TYPES_H_
#define PROVOST_POLICY_MATRIX_TYPES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/string_view.h"

namespace provost {

// A small integer that cannot be mistaken for another kind of integer. `Tag` names the kind.
template <typename Tag, typename Int>
struct StrongId {
  Int value = 0;

  constexpr StrongId() = default;
  constexpr explicit StrongId(Int v) : value(v) {}

  friend constexpr bool operator==(StrongId a, StrongId b) { return a.value == b.value; }
  friend constexpr bool operator!=(StrongId a, StrongId b) { return a.value != b.value; }
  friend constexpr bool operator<(StrongId a, StrongId b) { return a.value < b.value; }
  friend constexpr bool operator>(StrongId a, StrongId b) { return a.value > b.value; }
  friend constexpr bool operator<=(StrongId a, StrongId b) { return a.value <= b.value; }
  friend constexpr bool operator>=(StrongId a, StrongId b) { return a.value >= b.value; }
  template <typename H>
  friend H AbslHashValue(H h, StrongId id) {
    return H::combine(std::move(h), id.value);
  }
};

// Handles of one World. They are the uids of the tenant's subjects and scopes: dense, made in
// order, never reused in the World's life, and stable across restarts. 0 is nobody and nowhere:
// as a subject it is `anonymous`; as a scope it does not exist.
using SubjectId = StrongId<struct SubjectIdTag, uint32_t>;
using ScopeId = StrongId<struct ScopeIdTag, uint32_t>;
// The uid of a role assignment, by tenant, never reused.
using AssignmentId = StrongId<struct AssignmentIdTag, uint64_t>;

// Positions in one compiled Matrix; they mean nothing to another Matrix.
using PermissionId = StrongId<struct PermissionIdTag, uint16_t>;
using RoleId = StrongId<struct RoleIdTag, uint16_t>;

inline constexpr SubjectId kAnonymous{0};
// A subject that does not exist; what a lookup by an unknown name gives a question.
inline constexpr SubjectId kUnknownSubject{UINT32_MAX};
inline constexpr ScopeId kUnknownScope{UINT32_MAX};

// The kind of a scope, from the top of the tree down. A training plan is a kCourse.
enum class ScopeKind : uint8_t { kTenant = 1, kCatalog = 2, kCourse = 3, kSession = 4 };
inline constexpr int kScopeKindCount = 4;
inline constexpr ScopeKind kAllScopeKinds[] = {ScopeKind::kTenant, ScopeKind::kCatalog,
                                               ScopeKind::kCourse, ScopeKind::kSession};
constexpr int IndexOf(ScopeKind kind) { return static_cast<int>(kind) - 1; }
// "TENANT", "CATALOG", "COURSE", "SESSION": as the contract spells them.
absl::string_view ScopeKindName(ScopeKind kind);

// A set of scope kinds.
class KindSet {
 public:
  constexpr KindSet() = default;
  constexpr explicit KindSet(uint8_t bits) : bits_(bits) {}
  constexpr void Add(ScopeKind kind) { bits_ |= static_cast<uint8_t>(1u << IndexOf(kind)); }
  constexpr bool Has(ScopeKind kind) const { return (bits_ >> IndexOf(kind)) & 1u; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr uint8_t bits() const { return bits_; }
  friend constexpr bool operator==(KindSet a, KindSet b) { return a.bits_ == b.bits_; }

 private:
  uint8_t bits_ = 0;
};

// A set of the policy's facts (at most 32): bit i stands for the i-th fact of the Matrix.
using FactSet = uint32_t;
inline constexpr size_t kMaxFacts = 32;

// What a cell or an override says.
enum class Effect : uint8_t { kNone = 0, kAllow = 1, kPrevent = 2, kProhibit = 3 };
absl::string_view EffectName(Effect effect);

enum class Access : uint8_t { kRead = 1, kWrite = 2 };

// How a cell's entry was matched, weakest first (rule 3).
enum class Rank : uint8_t { kWildcard = 0, kImplied = 1, kExact = 2 };

// What freezes a scope (rule 19). A scope can be under both.
enum class Freeze : uint8_t { kNone = 0, kArchive = 1, kHold = 2 };

// Caps that the formats fix. Options may only lower them.
inline constexpr size_t kMaxPermissions = 4096;
inline constexpr size_t kMaxRoles = 1024;
inline constexpr size_t kMaxExclusiveSets = 1024;
inline constexpr size_t kMaxCells = size_t{1} << 22;  // filled ones; each takes about 70 bytes
inline constexpr size_t kMaxAlternatives = 4;         // fact sets of one ALLOW cell (rule 3)
inline constexpr size_t kMaxPathLength = 16;  // scopes from the tenant down, both ends included
inline constexpr size_t kMaxGroupDepth = 16;

}  // namespace provost

#endif  // PROVOST_POLICY_MATRIX_TYPES_H_
