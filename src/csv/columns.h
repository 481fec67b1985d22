#ifndef PROVOST_CSV_COLUMNS_H_
#define PROVOST_CSV_COLUMNS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace provost::csv {

/// How the columns of a document are told by their names, those of its first row.
struct ColumnNames {
  struct Renamed {
    std::string header;  ///< What the document calls it.
    std::string field;   ///< What it is.
  };
  std::vector<std::string> fields;   ///< All that a column can be.
  std::vector<Renamed> renamed;      ///< Columns that are not called as their field is.
  std::vector<std::string> ignored;  ///< Columns to leave out.
};

/// The field of each column of `header`; empty for one that is left out. INVALID_ARGUMENT, naming
/// the column, for one that is no field, is there twice, or has no name; and for names in `renamed`
/// and `ignored` that no column has. Pure.
absl::StatusOr<std::vector<std::string>> MapColumns(absl::Span<const std::string> header,
                                                    const ColumnNames& names);

}  // namespace provost::csv

#endif  // PROVOST_CSV_COLUMNS_H_
