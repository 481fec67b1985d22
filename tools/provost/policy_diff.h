// The difference of policies, where a server has one of them, and how a difference is shown.
#ifndef PROVOST_TOOLS_PROVOST_POLICY_DIFF_H_
#define PROVOST_TOOLS_PROVOST_POLICY_DIFF_H_

#include <string>

#include "absl/status/statusor.h"
#include "tools/provost/context.h"

namespace provost::cli {

// Whether `given` names a version that a server has: `active`, `policyVersions/3`, a full name.
bool IsServerVersion(const std::string& given);

// Prints what differs from a version to another or to a file; true if anything does. The earlier
// one must be a version.
absl::StatusOr<bool> DiffOnServer(Context& context, const std::string& before,
                                  const std::string& after);

// A difference with its lines in the colours of what begins them: +, - and ~.
std::string PaintDiff(const std::string& text, const Look& look);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_POLICY_DIFF_H_
