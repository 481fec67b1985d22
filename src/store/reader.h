#ifndef PROVOST_STORE_READER_H_
#define PROVOST_STORE_READER_H_

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "store/key.h"
#include "store/row_source.h"
#include "store/table.h"

namespace provost::store {

/// How a range is read.
struct ScanOptions {
  static constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();

  /// The cursor ends after so many rows.
  uint64_t limit = kNoLimit;
  /// From the last key of the range to the first. "The newest change of a tenant" is a reverse scan
  /// of the tenant's range with limit 1.
  bool reverse = false;
  /// For reading much once, as start-up does: reads ahead, and leaves the block cache as it was.
  /// Changes speed, not answers.
  bool bulk = false;
};

class Reader;

/// Walks over the rows of a range:
///
///     Cursor rows = reader.Scan(Table::kUsers, KeyRange::Tenant(7));
///     while (rows.Next()) Use(rows.key(), rows.value());
///     if (!rows.status().ok()) return rows.status();
///
/// A cursor sees the rows as they were when it was made. It must not outlive the reader that it
/// came from. Not thread-safe: one thread at a time.
class Cursor {
 public:
  Cursor(Cursor&&) = default;
  Cursor& operator=(Cursor&&) = default;

  /// Steps to the next row, at first to the first one. False at the end of the range, at the limit
  /// and on an error, and from then on.
  bool Next();

  /// The row stood on, after a Next() that returned true and until the next one.
  absl::string_view key() const { return source_->key(); }
  absl::string_view value() const { return source_->value(); }

  /// OK while there are rows and at the end of the range. INVALID_ARGUMENT for a range that has no
  /// end; DATA_LOSS for rows that cannot be read, naming the file and the last key read before;
  /// UNAVAILABLE for another fault of the file system; FAILED_PRECONDITION where the group of rows
  /// that the cursor came from was changed under it.
  const absl::Status& status() const { return status_; }

 private:
  friend class Reader;
  Cursor(const Reader* reader, Table table, std::unique_ptr<RowSource> source, uint64_t limit,
         absl::Status status);

  const Reader* reader_;
  Table table_;
  std::unique_ptr<RowSource> source_;
  uint64_t left_;
  absl::Status status_;
  std::string last_key_;
};

/// Something that rows can be read from: a `Database` as it is now, a `Snapshot` of it, or a
/// `WriteGroup` over it. Code that reads takes a `const Reader&` and need not know which.
///
/// Values are opaque bytes to the store. Whether several threads may use a reader at once is said
/// at each kind of reader.
class Reader {
 public:
  virtual ~Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// The row's value, or nothing where there is no such row. DATA_LOSS for a row that cannot be
  /// read, naming key and file; UNAVAILABLE for another fault of the file system.
  /// Cost: one lookup; a hit in the block cache takes about a microsecond and copies the value.
  absl::StatusOr<std::optional<std::string>> Get(Table table, absl::string_view key) const;

  /// Get for several keys at one moment, answers in the order of the keys; the first error is the
  /// error of the whole. Cheaper than a Get each where blocks have to be fetched.
  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      Table table, absl::Span<const std::string> keys) const;

  /// A cursor over the rows of `range`, which has to have an end: a range without one answers no
  /// row and INVALID_ARGUMENT. A range that ends before it begins has no rows. Never fails itself;
  /// ask the cursor's status. Cost: one seek, some microseconds, then well under one for each row.
  Cursor Scan(Table table, const KeyRange& range, const ScanOptions& options = ScanOptions()) const;

  /// How many rows were read since the reader was made: each key that Get or MultiGet looked up,
  /// found or not, and each row that a cursor stood on. For tests that hold a call to the number of
  /// rows that it may read, and for statistics. What is read through a WriteGroup or a Snapshot
  /// counts for the reader beneath it too. Thread-safe; costs a relaxed atomic addition a row.
  uint64_t rows_read() const { return rows_read_.load(std::memory_order_relaxed); }

 protected:
  Reader() = default;

  virtual absl::StatusOr<std::optional<std::string>> ReadRow(Table table,
                                                             absl::string_view key) const = 0;
  virtual absl::StatusOr<std::vector<std::optional<std::string>>> ReadRows(
      Table table, absl::Span<const std::string> keys) const = 0;
  /// `range` has an end that is not empty. The source yields rows without counting or limiting
  /// them.
  virtual std::unique_ptr<RowSource> ReadRange(Table table, const KeyRange& range,
                                               const ScanOptions& options) const = 0;
  /// The reader that this one reads through; null for one that reads from disk.
  virtual const Reader* Beneath() const { return nullptr; }

 private:
  friend class Cursor;
  friend class WriteGroup;
  void CountRows(uint64_t rows) const {
    for (const Reader* reader = this; reader != nullptr; reader = reader->Beneath()) {
      reader->rows_read_.fetch_add(rows, std::memory_order_relaxed);
    }
  }

  mutable std::atomic<uint64_t> rows_read_{0};
};

}  // namespace provost::store

#endif  // PROVOST_STORE_READER_H_
