#include "store/open_log.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace provost::store {
namespace {

constexpr size_t kLogBytes = size_t{16} << 20;

std::string Print(const char* format, va_list arguments) {
  char line[2048];
  va_list copy;
  va_copy(copy, arguments);
  const int size = std::vsnprintf(line, sizeof(line), format, copy);
  va_end(copy);
  if (size < 0) return std::string();
  if (static_cast<size_t>(size) < sizeof(line)) return std::string(line, size);
  std::string longer(size, '\0');
  va_copy(copy, arguments);
  std::vsnprintf(longer.data(), longer.size() + 1, format, copy);
  va_end(copy);
  return longer;
}

}  // namespace

OpenLog::OpenLog(const std::string& folder)
    : rocksdb::Logger(rocksdb::InfoLogLevel::INFO_LEVEL),
      file_(absl::StrCat(folder, "/LOG"), kLogBytes) {}

OpenLog::~OpenLog() = default;

std::string OpenLog::damage() const {
  MutexLock lock(&mutex_);
  return damage_;
}

void OpenLog::Logv(const char* format, va_list arguments) {
  std::string line = Print(format, arguments);
  while (!line.empty() && line.back() == '\n') line.pop_back();
  file_.Write(line);
}

void OpenLog::Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) {
  if (level >= rocksdb::InfoLogLevel::WARN_LEVEL && absl::StrContains(format, "dropping")) {
    const std::string line = Print(format, arguments);
    absl::string_view text(line);
    // Before it stands the place in RocksDB's sources, in brackets.
    if (const size_t place = text.find("] "); place != absl::string_view::npos) {
      text.remove_prefix(place + 2);
    }
    MutexLock lock(&mutex_);
    damage_ = std::string(text);
  }
  // Puts the level before the line and calls the other one.
  rocksdb::Logger::Logv(level, format, arguments);
}

rocksdb::Status OpenLog::CloseImpl() { return rocksdb::Status::OK(); }

}  // namespace provost::store
