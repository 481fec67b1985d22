#include "store/write_group.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace provost::store {

// The rows of a group merged over the rows beneath it. Both come in the order asked for; where both
// have a key, the group's stands.
class GroupSource : public RowSource {
 public:
  GroupSource(const WriteGroup* group, Table table, const KeyRange& range, bool reverse,
              std::unique_ptr<RowSource> beneath)
      : group_(group), edits_(group->edits()), reverse_(reverse), beneath_(std::move(beneath)) {
    const WriteGroup::Rows& rows = group->rows(table);
    begin_ = rows.lower_bound(range.begin);
    end_ = rows.lower_bound(range.end);
  }

  bool Next() override {
    if (group_->edits() != edits_) {
      status_ = absl::FailedPreconditionError("the group was changed while it was read");
      return false;
    }
    Step();
    while (true) {
      if (!has_beneath_ && begin_ == end_) {
        place_ = Place::kNone;
        status_ = beneath_->status();
        return false;
      }
      place_ = Compare();
      // A row taken away shows neither itself nor the one beneath.
      if (place_ == Place::kBeneath || Row().second.has_value()) return true;
      Step();
    }
  }

  absl::string_view key() const override {
    return place_ == Place::kBeneath ? beneath_->key() : absl::string_view(Row().first);
  }

  absl::string_view value() const override {
    return place_ == Place::kBeneath ? beneath_->value() : absl::string_view(*Row().second);
  }

  absl::Status status() const override { return status_; }

 private:
  // Which of the two the present row comes from.
  enum class Place { kStart, kBeneath, kGroup, kBoth, kNone };

  // Leaves the present row.
  void Step() {
    if (place_ == Place::kStart || place_ == Place::kBeneath || place_ == Place::kBoth) {
      has_beneath_ = beneath_->Next();
    }
    if (place_ == Place::kGroup || place_ == Place::kBoth) {
      if (reverse_) {
        --end_;
      } else {
        ++begin_;
      }
    }
    // Damage beneath ends the whole: rows that come after it are not to be shown.
    if (!has_beneath_ && !beneath_->status().ok()) begin_ = end_;
  }

  Place Compare() const {
    if (!has_beneath_) return Place::kGroup;
    if (begin_ == end_) return Place::kBeneath;
    const int order = absl::string_view(Row().first).compare(beneath_->key());
    if (order == 0) return Place::kBoth;
    return (order < 0) != reverse_ ? Place::kGroup : Place::kBeneath;
  }

  const WriteGroup::Rows::value_type& Row() const { return reverse_ ? *std::prev(end_) : *begin_; }

  const WriteGroup* const group_;
  const uint64_t edits_;
  const bool reverse_;
  const std::unique_ptr<RowSource> beneath_;
  bool has_beneath_ = false;
  Place place_ = Place::kStart;
  // The group's rows that are still to come, the present one included.
  WriteGroup::Rows::const_iterator begin_;
  WriteGroup::Rows::const_iterator end_;
  absl::Status status_;
};

void WriteGroup::Put(Table table, absl::string_view key, absl::string_view value) {
  Set(table, key, value);
}

void WriteGroup::Delete(Table table, absl::string_view key) { Set(table, key, std::nullopt); }

void WriteGroup::Set(Table table, absl::string_view key, std::optional<absl::string_view> value) {
  ++edits_;
  static const std::string* const kEnd = new std::string(KeyRange::All().end);
  if (key.empty() || key.size() > kMaxKeyBytes || key >= *kEnd) {
    if (status_.ok()) {
      status_ = absl::InternalError(
          absl::StrCat("no row can have the key `", PrintableKey(table, key), "` of ", key.size(),
                       " bytes; 1 to ", kMaxKeyBytes, " bytes below eight 0xff were wanted"));
    }
    return;
  }
  Rows& rows = rows_[static_cast<size_t>(table)];
  auto [row, added] = rows.try_emplace(key);
  if (added) {
    ++count_;
    bytes_ += key.size();
  } else if (row->second.has_value()) {
    bytes_ -= row->second->size();
  }
  if (value.has_value()) {
    bytes_ += value->size();
    row->second = std::string(*value);
  } else {
    row->second.reset();
  }
}

void WriteGroup::Clear() {
  ++edits_;
  for (Rows& rows : rows_) {
    if (!rows.empty()) rows.clear();
  }
  count_ = 0;
  bytes_ = 0;
  status_ = absl::OkStatus();
}

void WriteGroup::ForEach(absl::FunctionRef<void(Table table, absl::string_view key,
                                                const std::optional<absl::string_view>& value)>
                             visit) const {
  for (const Table table : AllTables()) {
    for (const auto& [key, value] : rows(table)) {
      visit(table, key,
            value.has_value() ? std::optional<absl::string_view>(*value) : std::nullopt);
    }
  }
}

absl::StatusOr<std::optional<std::string>> WriteGroup::ReadRow(Table table,
                                                               absl::string_view key) const {
  const Rows& pending = rows(table);
  if (const auto row = pending.find(key); row != pending.end()) return row->second;
  return beneath_->ReadRow(table, key);
}

absl::StatusOr<std::vector<std::optional<std::string>>> WriteGroup::ReadRows(
    Table table, absl::Span<const std::string> keys) const {
  auto found = beneath_->ReadRows(table, keys);
  if (!found.ok()) return found;
  const Rows& pending = rows(table);
  for (size_t i = 0; i < keys.size() && !pending.empty(); ++i) {
    if (const auto row = pending.find(keys[i]); row != pending.end()) (*found)[i] = row->second;
  }
  return found;
}

std::unique_ptr<RowSource> WriteGroup::ReadRange(Table table, const KeyRange& range,
                                                 const ScanOptions& options) const {
  return std::make_unique<GroupSource>(this, table, range, options.reverse,
                                       beneath_->ReadRange(table, range, options));
}

}  // namespace provost::store
