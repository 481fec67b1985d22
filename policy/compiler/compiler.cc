#include "policy/compiler/compiler.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "policy/compiler/compilation.h"
#include "policy/compiler/read_source.h"
#include "policy/compiler/source_map.h"
#include "policy/compiler/syntax.h"

namespace provost {
namespace {

// Reports bytes that no text has, once a line, and puts question marks in their place.
void CleanText(std::string& text, Report& report) {
  Position at{1, 1};
  int told_line = 0;
  size_t next_bad = FirstBadUtf8(text);
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool control = (c < 0x20 && (c < '\t' || c > '\r')) || c == 0x7F;
    if (i == next_bad || control) {
      if (told_line != at.line) {
        told_line = at.line;
        const std::string byte = absl::CHexEscape(absl::string_view(&text[i], 1));
        report.ErrorAt(at, control ? absl::StrCat("the text has the control character `", byte, "`")
                                   : absl::StrCat("the text is not UTF-8: byte `", byte, "`"));
      }
      if (i == next_bad) {
        const size_t found = FirstBadUtf8(absl::string_view(text).substr(i + 1));
        next_bad = found == absl::string_view::npos ? found : found + i + 1;
      }
      text[i] = '?';
    }
    if (text[i] == '\n') {
      ++at.line;
      at.column = 1;
    } else if ((text[i] & 0xC0) != 0x80) {
      ++at.column;
    }
  }
}

}  // namespace

CompileResult CompileText(absl::string_view text, const CompileOptions& options) {
  CompileResult result;
  v1::PolicySource source;
  SourceMap map;
  Report report(options.file_name, source, map);
  if (text.size() > kMaxPolicyBytes) {
    report.ErrorAt({1, 1}, absl::StrCat("the policy has ", text.size(), " bytes; the limit is ",
                                        kMaxPolicyBytes));
    result.diagnostics = report.Take();
    return result;
  }
  std::string clean(text);
  CleanText(clean, report);
  const SyntaxTree tree = ParseSyntax(clean);
  for (const SyntaxProblem& problem : tree.problems) report.ErrorAt(problem.at, problem.message);
  ReadSource(tree, source, map, report);
  result.matrix = Compilation(source, options, tree.problems.empty(), map, report).Run();
  result.diagnostics = report.Take();
  return result;
}

CompileResult Compile(const v1::PolicySource& source, const CompileOptions& options) {
  CompileResult result;
  const SourceMap map;
  Report report(options.file_name, source, map);
  CheckMessage(source, report);
  result.matrix = Compilation(source, options, true, map, report).Run();
  result.diagnostics = report.Take();
  return result;
}

}  // namespace provost
