#ifndef PROVOST_TENANT_GROWTH_H_
#define PROVOST_TENANT_GROWTH_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "provost/internal/v1/people_rows.pb.h"
#include "store/key.h"
#include "store/write_group.h"
#include "tenant/rows.h"

namespace provost {

/// How a tenant grows: one row for each month and role, and for its people, written by the commits
/// that they count, so that no report has to look through people or assignments. A TenantDraft
/// notes what it does.

/// A month in UTC as rows have it: year * 12 + month - 1. `time` is in the years 1 to 9999.
uint32_t MonthOf(absl::Time time);

/// In kStatistics. The role is empty for people.
std::string GrowthKey(uint64_t tenant, uint32_t month, absl::string_view role);
/// All rows from the first month of a tenant up to `last`.
store::KeyRange GrowthKeys(uint64_t tenant, uint32_t last);

/// Adds the counts of `more` to `row`.
void AddGrowth(const rows::GrowthRow& more, rows::GrowthRow* row);

/// Adds what one commit did, by role, to the rows of its month: for each role one row read and
/// written.
absl::Status WriteGrowth(uint64_t tenant, absl::Time time,
                         const std::map<std::string, rows::GrowthRow>& growth,
                         store::WriteGroup& group);

}  // namespace provost

#endif  // PROVOST_TENANT_GROWTH_H_
