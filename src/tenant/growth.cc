#include "tenant/growth.h"

#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"

namespace provost {

using store::KeyWriter;
using store::Table;

uint32_t MonthOf(absl::Time time) {
  const absl::CivilMonth month = absl::ToCivilMonth(time, absl::UTCTimeZone());
  return static_cast<uint32_t>(month.year() * 12 + month.month() - 1);
}

std::string GrowthKey(uint64_t tenant, uint32_t month, absl::string_view role) {
  return KeyWriter(tenant).U32(month).String(role).Take();
}

store::KeyRange GrowthKeys(uint64_t tenant, uint32_t last) {
  return store::KeyRange{KeyWriter(tenant).Take(), KeyWriter(tenant).U32(last + 1).Take()};
}

void AddGrowth(const rows::GrowthRow& more, rows::GrowthRow* row) {
  row->set_joined(row->joined() + more.joined());
  row->set_left(row->left() + more.left());
  row->set_suspended(row->suspended() + more.suspended());
  row->set_reactivated(row->reactivated() + more.reactivated());
}

absl::Status WriteGrowth(uint64_t tenant, absl::Time time,
                         const std::map<std::string, rows::GrowthRow>& growth,
                         store::WriteGroup& group) {
  for (const auto& [role, more] : growth) {
    if (more.ByteSizeLong() == 0) continue;  // Looked at, and nothing happened.
    const std::string key = GrowthKey(tenant, MonthOf(time), role);
    absl::StatusOr<std::optional<rows::GrowthRow>> row =
        ReadRow<rows::GrowthRow>(group, Table::kStatistics, key);
    if (!row.ok()) return row.status();
    rows::GrowthRow sum = row->value_or(rows::GrowthRow());
    AddGrowth(more, &sum);
    group.Put(Table::kStatistics, key, FormatRow(sum));
  }
  return absl::OkStatus();
}

}  // namespace provost
