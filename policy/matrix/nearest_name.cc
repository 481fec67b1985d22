#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "policy/matrix/matrix.h"

namespace provost {
namespace {

char Lower(char c) { return absl::ascii_tolower(static_cast<unsigned char>(c)); }

// Counts edits (insert, delete, replace, swap neighbours; case is ignored) from one word to others.
class EditDistance {
 public:
  explicit EditDistance(absl::string_view word) : word_(word) {}

  // Anything over `limit` is reported as something over `limit`, which lets most words end early.
  size_t To(absl::string_view other, size_t limit) {
    const size_t difference =
        word_.size() > other.size() ? word_.size() - other.size() : other.size() - word_.size();
    ++work_;
    if (difference > limit) return limit + 1;
    const size_t size = other.size() + 1;
    for (std::vector<size_t>* row : {&before_, &last_, &row_}) {
      if (row->size() < size) row->resize(size);
    }
    // Only the band of places that `limit` edits can reach is counted; beside it stands `far`.
    const size_t far = limit + 1;
    for (size_t j = 0; j < size; ++j) last_[j] = std::min(j, far);
    std::fill_n(before_.begin(), size, far);
    size_t least_before = 0;
    for (size_t i = 1; i <= word_.size(); ++i) {
      const char c = Lower(word_[i - 1]);
      const size_t begin = i > limit ? i - limit : 1;
      const size_t end = std::min(size - 1, i + limit);
      row_[begin - 1] = begin == 1 ? std::min(i, far) : far;
      size_t least = row_[begin - 1];
      for (size_t j = begin; j <= end; ++j) {
        const char d = Lower(other[j - 1]);
        row_[j] = std::min({last_[j] + 1, row_[j - 1] + 1, last_[j - 1] + (c == d ? 0 : 1)});
        if (i > 1 && j > 1 && c == Lower(other[j - 2]) && Lower(word_[i - 2]) == d) {
          row_[j] = std::min(row_[j], before_[j - 2] + 1);
        }
        least = std::min(least, row_[j]);
      }
      if (end + 1 < size) row_[end + 1] = far;
      work_ += end - begin + 1;
      // A swap reaches back over one row, so that two must be too far.
      if (least > limit && least_before > limit) return far;
      least_before = least;
      before_.swap(last_);
      last_.swap(row_);
    }
    return last_[size - 1];
  }

  // Places counted so far.
  size_t work() const { return work_; }

 private:
  absl::string_view word_;
  size_t work_ = 0;
  std::vector<size_t> before_, last_, row_;
};

// No name is this long; a longer word is not a slip of the pen.
constexpr size_t kLongestWord = 256;
// Nor are more edits than this, however long the word.
constexpr size_t kMostEdits = 8;
// The names of a policy at its caps, each of common length, take less.
constexpr size_t kMostWork = size_t{4} << 20;

}  // namespace

std::string NearestName(absl::string_view word, const std::vector<absl::string_view>& candidates) {
  if (word.size() > kLongestWord) return "";
  EditDistance distance_from_word(word);
  size_t limit = std::min(word.size() / 3, kMostEdits);
  absl::string_view best;
  for (absl::string_view candidate : candidates) {
    if (distance_from_word.work() > kMostWork) break;
    if (candidate.empty()) continue;
    const size_t distance = distance_from_word.To(candidate, limit);
    if (distance > limit) continue;
    if (best.empty() || distance < limit || candidate < best) best = candidate;
    limit = distance;
  }
  return std::string(best);
}

}  // namespace provost
