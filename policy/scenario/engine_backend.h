// The engine of this process as what answers a scenario.
#ifndef PROVOST_POLICY_SCENARIO_ENGINE_BACKEND_H_
#define PROVOST_POLICY_SCENARIO_ENGINE_BACKEND_H_

#include <memory>

#include "absl/status/statusor.h"
#include "policy/scenario/run.h"
#include "policy/scenario/scenario.h"

namespace provost {

// A backend over a World of its own, built from `file`. Fits OpenScenario.
absl::StatusOr<std::unique_ptr<ScenarioBackend>> OpenInEngine(const ScenarioFile& file);

}  // namespace provost

#endif  // PROVOST_POLICY_SCENARIO_ENGINE_BACKEND_H_
