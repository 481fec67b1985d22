#include "absl/strings/str_cat.h"
#include "policy/compiler/syntax.h"

namespace provost {

std::string CleanText(absl::string_view text, std::vector<SyntaxProblem>& problems) {
  std::string clean(text);
  Position at{1, 1};
  int told_line = 0;
  size_t next_bad = FirstBadUtf8(text);
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool control = (c < 0x20 && (c < '\t' || c > '\r')) || c == 0x7F;
    if (i == next_bad || control) {
      if (told_line != at.line) {
        told_line = at.line;
        const std::string byte = Printable(text.substr(i, 1));
        problems.push_back(
            {at, control ? absl::StrCat("the text has the control character `", byte, "`")
                         : absl::StrCat("the text is not UTF-8: byte `", byte, "`")});
      }
      if (i == next_bad) {
        const size_t found = FirstBadUtf8(text.substr(i + 1));
        next_bad = found == absl::string_view::npos ? found : found + i + 1;
      }
      clean[i] = '?';
    }
    if (clean[i] == '\n') {
      ++at.line;
      at.column = 1;
    } else if ((clean[i] & 0xC0) != 0x80) {
      ++at.column;
    }
  }
  return clean;
}

}  // namespace provost
