// Protobuf's text format as a tree that knows where each element stands and which comments belong
// to it.
//
// protobuf's own parser stops at the first error, has no position for the elements of a short list
// and drops comments. This one accepts the same language, as far as policies need it (no
// extensions, no `Any`), goes on after an error, and never fails on any bytes.
#ifndef PROVOST_POLICY_COMPILER_SYNTAX_H_
#define PROVOST_POLICY_COMPILER_SYNTAX_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "policy/compiler/diagnostic.h"
#include "policy/matrix/utf8.h"

namespace provost {

// Messages nested deeper than this are refused.
inline constexpr int kMaxSyntaxDepth = 32;

// One comment without its line's end, from `#` on; an empty text is a blank line.
struct SyntaxComment {
  std::string text;
  bool blank_line_before = false;
};

struct SyntaxField;

struct SyntaxValue {
  enum class Kind { kIdentifier, kNumber, kString, kMessage };

  Kind kind = Kind::kIdentifier;
  Position at;
  // As written for identifiers and numbers (with its sign); for strings what the escapes and the
  // joining of neighbours give.
  std::string text;
  std::string literal;              // strings: as written
  std::vector<SyntaxField> fields;  // kMessage
  bool one_line = false;            // kMessage: from brace to brace

  std::vector<SyntaxComment> comments;      // in the lines before it (elements of a list alone)
  std::string line_comment;                 // behind it, or behind the opening brace of a message
  std::vector<SyntaxComment> end_comments;  // before the closing brace
};

struct SyntaxField {
  std::string name;
  Position at;
  bool is_list = false;
  std::vector<SyntaxValue> values;  // one unless is_list

  bool blank_line_before = false;
  std::vector<SyntaxComment> comments;      // in the lines before it
  std::string line_comment;                 // behind it, or behind the closing brace or bracket
  std::string open_comment;                 // behind the opening bracket of a list
  std::vector<SyntaxComment> end_comments;  // before the closing bracket of a list
};

struct SyntaxProblem {
  Position at;
  std::string message;
};

struct SyntaxTree {
  std::vector<SyntaxField> fields;
  std::vector<SyntaxComment> end_comments;  // after the last field
  std::vector<SyntaxProblem> problems;      // in order of position; none: the text is well-formed
};

// Never fails; what could not be read is in `problems`. Cost: linear in `text`.
SyntaxTree ParseSyntax(absl::string_view text);

// `text` with a question mark for each byte that no text has: control characters other than white
// space, and what is not UTF-8. They are told in `problems`, the first of each line.
std::string CleanText(absl::string_view text, std::vector<SyntaxProblem>& problems);

}  // namespace provost

#endif  // PROVOST_POLICY_COMPILER_SYNTAX_H_
