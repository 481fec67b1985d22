#include "policy/compiler/compiler.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/compiler/compilation.h"
#include "policy/compiler/read_source.h"
#include "policy/compiler/source_map.h"
#include "policy/compiler/syntax.h"

namespace provost {
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
  std::vector<SyntaxProblem> problems;
  const std::string clean = CleanText(text, problems);
  for (const SyntaxProblem& problem : problems) report.ErrorAt(problem.at, problem.message);
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
