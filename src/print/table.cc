#include "print/table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace provost {
namespace {

constexpr double kMargin = 48;
constexpr double kWidth = kA4Width - 2 * kMargin;
constexpr double kBottom = kA4Height - 64;  // Where rows end; the foot is below.
constexpr double kFootTop = kA4Height - 48;
constexpr double kFootHeight = 24;
constexpr double kPadding = 3;
constexpr double kMaxCellHeight = 170;  // Twelve lines of the scripts with the highest.
constexpr double kMaxFactHeight = 60;
constexpr double kLabelWidth = 110;
constexpr TextStyle kCell = {.size = 9};
constexpr TextStyle kColumnHeading = {.size = 8, .bold = true};
constexpr TextStyle kHeading = {.size = 12, .bold = true};
constexpr TextStyle kLabel = {.size = 8, .grey = 0.35};
constexpr TextStyle kFoot = {.size = 8, .grey = 0.35};
constexpr TextStyle kPageNumber = {.size = 8, .grey = 0.35, .align = Align::kEnd};

// A part of a page that is not divided: a table's heading, its columns' headings, or a row.
struct Strip {
  enum Kind { kTableHeading, kColumns, kRow };
  Kind kind;
  size_t table;
  size_t row;
  double y;
  double height;
};

class TablePrinter {
 public:
  explicit TablePrinter(const TableDocument& document)
      : document_(document), paper_(document.info, kA4Width, kA4Height) {}

  absl::StatusOr<std::string> Print() {
    double y = DrawHead();
    // How many pages there are has to be known before the first is drawn.
    const std::vector<std::vector<Strip>> pages = Divide(y);
    for (size_t page = 0; page < pages.size(); ++page) {
      if (page > 0) paper_.NextPage();
      for (const Strip& strip : pages[page]) DrawStrip(strip);
      DrawFoot(page + 1, pages.size());
    }
    return paper_.Finish();
  }

 private:
  // Title, subject and facts, on the first page; returns where they end.
  double DrawHead() {
    double y = kMargin;
    const auto line = [this, &y](absl::string_view text, absl::string_view where, double size,
                                 bool bold) {
      if (text.empty()) return;
      const TextBlock block =
          paper_.SetToFit(text, where, {.size = size, .bold = bold}, size / 2, kWidth, 3 * size);
      paper_.Draw(block, kMargin, y);
      y += block.height() + 4;
    };
    line(document_.title, "title", 20, true);
    line(document_.subject, document_.field, 15, false);
    y += 4;
    for (const Fact& fact : document_.facts) {
      if (fact.value.empty()) continue;
      const TextBlock label = paper_.Set(fact.label, "label", kLabel, kLabelWidth, kMaxFactHeight);
      const TextBlock value =
          paper_.Set(fact.value, fact.field, kCell, kWidth - kLabelWidth, kMaxFactHeight);
      const double height = std::max(label.height(), value.height());
      paper_.Draw(label, kMargin, y + (height - label.height()) / 2);
      paper_.Draw(value, kMargin + kLabelWidth, y + (height - value.height()) / 2);
      y += height + 2;
    }
    return y;
  }

  // Calls `visit` with the cells of a row, or of the columns' headings, each with its left side and
  // its width.
  template <typename Visit>
  void ForEachCell(const Strip& strip, Visit visit) {
    const Table& table = document_.tables[strip.table];
    double shares = 0;
    for (const TableColumn& column : table.columns) shares += column.share;
    double x = kMargin;
    for (size_t i = 0; i < table.columns.size(); ++i) {
      const TableColumn& column = table.columns[i];
      const double width = kWidth * column.share / shares;
      if (strip.kind == Strip::kColumns) {
        visit(Cell(column.heading, "heading", kColumnHeading, width), x, width);
      } else {
        const std::string where = absl::StrCat(table.field, "[", strip.row, "].", column.field);
        visit(Cell(table.rows[strip.row][i], where, kCell, width), x, width);
      }
      x += width;
    }
  }

  TextBlock Cell(absl::string_view text, absl::string_view where, const TextStyle& style,
                 double width) {
    return paper_.Set(text, where, style, width - 2 * kPadding, kMaxCellHeight);
  }

  TextBlock TableHeading(size_t table) {
    return paper_.Set(document_.tables[table].heading, "heading", kHeading, kWidth, kMaxFactHeight);
  }

  double HeightOf(const Strip& strip) {
    if (strip.kind == Strip::kTableHeading) return TableHeading(strip.table).height() + 22;
    double height = 0;
    ForEachCell(strip, [&height](const TextBlock& cell, double, double) {
      height = std::max(height, cell.height());
    });
    height += 2 * kPadding;
    return strip.kind == Strip::kRow
               ? std::max(height, document_.tables[strip.table].min_row_height)
               : height;
  }

  // What stands on which page, where. The first page's strips begin at `y`.
  std::vector<std::vector<Strip>> Divide(double y) {
    std::vector<std::vector<Strip>> pages(1);
    const auto place = [&pages, &y](Strip strip) {
      strip.y = y;
      y += strip.height;
      pages.back().push_back(strip);
    };
    for (size_t table = 0; table < document_.tables.size(); ++table) {
      Strip heading = {Strip::kTableHeading, table, 0, 0, 0};
      Strip columns = {Strip::kColumns, table, 0, 0, 0};
      heading.height = HeightOf(heading);
      columns.height = HeightOf(columns);
      for (size_t i = 0; i < document_.tables[table].rows.size(); ++i) {
        Strip row = {Strip::kRow, table, i, 0, 0};
        row.height = HeightOf(row);
        // A heading stays with the first row.
        const double needed = i == 0 ? heading.height + columns.height + row.height : row.height;
        const bool turn = y + needed > kBottom;
        if (turn) {
          pages.emplace_back();
          y = kMargin;
        }
        if (i == 0) place(heading);
        if (i == 0 || turn) place(columns);
        place(row);
      }
    }
    return pages;
  }

  void DrawStrip(const Strip& strip) {
    if (strip.kind == Strip::kTableHeading) {
      paper_.Draw(TableHeading(strip.table), kMargin, strip.y + 16);
      return;
    }
    if (strip.kind == Strip::kColumns) {
      paper_.Fill(kMargin, strip.y, kWidth, strip.height, 0.92);
    }
    const bool boxes = document_.tables[strip.table].boxes;
    ForEachCell(strip, [this, &strip, boxes](const TextBlock& cell, double x, double width) {
      paper_.Draw(cell, x + kPadding, strip.y + kPadding);
      if (boxes) paper_.Frame(x, strip.y, width, strip.height, 0.5, 0.5);
    });
    if (!boxes) paper_.Fill(kMargin, strip.y + strip.height - 0.5, kWidth, 0.5, 0.7);
  }

  void DrawFoot(size_t page, size_t pages) {
    const double number_width = 80;
    paper_.Draw(paper_.Set(absl::StrCat("Page ", page, " of ", pages), "page", kPageNumber,
                           number_width, kFootHeight),
                kA4Width - kMargin - number_width, kFootTop);
    if (document_.issuer.empty()) return;
    paper_.Draw(paper_.SetToFit(document_.issuer, "issuer", kFoot, 5, kWidth - number_width - 20,
                                kFootHeight),
                kMargin, kFootTop);
  }

  const TableDocument& document_;
  Paper paper_;
};

}  // namespace

absl::StatusOr<std::string> PrintTables(const TableDocument& document) {
  return TablePrinter(document).Print();
}

}  // namespace provost
