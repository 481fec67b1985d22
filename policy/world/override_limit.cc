#include "policy/world/override_limit.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "policy/matrix/types.h"

namespace provost {
namespace {

// The fact sets that one permission is allowed under, as far as they are counted.
struct NamedSets {
  uint8_t count = 0;
  FactSet sets[kMaxAlternatives] = {};

  // False if `facts` would be one too many.
  bool Add(FactSet facts) {
    if (std::find(sets, sets + count, facts) != sets + count) return true;
    if (count == kMaxAlternatives) return false;
    sets[count++] = facts;
    return true;
  }
};

// True if the overrides and, where one takes them over, the cells of the role name so few fact sets
// in all that no permission can have too many.
bool AreFewInAll(const Matrix& matrix, RoleId role, absl::Span<const OverrideRecord> records) {
  NamedSets all;
  bool takes_cells = false;
  for (const OverrideRecord& record : records) {
    if (record.role != role.value || record.effect != Effect::kAllow) continue;
    takes_cells |= !record.facts_set;
    if (!all.Add(record.facts_set ? record.facts : 0)) return false;
  }
  if (!takes_cells) return true;
  for (size_t p = 0; p < matrix.permissions().size(); ++p) {
    for (ScopeKind kind : kAllScopeKinds) {
      const CellCode* column = matrix.Column(PermissionId(static_cast<uint16_t>(p)), kind);
      if (column == nullptr) continue;
      const CellValue& cell = matrix.value(column[role.value]);
      for (uint8_t i = 0; i < cell.count; ++i) {
        if (!all.Add(cell.sets[i])) return false;
      }
    }
  }
  return true;
}

}  // namespace

absl::Status CheckOverrideLimit(const Matrix& matrix, RoleId role,
                                absl::Span<const OverrideRecord> records,
                                absl::string_view scope_name, std::optional<PermissionId> changed) {
  if (AreFewInAll(matrix, role, records)) return absl::OkStatus();
  std::vector<bool> looked_at(matrix.permissions().size(), !changed.has_value());
  if (changed.has_value()) {
    for (PermissionId implied : matrix.permission(*changed).implies_all) {
      looked_at[implied.value] = true;
    }
  }
  std::vector<NamedSets> named(matrix.permissions().size() * kScopeKindCount);
  for (const OverrideRecord& record : records) {
    if (record.role != role.value || record.effect != Effect::kAllow) continue;
    const PermissionInfo& from = matrix.permission(PermissionId(record.permission));
    for (PermissionId implied : from.implies_all) {
      if (!looked_at[implied.value]) continue;
      const KindSet asked_at(from.asked_at.bits() & matrix.permission(implied).asked_at.bits());
      for (ScopeKind kind : kAllScopeKinds) {
        if (!asked_at.Has(kind)) continue;
        NamedSets& sets = named[implied.value * kScopeKindCount + IndexOf(kind)];
        bool fits = true;
        if (record.facts_set) {
          fits = sets.Add(record.facts);
        } else {
          const CellValue& cell = matrix.value(matrix.Column(implied, kind)[role.value]);
          if (cell.effect != Effect::kAllow) fits = sets.Add(0);
          for (uint8_t i = 0; i < cell.count; ++i) fits = sets.Add(cell.sets[i]) && fits;
        }
        if (fits) continue;
        return absl::FailedPreconditionError(absl::StrCat(
            "the overrides for `", matrix.role(role).name, "` at `", scope_name, "` that imply `",
            matrix.permission(implied).name, "` would allow it under more different sets of facts ",
            "than the limit of ", kMaxAlternatives));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace provost
