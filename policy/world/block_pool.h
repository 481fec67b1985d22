// Memory for the nodes of the arrays that every check reads.
#ifndef PROVOST_POLICY_WORLD_BLOCK_POOL_H_
#define PROVOST_POLICY_WORLD_BLOCK_POOL_H_

#include <cstddef>
#include <mutex>

namespace provost {

// Blocks of one size, packed into slabs of 2 MiB that ask the kernel for huge pages. A check of a
// large World touches a few lines anywhere in gigabytes: with small pages spread over a heap, most
// of its time would go into page walks. The first slab asks for nothing, so that a process whose
// Worlds are small pays for the pages that it touches. Slabs that empty go back to the system.
//
// Thread-safe; one mutex, for writers alone: readers follow pointers. Aborts where the system has
// no memory.
class BlockPool {
 public:
  // `block_bytes` is a multiple of 64, up to 64 KiB.
  explicit BlockPool(size_t block_bytes);
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  // One block, zeroed, aligned to 64 bytes.
  void* Allocate();
  // Takes back a block of this pool.
  void Free(void* block);

 private:
  struct Slab;
  struct Block {
    Block* next;
  };

  Slab* MapSlab();
  void Link(Slab* slab);    // into the slabs with room
  void Unlink(Slab* slab);  // out of them

  const size_t block_bytes_;
  const size_t blocks_of_slab_;
  std::mutex mutex_;
  Slab* with_room_ = nullptr;  // guarded by mutex_, as all slabs are
  size_t slabs_ = 0;           // guarded by mutex_
};

}  // namespace provost

#endif  // PROVOST_POLICY_WORLD_BLOCK_POOL_H_
