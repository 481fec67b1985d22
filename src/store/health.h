#ifndef PROVOST_STORE_HEALTH_H_
#define PROVOST_STORE_HEALTH_H_

#include <atomic>
#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "base/mutex.h"

namespace provost::store {

/// Whether a database can still be written to. It turns bad once, and stays so until the database
/// is opened again: what the failed write left on disk is only known then. Thread-safe.
class Health {
 public:
  /// `on_failure` is called once, on the thread that saw the failure, with no lock held.
  explicit Health(std::function<void(const absl::Status&)> on_failure);

  bool ok() const { return ok_.load(std::memory_order_acquire); }

  /// OK, or the first failure.
  absl::Status status() const ABSL_LOCKS_EXCLUDED(mutex_);

  /// Records a failure. Only the first one counts.
  void Fail(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const std::function<void(const absl::Status&)> on_failure_;
  std::atomic<bool> ok_{true};
  mutable Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace provost::store

#endif  // PROVOST_STORE_HEALTH_H_
