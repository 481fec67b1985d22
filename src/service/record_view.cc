#include "service/record_view.h"

#include <optional>
#include <utility>

#include "tenant/rows.h"

namespace provost {

absl::StatusOr<std::shared_ptr<const RecordView>> RecordView::Open(const ReadCall& call) {
  std::unique_ptr<store::Snapshot> rows = call.backend.registry->database().NewSnapshot();
  absl::StatusOr<std::optional<rows::TenantCounters>> counters = ReadRow<rows::TenantCounters>(
      *rows, store::Table::kTenants, CountersKey(call.tenant->number()));
  if (!counters.ok()) return counters.status();
  const uint64_t revision = counters->has_value() ? (*counters)->revision() : 0;
  return std::shared_ptr<const RecordView>(new RecordView(std::move(rows), revision, call.now));
}

}  // namespace provost
