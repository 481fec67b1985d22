#ifndef PROVOST_SERVICE_REFUSAL_H_
#define PROVOST_SERVICE_REFUSAL_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace provost {

/// What of an error reaches the caller, and the log:
///
/// - a refusal (PERMISSION_DENIED, FAILED_PRECONDITION, ABORTED) has an ErrorInfo, with the reason
///   that was given to it, or else the type of the first precondition that failed;
/// - where the engine names the root scope, the tenant's full name stands;
/// - control characters are escaped, and what a default gRPC client could not read is left out:
///   8 KiB of trailers are its limit.
///
/// `tenant` is the id of the one that the call is about, or empty. A pure function.
absl::Status ForCaller(const absl::Status& status, absl::string_view tenant);

}  // namespace provost

#endif  // PROVOST_SERVICE_REFUSAL_H_
