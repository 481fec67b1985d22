#include "service/external_id_index.h"

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "provost/internal/v1/people_rows.pb.h"
#include "tenant/errors.h"
#include "tenant/rows.h"

namespace provost {

using store::Table;

absl::Status ChangeExternalId(TenantDraft& draft, uint32_t uid, absl::string_view before,
                              absl::string_view after) {
  if (before == after) return absl::OkStatus();
  if (!after.empty()) {
    const std::string key = ExternalIdKey(draft.number(), after);
    absl::StatusOr<std::optional<rows::ExternalIdRow>> holder =
        ReadRow<rows::ExternalIdRow>(draft.reader(), Table::kIndexes, key);
    if (!holder.ok()) return holder.status();
    if (holder->has_value() && (*holder)->uid() != uid) {
      return AlreadyExists("user with the external id", after);
    }
    rows::ExternalIdRow row;
    row.set_uid(uid);
    draft.Write(Table::kIndexes, key, row);
  }
  if (!before.empty()) draft.Erase(Table::kIndexes, ExternalIdKey(draft.number(), before));
  return absl::OkStatus();
}

}  // namespace provost
