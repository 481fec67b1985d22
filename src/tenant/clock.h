#ifndef PROVOST_TENANT_CLOCK_H_
#define PROVOST_TENANT_CLOCK_H_

#include <atomic>
#include <cstdint>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace provost {

/// The time that decisions and commits are made at. It never goes back: where the machine's clock
/// does, it stands still until that has caught up. It begins at the last commit that is on disk, so
/// it does not go back across restarts either. Thread-safe, lock-free.
class Clock {
 public:
  explicit Clock(absl::Time not_before) : last_nanos_(absl::ToUnixNanos(not_before)) {}

  absl::Time Now() {
    const int64_t now = absl::GetCurrentTimeNanos() + ahead_nanos_.load(std::memory_order_relaxed);
    int64_t last = last_nanos_.load(std::memory_order_relaxed);
    while (last < now) {
      if (last_nanos_.compare_exchange_weak(last, now, std::memory_order_relaxed)) {
        return absl::FromUnixNanos(now);
      }
    }
    return absl::FromUnixNanos(last);
  }

  /// From now on it is ahead of the machine's by so much more: for tests of what comes with time.
  void Advance(absl::Duration time) {
    ahead_nanos_.fetch_add(absl::ToInt64Nanoseconds(time), std::memory_order_relaxed);
  }

 private:
  std::atomic<int64_t> last_nanos_;
  std::atomic<int64_t> ahead_nanos_{0};
};

}  // namespace provost

#endif  // PROVOST_TENANT_CLOCK_H_
