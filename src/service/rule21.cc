#include "service/rule21.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "service/lookup.h"
#include "tenant/errors.h"

namespace provost {

absl::Status CheckNotOneself(const MutateCall& call, SubjectId learner, absl::string_view what) {
  if (learner.value == 0 || call.actor() != learner) return absl::OkStatus();
  const std::string name = SubjectFullName(call.state(), call.draft.id(), learner);
  return WithErrorInfo(absl::PermissionDeniedError(absl::StrCat(
                           "nobody can ", what, " their own record; somebody else has to")),
                       "OWN_RECORD", {{"learner", name}});
}

}  // namespace provost
