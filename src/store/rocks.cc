#include "store/rocks.h"

#include "absl/strings/str_cat.h"

namespace provost::store {

absl::Status ReadStatus(const rocksdb::Status& status, absl::string_view doing) {
  if (status.ok()) return absl::OkStatus();
  const std::string message =
      doing.empty() ? status.ToString() : absl::StrCat(doing, ": ", status.ToString());
  if (status.IsCorruption()) return absl::DataLossError(message);
  // A file that has gone is damage as much as one that has changed.
  if (status.IsPathNotFound()) return absl::DataLossError(message);
  if (status.IsIOError()) return absl::UnavailableError(message);
  if (status.IsNotFound()) return absl::NotFoundError(message);
  return absl::InternalError(message);
}

}  // namespace provost::store
