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

  // Anything over `limit` may be reported as limit + 1, which lets most words end early.
  size_t To(absl::string_view other, size_t limit) {
    const size_t difference =
        word_.size() > other.size() ? word_.size() - other.size() : other.size() - word_.size();
    if (difference > limit) return limit + 1;
    const size_t size = other.size() + 1;
    for (std::vector<size_t>* row : {&before_, &last_, &row_}) {
      if (row->size() < size) row->resize(size);
    }
    for (size_t j = 0; j < size; ++j) last_[j] = j;
    for (size_t i = 1; i <= word_.size(); ++i) {
      const char c = Lower(word_[i - 1]);
      row_[0] = i;
      size_t least = i;
      for (size_t j = 1; j < size; ++j) {
        const char d = Lower(other[j - 1]);
        row_[j] = std::min({last_[j] + 1, row_[j - 1] + 1, last_[j - 1] + (c == d ? 0 : 1)});
        if (i > 1 && j > 1 && c == Lower(other[j - 2]) && Lower(word_[i - 2]) == d) {
          row_[j] = std::min(row_[j], before_[j - 2] + 1);
        }
        least = std::min(least, row_[j]);
      }
      // A swap can still reach back to the row before, which is at most one less.
      if (least > limit + 1) return limit + 1;
      before_.swap(last_);
      last_.swap(row_);
    }
    return last_[size - 1];
  }

 private:
  absl::string_view word_;
  std::vector<size_t> before_, last_, row_;
};

// No name is this long; a longer word is not a slip of the pen.
constexpr size_t kLongestWord = 256;

}  // namespace

std::string NearestName(absl::string_view word, const std::vector<absl::string_view>& candidates) {
  if (word.size() > kLongestWord) return "";
  EditDistance distance_from_word(word);
  size_t limit = word.size() / 3;
  absl::string_view best;
  for (absl::string_view candidate : candidates) {
    if (candidate.empty()) continue;
    const size_t distance = distance_from_word.To(candidate, limit);
    if (distance > limit) continue;
    if (best.empty() || distance < limit || candidate < best) best = candidate;
    limit = distance;
  }
  return std::string(best);
}

}  // namespace provost
