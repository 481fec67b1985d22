#ifndef PROVOST_SERVICE_LATEST_FIRST_H_
#define PROVOST_SERVICE_LATEST_FIRST_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/reader.h"
#include "store/table.h"

namespace provost {

/// One thing of a list in which whatever something was added to comes first: a discussion, by its
/// last post.
struct LatestEntry {
  uint8_t rank = 0;   ///< Lower ones come first, whatever was added to them.
  uint64_t last = 0;  ///< The uid of what was added last: later ones are greater.
  uint64_t id = 0;

  friend bool operator<(const LatestEntry& a, const LatestEntry& b) {
    return std::tie(a.rank, b.last, a.id) < std::tie(b.rank, a.last, b.id);
  }
};

/// Walks over such a list, in the order in which it was when its first page was made: what
/// something is added to while pages are read comes neither twice nor never. Ranks are those of
/// now.
///
/// Cost: a row for each entry, and four; on later pages also two for each entry that something was
/// added to since the first. One thread.
class LatestFirst {
 public:
  /// Where the list is: rows of `table` whose keys are `prefix`, rank, the complement of `last`,
  /// id, as KeyWriter has them.
  struct List {
    store::Table table;
    std::string prefix;
    /// What was the last that was added to `id`, of those up to `bound`; 0: none yet.
    std::function<absl::StatusOr<uint64_t>(uint64_t id, uint64_t bound)> last_at;
  };
  /// The ranks that there may be: 0 and 1.
  static constexpr uint8_t kRanks = 2;

  /// `cursor` is what Cursor() gave for the last entry of the page before, or empty.
  LatestFirst(const store::Reader& reader, List list, absl::string_view cursor);

  /// The next entry, with its place as of the first page; nothing at the end.
  absl::StatusOr<std::optional<LatestEntry>> Next();
  /// For the page after the one that ends with `entry`.
  std::string Cursor(const LatestEntry& entry) const;

 private:
  std::string KeyOf(uint8_t rank, uint64_t last, uint64_t id) const;
  absl::StatusOr<LatestEntry> Read(const store::Cursor& rows) const;
  absl::Status FindBound();
  // Those that something was added to after the bound, at the place where they were before.
  absl::Status FindMoved();
  absl::Status Step();

  const store::Reader& reader_;
  const List list_;
  std::optional<LatestEntry> after_;
  uint64_t bound_ = 0;
  std::optional<store::Cursor> rows_;
  std::optional<LatestEntry> ahead_;  // what rows_ stands on
  std::set<uint64_t> moved_ids_;
  std::vector<LatestEntry> moved_;  // last ones first
  absl::Status status_;
};

}  // namespace provost

#endif  // PROVOST_SERVICE_LATEST_FIRST_H_
