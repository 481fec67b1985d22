#include "tools/provost/policy_source.h"

#include <google/protobuf/text_format.h>

#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/compiler/diagnostic.h"
#include "policy/compiler/format.h"
#include "policy/compiler/read_source.h"
#include "policy/compiler/source_map.h"
#include "policy/compiler/syntax.h"

namespace provost::cli {

absl::StatusOr<PolicyText> ReadPolicyText(Context& context, const std::string& given) {
  std::error_code error;
  if (given != "-" && !std::filesystem::exists(given, error)) {
    absl::StatusOr<std::string> preset = PresetText(given);
    if (preset.ok()) return PolicyText{given, *std::move(preset), true};
    return absl::NotFoundError(
        absl::StrCat("there is no file `", given,
                     "`, and no preset of that name: ", absl::StrJoin(PresetNames(), ", ")));
  }
  absl::StatusOr<std::string> text = ReadInput(context, given, kMaxPolicyBytes);
  if (!text.ok()) return text.status();
  return PolicyText{given == "-" ? "standard input" : given, *std::move(text), false};
}

absl::StatusOr<std::shared_ptr<const Matrix>> ReadMatrix(Context& context,
                                                         const std::string& given) {
  const auto policy = ReadPolicyText(context, given);
  if (!policy.ok()) return policy.status();
  CompileOptions options;
  options.file_name = policy->name;
  const CompileResult compiled = CompileText(policy->text, options);
  if (compiled.matrix == nullptr) return compiled.status();
  return compiled.matrix;
}

absl::StatusOr<v1::PolicySource> ReadPolicySource(Context& context, const std::string& given) {
  const auto policy = ReadPolicyText(context, given);
  if (!policy.ok()) return policy.status();
  const SyntaxTree tree = ParseSyntax(policy->text);
  v1::PolicySource source;
  SourceMap map;
  Report report(policy->name, source, map);
  ReadSource(tree, source, map, report);
  for (const SyntaxProblem& problem : tree.problems) report.ErrorAt(problem.at, problem.message);
  if (absl::Status status = StatusOf(report.Take()); !status.ok()) return status;
  return source;
}

std::string PolicySourceText(const v1::PolicySource& source) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(source, &text);
  auto formatted = FormatPolicy(text, "policy");
  return formatted.ok() ? *std::move(formatted) : text;
}

}  // namespace provost::cli
