// What is asked and what is answered: may this subject do this, here?
#ifndef PROVOST_POLICY_DECIDE_QUESTION_H_
#define PROVOST_POLICY_DECIDE_QUESTION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "policy/matrix/types.h"
#include "policy/world/state.h"

namespace provost {

// Rule 7: the question is asked as if the subject held only `role`, at `scope`.
struct ActingAs {
  RoleId role;
  ScopeId scope;
};

// A question by handles. Roles, permissions and facts are those of the matrix of the state that is
// asked; a handle that does not exist is answered UNKNOWN_SUBJECT or UNKNOWN_SCOPE.
struct Question {
  SubjectId subject;  // kAnonymous: nobody signed in
  PermissionId permission;
  ScopeId scope;
  FactSet facts = 0;
  absl::Time time;
  std::optional<ActingAs> acting_as;
};

// Why the answer is what it is: the first that applies, in this order (rule 8). The numbers are
// those of provost.v1.Decision.Reason.
enum class Reason : uint8_t {
  kNotAsked = 0,  // the permission cannot be asked at a scope of this kind: denied
  kAllowed = 1,
  kUnknownSubject = 2,
  kSuspended = 3,
  kUnknownScope = 4,
  kProhibited = 5,
  kFrozen = 6,
  kMissingFacts = 7,
  kPrevented = 8,
  kNoRole = 9,
  kNotGranted = 10,
};
// "ALLOWED", "NOT_GRANTED"...: as the contract spells them.
absl::string_view ReasonName(Reason reason);

struct Decision {
  Reason reason = Reason::kNotGranted;
  bool allowed() const { return reason == Reason::kAllowed; }
  friend bool operator==(Decision a, Decision b) { return a.reason == b.reason; }
};

// A question in the caller's words.
struct NamedQuestion {
  absl::string_view subject;  // empty: anonymous
  absl::string_view permission;
  absl::string_view scope;
  absl::Span<const absl::string_view> facts;
  absl::Time time;
  absl::string_view acting_role;  // empty: as oneself
  absl::string_view acting_scope;
};

// Finds the handles. INVALID_ARGUMENT for a permission, fact or role that the policy does not name,
// with the nearest (rule 1); unknown subjects and scopes become handles that do not exist. Costs a
// few hash and tree lookups.
absl::StatusOr<Question> Resolve(const WorldState& state, const NamedQuestion& named);

// The facts as a set. INVALID_ARGUMENT for the first that the policy does not name.
absl::StatusOr<FactSet> ResolveFacts(const Matrix& matrix,
                                     absl::Span<const absl::string_view> names);

// INVALID_ARGUMENT that says where `permission` can be asked, for a question that was kNotAsked.
absl::Status NotAskedError(const Matrix& matrix, PermissionId permission, ScopeKind kind);

}  // namespace provost

#endif  // PROVOST_POLICY_DECIDE_QUESTION_H_
