#include "store/rocks.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace provost::store {

absl::Status WithoutFolder(absl::Status status, absl::string_view folder) {
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrReplaceAll(status.message(), {{absl::StrCat(folder, "//"), ""},
                                                             {absl::StrCat(folder, "/"), ""}}));
}

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
