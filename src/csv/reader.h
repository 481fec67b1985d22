#ifndef PROVOST_CSV_READER_H_
#define PROVOST_CSV_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace provost::csv {

/// A record of a document.
struct Row {
  int64_t line = 0;  ///< On which it begins, from 1.
  int64_t end = 0;   ///< How many bytes of the document it ends after, its line break included.
  std::vector<std::string> cells;
};

/// Where a document is no CSV.
struct Fault {
  int64_t line = 0;  ///< From 1. Of a quote that is never closed: where it opened.
  int column = 0;    ///< From 1, in cells.
  std::string what;  ///< For people: what is there and what was wanted.
};

/// What a document may have, and where a reader begins.
struct ReaderOptions {
  size_t max_cell_bytes = size_t{64} << 10;
  size_t max_row_bytes = size_t{1} << 20;  ///< Of all the cells of a row.
  size_t max_cells = 1000;                 ///< Of a row.
  /// For a document whose beginning was read before: the `end` of the last row that was read, and
  /// the line after it. A byte order mark stands at 0 alone.
  int64_t offset = 0;
  int64_t line = 1;
};

/// Reads a CSV document (RFC 4180) as it comes in, in pieces of any size: UTF-8 with or without a
/// byte order mark; line breaks CRLF, LF or CR; quoted line breaks and commas; spaces belong to
/// cells; lines without a byte are passed over. What the cells hold is not looked at: see IsUtf8.
///
/// Holds one row at most, whose size the options bound. Not thread-safe.
class Reader {
 public:
  /// `on_row` is told each row, in order, while Feed or Finish runs. What it returns, if it is not
  /// OK, is what they return; the reader can only be dropped then.
  Reader(const ReaderOptions& options, absl::AnyInvocable<absl::Status(Row)> on_row);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// The next bytes. INVALID_ARGUMENT where the document is no CSV: fault() says where. The rows
  /// before were told.
  absl::Status Feed(absl::string_view bytes);
  /// There are no more bytes.
  absl::Status Finish();

  const std::optional<Fault>& fault() const { return fault_; }
  /// The line that the next byte stands on.
  int64_t line() const { return line_; }

 private:
  struct Parser;

  static void OnCell(void* bytes, size_t size, void* reader);
  static void OnRowEnd(int byte, void* reader);

  absl::Status FeedText(absl::string_view text);
  // Up to the end of a line, at most.
  absl::Status FeedPiece(absl::string_view piece);
  absl::Status TellRow();
  absl::Status Fail(int64_t line, int column, std::string what);
  absl::Status CheckSizes();

  const ReaderOptions options_;
  absl::AnyInvocable<absl::Status(Row)> on_row_;
  std::unique_ptr<Parser> parser_;
  int64_t offset_;
  int64_t line_;
  std::string held_;  // Bytes whose meaning the next ones decide: of a mark, or a CR.
  bool at_begin_;     // A byte order mark may come.
  bool in_row_ = false;
  bool row_ended_ = false;
  Row row_;
  size_t row_bytes_ = 0;
  int64_t cell_line_ = 0;  // Where the cell that is being read began.
  std::optional<Fault> fault_;
};

/// True if every byte is part of a character that UTF-8 can write (no surrogates, no overlong
/// forms). Pure.
bool IsUtf8(absl::string_view text);

}  // namespace provost::csv

#endif  // PROVOST_CSV_READER_H_
