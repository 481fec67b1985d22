// The tables of tables.md, parsed: what the presets are held against.
#ifndef PROVOST_TESTS_PRESETS_TABLES_H_
#define PROVOST_TESTS_PRESETS_TABLES_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "policy/matrix/types.h"

namespace provost::presets {

// One row of the vocabulary (section 1).
struct Row {
  std::string name;           // as the table spells it, `_own` and `role.assign.*` included
  std::set<ScopeKind> kinds;  // empty: `self`
  Access access = Access::kRead;
};

// One cell of a matrix (sections 4 to 6).
struct TableCell {
  bool allowed = false;
  std::string source;          // the sentence or the code
  std::set<ScopeKind> arrows;  // above where the role is assigned: ↑T, ↑K
};

struct Table {
  std::vector<std::string> columns;                     // headings, in order
  std::map<std::string, std::vector<TableCell>> cells;  // by row name, a cell a column
};

struct Tables {
  std::vector<Row> rows;                                 // in order
  std::map<std::string, std::set<std::string>> implies;  // what implies what
  Table lms365;
  Table plutolms;
  Table coreachieve;
};

// Reads the file; every line that looks like a row has to be one.
absl::StatusOr<Tables> ReadTables(const std::string& path);

}  // namespace provost::presets

#endif  // PROVOST_TESTS_PRESETS_TABLES_H_
