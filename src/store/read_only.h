#ifndef PROVOST_STORE_READ_ONLY_H_
#define PROVOST_STORE_READ_ONLY_H_

#include <memory>

#include "absl/status/statusor.h"
#include "store/database.h"

namespace provost::store {

/// Opens the database of a folder to read it as it is, and holds the folder until it is destroyed:
/// no file of the database is written or made, whatever it was left like. What stands in the log
/// alone is read into memory, as much as `write_buffer_bytes` of whoever wrote it times four. A
/// `Commit` to it fails.
///
/// NOT_FOUND where there is no database; FAILED_PRECONDITION where a server uses the folder, naming
/// its process, or where an older version wrote it and it has to be brought to this one's format
/// first; all else as `Database::Open`.
absl::StatusOr<std::unique_ptr<Database>> OpenReadOnly(const DatabaseOptions& options);

}  // namespace provost::store

#endif  // PROVOST_STORE_READ_ONLY_H_
