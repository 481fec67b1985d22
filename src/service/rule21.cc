#include "service/rule21.h"

#include "absl/strings/str_cat.h"
#include "tenant/errors.h"

namespace provost {

absl::Status CheckNotOneself(SubjectId actor, SubjectId learner, absl::string_view what) {
  if (learner.value == 0 || actor != learner) return absl::OkStatus();
  return WithErrorInfo(absl::PermissionDeniedError(absl::StrCat(
                           "nobody can ", what, " their own record; somebody else has to")),
                       "OWN_RECORD", {});
}

}  // namespace provost
