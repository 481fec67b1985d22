#ifndef PROVOST_STORE_DATABASE_H_
#define PROVOST_STORE_DATABASE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/reader.h"
#include "store/table.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Env;
class Snapshot;
}  // namespace rocksdb

namespace provost::store {

class FolderLock;
class Health;
struct OpenHooks;
class Snapshot;
class SyncedSizes;
class WriteGroup;

/// How a database is opened.
struct DatabaseOptions {
  // What the database does.

  /// The folder that holds it. Other files may lie in it; those that RocksDB names are the
  /// database's own.
  std::string path;
  /// Makes folder and database where there are none. Otherwise a missing one is NOT_FOUND.
  bool create_if_missing = true;
  /// A write returns when its bytes are on the disk. Without it, a write survives the end of the
  /// process but not of the machine: for loading what can be loaded again.
  bool sync = true;
  /// Told once when the database can no longer be written to (see `healthy`), on whichever thread
  /// saw it. It must not block and must not call the database's writing methods.
  std::function<void(const absl::Status&)> on_unhealthy;

  // How fast, and with how much memory.

  /// Memory for blocks read from disk, in bytes.
  size_t block_cache_bytes = size_t{256} << 20;
  /// Memory for rows not yet in table files, in bytes, over all tables; the log on disk is held to
  /// four times that. More makes fewer, larger files, and a longer start after a crash.
  size_t write_buffer_bytes = size_t{64} << 20;
  /// Threads that write and merge table files, from 1 on.
  int background_jobs = 2;

  /// For tests: another file system, another set of migrations (store/testing/open_hooks.h).
  std::shared_ptr<const OpenHooks> hooks;
};

/// The rows on disk: a fixed set of ordered tables in one folder, over RocksDB.
///
/// All methods are thread-safe, and reading ones never wait for a write. As a `Reader`, a database
/// answers with what is committed at the moment of each call; calls that belong together use a
/// `Snapshot`.
///
/// Errors are the same everywhere: DATA_LOSS for damage, naming the file and the key, and damage is
/// never skipped; UNAVAILABLE for faults of the file system and for writes to a database that is
/// not healthy.
class Database : public Reader {
 public:
  /// Opens the database of a folder, and holds the folder until it is destroyed.
  ///
  /// What a process that ended in any way left behind is taken up: every group that was committed
  /// is there and no part of another one. An older format is brought to this version's step by step
  /// (store/migration.h), after a checkpoint in `<path>/before-format-<version>`; missing tables
  /// are created.
  ///
  /// INVALID_ARGUMENT for options out of range; NOT_FOUND where there is nothing and nothing may be
  /// made; FAILED_PRECONDITION where another server uses the folder, or where it was written by a
  /// newer version (a newer format, or a table that this version does not know), which is then left
  /// as it is; DATA_LOSS for damage, naming the file; UNAVAILABLE for faults of the file system.
  /// Cost: reads the log, at most four times `write_buffer_bytes`, twice.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const DatabaseOptions& options);

  /// Closes it. Snapshots, cursors, groups and lanes over it are gone by then.
  ~Database() override;

  /// The committed rows as of now, for as long as the snapshot lives.
  std::unique_ptr<Snapshot> NewSnapshot() const;

  /// Writes all rows of a group or none, durably if `DatabaseOptions::sync`. Once it returned OK,
  /// every reader sees all of the group. UNAVAILABLE when the write failed or the database was not
  /// healthy before; the group may then turn out to be written when the database is opened next,
  /// but no reader sees it before that. INTERNAL, with nothing written, for a group whose status is
  /// bad.
  ///
  /// On a served database the lane is the only caller (store/lane.h).
  absl::Status Commit(const WriteGroup& group);

  /// False once a write has failed, in the foreground or in the background (a full or failing
  /// disk). It stays so until the database is opened again, for only that tells what the failed
  /// write left behind. Reads go on. Costs one atomic load.
  bool healthy() const;

  /// OK while healthy; otherwise the first failure, as UNAVAILABLE.
  absl::Status health() const;

  /// Reads every table file and compares its checksums. DATA_LOSS names the first damaged file.
  /// Cost: reads all there is; minutes on a large database. Does not disturb others but by the
  /// disk.
  absl::Status VerifyChecksums() const;

  /// Makes a copy as of now in `folder`, which must not exist, on the same file system: table files
  /// are hard links, so it takes neither much time nor space. The copy can be opened like any
  /// other.
  absl::Status Checkpoint(const std::string& folder) const;

  /// The folder, as given.
  const std::string& path() const { return path_; }

 private:
  friend class DatabaseOpener;
  friend class Snapshot;

  Database();

  absl::StatusOr<std::optional<std::string>> ReadRow(Table table,
                                                     absl::string_view key) const override;
  absl::StatusOr<std::vector<std::optional<std::string>>> ReadRows(
      Table table, absl::Span<const std::string> keys) const override;
  std::unique_ptr<RowSource> ReadRange(Table table, const KeyRange& range,
                                       const ScanOptions& options) const override;

  // The same as of a snapshot, or as of now where there is none.
  absl::StatusOr<std::optional<std::string>> ReadRowAt(const rocksdb::Snapshot* snapshot,
                                                       Table table, absl::string_view key) const;
  absl::StatusOr<std::vector<std::optional<std::string>>> ReadRowsAt(
      const rocksdb::Snapshot* snapshot, Table table, absl::Span<const std::string> keys) const;
  std::unique_ptr<RowSource> ReadRangeAt(const rocksdb::Snapshot* snapshot, Table table,
                                         const KeyRange& range, const ScanOptions& options) const;
  rocksdb::ColumnFamilyHandle* handle(Table table) const {
    return handles_[static_cast<size_t>(table)];
  }

  // Constant after opening.
  std::string path_;
  bool sync_ = true;
  std::unique_ptr<FolderLock> lock_;
  std::unique_ptr<SyncedSizes> sizes_;
  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, kTableCount> handles_{};

  // Has its own synchronization; shared with the listener that RocksDB calls.
  std::shared_ptr<Health> health_;
};

/// The rows of a database as they were committed at one moment. Thread-safe. It keeps what was
/// overwritten since from being merged away, so it should live no longer than a call or a job. Must
/// not outlive the database.
class Snapshot : public Reader {
 public:
  ~Snapshot() override;

 private:
  friend class Database;
  explicit Snapshot(const Database* database);

  absl::StatusOr<std::optional<std::string>> ReadRow(Table table,
                                                     absl::string_view key) const override;
  absl::StatusOr<std::vector<std::optional<std::string>>> ReadRows(
      Table table, absl::Span<const std::string> keys) const override;
  std::unique_ptr<RowSource> ReadRange(Table table, const KeyRange& range,
                                       const ScanOptions& options) const override;
  const Reader* Beneath() const override { return database_; }

  const Database* const database_;
  const rocksdb::Snapshot* const snapshot_;
};

}  // namespace provost::store

#endif  // PROVOST_STORE_DATABASE_H_
