// All that a compiled matrix says, as text.
#ifndef PROVOST_POLICY_COMPILER_DUMP_H_
#define PROVOST_POLICY_COMPILER_DUMP_H_

#include <string>

#include "policy/matrix/matrix.h"

namespace provost {

// One line for each fact, permission, role, exclusive set and cell, in the matrix's order. Equal
// matrices give equal text; different ones different text. For golden files and for reading.
std::string DumpMatrix(const Matrix& matrix);

}  // namespace provost

#endif  // PROVOST_POLICY_COMPILER_DUMP_H_
