#include "csv/writer.h"

#include <csv.h>

#include "absl/strings/str_cat.h"

namespace provost::csv {
namespace {

void AppendQuoted(absl::string_view cell, std::string* document) {
  const size_t begin = document->size();
  const size_t size = csv_write(nullptr, 0, cell.data(), cell.size());
  document->resize(begin + size);
  csv_write(document->data() + begin, size, cell.data(), cell.size());
}

}  // namespace

void AppendRow(absl::Span<const std::string> cells, std::string* document) {
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) document->push_back(',');
    const std::string& cell = cells[i];
    // An empty row of one cell would be a line without a byte, which readers pass over.
    const bool is_empty_row = cells.size() == 1 && cell.empty();
    if (is_empty_row) {
      document->append("\"\"");
    } else if (cell.find_first_of("\",\r\n") != std::string::npos) {
      AppendQuoted(cell, document);
    } else {
      document->append(cell);
    }
  }
  document->append("\r\n");
}

std::string WithoutFormula(absl::string_view cell) {
  const bool is_formula =
      !cell.empty() && absl::string_view("=+-@\t\r").find(cell.front()) != absl::string_view::npos;
  return absl::StrCat(is_formula ? "'" : "", cell);
}

}  // namespace provost::csv
