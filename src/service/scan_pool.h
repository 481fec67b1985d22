#ifndef PROVOST_SERVICE_SCAN_POOL_H_
#define PROVOST_SERVICE_SCAN_POOL_H_

#include <cstddef>
#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "base/mutex.h"

namespace provost {

/// A few threads for calls that read much, so that those which read little need not wait behind
/// them. Thread-safe but for the destructor.
class ScanPool {
 public:
  struct Options {
    size_t threads = 2;        ///< At least 1.
    size_t max_waiting = 256;  ///< One more is refused.
  };

  explicit ScanPool(Options options);
  /// Stops.
  ~ScanPool();
  ScanPool(const ScanPool&) = delete;
  ScanPool& operator=(const ScanPool&) = delete;

  /// Queues a job; does not block. False where too many wait, or after Stop.
  bool Run(absl::AnyInvocable<void()> job) ABSL_LOCKS_EXCLUDED(mutex_);

  /// Queues the next job of a call that was taken before; never refused but after Stop.
  bool Resume(absl::AnyInvocable<void()> job) ABSL_LOCKS_EXCLUDED(mutex_);

  /// Finishes what was taken, and takes no more.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Work() ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<absl::AnyInvocable<void()>> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace provost

#endif  // PROVOST_SERVICE_SCAN_POOL_H_
