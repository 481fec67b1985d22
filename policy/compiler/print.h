// A compiled policy as a table for people.
#ifndef PROVOST_POLICY_COMPILER_PRINT_H_
#define PROVOST_POLICY_COMPILER_PRINT_H_

#include <string>

#include "policy/matrix/matrix.h"

namespace provost {

enum class PrintFormat {
  kTable,     // aligned with spaces, for a terminal
  kMarkdown,  // GitHub's tables
};

struct PrintOptions {
  PrintFormat format = PrintFormat::kTable;
  KindSet kinds = KindSet(0x0F);  // kinds of scope to print tables for
};

// The roles (where each can be held, what it may assign), and for each kind of scope a table of
// permissions by roles: each cell with its effect, the facts that it requires, its reach and where
// it comes from. A legend stands at the end. Pure.
std::string PrintMatrix(const Matrix& matrix, const PrintOptions& options = {});

}  // namespace provost

#endif  // PROVOST_POLICY_COMPILER_PRINT_H_
