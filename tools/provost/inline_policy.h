// Scenarios for a server, which reads no files.
#ifndef PROVOST_TOOLS_PROVOST_INLINE_POLICY_H_
#define PROVOST_TOOLS_PROVOST_INLINE_POLICY_H_

#include "absl/status/statusor.h"
#include "policy/scenario/scenario.h"
#include "provost/v1/scenario.pb.h"
#include "tools/provost/context.h"

namespace provost::cli {

// The file's scenario, with its policy in it where it names a file instead of a preset. Its
// expectations are left out: a server does not run them.
absl::StatusOr<v1::Scenario> WithInlinePolicy(Context& context, const ScenarioFile& file);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_INLINE_POLICY_H_
