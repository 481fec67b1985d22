// A set of permissions of one policy, as bits.
#ifndef PROVOST_POLICY_COMPILER_PERMISSION_SET_H_
#define PROVOST_POLICY_COMPILER_PERMISSION_SET_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "policy/matrix/types.h"

namespace provost {

class PermissionSet {
 public:
  PermissionSet() = default;
  // A set for permissions 0 to `size` - 1, empty.
  explicit PermissionSet(size_t size) : words_((size + 63) / 64) {}

  void Add(PermissionId id) { words_[id.value / 64] |= uint64_t{1} << (id.value % 64); }
  bool Has(PermissionId id) const { return (words_[id.value / 64] >> (id.value % 64)) & 1; }
  bool empty() const {
    for (uint64_t word : words_) {
      if (word != 0) return false;
    }
    return true;
  }

  PermissionSet& operator|=(const PermissionSet& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
    return *this;
  }
  PermissionSet& operator&=(const PermissionSet& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
    return *this;
  }
  PermissionSet& operator-=(const PermissionSet& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
    return *this;
  }
  friend PermissionSet operator&(PermissionSet a, const PermissionSet& b) { return a &= b; }

  // Calls `visit(PermissionId)` for each member in ascending order.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (size_t i = 0; i < words_.size(); ++i) {
      for (uint64_t word = words_[i]; word != 0; word &= word - 1) {
        visit(PermissionId(static_cast<uint16_t>(i * 64 + __builtin_ctzll(word))));
      }
    }
  }

 private:
  std::vector<uint64_t> words_;
};

}  // namespace provost

#endif  // PROVOST_POLICY_COMPILER_PERMISSION_SET_H_
