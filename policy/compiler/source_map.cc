#include "policy/compiler/source_map.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "policy/matrix/utf8.h"

namespace provost {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

void CollectPaths(const Message& message, const std::string& path,
                  absl::flat_hash_map<const Message*, std::string>& paths) {
  paths[&message] = path;
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const std::string child = absl::StrCat(path, path.empty() ? "" : ".", field->name());
    if (!field->is_repeated()) {
      CollectPaths(reflection.GetMessage(message, field), child, paths);
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      CollectPaths(reflection.GetRepeatedMessage(message, field, i),
                   absl::StrCat(child, "[", i, "]"), paths);
    }
  }
}

}  // namespace

Position SourceMap::Of(const SourceElement& element) const {
  for (const SourceElement& tried : {element, SourceElement{element.message, element.field, -1},
                                     SourceElement{element.message, 0, -1}}) {
    const auto it = positions_.find(tried);
    if (it != positions_.end()) return it->second;
  }
  return Position();
}

const std::string& Report::PathOf(const Message* message) {
  if (paths_.empty()) CollectPaths(root_, "", paths_);
  return paths_[message];
}

void Report::Add(Diagnostic::Severity severity, const SourceElement& element, std::string message) {
  Diagnostic diagnostic;
  const Position at = map_.Of(element);
  diagnostic.line = at.line;
  diagnostic.column = at.column;
  diagnostic.severity = severity;
  diagnostic.message = std::move(message);
  diagnostic.field = PathOf(element.message);
  if (element.field != 0) {
    const FieldDescriptor* field =
        element.message->GetDescriptor()->FindFieldByNumber(element.field);
    absl::StrAppend(&diagnostic.field, diagnostic.field.empty() ? "" : ".", field->name());
    if (element.index >= 0) absl::StrAppend(&diagnostic.field, "[", element.index, "]");
  }
  Keep(std::move(diagnostic));
}

void Report::ErrorAt(Position at, std::string message) {
  Diagnostic diagnostic;
  diagnostic.line = at.line;
  diagnostic.column = at.column;
  diagnostic.message = std::move(message);
  Keep(std::move(diagnostic));
}

std::string Report::Suggest(absl::string_view word,
                            const std::vector<absl::string_view>& candidates) {
  ++suggestions_;
  return provost::DidYouMean(word, candidates);
}

void Report::Keep(Diagnostic diagnostic) {
  size_t& count = diagnostic.severity == Diagnostic::Severity::kError ? errors_ : warnings_;
  if (++count > kMaxDiagnostics) return;
  diagnostic.file = file_;
  // Messages quote names as they are; whoever wrote them may have put anything there.
  diagnostic.message = Printable(diagnostic.message);
  diagnostics_.push_back(std::move(diagnostic));
}

std::vector<Diagnostic> Report::Take() {
  std::stable_sort(diagnostics_.begin(), diagnostics_.end(),
                   [](const Diagnostic& a, const Diagnostic& b) {
                     return a.line != b.line ? a.line < b.line : a.column < b.column;
                   });
  const auto tell_rest = [&](size_t count, Diagnostic::Severity severity, absl::string_view what) {
    if (count <= kMaxDiagnostics) return;
    Diagnostic more;
    more.file = file_;
    more.severity = severity;
    more.message = absl::StrCat(count - kMaxDiagnostics, " more ", what,
                                " are not shown; the limit is ", kMaxDiagnostics);
    diagnostics_.push_back(std::move(more));
  };
  tell_rest(warnings_, Diagnostic::Severity::kWarning, "warnings");
  tell_rest(errors_, Diagnostic::Severity::kError, "errors");
  return std::move(diagnostics_);
}

}  // namespace provost
