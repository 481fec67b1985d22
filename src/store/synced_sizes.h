#ifndef PROVOST_STORE_SYNCED_SIZES_H_
#define PROVOST_STORE_SYNCED_SIZES_H_

#include <rocksdb/file_system.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/mutex.h"

namespace provost::store {

/// How much of each file that grows - the write-ahead logs, the MANIFEST - has been synced, in the
/// small file `synced-sizes` beside them.
///
/// RocksDB takes the end of such a file for the end of what was written, wherever it comes; and it
/// takes a log that is gone for one that was not needed. So a log that was emptied or deleted, and
/// a MANIFEST cut between two of its records, would be an older database that opens without a word.
///
/// What is noted is never more than what was synced: it is written after the sync, and forgotten
/// before the file is deleted. It is itself synced whenever a file has doubled, so that after a
/// power cut it may be behind, by at most half, and after the end of the process it is exact.
/// Thread-safe.
class SyncedSizes {
 public:
  /// Reads the note of a folder; there may be none. DATA_LOSS for one that is damaged, UNAVAILABLE
  /// where it cannot be read.
  static absl::StatusOr<std::unique_ptr<SyncedSizes>> Read(const std::string& folder);
  ~SyncedSizes();
  SyncedSizes(const SyncedSizes&) = delete;
  SyncedSizes& operator=(const SyncedSizes&) = delete;

  /// DATA_LOSS naming the first file that is not there or smaller than noted.
  absl::Status Check() const ABSL_LOCKS_EXCLUDED(mutex_);

  /// Whether no file is noted.
  bool empty() const ABSL_LOCKS_EXCLUDED(mutex_);

  /// Whether a write-ahead log is noted: then rows have been committed.
  bool has_log() const ABSL_LOCKS_EXCLUDED(mutex_);

  /// Whether every write-ahead log of the folder was synced to its last byte: then none of them has
  /// a torn end, and what looks like one is damage.
  bool LogsAreWhole() const ABSL_LOCKS_EXCLUDED(mutex_);

  /// From here on the note is written. UNAVAILABLE where it cannot be.
  absl::Status BeginWriting() ABSL_LOCKS_EXCLUDED(mutex_);

  /// Whether a file is one that is noted; `path` in full.
  bool IsNoted(absl::string_view path) const;

  /// So much of the file has been synced, and its name too. A failure leaves the note behind, which
  /// is no harm.
  void Synced(absl::string_view path, uint64_t bytes) ABSL_LOCKS_EXCLUDED(mutex_);

  /// The file is about to go or to begin anew. False where that cannot be noted: then it must stay.
  bool Forget(absl::string_view path) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  explicit SyncedSizes(std::string folder);
  bool Write(bool sync) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string folder_;
  const std::string path_;
  mutable Mutex mutex_;
  int file_ ABSL_GUARDED_BY(mutex_) = -1;
  std::map<std::string, uint64_t> sizes_ ABSL_GUARDED_BY(mutex_);
  // As they stand in the note that was synced last.
  std::map<std::string, uint64_t> durable_ ABSL_GUARDED_BY(mutex_);
};

/// A file system that notes the syncs of files over another one. `sizes` outlives it.
std::shared_ptr<rocksdb::FileSystem> NotingFileSystem(std::shared_ptr<rocksdb::FileSystem> target,
                                                      SyncedSizes* sizes);

}  // namespace provost::store

#endif  // PROVOST_STORE_SYNCED_SIZES_H_
