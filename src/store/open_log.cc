#include "store/open_log.h"

#include <cstdio>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace provost::store {

OpenLog::OpenLog(std::shared_ptr<rocksdb::Logger> file)
    : rocksdb::Logger(rocksdb::InfoLogLevel::INFO_LEVEL), file_(std::move(file)) {}

OpenLog::~OpenLog() = default;

std::string OpenLog::damage() const {
  MutexLock lock(&mutex_);
  return damage_;
}

void OpenLog::LogHeader(const char* format, va_list arguments) {
  if (file_ != nullptr) file_->LogHeader(format, arguments);
}

void OpenLog::Logv(const char* format, va_list arguments) {
  if (file_ != nullptr) file_->Logv(format, arguments);
}

void OpenLog::Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) {
  if (level >= rocksdb::InfoLogLevel::WARN_LEVEL && absl::StrContains(format, "dropping")) {
    char line[1024];
    va_list copy;
    va_copy(copy, arguments);
    vsnprintf(line, sizeof(line), format, copy);
    va_end(copy);
    absl::string_view text(line);
    // Before it stands the place in RocksDB's sources, in brackets.
    if (const size_t place = text.find("] "); place != absl::string_view::npos) {
      text.remove_prefix(place + 2);
    }
    MutexLock lock(&mutex_);
    damage_ = std::string(text);
  }
  if (file_ != nullptr) file_->Logv(level, format, arguments);
}

rocksdb::Status OpenLog::CloseImpl() {
  return file_ == nullptr ? rocksdb::Status::OK() : file_->Close();
}

}  // namespace provost::store
