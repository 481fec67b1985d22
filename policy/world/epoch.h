// Epoch-based reclamation: readers pin what they see without a lock, writers free what nobody can
// see any more.
//
// A reader that is pinned keeps alive whatever was published at that moment. A writer first
// publishes a successor, then retires what the successor replaced; retired memory is freed once
// every pin is younger than its retirement. One domain serves all Worlds of a process.
#ifndef PROVOST_POLICY_WORLD_EPOCH_H_
#define PROVOST_POLICY_WORLD_EPOCH_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <vector>

namespace provost {

// Memory that waits to be freed.
struct Garbage {
  void* memory = nullptr;
  void (*free)(void*) = nullptr;
};

class EpochDomain {
 public:
  // One per thread, made at the thread's first pin and used again by later threads.
  struct alignas(64) Slot {
    std::atomic<uint64_t> epoch{0};  // 0: not pinned
    uint32_t depth = 0;              // nested pins of the owning thread
    std::atomic<bool> taken{false};
    Slot* next = nullptr;
  };

  static EpochDomain& Get();

  // Pins the calling thread. Wait-free but for a thread's first call; nests. Unpin on the same
  // thread.
  Slot* Pin() {
    Slot* slot = thread_slot_;
    if (slot == nullptr) slot = TakeSlot();
    if (slot->depth++ == 0) {
      // Sequentially consistent on both sides: either the writer sees this pin when it looks for
      // readers, or this reader sees what the writer had published before it looked.
      slot->epoch.store(epoch_.load(std::memory_order_acquire), std::memory_order_seq_cst);
    }
    return slot;
  }
  static void Unpin(Slot* slot) {
    if (--slot->depth == 0) slot->epoch.store(0, std::memory_order_release);
  }

  // A pin that belongs to no thread and may last long. Takes a mutex.
  uint64_t Hold();
  void Release(uint64_t held);

  // Hands over what a publication replaced, after the publication. Frees what it can, of earlier
  // retirements too. Thread-safe.
  void Retire(std::vector<Garbage> garbage);

  // Frees what can be freed now. Returns how many pieces still wait.
  size_t Reclaim();

  EpochDomain(const EpochDomain&) = delete;
  EpochDomain& operator=(const EpochDomain&) = delete;

 private:
  struct Batch {
    uint64_t epoch;
    std::vector<Garbage> garbage;
  };
  struct SlotReturner {
    ~SlotReturner();
  };

  EpochDomain() = default;
  Slot* TakeSlot();
  uint64_t OldestPinLocked() const;

  static thread_local Slot* thread_slot_;

  std::atomic<uint64_t> epoch_{1};
  std::atomic<Slot*> slots_{nullptr};

  std::mutex mutex_;
  std::multiset<uint64_t> held_;  // guarded by mutex_
  std::vector<Batch> waiting_;    // guarded by mutex_; oldest first
};

// A pin for the life of the object, on one thread.
class EpochPin {
 public:
  EpochPin() : slot_(EpochDomain::Get().Pin()) {}
  ~EpochPin() { EpochDomain::Unpin(slot_); }
  EpochPin(const EpochPin&) = delete;
  EpochPin& operator=(const EpochPin&) = delete;

 private:
  EpochDomain::Slot* slot_;
};

}  // namespace provost

#endif  // PROVOST_POLICY_WORLD_EPOCH_H_
