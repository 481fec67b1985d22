// The effect of one role on one question: its cell, then the overrides along the path (rule 4).
// Shared by the check, the explanation and the delegation rules, so that they cannot differ.
#ifndef PROVOST_POLICY_DECIDE_EFFECT_H_
#define PROVOST_POLICY_DECIDE_EFFECT_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"
#include "policy/matrix/matrix.h"
#include "policy/matrix/types.h"
#include "policy/world/state.h"

namespace provost {

// One override that stands at a scope of the path and speaks of the question.
struct OverrideTrace {
  ScopeId scope;
  OverrideRecord record;
  bool implied = false;       // it names a permission that implies the asked one
  bool below_a_lock = false;  // as if it were not there
  bool outranked = false;     // another override at the same scope beat it
};
using OverrideTraces = absl::InlinedVector<OverrideTrace, 2>;

// The overrides at each scope, as another policy names them; sorted as OverrideList is.
using OverrideBook = absl::flat_hash_map<uint32_t, std::vector<OverrideRecord>>;

// The place that a question asks about, made once for all roles.
struct Place {
  const WorldState* state = nullptr;
  PermissionId permission;
  ScopeKind kind = ScopeKind::kTenant;
  ScopePath path;
  uint32_t override_mask = 0;  // bit i: path.ids[i] has overrides

  // What-if: `substitute` stands in place of the overrides at this scope (0: nowhere). Its bit of
  // override_mask must be set.
  uint32_t substitute_scope = 0;
  absl::Span<const OverrideRecord> substitute;

  // What-if: another policy, of which `permission`, the roles asked about and the `overrides` are.
  // Set together. Unset: the state's own.
  const Matrix* matrix = nullptr;
  const OverrideBook* overrides = nullptr;
};

// `cell` after the overrides for `role` along the path, from the tenant down: a deeper one replaces
// what came before, PROHIBIT stays for good, what is below a locked one does not count. A reach
// is changed only by overrides of exactly the asked permission. Allocates nothing without `traces`.
// Cost: the overrides for this role at the scopes of the path.
CellValue ApplyOverrides(const Place& place, RoleId role, const CellValue& cell, bool reach,
                         OverrideTraces* traces);

// True if any override at a scope of the path touches (role, permission).
bool HasOverrideFor(const Place& place, RoleId role, bool reach);

}  // namespace provost

#endif  // PROVOST_POLICY_DECIDE_EFFECT_H_
