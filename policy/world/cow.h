// Copy-on-write building blocks of a World: an edit owns the nodes that it made and may change
// them in place; every other node is shared with readers and is copied before it is changed.
//
// Nodes are trivially copyable memory that begins with the number of the edit that made them. The
// structures (cow_array.h, cow_set.h) are single pointers that are copied with the state they
// stand in, so a state and its successor share all that did not change.
#ifndef PROVOST_POLICY_WORLD_COW_H_
#define PROVOST_POLICY_WORLD_COW_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "policy/world/epoch.h"

namespace provost {

// Who changes, and what the change replaced. One thread.
class CowEdit {
 public:
  explicit CowEdit(uint64_t id) : id_(id) {}
  uint64_t id() const { return id_; }

  // Memory for a node, zeroed, aligned to a cache line if it is one or larger.
  static void* Allocate(size_t size) {
    void* memory = nullptr;
    if (size >= 64) {
      size = (size + 63) & ~size_t{63};
      memory = std::aligned_alloc(64, size);
    } else {
      memory = std::malloc(size);
    }
    if (memory == nullptr) std::abort();
    std::memset(memory, 0, size);
    return memory;
  }

  // A node that no later state uses: freed at once if this edit made it, else when no reader can
  // see it any more. `Node` begins with `uint64_t edit`.
  template <typename Node>
  void Drop(Node* node, void (*free)(void*) = std::free) {
    if (node == nullptr) return;
    if (node->edit == id_) {
      free(node);
    } else {
      retired_.push_back({node, free});
    }
  }
  void Retire(void* memory, void (*free)(void*)) { retired_.push_back({memory, free}); }

  std::vector<Garbage> TakeRetired() { return std::move(retired_); }

 private:
  const uint64_t id_;
  std::vector<Garbage> retired_;
};

}  // namespace provost

#endif  // PROVOST_POLICY_WORLD_COW_H_
