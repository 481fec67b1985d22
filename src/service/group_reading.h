#ifndef PROVOST_SERVICE_GROUP_READING_H_
#define PROVOST_SERVICE_GROUP_READING_H_

#include "absl/time/time.h"
#include "policy/world/state.h"

namespace provost {

/// May `reader` name `subject` as a member of a group (rule 25)? A group only with
/// `group.read` at its home, as for GetGroup; anything else always. Where not, it is to be refused
/// as one that is missing. Any thread; costs a check.
bool MayName(const WorldState& state, SubjectId reader, SubjectId subject, absl::Time now);

}  // namespace provost

#endif  // PROVOST_SERVICE_GROUP_READING_H_
