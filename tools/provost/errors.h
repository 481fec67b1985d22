// What is said when something went wrong: what, and what to do about it.
#ifndef PROVOST_TOOLS_PROVOST_ERRORS_H_
#define PROVOST_TOOLS_PROVOST_ERRORS_H_

#include <string>

#include "absl/status/status.h"
#include "tools/provost/look.h"

namespace provost::cli {

// The lines to print for an error, `error: ` first, each with its end: the message, the field
// violations and unmet preconditions of its google.rpc details one a line, and what to do next.
// Pure.
std::string RenderError(const absl::Status& status, const Look& look);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_ERRORS_H_
