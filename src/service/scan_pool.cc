#include "service/scan_pool.h"

#include <utility>

namespace provost {

ScanPool::ScanPool(Options options) : options_(options) {
  for (size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { Work(); });
}

ScanPool::~ScanPool() { Stop(); }

bool ScanPool::Run(absl::AnyInvocable<void()> job) {
  {
    MutexLock lock(&mutex_);
    if (stopping_ || waiting_.size() >= options_.max_waiting) return false;
    waiting_.push_back(std::move(job));
  }
  changed_.Signal();
  return true;
}

bool ScanPool::Resume(absl::AnyInvocable<void()> job) {
  {
    MutexLock lock(&mutex_);
    if (stopping_) return false;
    waiting_.push_back(std::move(job));
  }
  changed_.Signal();
  return true;
}

void ScanPool::Stop() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
  }
  changed_.SignalAll();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void ScanPool::Work() {
  for (;;) {
    absl::AnyInvocable<void()> job;
    {
      MutexLock lock(&mutex_);
      while (waiting_.empty() && !stopping_) changed_.Wait(&mutex_);
      if (waiting_.empty()) return;
      job = std::move(waiting_.front());
      waiting_.pop_front();
    }
    job();
  }
}

}  // namespace provost
