// A copy-on-write array of small records, indexed by 32-bit handles.
#ifndef PROVOST_POLICY_WORLD_COW_ARRAY_H_
#define PROVOST_POLICY_WORLD_COW_ARRAY_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "policy/world/block_pool.h"
#include "policy/world/cow.h"

namespace provost {

// Three levels: a top block that grows, middle blocks and leaves of 64. A read is three dependent
// loads, of which the first two stay in cache; a write copies one leaf, one middle block and the
// top block, once an edit. Unset records read as zero bytes.
template <typename T>
class CowArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  static constexpr uint32_t kFan = 64;

  // The record at `index`, or null if nothing near it was ever set.
  const T* Find(uint32_t index) const {
    if (top_ == nullptr || (index >> 12) >= top_->size) return nullptr;
    const Middle* middle = top_->middles[index >> 12];
    if (middle == nullptr) return nullptr;
    const Leaf* leaf = middle->leaves[(index >> 6) & 63];
    return leaf == nullptr ? nullptr : &leaf->items[index & 63];
  }
  // The record by value; zero if unset.
  T Get(uint32_t index) const {
    const T* item = Find(index);
    return item == nullptr ? T() : *item;
  }

  // The record at `index`, to be changed by `edit`. Valid until the next call.
  T* Mutable(uint32_t index, CowEdit& edit) {
    const uint32_t high = index >> 12;
    if (top_ == nullptr || top_->edit != edit.id() || high >= top_->size) GrowTop(high + 1, edit);
    Middle*& middle = top_->middles[high];
    if (middle == nullptr || middle->edit != edit.id()) middle = Own(middle, edit);
    Leaf*& leaf = middle->leaves[(index >> 6) & 63];
    if (leaf == nullptr || leaf->edit != edit.id()) leaf = Own(leaf, edit);
    return &leaf->items[index & 63];
  }

  // One past the highest index that may be set.
  uint32_t limit() const { return top_ == nullptr ? 0 : top_->size << 12; }

  // Calls visit(index, record) for each record in the blocks that exist, from `first` on, in
  // order, as long as it returns true.
  template <typename Visit>
  void ForEach(uint32_t first, Visit visit) const {
    if (top_ == nullptr) return;
    for (uint32_t high = first >> 12; high < top_->size; ++high) {
      const Middle* middle = top_->middles[high];
      if (middle == nullptr) continue;
      for (uint32_t m = 0; m < kFan; ++m) {
        const uint32_t base = (high << 12) | (m << 6);
        if (middle->leaves[m] == nullptr || base + 63 < first) continue;
        for (uint32_t i = base < first ? first - base : 0; i < kFan; ++i) {
          if (!visit(base + i, middle->leaves[m]->items[i])) return;
        }
      }
    }
  }

  // Frees the nodes that edit `id` made (0: all of them), after item(record) for each record in
  // the leaves that are freed.
  template <typename Item>
  void Free(uint64_t id, Item item) {
    if (top_ == nullptr || (id != 0 && top_->edit != id)) return;
    for (uint32_t high = 0; high < top_->size; ++high) {
      Middle* middle = top_->middles[high];
      if (middle == nullptr || (id != 0 && middle->edit != id)) continue;
      for (Leaf* leaf : middle->leaves) {
        if (leaf == nullptr || (id != 0 && leaf->edit != id)) continue;
        for (T& record : leaf->items) item(record);
        PoolOf<Leaf>().Free(leaf);
      }
      PoolOf<Middle>().Free(middle);
    }
    std::free(top_);
    top_ = nullptr;
  }

  // Bytes of the blocks.
  size_t MemoryBytes() const {
    if (top_ == nullptr) return 0;
    size_t bytes = sizeof(Top) + top_->size * sizeof(Middle*);
    for (uint32_t high = 0; high < top_->size; ++high) {
      if (top_->middles[high] == nullptr) continue;
      bytes += sizeof(Middle);
      for (const Leaf* leaf : top_->middles[high]->leaves) bytes += leaf ? sizeof(Leaf) : 0;
    }
    return bytes;
  }

 private:
  struct alignas(alignof(T) > 8 ? alignof(T) : 8) Leaf {
    uint64_t edit;
    T items[kFan];
  };
  struct Middle {
    uint64_t edit;
    Leaf* leaves[kFan];
  };
  struct Top {
    uint64_t edit;
    uint32_t size;
    uint32_t capacity;
    Middle* middles[1];  // `capacity` of them
  };

  // One for all Worlds of the process; never destroyed, for nodes may outlive static storage.
  template <typename Node>
  static BlockPool& PoolOf() {
    static BlockPool* const pool = new BlockPool((sizeof(Node) + 63) & ~size_t{63});
    return *pool;
  }

  template <typename Node>
  static Node* Own(Node* old, CowEdit& edit) {
    Node* node = static_cast<Node*>(PoolOf<Node>().Allocate());
    if (old != nullptr) {
      std::memcpy(static_cast<void*>(node), old, sizeof(Node));
      edit.Drop(old, [](void* memory) { PoolOf<Node>().Free(memory); });
    }
    node->edit = edit.id();
    return node;
  }

  void GrowTop(uint32_t size, CowEdit& edit) {
    const uint32_t old_size = top_ == nullptr ? 0 : top_->size;
    if (size < old_size) size = old_size;
    if (top_ != nullptr && top_->edit == edit.id() && size <= top_->capacity) {
      top_->size = size;
      return;
    }
    // Room to grow in place while the same edit goes on: a bulk load would else copy quadratically.
    const uint32_t capacity = top_ != nullptr && top_->edit == edit.id() ? size * 2 : size;
    Top* top = static_cast<Top*>(
        CowEdit::Allocate(offsetof(Top, middles) + size_t{capacity} * sizeof(Middle*)));
    top->edit = edit.id();
    top->size = size;
    top->capacity = capacity;
    if (top_ != nullptr) {
      std::memcpy(top->middles, top_->middles, size_t{old_size} * sizeof(Middle*));
      edit.Drop(top_);
    }
    top_ = top;
  }

  Top* top_ = nullptr;
};

}  // namespace provost

#endif  // PROVOST_POLICY_WORLD_COW_ARRAY_H_
