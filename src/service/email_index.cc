#include "service/email_index.h"

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "tenant/errors.h"
#include "tenant/rows.h"

namespace provost {

using store::Table;

absl::Status ChangeEmail(TenantDraft& draft, uint32_t uid, absl::string_view before,
                         absl::string_view after) {
  const std::string old_key = EmailIndexKey(draft.number(), before);
  const std::string key = EmailIndexKey(draft.number(), after);
  if (key == old_key) return absl::OkStatus();
  if (!after.empty()) {
    // A row of the index is a user's with nothing but the uid.
    absl::StatusOr<std::optional<rows::UserRow>> holder =
        ReadRow<rows::UserRow>(draft.reader(), Table::kIndexes, key);
    if (!holder.ok()) return holder.status();
    if (holder->has_value() && (*holder)->uid() != uid) {
      return AlreadyExists("user with the e-mail address", after);
    }
    rows::UserRow row;
    row.set_uid(uid);
    draft.Write(Table::kIndexes, key, row);
  }
  if (!before.empty()) draft.Erase(Table::kIndexes, old_key);
  return absl::OkStatus();
}

}  // namespace provost
