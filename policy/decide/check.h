// The decision: may s use p at r, with facts F, at time t? (rules 1 to 8)
//
// All functions are pure: they read one WorldState and change nothing. Any thread.
#ifndef PROVOST_POLICY_DECIDE_CHECK_H_
#define PROVOST_POLICY_DECIDE_CHECK_H_

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "policy/decide/question.h"
#include "policy/world/state.h"

namespace provost {

// Answers by handles. Allocates nothing and takes no lock. A permission that cannot be asked at
// the scope's kind is kNotAsked. Cost: two cache lines for a subject without groups and a path
// without overrides; else what the subject's groups hold.
Decision Check(const WorldState& state, const Question& question);

// Answers many at once, decisions[i] for questions[i] (same size): memory is fetched ahead, so that
// cold questions overlap.
void CheckBatch(const WorldState& state, absl::Span<const Question> questions,
                absl::Span<Decision> decisions);

// Answers by names. INVALID_ARGUMENT for what the policy does not name, with the nearest name, and
// for a permission that cannot be asked at the scope's kind (rule 1).
absl::StatusOr<Decision> CheckNamed(const WorldState& state, const NamedQuestion& question);

// One subject, many permissions x many scopes: allowed[p * scopes.size() + s]. False where a
// permission cannot be asked. `allowed` has permissions.size() * scopes.size() elements.
void CheckGrid(const WorldState& state, SubjectId subject,
               absl::Span<const PermissionId> permissions, absl::Span<const ScopeId> scopes,
               FactSet facts, absl::Time time, const std::optional<ActingAs>& acting_as,
               absl::Span<bool> allowed);

}  // namespace provost

#endif  // PROVOST_POLICY_DECIDE_CHECK_H_
