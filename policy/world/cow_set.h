// A copy-on-write ordered set of small keys: a B+ tree.
#ifndef PROVOST_POLICY_WORLD_COW_SET_H_
#define PROVOST_POLICY_WORLD_COW_SET_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "policy/world/cow.h"

namespace provost {

// `Key` is trivially copyable and ordered by operator<. Lookups and changes cost O(log n); a change
// copies one node a level, once an edit. Nodes that lose keys are not merged, only freed when they
// are empty: sets of a World shrink rarely, and never below what iteration tolerates.
template <typename Key>
class CowSet {
  static_assert(std::is_trivially_copyable_v<Key>);

  static constexpr int kLeafKeys = sizeof(Key) <= 8 ? 60 : 40;
  static constexpr int kInnerKeys = 31;  // children; keys[i] is the least key below children[i]
  static constexpr int kMaxHeight = 12;

  struct Node {
    uint64_t edit;
    uint16_t count;
    uint16_t level;  // 0: leaf
  };
  struct Leaf : Node {
    Key keys[kLeafKeys];
  };
  struct Inner : Node {
    Key keys[kInnerKeys];
    Node* children[kInnerKeys];
  };

 public:
  // A position. Valid as long as the state that the set stands in.
  class Cursor {
   public:
    bool valid() const { return leaf_ != nullptr; }
    const Key& key() const { return leaf_->keys[at_]; }
    void Next() {
      if (++at_ < leaf_->count) return;
      leaf_ = nullptr;
      while (height_ > 0) {
        Step& step = steps_[height_ - 1];
        if (++step.at < step.node->count) {
          DescendLeft(step.node->children[step.at]);
          return;
        }
        --height_;
      }
    }

   private:
    friend class CowSet;
    struct Step {
      const Inner* node;
      int at;
    };
    void DescendLeft(const Node* node) {
      while (node->level > 0) {
        const Inner* inner = static_cast<const Inner*>(node);
        steps_[height_++] = {inner, 0};
        node = inner->children[0];
      }
      leaf_ = static_cast<const Leaf*>(node);
      at_ = 0;
    }
    Step steps_[kMaxHeight];
    int height_ = 0;
    const Leaf* leaf_ = nullptr;
    int at_ = 0;
  };

  // The first key that is not less than `key`.
  Cursor Seek(const Key& key) const {
    Cursor cursor;
    const Node* node = root_;
    if (node == nullptr) return cursor;
    while (node->level > 0) {
      const Inner* inner = static_cast<const Inner*>(node);
      const int at = ChildFor(inner, key);
      cursor.steps_[cursor.height_++] = {inner, at};
      node = inner->children[at];
    }
    const Leaf* leaf = static_cast<const Leaf*>(node);
    cursor.leaf_ = leaf;
    cursor.at_ =
        static_cast<int>(std::lower_bound(leaf->keys, leaf->keys + leaf->count, key) - leaf->keys);
    if (cursor.at_ >= leaf->count) {
      cursor.at_ = leaf->count - 1;
      cursor.Next();
    }
    return cursor;
  }

  bool Contains(const Key& key) const {
    Cursor cursor = Seek(key);
    return cursor.valid() && !(key < cursor.key());
  }
  bool empty() const { return root_ == nullptr; }

  // Returns false if the key was there already.
  bool Insert(const Key& key, CowEdit& edit) {
    if (root_ == nullptr) {
      Leaf* leaf = New<Leaf>(edit, 0);
      leaf->keys[0] = key;
      leaf->count = 1;
      root_ = leaf;
      return true;
    }
    if (Contains(key)) return false;
    Node* split = InsertBelow(&root_, key, edit);
    if (split != nullptr) {
      Inner* inner = New<Inner>(edit, static_cast<uint16_t>(root_->level + 1));
      inner->count = 2;
      inner->children[0] = root_;
      inner->children[1] = split;
      inner->keys[0] = LeastOf(root_);
      inner->keys[1] = LeastOf(split);
      root_ = inner;
    }
    return true;
  }

  // Returns false if the key was not there.
  bool Erase(const Key& key, CowEdit& edit) {
    if (!Contains(key)) return false;
    EraseBelow(&root_, key, edit);
    while (root_ != nullptr && root_->level > 0 && root_->count == 1) {
      Inner* inner = static_cast<Inner*>(root_);
      root_ = inner->children[0];
      edit.Drop(inner);
    }
    return true;
  }

  // Frees the nodes that edit `id` made (0: all of them).
  void Free(uint64_t id) {
    FreeBelow(root_, id);
    root_ = nullptr;
  }

  size_t MemoryBytes() const { return BytesBelow(root_); }

 private:
  template <typename N>
  static N* New(CowEdit& edit, uint16_t level) {
    N* node = static_cast<N*>(CowEdit::Allocate(sizeof(N)));
    node->edit = edit.id();
    node->level = level;
    return node;
  }
  template <typename N>
  static N* Own(Node** slot, CowEdit& edit) {
    if ((*slot)->edit != edit.id()) {
      N* copy = static_cast<N*>(CowEdit::Allocate(sizeof(N)));
      std::memcpy(static_cast<void*>(copy), static_cast<N*>(*slot), sizeof(N));
      edit.Drop(*slot);
      copy->edit = edit.id();
      *slot = copy;
    }
    return static_cast<N*>(*slot);
  }
  static int ChildFor(const Inner* inner, const Key& key) {
    const int at = static_cast<int>(std::upper_bound(inner->keys, inner->keys + inner->count, key) -
                                    inner->keys);
    return at == 0 ? 0 : at - 1;
  }
  static Key LeastOf(const Node* node) {
    return node->level == 0 ? static_cast<const Leaf*>(node)->keys[0]
                            : static_cast<const Inner*>(node)->keys[0];
  }

  // Inserts below *slot; returns the right half if the node had to be split.
  static Node* InsertBelow(Node** slot, const Key& key, CowEdit& edit) {
    if ((*slot)->level == 0) {
      Leaf* leaf = Own<Leaf>(slot, edit);
      Leaf* right = nullptr;
      if (leaf->count == kLeafKeys) {
        right = New<Leaf>(edit, 0);
        // Keys that come in order fill their nodes: bulk loads are in order.
        const int keep = leaf->keys[leaf->count - 1] < key ? kLeafKeys - 1 : kLeafKeys / 2;
        right->count = static_cast<uint16_t>(leaf->count - keep);
        std::memcpy(static_cast<void*>(right->keys), leaf->keys + keep, sizeof(Key) * right->count);
        leaf->count = static_cast<uint16_t>(keep);
      }
      Leaf* into = right != nullptr && !(key < right->keys[0]) ? right : leaf;
      Key* at = std::lower_bound(into->keys, into->keys + into->count, key);
      std::memmove(static_cast<void*>(at + 1), at,
                   sizeof(Key) * static_cast<size_t>(into->keys + into->count - at));
      *at = key;
      ++into->count;
      return right;
    }
    Inner* inner = Own<Inner>(slot, edit);
    int at = ChildFor(inner, key);
    Node* split = InsertBelow(&inner->children[at], key, edit);
    inner->keys[at] = LeastOf(inner->children[at]);
    if (split == nullptr) return nullptr;
    Inner* right = nullptr;
    if (inner->count == kInnerKeys) {
      right = New<Inner>(edit, inner->level);
      const int keep = at == kInnerKeys - 1 ? kInnerKeys - 1 : kInnerKeys / 2;
      right->count = static_cast<uint16_t>(inner->count - keep);
      std::memcpy(static_cast<void*>(right->keys), inner->keys + keep, sizeof(Key) * right->count);
      std::memcpy(right->children, inner->children + keep, sizeof(Node*) * right->count);
      inner->count = static_cast<uint16_t>(keep);
    }
    Inner* into = inner;
    if (right != nullptr && at >= inner->count) {
      at -= inner->count;
      into = right;
    }
    const size_t tail = static_cast<size_t>(into->count - (at + 1));
    std::memmove(static_cast<void*>(into->keys + at + 2), into->keys + at + 1, sizeof(Key) * tail);
    std::memmove(into->children + at + 2, into->children + at + 1, sizeof(Node*) * tail);
    into->keys[at + 1] = LeastOf(split);
    into->children[at + 1] = split;
    ++into->count;
    return right;
  }

  static void EraseBelow(Node** slot, const Key& key, CowEdit& edit) {
    if ((*slot)->level == 0) {
      Leaf* leaf = Own<Leaf>(slot, edit);
      Key* at = std::lower_bound(leaf->keys, leaf->keys + leaf->count, key);
      std::memmove(static_cast<void*>(at), at + 1,
                   sizeof(Key) * static_cast<size_t>(leaf->keys + leaf->count - at - 1));
      if (--leaf->count == 0) {
        edit.Drop(leaf);
        *slot = nullptr;
      }
      return;
    }
    Inner* inner = Own<Inner>(slot, edit);
    const int at = ChildFor(inner, key);
    EraseBelow(&inner->children[at], key, edit);
    if (inner->children[at] != nullptr) {
      inner->keys[at] = LeastOf(inner->children[at]);
      return;
    }
    const size_t tail = static_cast<size_t>(inner->count - at - 1);
    std::memmove(static_cast<void*>(inner->keys + at), inner->keys + at + 1, sizeof(Key) * tail);
    std::memmove(inner->children + at, inner->children + at + 1, sizeof(Node*) * tail);
    if (--inner->count == 0) {
      edit.Drop(inner);
      *slot = nullptr;
    }
  }

  static void FreeBelow(Node* node, uint64_t id) {
    if (node == nullptr || (id != 0 && node->edit != id)) return;
    if (node->level > 0) {
      Inner* inner = static_cast<Inner*>(node);
      for (int i = 0; i < inner->count; ++i) FreeBelow(inner->children[i], id);
    }
    std::free(node);
  }
  static size_t BytesBelow(const Node* node) {
    if (node == nullptr) return 0;
    if (node->level == 0) return sizeof(Leaf);
    size_t bytes = sizeof(Inner);
    const Inner* inner = static_cast<const Inner*>(node);
    for (int i = 0; i < inner->count; ++i) bytes += BytesBelow(inner->children[i]);
    return bytes;
  }

  Node* root_ = nullptr;
};

}  // namespace provost

#endif  // PROVOST_POLICY_WORLD_COW_SET_H_
