// What a scenario must be besides well-formed. scenario.h is the interface.
#ifndef PROVOST_POLICY_SCENARIO_VALIDATE_H_
#define PROVOST_POLICY_SCENARIO_VALIDATE_H_

#include "policy/compiler/source_map.h"
#include "policy/matrix/matrix.h"
#include "provost/v1/scenario.pb.h"

namespace provost {

// Reports every Timestamp in `message` that is outside of years 1 to 9999 or has nanoseconds
// outside of 0 to 999,999,999. False if there is one.
bool CheckTimestamps(const google::protobuf::Message& message, Report& report);

// Reports what is wrong with the world that `scenario`, whose Timestamps are in range, describes.
// Names of the policy are looked up in `matrix`; null (the policy does not compile): they are not.
void CheckScenario(const v1::Scenario& scenario, const Matrix* matrix, Report& report);

}  // namespace provost

#endif  // PROVOST_POLICY_SCENARIO_VALIDATE_H_
