#ifndef PROVOST_PRINT_TABLE_H_
#define PROVOST_PRINT_TABLE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "print/paper.h"

namespace provost {

/// A column of a table.
struct TableColumn {
  std::string heading;
  std::string field;  ///< What its cells are called in errors: `state` of `rows[3].state`.
  double share;       ///< Of the width, beside the other columns' shares.
};

/// A table; rows have a cell for each column.
struct Table {
  std::string heading;
  std::string field;  ///< What it is called in errors: `rows` of `rows[3].state`.
  std::vector<TableColumn> columns;
  std::vector<std::vector<std::string>> rows = {};
  double min_row_height = 0;
  bool boxes = false;  ///< Whether each cell has a frame, for people to write in.
};

/// Something that is said with a word before it, `Place`: `Room 7`.
struct Fact {
  std::string label;
  std::string field;  ///< What it is called in errors.
  std::string value;  ///< Left out where empty.
};

/// A document of tables, on A4 upright.
struct TableDocument {
  PaperInfo info;
  std::string title;
  std::string field;    ///< What `subject` is called in errors.
  std::string subject;  ///< Whom or what it is about.
  std::vector<Fact> facts;
  std::vector<Table> tables;  ///< Those without rows are left out.
  std::string issuer;
};

/// The document as a PDF. A table that goes over several pages has its columns' headings on each;
/// at the foot of each page stand the issuer and "Page 2 of 5". No row is divided; cells take up to
/// twelve lines, and what is beyond them is cut. Errors are those of Paper::Finish.
absl::StatusOr<std::string> PrintTables(const TableDocument& document);

}  // namespace provost

#endif  // PROVOST_PRINT_TABLE_H_
