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
namespace {

// A policy at its caps in the flat form is shorter.
constexpr size_t kMaxCompiledBytes = size_t{64} << 20;

}  // namespace

absl::StatusOr<PolicyText> ReadPolicyText(Context& context, const std::string& given) {
  std::error_code error;
  if (given != "-" && !std::filesystem::exists(given, error)) {
    absl::StatusOr<std::string> preset = PresetText(given);
    if (preset.ok()) return PolicyText{given, *std::move(preset), true};
    return absl::NotFoundError(
        absl::StrCat("there is no file `", given,
                     "`, and no preset of that name: ", absl::StrJoin(PresetNames(), ", ")));
  }
  const std::filesystem::file_status status = std::filesystem::status(given, error);
  if (given != "-" &&
      (std::filesystem::is_directory(status) || std::filesystem::is_character_file(status) ||
       std::filesystem::is_block_file(status))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "`", given, "` is a ", std::filesystem::is_directory(status) ? "folder" : "device",
        "; wanted a file, or - for standard input"));
  }
  absl::StatusOr<std::string> text = ReadInput(context, given, kMaxCompiledBytes);
  if (!text.ok()) return text.status();
  PolicyText policy;
  policy.name = given == "-" ? "standard input" : given;
  policy.text = *std::move(text);
  policy.is_compiled = absl::StartsWith(policy.text, kCompiledPolicyMagic);
  if (!policy.is_compiled && policy.text.size() > kMaxPolicyBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", given, "` is longer than ", kMaxPolicyBytes, " bytes"));
  }
  return policy;
}

absl::Status WantText(const PolicyText& policy) {
  if (!policy.is_compiled) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("`", policy.name, "` is a compiled policy; wanted the text it is made from"));
}

absl::StatusOr<std::shared_ptr<const Matrix>> LoadCompiled(const PolicyText& policy) {
  absl::StatusOr<std::shared_ptr<const Matrix>> matrix = Matrix::Load(policy.text);
  if (matrix.ok()) return matrix;
  return absl::Status(matrix.status().code(),
                      absl::StrCat("`", policy.name, "`: ", matrix.status().message()));
}

absl::StatusOr<std::shared_ptr<const Matrix>> ReadMatrix(Context& context,
                                                         const std::string& given) {
  const auto policy = ReadPolicyText(context, given);
  if (!policy.ok()) return policy.status();
  return MatrixOf(*policy);
}

absl::StatusOr<std::shared_ptr<const Matrix>> MatrixOf(const PolicyText& policy) {
  if (policy.is_compiled) return LoadCompiled(policy);
  CompileOptions options;
  options.file_name = policy.name;
  const CompileResult compiled = CompileText(policy.text, options);
  if (compiled.matrix == nullptr) return compiled.status();
  return compiled.matrix;
}

absl::StatusOr<v1::PolicySource> ReadPolicySource(Context& context, const std::string& given) {
  const auto policy = ReadPolicyText(context, given);
  if (!policy.ok()) return policy.status();
  if (absl::Status status = WantText(*policy); !status.ok()) return status;
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
