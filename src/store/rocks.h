#ifndef PROVOST_STORE_ROCKS_H_
#define PROVOST_STORE_ROCKS_H_

#include <rocksdb/slice.h>
#include <rocksdb/status.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

// Where our types meet RocksDB's. Included by the store's own .cc files and by nothing else.

namespace provost::store {

inline rocksdb::Slice AsSlice(absl::string_view bytes) {
  return rocksdb::Slice(bytes.data(), bytes.size());
}

inline absl::string_view AsView(const rocksdb::Slice& slice) {
  return absl::string_view(slice.data(), slice.size());
}

/// The status without the folder of the database in its message: what is read at run time is told
/// to callers of the server, who have no business with its folders. Names of files stay.
absl::Status WithoutFolder(absl::Status status, absl::string_view folder);

/// What a reading method answers for RocksDB's status: DATA_LOSS for damage, UNAVAILABLE for a
/// fault of the file system, INTERNAL for a call that RocksDB does not take. `doing` says what was
/// tried and on what, with the key: "reading row `users[7/ann]`".
absl::Status ReadStatus(const rocksdb::Status& status, absl::string_view doing);

}  // namespace provost::store

#endif  // PROVOST_STORE_ROCKS_H_
