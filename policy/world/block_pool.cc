#include "policy/world/block_pool.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

// A sanitizer knows the life of each block only if the heap makes it.
#if defined(__SANITIZE_ADDRESS__)
#define PROVOST_BLOCKS_FROM_HEAP 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PROVOST_BLOCKS_FROM_HEAP 1
#endif
#endif

namespace provost {
namespace {

constexpr size_t kSlabBytes = size_t{2} << 20;
constexpr size_t kLine = 64;

}  // namespace

// Stands in the first line of its memory, so that a block finds it by its own address.
struct alignas(kLine) BlockPool::Slab {
  Slab* previous = nullptr;  // among those with room
  Slab* next = nullptr;
  Block* free = nullptr;  // blocks that were given back
  size_t fresh = 0;       // blocks never given out stand from here on
  size_t used = 0;
};

BlockPool::BlockPool(size_t block_bytes)
    : block_bytes_(block_bytes), blocks_of_slab_((kSlabBytes - sizeof(Slab)) / block_bytes) {
  static_assert(sizeof(Slab) == kLine);
}

BlockPool::Slab* BlockPool::MapSlab() {
  // Twice the size holds an aligned slab; what stands around it goes back.
  void* const mapped = mmap(nullptr, 2 * kSlabBytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) std::abort();
  const uintptr_t begin = reinterpret_cast<uintptr_t>(mapped);
  const uintptr_t aligned = (begin + kSlabBytes - 1) & ~(kSlabBytes - 1);
  if (aligned != begin) munmap(mapped, aligned - begin);
  const size_t behind = begin + kSlabBytes - aligned;
  if (behind != 0) munmap(reinterpret_cast<void*>(aligned + kSlabBytes), behind);
  void* const memory = reinterpret_cast<void*>(aligned);
  // Only advice: without huge pages everything works, slower.
  if (slabs_++ != 0) madvise(memory, kSlabBytes, MADV_HUGEPAGE);
  return new (memory) Slab();
}

void BlockPool::Link(Slab* slab) {
  slab->previous = nullptr;
  slab->next = with_room_;
  if (with_room_ != nullptr) with_room_->previous = slab;
  with_room_ = slab;
}

void BlockPool::Unlink(Slab* slab) {
  (slab->previous == nullptr ? with_room_ : slab->previous->next) = slab->next;
  if (slab->next != nullptr) slab->next->previous = slab->previous;
}

void* BlockPool::Allocate() {
#ifdef PROVOST_BLOCKS_FROM_HEAP
  void* const memory = std::aligned_alloc(kLine, block_bytes_);
  if (memory == nullptr) std::abort();
#else
  void* memory = nullptr;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (with_room_ == nullptr) Link(MapSlab());
    Slab* const slab = with_room_;
    if (slab->free != nullptr) {
      memory = slab->free;
      slab->free = slab->free->next;
    } else {
      memory = reinterpret_cast<char*>(slab) + sizeof(Slab) + slab->fresh++ * block_bytes_;
    }
    if (++slab->used == blocks_of_slab_) Unlink(slab);
  }
#endif
  std::memset(memory, 0, block_bytes_);
  return memory;
}

void BlockPool::Free(void* memory) {
#ifdef PROVOST_BLOCKS_FROM_HEAP
  std::free(memory);
#else
  Slab* const slab =
      reinterpret_cast<Slab*>(reinterpret_cast<uintptr_t>(memory) & ~(kSlabBytes - 1));
  std::lock_guard<std::mutex> lock(mutex_);
  Block* const block = static_cast<Block*>(memory);
  block->next = slab->free;
  slab->free = block;
  if (slab->used-- == blocks_of_slab_) Link(slab);
  // One slab with room stays: a writer that takes and gives a single block would else map and
  // unmap all the time.
  if (slab->used == 0 && (slab->previous != nullptr || slab->next != nullptr)) {
    Unlink(slab);
    munmap(slab, kSlabBytes);
    --slabs_;
  }
#endif
}

}  // namespace provost
