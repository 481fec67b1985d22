// Running scenario files: asking every question, comparing the answers, telling what failed.
//
// What answers is a ScenarioBackend: the engine in this process (engine_backend.h), or a server.
// The files, the comparison and the report are the same for all.
#ifndef PROVOST_POLICY_SCENARIO_RUN_H_
#define PROVOST_POLICY_SCENARIO_RUN_H_

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "policy/decide/describe.h"
#include "policy/scenario/scenario.h"
#include "provost/v1/scenario.pb.h"

namespace provost {

// A check in the scenario's own ids.
struct ScenarioQuestion {
  std::string subject;  // empty: anonymous
  std::string permission;
  std::string scope;
  std::vector<std::string> facts;
  absl::Time time;
  bool acting = false;  // rule 7; the two below are as written, and may be empty
  std::string acting_role;
  std::string acting_scope;
};

struct ScenarioDecision {
  bool allowed = false;
  v1::Decision::Reason reason = v1::Decision::REASON_UNSPECIFIED;
};

struct ScenarioDelegation {
  bool allowed = false;
  std::string reason;  // of a refusal, in words
};

// The world of one scenario, ready to be asked. One thread. An error is an answer that could not be
// had, e.g. INVALID_ARGUMENT for an unknown permission (rule 1); the expectation fails with its
// message.
class ScenarioBackend {
 public:
  virtual ~ScenarioBackend() = default;

  virtual absl::StatusOr<ScenarioDecision> Check(const ScenarioQuestion& question) = 0;
  // The derivation of what Check answers, in the scenario's ids; asked for failures alone.
  virtual absl::StatusOr<ExplanationText> Explain(const ScenarioQuestion& question) = 0;
  // The complete list: permissions, subjects or scopes, by the kind of question that `list` asks;
  // its `expect` and `within` do not concern the backend.
  virtual absl::StatusOr<std::vector<std::string>> List(const v1::Scenario::ListExpectation& list,
                                                        absl::Time time) = 0;
  // May `actor` assign the role to the subject at the scope at `time`, without an end?
  virtual absl::StatusOr<ScenarioDelegation> MayAssign(
      const v1::Scenario::DelegationExpectation& delegation, absl::Time time) = 0;
};

// One expectation that did not hold.
struct ScenarioFailure {
  std::string place;  // "file:line:column"
  std::string what;   // "checks[2]"
  std::string why;    // the file's own words; may be empty
  // Lines: what was asked, expected and answered, and the explanation; each ended.
  std::string details;

  // All of it, for a person.
  std::string ToString() const;
};

struct ScenarioResult {
  size_t passed = 0;
  std::vector<ScenarioFailure> failures;
};

// Asks everything that `file` expects, in the order checks, lists, delegations. `now` is the time
// of what names none where the scenario has no `now` of its own.
ScenarioResult RunScenario(const ScenarioFile& file, ScenarioBackend& backend, absl::Time now);

// Makes the world of a scenario; an error counts as a file that could not be read. `now`: as above.
using OpenScenario =
    std::function<absl::StatusOr<std::unique_ptr<ScenarioBackend>>(const ScenarioFile& file)>;

// Loads and runs `paths`, in order, at one instant: `now` where a scenario has none. Writes each
// failure to `out`, then "N passed, M failed"; what could not be read goes to `errors`. Returns the
// exit code: 0, 1 (an expectation failed) or 2 (a file could not be read; the others are run).
int RunScenarioFiles(absl::Span<const std::string> paths, const OpenScenario& open, absl::Time now,
                     std::ostream& out, std::ostream& errors);

}  // namespace provost

#endif  // PROVOST_POLICY_SCENARIO_RUN_H_
