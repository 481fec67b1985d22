#ifndef PROVOST_SERVICE_RULE21_H_
#define PROVOST_SERVICE_RULE21_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "policy/world/change.h"

namespace provost {

/// Rule 21: nobody grades, credits, approves or corrects their own record. PERMISSION_DENIED with
/// OWN_RECORD where `actor` is `learner`; `what` is the verb, for people: "approve". A pure
/// function.
absl::Status CheckNotOneself(SubjectId actor, SubjectId learner, absl::string_view what);

}  // namespace provost

#endif  // PROVOST_SERVICE_RULE21_H_
