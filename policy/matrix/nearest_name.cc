#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "policy/matrix/matrix.h"

namespace provost {
namespace {

// Edits (insert, delete, replace, swap neighbours) from `a` to `b`; anything over `limit` may be
// reported as limit + 1, which lets rows end early.
size_t EditDistance(absl::string_view a, absl::string_view b, size_t limit) {
  const size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference > limit) return limit + 1;
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    size_t least = row[0];
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] =
          std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
      least = std::min(least, row[j]);
    }
    // A swap can still reach back to the row before, which is at most one less.
    if (least > limit + 1) return limit + 1;
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

// No name is this long; a longer word is not a slip of the pen.
constexpr size_t kLongestWord = 256;

}  // namespace

std::string NearestName(absl::string_view word, const std::vector<absl::string_view>& candidates) {
  if (word.size() > kLongestWord) return "";
  const std::string lower = absl::AsciiStrToLower(word);
  size_t limit = word.size() / 3;
  absl::string_view best;
  for (absl::string_view candidate : candidates) {
    if (candidate.empty()) continue;
    const size_t distance = EditDistance(lower, absl::AsciiStrToLower(candidate), limit);
    if (distance > limit) continue;
    if (best.empty() || distance < limit || candidate < best) best = candidate;
    limit = distance;
  }
  return std::string(best);
}

}  // namespace provost
