#ifndef PROVOST_SERVICE_BACKEND_H_
#define PROVOST_SERVICE_BACKEND_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "service/pages.h"
#include "service/scan_pool.h"
#include "tenant/registry.h"
#include "tenant/sealer.h"
#include "tenant/writer.h"

namespace provost {

/// The one-time secret of the first-time set-up. Thread-safe.
class BootstrapSecret {
 public:
  /// `secret` is empty where the server has been set up; `on_used` is called once it has been.
  BootstrapSecret(std::string secret, std::function<void()> on_used)
      : secret_(std::move(secret)), on_used_(std::move(on_used)) {}

  bool Matches(absl::string_view secret) const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(&mutex_);
    return !secret_.empty() && SameSecret(secret_, secret);
  }
  void Use() ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      MutexLock lock(&mutex_);
      secret_.clear();
    }
    if (on_used_) on_used_();
  }

 private:
  mutable Mutex mutex_;
  std::string secret_ ABSL_GUARDED_BY(mutex_);
  const std::function<void()> on_used_;
};

/// What imports may take. What is done in one commit, or in none for a dry run, waits in memory for
/// the end of the document.
struct ImportLimits {
  int64_t max_atomic_rows = 0;    ///< Of one such import.
  int64_t max_atomic_bytes = 0;   ///< Of one such import's document.
  int64_t max_waiting_bytes = 0;  ///< Of the documents of all such imports together.
};

/// What services work with. None of it is owned; all of it outlives the services.
struct Backend {
  TenantRegistry* registry = nullptr;
  TenantWriter* writer = nullptr;
  ScanPool* scans = nullptr;
  Pages* pages = nullptr;
  BootstrapSecret* bootstrap = nullptr;
  int64_t max_package_bytes = 0;  ///< The largest file that can be uploaded.
  ImportLimits imports;
};

}  // namespace provost

#endif  // PROVOST_SERVICE_BACKEND_H_
