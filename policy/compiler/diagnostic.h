// What the compiler has to say about a policy: one problem, and where it is.
#ifndef PROVOST_POLICY_COMPILER_DIAGNOSTIC_H_
#define PROVOST_POLICY_COMPILER_DIAGNOSTIC_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace provost {

// A place in a text: both count from 1, the column in characters (a tab is one). 0 is nowhere.
struct Position {
  int line = 0;
  int column = 0;

  friend bool operator==(Position a, Position b) {
    return a.line == b.line && a.column == b.column;
  }
  friend bool operator<(Position a, Position b) {
    return a.line != b.line ? a.line < b.line : a.column < b.column;
  }
};

// More errors, or more warnings, than this are counted and not told.
inline constexpr size_t kMaxDiagnostics = 1000;
// Wrong words beyond the first so many are told without the nearest right one.
inline constexpr size_t kMaxSuggestions = 20;

struct Diagnostic {
  enum class Severity { kError, kWarning };

  std::string file;
  int line = 0;  // 0: the policy did not come from a text
  int column = 0;
  Severity severity = Severity::kError;
  std::string message;  // lower case, the author's words in backticks
  // Path of the element in PolicySource, e.g. "roles[3].grants[0].permissions[1]"; empty for what
  // is wrong with the text itself.
  std::string field;

  // "file:line:column: error: message"; without a line, "file:field: error: message".
  std::string ToString() const;
};

// One Diagnostic a line.
std::string ToString(const std::vector<Diagnostic>& diagnostics);

// OK if there is no error in `diagnostics`, else INVALID_ARGUMENT with all errors, one a line.
absl::Status StatusOf(const std::vector<Diagnostic>& diagnostics);

// "; did you mean `x`?" with the candidate nearest to `word`, or nothing.
std::string DidYouMean(absl::string_view word, const std::vector<absl::string_view>& candidates);

}  // namespace provost

#endif  // PROVOST_POLICY_COMPILER_DIAGNOSTIC_H_
