#ifndef PROVOST_STORE_TESTING_RAW_ROCKSDB_H_
#define PROVOST_STORE_TESTING_RAW_ROCKSDB_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rocksdb {
class DB;
}  // namespace rocksdb

namespace provost::store {

/// RocksDB with nothing of ours around it, to measure the lane against: one table, the same buffer
/// and log as `Database` has by default. Thread-safe.
class RawRocksDb {
 public:
  static absl::StatusOr<std::unique_ptr<RawRocksDb>> Open(const std::string& path);
  ~RawRocksDb();
  RawRocksDb(const RawRocksDb&) = delete;
  RawRocksDb& operator=(const RawRocksDb&) = delete;

  /// One write of all rows, synced.
  absl::Status Write(const std::vector<std::pair<std::string, std::string>>& rows);

  /// How many rows there are.
  absl::StatusOr<uint64_t> CountRows() const;

 private:
  explicit RawRocksDb(std::unique_ptr<rocksdb::DB> db);

  const std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace provost::store

#endif  // PROVOST_STORE_TESTING_RAW_ROCKSDB_H_
