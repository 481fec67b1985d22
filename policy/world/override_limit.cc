#include "policy/world/override_limit.h"

#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

namespace provost {

absl::Status CheckOverrideLimit(const Matrix& matrix, RoleId role,
                                absl::Span<const OverrideRecord> records,
                                absl::string_view scope_name) {
  absl::flat_hash_map<std::pair<uint16_t, ScopeKind>, std::set<FactSet>> sets;
  for (const OverrideRecord& record : records) {
    if (record.role != role.value || record.effect != Effect::kAllow) continue;
    const PermissionId from(record.permission);
    for (PermissionId implied : matrix.permission(from).implies_all) {
      for (ScopeKind kind : kAllScopeKinds) {
        if (!matrix.Implies(from, implied, kind)) continue;
        std::set<FactSet>& named = sets[{implied.value, kind}];
        const CellCode* column = matrix.Column(implied, kind);
        const CellValue cell = column == nullptr ? CellValue() : matrix.value(column[role.value]);
        if (record.facts_set) {
          named.insert(record.facts);
        } else if (cell.effect == Effect::kAllow) {
          named.insert(cell.sets, cell.sets + cell.count);
        } else {
          named.insert(0);
        }
        if (named.size() <= kMaxAlternatives) continue;
        return absl::FailedPreconditionError(absl::StrCat(
            "the overrides for `", matrix.role(role).name, "` at `", scope_name, "` that imply `",
            matrix.permission(implied).name, "` would allow it under ", named.size(),
            " different sets of facts; the limit is ", kMaxAlternatives));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace provost
