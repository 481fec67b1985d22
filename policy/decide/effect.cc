#include "policy/decide/effect.h"

#include <algorithm>

namespace provost {
namespace {

absl::Span<const OverrideRecord> RecordsAt(const Place& place, uint32_t scope) {
  if (scope == place.substitute_scope) return place.substitute;
  if (place.overrides == nullptr) return place.state->OverridesAt(ScopeId(scope));
  const auto found = place.overrides->find(scope);
  return found == place.overrides->end() ? absl::Span<const OverrideRecord>() : found->second;
}

absl::Span<const OverrideRecord> RecordsFor(const Place& place, uint32_t scope, RoleId role) {
  const absl::Span<const OverrideRecord> all = RecordsAt(place, scope);
  auto begin = std::lower_bound(
      all.begin(), all.end(), role.value,
      [](const OverrideRecord& record, uint16_t value) { return record.role < value; });
  auto end = begin;
  while (end != all.end() && end->role == role.value) ++end;
  return absl::MakeConstSpan(begin == all.end() ? nullptr : &*begin,
                             static_cast<size_t>(end - begin));
}

// Adds `facts` as an alternative; the ones that it makes redundant go.
void AddAlternative(CellValue* value, FactSet facts) {
  uint8_t kept = 0;
  for (uint8_t i = 0; i < value->count; ++i) {
    if ((value->sets[i] & facts) == value->sets[i]) return;  // an easier one is there
    if ((value->sets[i] & facts) != facts) value->sets[kept++] = value->sets[i];
  }
  value->count = kept;
  if (value->count < kMaxAlternatives) value->sets[value->count++] = facts;
}

}  // namespace

CellValue ApplyOverrides(const Place& place, RoleId role, const CellValue& cell, bool reach,
                         OverrideTraces* traces) {
  CellValue effect = cell;
  if (place.override_mask == 0) return effect;
  const Matrix& matrix = place.matrix != nullptr ? *place.matrix : place.state->matrix();
  bool locked = false;
  for (uint32_t i = 0; i < place.path.size; ++i) {
    if ((place.override_mask >> i & 1u) == 0) continue;
    if (locked && traces == nullptr) break;
    // What stands here for the question, resolved as rule 3 resolves a cell.
    Effect here = Effect::kNone;
    bool exact_here = false;
    bool lock_here = false;
    CellValue allow;
    const size_t first_trace = traces == nullptr ? 0 : traces->size();
    for (const OverrideRecord& record : RecordsFor(place, place.path.ids[i], role)) {
      const bool exact = record.permission == place.permission.value;
      if (!exact && (reach || !matrix.Implies(PermissionId(record.permission), place.permission,
                                              place.kind))) {
        continue;
      }
      if (traces != nullptr) {
        traces->push_back({ScopeId(place.path.ids[i]), record, !exact, locked, false});
      }
      if (locked) continue;
      lock_here |= record.locked;
      const bool outranks = exact && !exact_here;
      const bool equal = exact == exact_here;
      if (record.effect == Effect::kProhibit) {
        here = Effect::kProhibit;
      } else if (here == Effect::kProhibit) {
        continue;
      } else if (here == Effect::kNone || outranks) {
        here = record.effect;
        exact_here = exact;
        allow = CellValue();
      } else if (!equal) {
        continue;
      } else if (record.effect == Effect::kPrevent) {
        here = Effect::kPrevent;
      }
      if (record.effect == Effect::kAllow && here == Effect::kAllow) {
        if (record.facts_set) {
          AddAlternative(&allow, record.facts);
        } else if (cell.effect == Effect::kAllow) {
          for (uint8_t a = 0; a < cell.count; ++a) AddAlternative(&allow, cell.sets[a]);
        } else {
          AddAlternative(&allow, 0);
        }
      }
    }
    if (traces != nullptr && !locked) {
      for (size_t t = first_trace; t < traces->size(); ++t) {
        OverrideTrace& trace = (*traces)[t];
        trace.outranked = trace.record.effect != here ||
                          (here != Effect::kProhibit && trace.implied == exact_here);
      }
    }
    if (here != Effect::kNone && effect.effect != Effect::kProhibit) {
      effect = CellValue();
      effect.effect = here;
      if (here == Effect::kAllow) {
        allow.effect = Effect::kAllow;
        effect = allow;
      }
    }
    locked |= lock_here;
  }
  return effect;
}

bool HasOverrideFor(const Place& place, RoleId role, bool reach) {
  OverrideTraces traces;
  ApplyOverrides(place, role, CellValue(), reach, &traces);
  return !traces.empty();
}

}  // namespace provost
