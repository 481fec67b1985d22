#include "policy/compiler/diagnostic.h"

#include "absl/strings/str_cat.h"
#include "policy/matrix/matrix.h"

namespace provost {

std::string Diagnostic::ToString() const {
  std::string text = file;
  if (line > 0) {
    absl::StrAppend(&text, ":", line, ":", column);
  } else if (!field.empty()) {
    absl::StrAppend(&text, ":", field);
  }
  absl::StrAppend(&text, severity == Severity::kError ? ": error: " : ": warning: ", message);
  return text;
}

std::string ToString(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    absl::StrAppend(&text, diagnostic.ToString(), "\n");
  }
  return text;
}

absl::Status StatusOf(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity != Diagnostic::Severity::kError) continue;
    absl::StrAppend(&text, text.empty() ? "" : "\n", diagnostic.ToString());
  }
  return text.empty() ? absl::OkStatus() : absl::InvalidArgumentError(text);
}

std::string DidYouMean(absl::string_view word, const std::vector<absl::string_view>& candidates) {
  const std::string nearest = NearestName(word, candidates);
  return nearest.empty() ? "" : absl::StrCat("; did you mean `", nearest, "`?");
}

}  // namespace provost
