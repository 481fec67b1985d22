#include "store/health.h"

#include <utility>

namespace provost::store {

Health::Health(std::function<void(const absl::Status&)> on_failure)
    : on_failure_(std::move(on_failure)) {}

absl::Status Health::status() const {
  MutexLock lock(&mutex_);
  return status_;
}

void Health::Fail(const absl::Status& status) {
  {
    MutexLock lock(&mutex_);
    if (!status_.ok()) return;
    status_ = status;
    ok_.store(false, std::memory_order_release);
  }
  if (on_failure_) on_failure_(status);
}

}  // namespace provost::store
