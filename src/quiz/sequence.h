#ifndef PROVOST_QUIZ_SEQUENCE_H_
#define PROVOST_QUIZ_SEQUENCE_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace provost {

/// Numbers that follow from a seed, the same ones on every machine and for good: an attempt keeps
/// its seed alone, and has to show the same questions whenever it is looked at. (SplitMix64; the
/// standard library's distributions differ from one library to the next.) A value; not for secrets.
class Sequence {
 public:
  explicit Sequence(uint64_t seed) : state_(seed) {}
  /// One of its own for each `part` of what is drawn by `seed`: a change of one part leaves the
  /// others as they were.
  Sequence(uint64_t seed, uint64_t part) : state_(seed) { state_ = Next() ^ Mix(part + 1); }

  uint64_t Next() {
    state_ += 0x9E3779B97F4A7C15;
    return Mix(state_);
  }
  /// 0 to `limit` - 1, each as likely. `limit` is not 0.
  uint64_t Below(uint64_t limit) {
    const uint64_t uneven = -limit % limit;  // 2^64 mod limit
    for (;;) {
      const uint64_t value = Next();
      if (value >= uneven) return value % limit;
    }
  }
  /// Puts the first `count` of `values` into a random order, drawn from all of them.
  template <typename Value>
  void Draw(std::vector<Value>* values, size_t count) {
    for (size_t i = 0; i < count && i + 1 < values->size(); ++i) {
      std::swap((*values)[i], (*values)[i + Below(values->size() - i)]);
    }
  }
  template <typename Value>
  void Shuffle(std::vector<Value>* values) {
    Draw(values, values->size());
  }

 private:
  static uint64_t Mix(uint64_t value) {
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
    return value ^ (value >> 31);
  }
  uint64_t state_;
};

}  // namespace provost

#endif  // PROVOST_QUIZ_SEQUENCE_H_
