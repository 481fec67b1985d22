#include "service/policies.h"

#include <google/protobuf/text_format.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/compiler/compiler.h"
#include "tenant/errors.h"

namespace provost {
namespace {

// What stands between backticks after `before` in a diagnostic's message.
std::string WordAfter(absl::string_view message, absl::string_view before) {
  const size_t begin = message.find(before);
  if (begin == absl::string_view::npos) return "";
  message.remove_prefix(begin + before.size());
  return std::string(message.substr(0, message.find('`')));
}

}  // namespace

std::string OffendingWord(const Diagnostic& diagnostic) {
  return WordAfter(diagnostic.message, "`");
}

std::string NearestWord(const Diagnostic& diagnostic) {
  return WordAfter(diagnostic.message, "did you mean `");
}

absl::StatusOr<CompiledPolicy> LoadPreset(absl::string_view name) {
  absl::StatusOr<std::string> text = PresetText(name);
  if (!text.ok()) return text.status();
  CompiledPolicy policy;
  if (!google::protobuf::TextFormat::ParseFromString(*text, &policy.source)) {
    return absl::InternalError(absl::StrCat("preset `", name, "` cannot be read"));
  }
  absl::StatusOr<std::shared_ptr<const Matrix>> matrix = CompilePreset(name);
  if (!matrix.ok()) return matrix.status();
  policy.matrix = *std::move(matrix);
  return policy;
}

absl::StatusOr<CompiledPolicy> CompileSource(absl::string_view field,
                                             const v1::PolicySource& source) {
  CompileResult result = Compile(source);
  if (result.matrix != nullptr) return CompiledPolicy{source, std::move(result.matrix)};
  absl::Status bad;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    if (diagnostic.severity != Diagnostic::Severity::kError) continue;
    AddBadField(
        &bad,
        diagnostic.field.empty() ? std::string(field) : absl::StrCat(field, ".", diagnostic.field),
        OffendingWord(diagnostic), diagnostic.message);
  }
  if (bad.ok()) return result.status();
  return bad;
}

absl::StatusOr<CompiledPolicy> CompileInitial(absl::string_view field,
                                              const v1::InitialPolicy& policy) {
  absl::StatusOr<CompiledPolicy> compiled;
  switch (policy.policy_case()) {
    case v1::InitialPolicy::kPreset:
      compiled = LoadPreset(policy.preset());
      if (absl::IsNotFound(compiled.status())) {
        return BadField(absl::StrCat(field, ".preset"), policy.preset(),
                        compiled.status().message());
      }
      break;
    case v1::InitialPolicy::kSource:
      compiled = CompileSource(absl::StrCat(field, ".source"), policy.source());
      break;
    case v1::InitialPolicy::POLICY_NOT_SET:
      return BadField(field, "", "wanted a preset (lms365, coreachieve or plutolms) or a source");
  }
  if (compiled.ok() && !compiled->matrix->top_role().has_value()) {
    return BadField(absl::StrCat(field, ".source.top_role"), "",
                    "wanted the role that the tenant's first administrator gets");
  }
  return compiled;
}

}  // namespace provost
