#include "service/group_reading.h"

#include "service/authorize.h"

namespace provost {

bool MayName(const WorldState& state, SubjectId reader, SubjectId subject, absl::Time now) {
  if (state.KindOf(subject) != SubjectKind::kGroup) return true;
  const ScopeId home = state.HomeOf(subject);
  return IsAllowed(state, reader, "group.read", home.value == 0 ? state.root() : home,
                   /*about_self=*/false, now);
}

}  // namespace provost
