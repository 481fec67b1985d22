#ifndef PROVOST_STORE_FOLDER_LOCK_H_
#define PROVOST_STORE_FOLDER_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace provost::store {

/// Holds a folder for one `Database` at a time, across processes and within one. The lock is the
/// kernel's (flock on `provostd.lock` in the folder), so it ends with the process however that
/// ends, and a file left behind locks nothing.
class FolderLock {
 public:
  /// FAILED_PRECONDITION, naming folder and process, where somebody else holds it. UNAVAILABLE
  /// where the lock file cannot be made.
  static absl::StatusOr<std::unique_ptr<FolderLock>> Take(const std::string& folder);

  /// Lets the folder go.
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  explicit FolderLock(int file) : file_(file) {}

  const int file_;
};

}  // namespace provost::store

#endif  // PROVOST_STORE_FOLDER_LOCK_H_
