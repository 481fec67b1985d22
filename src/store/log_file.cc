#include "store/log_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace provost::store {

LogFile::LogFile(std::string path, size_t max_bytes)
    : path_(std::move(path)), max_bytes_(max_bytes) {
  MutexLock lock(&mutex_);
  Begin();
}

LogFile::~LogFile() {
  MutexLock lock(&mutex_);
  if (file_ >= 0) close(file_);
}

void LogFile::Begin() {
  if (file_ >= 0) close(file_);
  rename(path_.c_str(), absl::StrCat(path_, ".old").c_str());
  file_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  bytes_ = 0;
}

void LogFile::Write(absl::string_view line) {
  const std::string whole = absl::StrCat(
      absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ ", absl::Now(), absl::UTCTimeZone()), line, "\n");
  MutexLock lock(&mutex_);
  if (file_ < 0) return;
  if (bytes_ > 0 && bytes_ + whole.size() > max_bytes_) Begin();
  if (file_ < 0) return;
  const ssize_t written = write(file_, whole.data(), whole.size());
  if (written > 0) bytes_ += static_cast<size_t>(written);
}

}  // namespace provost::store
