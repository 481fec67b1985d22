#ifndef PROVOST_STORE_WRITE_GROUP_H_
#define PROVOST_STORE_WRITE_GROUP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "store/reader.h"
#include "store/table.h"

namespace provost::store {

/// Rows that are to be written together, over the reader that they are going to change: reading a
/// group shows its own rows, and where it has none, those beneath.
///
/// A group is complete in itself: its rows are keys and whole values, so another node could write
/// them without asking anything else.
///
/// Not thread-safe: one thread at a time, writing or reading. Keys and values are copied in.
/// Cost: a Put or Delete is one insertion into a B-tree; a Get that the group answers touches
/// nothing else.
class WriteGroup : public Reader {
 public:
  /// `beneath` has to outlive the group and is not owned.
  explicit WriteGroup(const Reader* beneath) : beneath_(beneath) {}

  /// Sets a row, whether or not there is one. A key is 1 to `kMaxKeyBytes` bytes and sorts within
  /// `KeyRange::All()`; another one makes the group's status bad, and the group cannot be
  /// committed.
  void Put(Table table, absl::string_view key, absl::string_view value);

  /// Takes a row away, whether or not there is one. The same goes for keys.
  void Delete(Table table, absl::string_view key);

  /// Forgets all rows and the status.
  void Clear();

  /// What the group is going to change.
  const Reader& beneath() const { return *beneath_; }

  /// How many rows the group sets or takes away; a row changed twice counts once.
  size_t count() const { return count_; }

  /// The bytes of the group's keys and values.
  size_t bytes() const { return bytes_; }

  /// How many calls of Put, Delete and Clear there have been: unchanged means untouched.
  uint64_t edits() const { return edits_; }

  /// OK, or INTERNAL naming the first key that no row can have.
  const absl::Status& status() const { return status_; }

  /// Calls `visit` for each row, by table and then by key: with its value, or without one where the
  /// row is taken away. The group must not be changed meanwhile.
  void ForEach(absl::FunctionRef<void(Table table, absl::string_view key,
                                      const std::optional<absl::string_view>& value)>
                   visit) const;

 private:
  friend class GroupSource;
  // What becomes of each row; nothing where it is taken away.
  using Rows = absl::btree_map<std::string, std::optional<std::string>>;

  absl::StatusOr<std::optional<std::string>> ReadRow(Table table,
                                                     absl::string_view key) const override;
  absl::StatusOr<std::vector<std::optional<std::string>>> ReadRows(
      Table table, absl::Span<const std::string> keys) const override;
  std::unique_ptr<RowSource> ReadRange(Table table, const KeyRange& range,
                                       const ScanOptions& options) const override;
  const Reader* Beneath() const override { return beneath_; }

  void Set(Table table, absl::string_view key, std::optional<absl::string_view> value);
  const Rows& rows(Table table) const { return rows_[static_cast<size_t>(table)]; }

  const Reader* const beneath_;
  std::array<Rows, kTableCount> rows_;
  size_t count_ = 0;
  size_t bytes_ = 0;
  uint64_t edits_ = 0;
  absl::Status status_;
};

}  // namespace provost::store

#endif  // PROVOST_STORE_WRITE_GROUP_H_
