#ifndef PROVOST_STORE_LOG_FILE_H_
#define PROVOST_STORE_LOG_FILE_H_

#include <cstddef>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "base/mutex.h"

namespace provost::store {

/// A file of lines for whoever looks into a fault, which never stands in the way of anything: a
/// line that cannot be written, on a full disk, is gone, and nobody is told. When the file has
/// grown to its size, or is opened anew, what there is becomes `<path>.old`; so at most twice that
/// size is kept. Thread-safe.
class LogFile {
 public:
  LogFile(std::string path, size_t max_bytes);
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  /// Adds a line, behind the time. `line` has no line break at its end.
  void Write(absl::string_view line) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Begin() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string path_;
  const size_t max_bytes_;
  Mutex mutex_;
  int file_ ABSL_GUARDED_BY(mutex_) = -1;
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace provost::store

#endif  // PROVOST_STORE_LOG_FILE_H_
