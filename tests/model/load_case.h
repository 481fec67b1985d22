// Reading a scenario file for the naive twin, without any code of policy/.

#ifndef PROVOST_TESTS_MODEL_LOAD_CASE_H_
#define PROVOST_TESTS_MODEL_LOAD_CASE_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "provost/v1/policy.pb.h"
#include "provost/v1/scenario.pb.h"

namespace provost::naive {

// A scenario with its policy at hand: `extends` resolved, and what the extension added known.
struct Case {
  std::string path;
  v1::Scenario scenario;
  v1::PolicySource policy;
  std::set<std::string> custom_roles;
  absl::Time now;
};

// Reads `path` (textproto, or protobuf's JSON mapping where it ends in .json) and the policy that
// it names. Presets come from policy/presets/ of `source_dir`. `now` is the scenario's, or
// `default_now` where it has none.
absl::StatusOr<Case> LoadCase(const std::string& path, const std::string& source_dir,
                              absl::Time default_now);

// The scenario files of a folder, those below it left out, in the order of their names.
std::vector<std::string> CaseFilesIn(const std::string& folder);

}  // namespace provost::naive

#endif  // PROVOST_TESTS_MODEL_LOAD_CASE_H_
