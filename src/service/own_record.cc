#include "service/own_record.h"

#include "absl/strings/str_cat.h"
#include "tenant/errors.h"

namespace provost {

absl::Status CheckNotOwnRecord(SubjectId actor, SubjectId learner, absl::string_view name) {
  if (actor.value == 0 || actor != learner) return absl::OkStatus();
  return WithErrorInfo(
      absl::PermissionDeniedError(absl::StrCat(
          Quoted(name),
          ": nobody grades, credits, approves or corrects their own record (rule 21)")),
      "OWN_RECORD", {{"resource", std::string(name)}});
}

}  // namespace provost
