#ifndef PROVOST_STORE_TESTING_OPEN_HOOKS_H_
#define PROVOST_STORE_TESTING_OPEN_HOOKS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "store/migration.h"

namespace rocksdb {
class FileSystem;
}  // namespace rocksdb

namespace provost::store {

/// What a test may put in the place of the real thing when it opens a database. Only tests have it.
struct OpenHooks {
  /// Stands between RocksDB and the disk; the disk itself where there is none.
  std::shared_ptr<rocksdb::FileSystem> file_system;
  /// The format that the database is opened as.
  uint32_t format_version = kFormatVersion;
  /// The steps to it.
  std::vector<Migration> migrations;
};

}  // namespace provost::store

#endif  // PROVOST_STORE_TESTING_OPEN_HOOKS_H_
