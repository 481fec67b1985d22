// The roles that a subject holds on a path, and what those let it hand on (D of rule 11 on).
#ifndef PROVOST_POLICY_DECIDE_HELD_H_
#define PROVOST_POLICY_DECIDE_HELD_H_

#include <map>
#include <set>
#include <vector>

#include "absl/time/time.h"
#include "policy/matrix/types.h"
#include "policy/world/state.h"

namespace provost {

// One role, held by one assignment: the subject's own or a group's.
struct HeldRole {
  RoleId role;
  SubjectId holder;                          // the subject itself or the group
  const AssignmentRecord* record = nullptr;  // null: the default role; lives as long as the state
  // When this way of holding it ends: the assignment's end and, through a group, the membership's.
  absl::Time until = absl::InfiniteFuture();
};

// Every live way in which `subject` holds a role at a scope on path(scope) at `time`, the default
// role included. Nothing for a suspended subject or tenant. Cost: the subject's assignments and
// those of its groups.
std::vector<HeldRole> RolesOnPath(const WorldState& state, SubjectId subject, ScopeId scope,
                                  absl::Time time);

// The same roles, several times where there are several ways to hold one: visit(RoleId). Allocates
// nothing.
template <typename Visit>
void ForEachRoleOnPath(const WorldState& state, SubjectId subject, ScopeId scope, absl::Time time,
                       Visit visit) {
  if (!state.HasSubject(subject) || !state.HasScope(scope) || state.IsSuspended(subject) ||
      state.suspended()) {
    return;
  }
  const ScopePath path = state.PathOf(scope);
  const auto visit_holder = [&](SubjectId holder) {
    for (const AssignmentRecord& record : state.AssignmentsOf(holder)) {
      if (record.LiveAt(time) && path.Contains(record.scope)) visit(RoleId(record.role));
    }
  };
  if (state.KindOf(subject) == SubjectKind::kUser && state.matrix().default_role().has_value()) {
    visit(*state.matrix().default_role());
  }
  visit_holder(subject);
  for (const MembershipRecord& direct : state.GroupsOf(subject)) {
    const GroupClosure* closure = state.closure(direct.group);
    if (closure == nullptr || !direct.window.Contains(time)) continue;
    for (uint64_t i = 0; i < closure->count; ++i) {
      const MembershipRecord& above = closure->entries()[i];
      if (above.window.Contains(time)) visit_holder(SubjectId(above.group));
    }
  }
}

// D(subject, scope): the roles held on path(scope) and all that `may_assign` reaches from them.
std::set<RoleId> DelegableRoles(const WorldState& state, SubjectId subject, ScopeId scope,
                                absl::Time time);

// When `subject`'s membership of each group that it is in at `time` ends, by group: the end of the
// union of all chains (rule 2).
std::map<uint32_t, absl::Time> MembershipEnds(const WorldState& state, SubjectId subject,
                                              absl::Time time);

// Every subject that is `subject` or, if that is a group, is in it by any chain, whatever the
// windows and suspensions: whom a grant to it concerns, now or later.
std::vector<SubjectId> SubjectsBelow(const WorldState& state, SubjectId subject);

// Every group that `subject` is in by any chain, itself included, each once for each of the
// disjoint windows in which some chain holds (suspensions not counted): what it holds, now or
// later. Cost: the memberships at and above `subject`, times the windows that do not meet.
std::vector<MembershipRecord> GroupsAbove(const WorldState& state, SubjectId subject);

}  // namespace provost

#endif  // PROVOST_POLICY_DECIDE_HELD_H_
