// Scenario files: a world and its expected answers, read and checked (docs/semantics.md, "Scenario
// files").
//
// A file is protobuf's text format, or its JSON mapping where the name ends in `.json`. Everything
// wrong with a file is told at once, each problem as "file:line:column: error: ...".
#ifndef PROVOST_POLICY_SCENARIO_SCENARIO_H_
#define PROVOST_POLICY_SCENARIO_SCENARIO_H_

#include <google/protobuf/timestamp.pb.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "policy/compiler/source_map.h"
#include "policy/matrix/matrix.h"
#include "policy/world/change.h"
#include "provost/v1/scenario.pb.h"

namespace provost {

inline constexpr size_t kMaxScenarioBytes = size_t{64} << 20;  // of one file
inline constexpr size_t kMaxScenarioIdBytes = 256;

// A scenario that is well-formed: its policy compiles, and every id, reference, kind, window and
// name in the world that it describes is right. Its expectations may still be wrong, and may name
// subjects and scopes that do not exist. Immutable; movable.
class ScenarioFile {
 public:
  // Reads `path`. NOT_FOUND if it cannot be read, INVALID_ARGUMENT with every problem, one a line.
  static absl::StatusOr<ScenarioFile> Load(const std::string& path);

  // The same for a text that stands in for the file `path`, whose ending says the form and whose
  // folder a relative `policy` is looked up in.
  static absl::StatusOr<ScenarioFile> Parse(absl::string_view text, const std::string& path);

  const std::string& path() const { return path_; }
  const v1::Scenario& scenario() const { return *scenario_; }
  // The policy, compiled; never null.
  const std::shared_ptr<const Matrix>& matrix() const { return matrix_; }

  // "file:line:column" of a message within scenario().
  std::string PlaceOf(const google::protobuf::Message& message) const;

 private:
  ScenarioFile() = default;

  std::string path_;
  std::unique_ptr<v1::Scenario> scenario_;  // stays where it is: positions_ points into it
  SourceMap positions_;
  std::shared_ptr<const Matrix> matrix_;
};

// One subject of a scenario's world.
struct ScenarioSubject {
  std::string id;
  SubjectKind kind = SubjectKind::kUser;
  bool suspended = false;
  std::string home;      // groups only; empty: the tenant
  bool by_rule = false;  // groups only
};

// Who exists: the users, the groups, then whoever is named only as a member or in an assignment,
// each in the order of the file.
std::vector<ScenarioSubject> SubjectsOf(const v1::Scenario& scenario);

// The scopes, each after its parent. Only for scenarios that were checked.
std::vector<const v1::Scenario::ScopeNode*> ScopesInOrder(const v1::Scenario& scenario);

// The instant that a Timestamp stands for; it must be in range.
absl::Time InstantOf(const google::protobuf::Timestamp& timestamp);

// The window of a membership or an assignment: what is unset is unbounded.
template <typename Message>
Window WindowOf(const Message& message) {
  Window window;
  if (message.has_not_before()) window.not_before = InstantOf(message.not_before());
  if (message.has_expires()) window.expires = InstantOf(message.expires());
  return window;
}

}  // namespace provost

#endif  // PROVOST_POLICY_SCENARIO_SCENARIO_H_
