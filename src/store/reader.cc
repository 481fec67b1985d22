#include "store/reader.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace provost::store {

Cursor::Cursor(const Reader* reader, Table table, std::unique_ptr<RowSource> source, uint64_t limit,
               absl::Status status)
    : reader_(reader),
      table_(table),
      source_(std::move(source)),
      left_(limit),
      status_(std::move(status)) {}

bool Cursor::Next() {
  if (left_ == 0 || source_ == nullptr || !status_.ok()) return false;
  // The key is kept for the error alone, in a buffer that is reused.
  if (last_key_.empty()) last_key_.reserve(64);
  if (source_->Next()) {
    --left_;
    last_key_.assign(source_->key().data(), source_->key().size());
    reader_->CountRows(1);
    return true;
  }
  left_ = 0;
  status_ = source_->status();
  if (!status_.ok()) {
    const std::string place =
        last_key_.empty() ? std::string("before the first row of the range")
                          : absl::StrCat("after the row `", PrintableKey(table_, last_key_), "`");
    status_ = absl::Status(status_.code(), absl::StrCat("reading table `", TableName(table_), "` ",
                                                        place, ": ", status_.message()));
  }
  return false;
}

absl::StatusOr<std::optional<std::string>> Reader::Get(Table table, absl::string_view key) const {
  CountRows(1);
  return ReadRow(table, key);
}

absl::StatusOr<std::vector<std::optional<std::string>>> Reader::MultiGet(
    Table table, absl::Span<const std::string> keys) const {
  CountRows(keys.size());
  return ReadRows(table, keys);
}

Cursor Reader::Scan(Table table, const KeyRange& range, const ScanOptions& options) const {
  if (range.end.empty()) {
    return Cursor(this, table, nullptr, 0,
                  absl::InvalidArgumentError(absl::StrCat("a scan of table `", TableName(table),
                                                          "` has no end; every range has one")));
  }
  if (range.begin >= range.end || options.limit == 0) {
    return Cursor(this, table, nullptr, 0, absl::OkStatus());
  }
  return Cursor(this, table, ReadRange(table, range, options), options.limit, absl::OkStatus());
}

}  // namespace provost::store
