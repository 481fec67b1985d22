// Exclusive sets of roles (rule 17).
#ifndef PROVOST_POLICY_DECIDE_EXCLUSIVE_H_
#define PROVOST_POLICY_DECIDE_EXCLUSIVE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "policy/world/state.h"

namespace provost {

// One role held now or later, by whichever way.
struct Holding {
  RoleId role;
  ScopeId scope;
  Window window;
};

// All that `subject` holds itself and through groups and has not ended by `now`. Suspended
// assignments and groups count: they can come back without being judged again.
std::vector<Holding> HoldingsOf(const WorldState& state, SubjectId subject, absl::Time now);

// FAILED_PRECONDITION if `added`, given to `subject` (and so, if that is a group, to all in it),
// would put two roles of an exclusive set on one path for anybody at one time.
absl::Status CheckExclusiveGrant(const WorldState& state, SubjectId subject, const Holding& added,
                                 absl::Time now);

// FAILED_PRECONDITION if `member` would come to hold two roles of an exclusive set by being in
// `group` during `window`, whoever puts it there.
absl::Status CheckExclusiveMember(const WorldState& state, SubjectId group, SubjectId member,
                                  const Window& window, absl::Time now);

// FAILED_PRECONDITION if two roles that being in `group` confers during `window` exclude each
// other: nobody can come into such a group.
absl::Status CheckExclusiveConferred(const WorldState& state, SubjectId group, const Window& window,
                                     absl::Time now);

// FAILED_PRECONDITION if moving `scope` below `new_parent` would put two roles of an exclusive set
// on one path for anybody at one time.
absl::Status CheckExclusiveMove(const WorldState& state, ScopeId scope, ScopeId new_parent,
                                absl::Time now);

// One sentence for each subject whose roles break an exclusive set of `next`.
std::vector<std::string> FindExclusiveBreaks(const WorldState& state, const Matrix& next,
                                             absl::Time now);

}  // namespace provost

#endif  // PROVOST_POLICY_DECIDE_EXCLUSIVE_H_
