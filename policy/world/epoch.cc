#include "policy/world/epoch.h"

#include <algorithm>
#include <utility>

namespace provost {

thread_local EpochDomain::Slot* EpochDomain::thread_slot_ = nullptr;

EpochDomain& EpochDomain::Get() {
  // Never destroyed: threads may unpin after main has returned.
  static EpochDomain* const domain = new EpochDomain;
  return *domain;
}

EpochDomain::SlotReturner::~SlotReturner() {
  if (thread_slot_ != nullptr) {
    Slot* slot = thread_slot_;
    thread_slot_ = nullptr;
    slot->taken.store(false, std::memory_order_release);
  }
}

EpochDomain::Slot* EpochDomain::TakeSlot() {
  static thread_local SlotReturner returner;
  (void)returner;
  for (Slot* slot = slots_.load(std::memory_order_acquire); slot != nullptr; slot = slot->next) {
    bool taken = false;
    if (slot->taken.compare_exchange_strong(taken, true, std::memory_order_acq_rel)) {
      return thread_slot_ = slot;
    }
  }
  Slot* slot = new Slot;
  slot->taken.store(true, std::memory_order_relaxed);
  slot->next = slots_.load(std::memory_order_relaxed);
  while (!slots_.compare_exchange_weak(slot->next, slot, std::memory_order_seq_cst)) {
  }
  return thread_slot_ = slot;
}

uint64_t EpochDomain::Hold() {
  std::lock_guard<std::mutex> lock(mutex_);
  const uint64_t epoch = epoch_.load(std::memory_order_seq_cst);
  held_.insert(epoch);
  return epoch;
}

void EpochDomain::Release(uint64_t held) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    held_.erase(held_.find(held));
  }
  Reclaim();
}

uint64_t EpochDomain::OldestPinLocked() const {
  uint64_t oldest = held_.empty() ? UINT64_MAX : *held_.begin();
  for (Slot* slot = slots_.load(std::memory_order_seq_cst); slot != nullptr; slot = slot->next) {
    const uint64_t epoch = slot->epoch.load(std::memory_order_seq_cst);
    if (epoch != 0) oldest = std::min(oldest, epoch);
  }
  return oldest;
}

void EpochDomain::Retire(std::vector<Garbage> garbage) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const uint64_t epoch = epoch_.fetch_add(1, std::memory_order_seq_cst) + 1;
    if (!garbage.empty()) waiting_.push_back({epoch, std::move(garbage)});
  }
  Reclaim();
}

size_t EpochDomain::Reclaim() {
  std::vector<Batch> free;
  size_t left = 0;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const uint64_t oldest = OldestPinLocked();
    // A batch was retired at `epoch`; a reader pinned at `epoch` or later saw its successor.
    auto end = std::find_if(waiting_.begin(), waiting_.end(),
                            [oldest](const Batch& batch) { return batch.epoch > oldest; });
    free.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
    for (const Batch& batch : waiting_) left += batch.garbage.size();
  }
  for (const Batch& batch : free) {
    for (const Garbage& piece : batch.garbage) piece.free(piece.memory);
  }
  return left;
}

}  // namespace provost
