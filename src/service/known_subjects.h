#ifndef PROVOST_SERVICE_KNOWN_SUBJECTS_H_
#define PROVOST_SERVICE_KNOWN_SUBJECTS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "policy/world/state.h"

namespace provost {

/// People and groups that requests name.

/// Does `reader` know of `subject` (rule 25)? Of a group by `group.read` at its home, as for
/// GetGroup; of anybody else by `user.profile.read` or `user.read` there, or by being that person.
/// False for whoever is not there. Whom the caller does not know of is to be refused as one that is
/// missing. Any thread; costs one to three checks.
bool Knows(const WorldState& state, SubjectId reader, SubjectId subject, absl::Time now);

/// Adds a bad field to `status` unless `name` names a user of the tenant that `parent` names.
void CheckUserName(absl::string_view field, absl::string_view name, absl::string_view parent,
                   absl::Status* status);

}  // namespace provost

#endif  // PROVOST_SERVICE_KNOWN_SUBJECTS_H_
