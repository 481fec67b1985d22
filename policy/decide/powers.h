// What a subject's own roles allow it at one scope and at all that will ever stand below: what the
// rules about overrides, custom roles and policies hold a gain against (rules 11, 15 and 16).
#ifndef PROVOST_POLICY_DECIDE_POWERS_H_
#define PROVOST_POLICY_DECIDE_POWERS_H_

#include <set>
#include <vector>

#include "absl/time/time.h"
#include "policy/decide/effect.h"
#include "policy/matrix/types.h"
#include "policy/world/state.h"

namespace provost {

// A plain value that points into the state, which must outlive it. Any thread.
class Powers {
 public:
  // Cost: the subject's assignments and those of its groups.
  Powers(const WorldState& state, SubjectId subject, ScopeId at, absl::Time now);

  ScopeId at() const { return at_; }

  // Where `permission` is asked: at a scope of `kind` at or below this one that has no overrides of
  // its own but this one's.
  Place PlaceOf(PermissionId permission, ScopeKind kind) const;

  // True if some role held on the path allows `permission` under `facts` there and none prohibits
  // it. Reaches and freezes are left out.
  bool Allow(PermissionId permission, ScopeKind kind, FactSet facts) const;

 private:
  const WorldState* state_;
  ScopeId at_;
  ScopePath path_;
  std::set<RoleId> roles_;
};

// The powers at `top` and at each scope below where they, or what `role` gives, may differ from
// what holds above: those with overrides for `role` or for a role that the subject holds, and those
// where the subject holds something. Cost: the overridden scopes of the tenant, and the subject's
// holdings for each scope that is kept.
std::vector<Powers> PowersAtAndBelow(const WorldState& state, SubjectId subject, RoleId role,
                                     ScopeId top, absl::Time now);

}  // namespace provost

#endif  // PROVOST_POLICY_DECIDE_POWERS_H_
