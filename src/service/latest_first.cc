#include "service/latest_first.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "store/key.h"

namespace provost {

LatestFirst::LatestFirst(const store::Reader& reader, List list, absl::string_view cursor)
    : reader_(reader), list_(std::move(list)) {
  const std::vector<absl::string_view> parts = absl::StrSplit(cursor, ' ');
  LatestEntry after;
  uint32_t rank = 0;
  // Only the server makes cursors.
  if (parts.size() == 4 && absl::SimpleAtoi(parts[0], &bound_) &&
      absl::SimpleAtoi(parts[1], &rank) && absl::SimpleAtoi(parts[2], &after.last) &&
      absl::SimpleAtoi(parts[3], &after.id)) {
    after.rank = static_cast<uint8_t>(rank);
    after_ = after;
  } else {
    status_ = FindBound();
  }
  // In this order: what moves between the two steps is in `moved_`.
  const store::KeyRange all = store::KeyRange::Prefix(list_.prefix);
  rows_.emplace(reader_.Scan(
      list_.table,
      store::KeyRange{
          after_.has_value() ? KeyOf(after_->rank, after_->last, after_->id) : all.begin,
          all.end}));
  if (status_.ok()) status_ = FindMoved();
  if (status_.ok()) status_ = Step();
}

std::string LatestFirst::KeyOf(uint8_t rank, uint64_t last, uint64_t id) const {
  return absl::StrCat(list_.prefix, store::KeyWriter().U8(rank).U64(~last).U64(id).Take());
}

absl::StatusOr<LatestEntry> LatestFirst::Read(const store::Cursor& rows) const {
  store::KeyReader key(list_.table, rows.key().substr(list_.prefix.size()));
  LatestEntry entry;
  entry.rank = key.U8();
  entry.last = ~key.U64();
  entry.id = key.U64();
  if (absl::Status status = key.Finish(); !status.ok()) return status;
  return entry;
}

absl::Status LatestFirst::FindBound() {
  store::ScanOptions first;
  first.limit = 1;
  for (uint8_t rank = 0; rank < kRanks; ++rank) {
    store::Cursor rows = reader_.Scan(
        list_.table, store::KeyRange{KeyOf(rank, UINT64_MAX, 0), KeyOf(rank, 0, UINT64_MAX)},
        first);
    if (rows.Next()) {
      absl::StatusOr<LatestEntry> entry = Read(rows);
      if (!entry.ok()) return entry.status();
      bound_ = std::max(bound_, entry->last);
    }
    if (!rows.status().ok()) return rows.status();
  }
  return absl::OkStatus();
}

absl::Status LatestFirst::FindMoved() {
  for (uint8_t rank = 0; rank < kRanks; ++rank) {
    store::Cursor rows = reader_.Scan(
        list_.table, store::KeyRange{KeyOf(rank, UINT64_MAX, 0), KeyOf(rank, bound_, 0)});
    while (rows.Next()) {
      absl::StatusOr<LatestEntry> entry = Read(rows);
      if (!entry.ok()) return entry.status();
      absl::StatusOr<uint64_t> last = list_.last_at(entry->id, bound_);
      if (!last.ok()) return last.status();
      moved_ids_.insert(entry->id);
      entry->last = *last;
      if (*last != 0 && (!after_.has_value() || *after_ < *entry)) moved_.push_back(*entry);
    }
    if (!rows.status().ok()) return rows.status();
  }
  std::sort(moved_.rbegin(), moved_.rend());
  return absl::OkStatus();
}

absl::Status LatestFirst::Step() {
  ahead_.reset();
  while (rows_->Next()) {
    absl::StatusOr<LatestEntry> entry = Read(*rows_);
    if (!entry.ok()) return entry.status();
    const bool shown = after_.has_value() && !(*after_ < *entry);
    if (shown || entry->last > bound_ || moved_ids_.count(entry->id) > 0) continue;
    ahead_ = *entry;
    break;
  }
  return rows_->status();
}

absl::StatusOr<std::optional<LatestEntry>> LatestFirst::Next() {
  if (!status_.ok()) return status_;
  std::optional<LatestEntry> next;
  if (!moved_.empty() && (!ahead_.has_value() || moved_.back() < *ahead_)) {
    next = moved_.back();
    moved_.pop_back();
  } else if (ahead_.has_value()) {
    next = ahead_;
    status_ = Step();
  }
  return next;
}

std::string LatestFirst::Cursor(const LatestEntry& entry) const {
  return absl::StrCat(bound_, " ", static_cast<int>(entry.rank), " ", entry.last, " ", entry.id);
}

}  // namespace provost
