// What guards the rules themselves: who may hand on what (rules 11 to 19 and 22).
//
// Each function judges one kind of change against the state that it would be applied to, and
// changes nothing. OK means that the change may be made. Else PERMISSION_DENIED where the actor
// lacks a right, FAILED_PRECONDITION where the world forbids it whoever asks, with a message in the
// words of the policy. The ordinary permission of the method (`role.override`, `group.manage`...)
// is asked apart from this, except where a rule says that it is part of it. Any thread.
#ifndef PROVOST_POLICY_DECIDE_DELEGATION_H_
#define PROVOST_POLICY_DECIDE_DELEGATION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "policy/matrix/matrix.h"
#include "policy/matrix/types.h"
#include "policy/world/state.h"

namespace provost {

// Rules 11, 13, 17 and 19: may `actor` assign `role` to `subject` at `scope` for `window`? INVALID_
// ARGUMENT if the role cannot be held at such a scope, NOT_FOUND if subject or scope is not there.
absl::Status CheckAssign(const WorldState& state, SubjectId actor, SubjectId subject, RoleId role,
                         ScopeId scope, const Window& window, absl::Time now);

// Rule 11: may `actor` remove an assignment of `role` at `scope`? Freezes do not stop it.
absl::Status CheckUnassign(const WorldState& state, SubjectId actor, RoleId role, ScopeId scope,
                           absl::Time now);

// Rules 12, 13, 17 and 19: may `actor` make `member` a member of `group` for `window`?
absl::Status CheckAddMember(const WorldState& state, SubjectId actor, SubjectId group,
                            SubjectId member, const Window& window, absl::Time now);

// Rule 12: may `actor` remove a member of `group`?
absl::Status CheckRemoveMember(const WorldState& state, SubjectId actor, SubjectId group,
                               absl::Time now);

// Rule 14: may `actor` change the login identifier of `user`, suspend or erase them?
absl::Status CheckIdentityChange(const WorldState& state, SubjectId actor, SubjectId user,
                                 absl::Time now);

// Rules 13 and 16: may `actor` put `after` (unset: nothing) in place of what overrides `permission`
// for `role` at `scope`? after->role and after->permission are ignored. FAILED_PRECONDITION beyond
// the limit of override_limit.h.
absl::Status CheckOverride(const WorldState& state, SubjectId actor, ScopeId scope, RoleId role,
                           PermissionId permission, const std::optional<OverrideRecord>& after,
                           absl::Time now);

// What moving a scope of one kind asks (rule 18). Each is asked at the nearest scope, from the one
// named here upwards, of a kind at which it can be asked.
struct MovePermissions {
  absl::string_view manage;  // at the scope itself
  absl::string_view remove;  // at the old parent; at the scope where only that is of a right kind
  absl::string_view create;  // at the new parent
  FactSet facts = 0;         // that hold of the scope itself, `creator` say
};
// Rules 13, 17, 18 and 19: may `actor` move `scope` below `new_parent`?
absl::Status CheckMove(const WorldState& state, SubjectId actor, ScopeId scope, ScopeId new_parent,
                       const MovePermissions& permissions, absl::Time now);

// Rule 15: may `author` put `next` in force? It may add only what some role in the author's D at
// the tenant has: cells, reaches, may_* entries, READ in place of WRITE; and, where roles are
// overridden, what the author is allowed there or such a role has. Whatever adds or drops a
// PROHIBIT needs `role.prohibit` at the tenant. The message names the first of what it may not.
// Cost: the cells of both, and the overridden scopes times what their overrides imply.
absl::Status CheckPolicyChange(const WorldState& state, SubjectId author, const Matrix& next,
                               absl::Time now);

// What putting `next` in force would break, one sentence each: roles in use that it lacks or that
// may no longer be held where they are, overrides that name what it lacks, exclusive sets that
// somebody's roles break (rule 17), roles that a group filled by a rule may not hold (rule 13), no
// holder of its top role (rule 22), or none any more who may apply policies and touch PROHIBITs, so
// that the tenant could not repair itself. Cost: the whole world.
std::vector<std::string> FindPolicyBreaks(const WorldState& state, const Matrix& next,
                                          absl::Time now);

// Rule 22: true if somebody active holds the top role by a direct, unending assignment at the
// tenant, apart from `without_subject` and `without_assignment`. True if the policy has no top
// role. Cost: the holders looked at until one is found.
bool HasTopRoleHolder(const WorldState& state, absl::Time now,
                      SubjectId without_subject = kAnonymous,
                      AssignmentId without_assignment = AssignmentId(0));

// True if `holder`, a user or service account that is active, holds `role` by a direct, unending
// assignment at the tenant.
bool HoldsUnending(const WorldState& state, SubjectId holder, RoleId role, absl::Time now,
                   AssignmentId without_assignment = AssignmentId(0));

// True if anybody does.
bool HasUnendingHolder(const WorldState& state, RoleId role, absl::Time now,
                       SubjectId without_subject = kAnonymous,
                       AssignmentId without_assignment = AssignmentId(0));

// Asks `permission` of `actor` at the nearest scope from `scope` upwards of a kind at which it can
// be asked; false if there is none or the policy has no such permission.
bool IsAllowedNear(const WorldState& state, SubjectId actor, absl::string_view permission,
                   ScopeId scope, absl::Time now, FactSet facts = 0);

}  // namespace provost

#endif  // PROVOST_POLICY_DECIDE_DELEGATION_H_
