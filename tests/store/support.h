#ifndef PROVOST_TESTS_STORE_SUPPORT_H_
#define PROVOST_TESTS_STORE_SUPPORT_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "store/database.h"
#include "store/lane.h"

namespace provost::store {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

MATCHER(IsOk, "is OK") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

// A status of that code, in whose message each of the words occurs.
MATCHER_P2(IsError, code, words, "has the code and the words") {
  const absl::Status& status = StatusOf(arg);
  *result_listener << status.ToString();
  if (status.code() != code) return false;
  for (const std::string& word : std::vector<std::string>(words)) {
    if (status.message().find(word) == absl::string_view::npos) return false;
  }
  return true;
}

// A folder of its own for a test, gone with it.
class TempFolder {
 public:
  TempFolder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "provost-store-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TempFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline DatabaseOptions OptionsFor(const std::string& path) {
  DatabaseOptions options;
  options.path = path;
  options.block_cache_bytes = 1 << 20;
  return options;
}

inline std::unique_ptr<Database> OpenOrDie(const DatabaseOptions& options) {
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(options);
  EXPECT_THAT(database, IsOk());
  return database.ok() ? *std::move(database) : nullptr;
}

inline std::unique_ptr<Database> OpenOrDie(const std::string& path) {
  return OpenOrDie(OptionsFor(path));
}

using Rows = std::vector<std::pair<std::string, std::string>>;

inline absl::Status PutAll(Database& database, Table table, const Rows& rows) {
  WriteGroup group(&database);
  for (const auto& [key, value] : rows) group.Put(table, key, value);
  return database.Commit(group);
}

inline Rows Collect(Cursor cursor) {
  Rows rows;
  while (cursor.Next()) rows.emplace_back(cursor.key(), cursor.value());
  EXPECT_THAT(cursor.status(), IsOk());
  return rows;
}

inline Rows AllRows(const Reader& reader, Table table) {
  return Collect(reader.Scan(table, KeyRange::All()));
}

// The value of a row, or "-" where there is none.
inline std::string ValueOf(const Reader& reader, Table table, absl::string_view key) {
  auto value = reader.Get(table, key);
  EXPECT_THAT(value, IsOk());
  return value.ok() ? value->value_or("-") : "?";
}

// Something that happens so many times, once if not said otherwise, and can be waited for. Not
// absl::Notification, which ThreadSanitizer cannot see into.
class Signal {
 public:
  explicit Signal(int times = 1) : left_(times) {}

  void Notify() {
    MutexLock lock(&mutex_);
    if (--left_ == 0) changed_.SignalAll();
  }

  void Wait() {
    MutexLock lock(&mutex_);
    while (left_ > 0) changed_.Wait(&mutex_);
  }

  // False where it has not happened by then.
  bool WaitFor(absl::Duration timeout) {
    const absl::Time end = absl::Now() + timeout;
    MutexLock lock(&mutex_);
    while (left_ > 0) {
      if (!changed_.WaitFor(&mutex_, end - absl::Now())) return left_ <= 0;
    }
    return true;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int left_ ABSL_GUARDED_BY(mutex_);
};

// Submits a mutation and waits for its end.
inline absl::Status Make(CommitLane& lane, absl::AnyInvocable<absl::Status(WriteGroup&)> prepare,
                         absl::Time deadline = absl::InfiniteFuture()) {
  absl::Status result;
  Signal told;
  lane.Submit({std::move(prepare),
               [&](const absl::Status& status) {
                 result = status;
                 told.Notify();
               },
               deadline});
  told.Wait();
  return result;
}

}  // namespace provost::store

#endif  // PROVOST_TESTS_STORE_SUPPORT_H_
