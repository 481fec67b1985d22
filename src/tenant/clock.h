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
    const int64_t now = absl::GetCurrentTimeNanos();
    int64_t last = last_nanos_.load(std::memory_order_relaxed);
    while (last < now) {
      if (last_nanos_.compare_exchange_weak(last, now, std::memory_order_relaxed)) {
        return absl::FromUnixNanos(now);
      }
    }
    return absl::FromUnixNanos(last);
  }

 private:
  std::atomic<int64_t> last_nanos_;
};

}  // namespace provost

#endif  // PROVOST_TENANT_CLOCK_H_
