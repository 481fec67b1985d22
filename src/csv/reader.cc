#include "csv/reader.h"

#include <csv.h>

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace provost::csv {
namespace {

constexpr absl::string_view kMark = "\xEF\xBB\xBF";
// libcsv keeps a cell as a whole: it is stopped in time only between two calls.
constexpr size_t kPieceBytes = 16 << 10;

int IsNoSpace(unsigned char) { return 0; }

}  // namespace

struct Reader::Parser {
  Parser() {
    csv_init(&state, CSV_STRICT | CSV_STRICT_FINI);
    csv_set_space_func(&state, IsNoSpace);  // RFC 4180: spaces are part of a cell.
  }
  ~Parser() { csv_free(&state); }

  csv_parser state;
};

Reader::Reader(const ReaderOptions& options, absl::AnyInvocable<absl::Status(Row)> on_row)
    : options_(options),
      on_row_(std::move(on_row)),
      parser_(std::make_unique<Parser>()),
      offset_(options.offset),
      line_(options.line),
      at_begin_(options.offset == 0) {}

Reader::~Reader() = default;

void Reader::OnCell(void* bytes, size_t size, void* reader) {
  Reader& self = *static_cast<Reader*>(reader);
  self.row_bytes_ += size;
  // What is too large is told when libcsv has returned; until then nothing more is kept.
  const bool fits = self.row_bytes_ <= self.options_.max_row_bytes &&
                    self.row_.cells.size() <= self.options_.max_cells;
  if (fits) self.row_.cells.emplace_back(static_cast<const char*>(bytes), size);
  self.cell_line_ = self.line_;
}

void Reader::OnRowEnd(int, void* reader) { static_cast<Reader*>(reader)->row_ended_ = true; }

absl::Status Reader::Feed(absl::string_view bytes) {
  if (fault_.has_value()) return absl::InvalidArgumentError(fault_->what);
  std::string joined;
  if (!held_.empty()) {
    joined = absl::StrCat(held_, bytes);
    held_.clear();
    bytes = joined;
  }
  if (at_begin_) {
    if (bytes.size() < kMark.size() && absl::StartsWith(kMark, bytes)) {
      held_ = std::string(bytes);
      return absl::OkStatus();
    }
    at_begin_ = false;
    if (absl::StartsWith(bytes, kMark)) {
      bytes.remove_prefix(kMark.size());
      offset_ += static_cast<int64_t>(kMark.size());
    } else if (absl::StartsWith(bytes, "\xFF\xFE") || absl::StartsWith(bytes, "\xFE\xFF")) {
      return Fail(line_, 1, "the document is UTF-16; wanted UTF-8");
    }
  }
  // A CR may be half of a line break.
  if (!bytes.empty() && bytes.back() == '\r') {
    held_ = "\r";
    bytes.remove_suffix(1);
  }
  return FeedText(bytes);
}

absl::Status Reader::FeedText(absl::string_view text) {
  while (!text.empty()) {
    size_t size = std::min(text.find_first_of("\r\n"), text.size());
    if (size < text.size()) size += absl::StartsWith(text.substr(size), "\r\n") ? 2 : 1;
    size = std::min(size, kPieceBytes);
    // No break is taken apart.
    if (size < text.size() && text[size - 1] == '\r' && text[size] == '\n') ++size;
    if (absl::Status status = FeedPiece(text.substr(0, size)); !status.ok()) return status;
    text.remove_prefix(size);
  }
  return absl::OkStatus();
}

absl::Status Reader::FeedPiece(absl::string_view piece) {
  const bool ends_line = piece.back() == '\n' || piece.back() == '\r';
  const bool is_break = piece == "\r\n" || piece == "\n" || piece == "\r";
  if (!in_row_ && is_break) {  // A line without a byte.
    offset_ += static_cast<int64_t>(piece.size());
    ++line_;
    return absl::OkStatus();
  }
  if (!in_row_) {
    in_row_ = true;
    row_.line = line_;
    cell_line_ = line_;
  }
  csv_parser& state = parser_->state;
  const size_t done =
      csv_parse(&state, piece.data(), piece.size(), &Reader::OnCell, &Reader::OnRowEnd, this);
  if (done < piece.size()) {
    if (csv_error(&state) != CSV_EPARSE) return absl::ResourceExhaustedError("out of memory");
    const int column = static_cast<int>(row_.cells.size()) + 1;
    if (state.quoted == 0) {
      return Fail(line_, column,
                  "a quote within a cell that does not begin with one; wanted the cell in quotes, "
                  "and each quote within it twice");
    }
    const std::string seen = absl::CHexEscape(piece.substr(done, 1));
    return Fail(
        line_, column,
        absl::StrCat(
            "`", seen, "` after the closing quote of a cell",
            cell_line_ == line_ ? std::string() : absl::StrCat(" that begins at line ", cell_line_),
            "; wanted a comma or the end of the line, and each quote within the "
            "cell twice"));
  }
  offset_ += static_cast<int64_t>(piece.size());
  if (absl::Status status = CheckSizes(); !status.ok()) return status;
  if (ends_line) ++line_;
  return row_ended_ ? TellRow() : absl::OkStatus();
}

absl::Status Reader::CheckSizes() {
  const int column = static_cast<int>(row_.cells.size()) + 1;
  const bool quoted = !row_ended_ && parser_->state.quoted != 0;
  const auto because = [&] { return quoted ? "; its quote is not closed" : ""; };
  if (row_bytes_ > options_.max_row_bytes) {
    return Fail(row_.line, column,
                absl::StrCat("a row of more than ", options_.max_row_bytes, " bytes"));
  }
  if (row_.cells.size() > options_.max_cells) {
    return Fail(row_.line, static_cast<int>(options_.max_cells) + 1,
                absl::StrCat("a row of more than ", options_.max_cells, " cells"));
  }
  for (size_t i = 0; row_ended_ && i < row_.cells.size(); ++i) {
    if (row_.cells[i].size() > options_.max_cell_bytes) {
      return Fail(row_.line, static_cast<int>(i) + 1,
                  absl::StrCat("a cell of more than ", options_.max_cell_bytes, " bytes"));
    }
  }
  if (!row_ended_ && parser_->state.entry_pos > options_.max_cell_bytes) {
    return Fail(cell_line_, column,
                absl::StrCat("a cell of more than ", options_.max_cell_bytes, " bytes", because()));
  }
  return absl::OkStatus();
}

absl::Status Reader::TellRow() {
  row_.end = offset_;
  in_row_ = false;
  row_ended_ = false;
  row_bytes_ = 0;
  return on_row_(std::exchange(row_, Row()));
}

absl::Status Reader::Finish() {
  if (fault_.has_value()) return absl::InvalidArgumentError(fault_->what);
  at_begin_ = false;
  if (!held_.empty()) {
    if (absl::Status status = FeedText(std::exchange(held_, std::string())); !status.ok()) {
      return status;
    }
  }
  if (!in_row_) return absl::OkStatus();
  if (csv_fini(&parser_->state, &Reader::OnCell, &Reader::OnRowEnd, this) != 0) {
    return Fail(cell_line_, static_cast<int>(row_.cells.size()) + 1,
                "a cell whose quote is not closed; wanted a quote at its end");
  }
  if (absl::Status status = CheckSizes(); !status.ok()) return status;
  return TellRow();
}

absl::Status Reader::Fail(int64_t line, int column, std::string what) {
  fault_ = Fault{line, column, std::move(what)};
  return absl::InvalidArgumentError(
      absl::StrCat("line ", line, ", column ", column, ": ", fault_->what));
}

bool IsUtf8(absl::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = [&](size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char first = byte(i);
    if (first < 0x80) {
      ++i;
      continue;
    }
    const size_t size = first < 0xC2   ? 0
                        : first < 0xE0 ? 2
                        : first < 0xF0 ? 3
                        : first < 0xF5 ? 4
                                       : 0;
    if (size == 0 || text.size() - i < size) return false;
    for (size_t at = i + 1; at < i + size; ++at) {
      if ((byte(at) & 0xC0) != 0x80) return false;
    }
    const unsigned char second = byte(i + 1);
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
        (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) {
      return false;
    }
    i += size;
  }
  return true;
}

}  // namespace provost::csv
