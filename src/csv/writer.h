#ifndef PROVOST_CSV_WRITER_H_
#define PROVOST_CSV_WRITER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace provost::csv {

/// Appends a row as RFC 4180 has it, CRLF at its end; a cell stands in quotes where it has to. What
/// a Reader reads back is the same cells. Pure.
void AppendRow(absl::Span<const std::string> cells, std::string* document);

/// With an apostrophe before it where a spreadsheet would take the cell for a formula: `=`, `+`,
/// `-`, `@`, a tab or a CR at its beginning. Pure.
std::string WithoutFormula(absl::string_view cell);

}  // namespace provost::csv

#endif  // PROVOST_CSV_WRITER_H_
