#ifndef PROVOST_SERVICE_OWN_RECORD_H_
#define PROVOST_SERVICE_OWN_RECORD_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "policy/world/change.h"

namespace provost {

/// Rule 21: PERMISSION_DENIED where `actor` would grade, credit, approve or correct a record of
/// their own. `name` is what that would be done to. A pure function.
absl::Status CheckNotOwnRecord(SubjectId actor, SubjectId learner, absl::string_view name);

}  // namespace provost

#endif  // PROVOST_SERVICE_OWN_RECORD_H_
