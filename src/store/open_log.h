#ifndef PROVOST_STORE_OPEN_LOG_H_
#define PROVOST_STORE_OPEN_LOG_H_

#include <rocksdb/env.h>

#include <cstdarg>
#include <string>

#include "absl/base/thread_annotations.h"
#include "base/mutex.h"
#include "store/log_file.h"

namespace provost::store {

/// What RocksDB tells of itself, in the file `LOG` of the folder. It stands in for RocksDB's own
/// way to that file, which takes the process down when the disk is full. It also remembers what was
/// said of damage in the write-ahead log: the status that RocksDB then returns does not name the
/// file, and these lines do. Thread-safe.
class OpenLog : public rocksdb::Logger {
 public:
  explicit OpenLog(const std::string& folder);
  ~OpenLog() override;

  /// The last line that told of dropped bytes, or nothing.
  std::string damage() const ABSL_LOCKS_EXCLUDED(mutex_);

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override;
  void Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) override;

 private:
  rocksdb::Status CloseImpl() override;

  LogFile file_;
  mutable Mutex mutex_;
  std::string damage_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace provost::store

#endif  // PROVOST_STORE_OPEN_LOG_H_
