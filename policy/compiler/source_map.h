// Where the elements of a policy stand in its text, and what is wrong with them.
#ifndef PROVOST_POLICY_COMPILER_SOURCE_MAP_H_
#define PROVOST_POLICY_COMPILER_SOURCE_MAP_H_

#include <google/protobuf/message.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "policy/compiler/diagnostic.h"

namespace provost {

// An element of a message: a field's value, or with field 0 the message itself. Index is -1 for
// what is not repeated. Names live messages, so it must not outlive them.
struct SourceElement {
  const google::protobuf::Message* message = nullptr;
  int field = 0;
  int index = -1;

  friend bool operator==(const SourceElement& a, const SourceElement& b) {
    return a.message == b.message && a.field == b.field && a.index == b.index;
  }
  template <typename H>
  friend H AbslHashValue(H h, const SourceElement& e) {
    return H::combine(std::move(h), e.message, e.field, e.index);
  }
};

// Positions of elements. Empty for a policy that came without a text.
class SourceMap {
 public:
  void Put(const SourceElement& element, Position at) { positions_.try_emplace(element, at); }
  void Replace(const SourceElement& element, Position at) { positions_[element] = at; }

  bool Has(const SourceElement& element) const { return positions_.contains(element); }

  // The element's position; where it is not in the text, that of its message; else {0, 0}.
  Position Of(const SourceElement& element) const;

 private:
  absl::flat_hash_map<SourceElement, Position> positions_;
};

// Collects problems. Not thread-safe.
class Report {
 public:
  // `file`: what positions are prefixed with. `map` and `root` must outlive the report.
  Report(std::string file, const google::protobuf::Message& root, const SourceMap& map)
      : file_(std::move(file)), root_(root), map_(map) {}

  void Error(const SourceElement& element, std::string message) {
    Add(Diagnostic::Severity::kError, element, std::move(message));
  }
  void Warning(const SourceElement& element, std::string message) {
    Add(Diagnostic::Severity::kWarning, element, std::move(message));
  }
  // Something wrong with the text itself.
  void ErrorAt(Position at, std::string message);

  bool has_errors() const { return errors_ > 0; }
  // "; did you mean `x`?" with the candidate nearest to `word`, or nothing; nothing either once
  // kMaxSuggestions words were looked up: each takes a look at every candidate.
  std::string DidYouMean(absl::string_view word, const std::vector<absl::string_view>& candidates) {
    return suggests() ? Suggest(word, candidates) : "";
  }
  // Whether DidYouMean() still looks, so that gathering the candidates is not in vain.
  bool suggests() const { return !full() && suggestions_ < kMaxSuggestions; }

  // True once nothing more is told, so that working out a text is in vain.
  bool full() const { return errors_ >= kMaxDiagnostics; }
  Position PositionOf(const SourceElement& element) const { return map_.Of(element); }

  // What was found, in order of position; ends the report.
  std::vector<Diagnostic> Take();

 private:
  void Add(Diagnostic::Severity severity, const SourceElement& element, std::string message);
  void Keep(Diagnostic diagnostic);
  std::string Suggest(absl::string_view word, const std::vector<absl::string_view>& candidates);
  const std::string& PathOf(const google::protobuf::Message* message);

  std::string file_;
  const google::protobuf::Message& root_;
  const SourceMap& map_;
  absl::flat_hash_map<const google::protobuf::Message*, std::string> paths_;
  std::vector<Diagnostic> diagnostics_;
  size_t errors_ = 0;
  size_t warnings_ = 0;
  size_t suggestions_ = 0;
};

}  // namespace provost

#endif  // PROVOST_POLICY_COMPILER_SOURCE_MAP_H_
