// Tokens of protobuf's text format, comments included.
#ifndef PROVOST_POLICY_COMPILER_LEXER_H_
#define PROVOST_POLICY_COMPILER_LEXER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "policy/compiler/syntax.h"

namespace provost {

struct Token {
  enum class Kind { kIdentifier, kNumber, kString, kSymbol, kComment, kEnd };

  Kind kind = Kind::kEnd;
  absl::string_view text;  // as written, points into the text
  Position at;
  int newlines_before = 0;  // line ends between it and the token before

  bool Is(char symbol) const { return kind == Kind::kSymbol && text[0] == symbol; }
};

// Splits `text`, which must outlive the tokens; the last one is kEnd. Bytes that belong to no token
// are reported in `problems` and left out.
std::vector<Token> Tokenize(absl::string_view text, std::vector<SyntaxProblem>& problems);

// Appends what the string literal `literal` (with its quotes) stands for. False, with `wrong` set,
// if an escape is malformed.
bool Unescape(absl::string_view literal, std::string& out, std::string& wrong);

}  // namespace provost

#endif  // PROVOST_POLICY_COMPILER_LEXER_H_
