// The world of a scenario, in process.
#ifndef PROVOST_POLICY_SCENARIO_SCENARIO_WORLD_H_
#define PROVOST_POLICY_SCENARIO_SCENARIO_WORLD_H_

#include <memory>

#include "absl/status/statusor.h"
#include "policy/scenario/scenario.h"
#include "policy/world/change.h"
#include "policy/world/world.h"
#include "provost/v1/scenario.pb.h"

namespace provost {

// What makes an empty world the scenario's: subjects and scopes are named by their ids, uids count
// from 1 in the order of SubjectsOf(), ScopesInOrder() and the file's assignments. The scenario
// must be a ScenarioFile's.
Change ChangeOf(const v1::Scenario& scenario);

// A World under the file's policy with ChangeOf() applied, as one change: unguarded by rules 11 to
// 26. Fails, naming the file, where the world refuses what a file may say, e.g. groups nested too
// deep.
absl::StatusOr<std::unique_ptr<World>> BuildWorld(const ScenarioFile& file);

}  // namespace provost

#endif  // PROVOST_POLICY_SCENARIO_SCENARIO_WORLD_H_
