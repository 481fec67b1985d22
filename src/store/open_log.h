#ifndef PROVOST_STORE_OPEN_LOG_H_
#define PROVOST_STORE_OPEN_LOG_H_

#include <rocksdb/env.h>

#include <cstdarg>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "base/mutex.h"

namespace provost::store {

/// RocksDB's own log, which also remembers what it said of damage in the write-ahead log: the
/// status that RocksDB then returns does not name the file, and its log does. Thread-safe.
class OpenLog : public rocksdb::Logger {
 public:
  /// `file` is where everything is written; there may be none.
  explicit OpenLog(std::shared_ptr<rocksdb::Logger> file);
  ~OpenLog() override;

  /// The last line that told of dropped bytes, or nothing.
  std::string damage() const ABSL_LOCKS_EXCLUDED(mutex_);

  void LogHeader(const char* format, va_list arguments) override;
  void Logv(const char* format, va_list arguments) override;
  void Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) override;

 private:
  rocksdb::Status CloseImpl() override;

  const std::shared_ptr<rocksdb::Logger> file_;
  mutable Mutex mutex_;
  std::string damage_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace provost::store

#endif  // PROVOST_STORE_OPEN_LOG_H_
