// The three list questions (rule 10): complete, in a stable order, continued where a page ended.
//
// A list that is continued must be asked of the same state, with the same time, facts and role
// acted as: hold the state (World::Hold) between pages. Any thread.
#ifndef PROVOST_POLICY_DECIDE_LISTS_H_
#define PROVOST_POLICY_DECIDE_LISTS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "policy/decide/question.h"
#include "policy/world/state.h"

namespace provost {

// What every list takes, as a check does.
struct ListContext {
  FactSet facts = 0;
  absl::Time time;
  std::optional<ActingAs> acting_as;
};

// The permissions that `subject` has at `scope`, in the policy's order. Cost: one check each.
std::vector<PermissionId> ListPermissions(const WorldState& state, SubjectId subject, ScopeId scope,
                                          const ListContext& context);

struct SubjectPage {
  std::vector<SubjectId> subjects;  // in the order of their handles
  bool more = false;
};
// The users and service accounts (groups left out) that may use `permission` at `scope`, after
// `after` (kAnonymous: from the first), at most `limit` (at least 1). Cost: those who hold
// something on the path, or reach it from below; every user where the default role decides.
// `permission` not asked at the scope's kind, or no such scope: nobody.
SubjectPage ListSubjects(const WorldState& state, PermissionId permission, ScopeId scope,
                         SubjectId after, size_t limit, const ListContext& context);

struct ScopePage {
  std::vector<ScopeId> scopes;  // parents before children, siblings in the order of handles
  bool more = false;
};
// The scopes of `kind` (unset: all kinds) where `subject` may use `permission`, after `after` in
// that order (0: from the first), at most `limit` (at least 1). Cost: the subtrees below what the
// subject holds; every scope where the default role decides.
ScopePage ListScopes(const WorldState& state, SubjectId subject, PermissionId permission,
                     std::optional<ScopeKind> kind, ScopeId after, size_t limit,
                     const ListContext& context);

}  // namespace provost

#endif  // PROVOST_POLICY_DECIDE_LISTS_H_
