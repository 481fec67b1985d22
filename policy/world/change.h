// What a committed mutation did to a tenant's world, as plain values.
//
// A Change is self-contained: it names roles, permissions and facts by name and everything else by
// uid, so it can be kept, sent and applied elsewhere. It is applied by WorldEdit::Apply alone.
#ifndef PROVOST_POLICY_WORLD_CHANGE_H_
#define PROVOST_POLICY_WORLD_CHANGE_H_

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "policy/matrix/matrix.h"
#include "policy/matrix/types.h"

namespace provost {

enum class SubjectKind : uint8_t { kUser = 1, kServiceAccount = 2, kGroup = 3 };

// When something counts: from `not_before` (included) to `expires` (not included).
struct Window {
  absl::Time not_before = absl::InfinitePast();
  absl::Time expires = absl::InfiniteFuture();

  bool Contains(absl::Time t) const { return not_before <= t && t < expires; }
  bool always() const {
    return not_before == absl::InfinitePast() && expires == absl::InfiniteFuture();
  }
  bool empty() const { return not_before >= expires; }
  bool Overlaps(const Window& other) const {
    return not_before < other.expires && other.not_before < expires;
  }
  friend bool operator==(const Window& a, const Window& b) {
    return a.not_before == b.not_before && a.expires == b.expires;
  }
};

// Creates a subject, or replaces what is said here of one that exists (its kind stays).
struct PutSubject {
  SubjectId uid;
  SubjectKind kind = SubjectKind::kUser;
  std::string name;  // unique among subjects; 1 to 256 bytes
  ScopeId home;      // 0: the tenant
  bool suspended = false;
  bool by_rule = false;  // a group that a rule fills (rule 13)
};
// Removes a subject with its assignments, its memberships and, for a group, its members.
struct RemoveSubject {
  SubjectId uid;
};
// Adds `member` to `group`, or replaces the window of the membership.
struct PutMember {
  SubjectId group;
  SubjectId member;
  Window window;
};
struct RemoveMember {
  SubjectId group;
  SubjectId member;
};
// Creates a scope, or replaces what is said here of one that exists (its kind stays): another
// parent moves the whole subtree.
struct PutScope {
  ScopeId uid;
  ScopeKind kind = ScopeKind::kTenant;
  std::string name;  // unique among scopes; 1 to 256 bytes
  ScopeId parent;    // 0: this is the tenant
  bool archived = false;
  bool held = false;
};
// Removes a scope that has no scopes below it, with the assignments and overrides at it. Subjects
// whose home it was must have been removed or moved before.
struct RemoveScope {
  ScopeId uid;
};
// Creates an assignment, or replaces the window and suspension of one that exists.
struct PutAssignment {
  AssignmentId uid;
  SubjectId subject;
  std::string role;
  ScopeId scope;
  Window window;
  bool suspended = false;
};
struct RemoveAssignment {
  AssignmentId uid;
  SubjectId subject;
};
struct PutOverride {
  ScopeId scope;
  std::string role;
  std::string permission;
  Effect effect = Effect::kAllow;
  bool locked = false;
  std::optional<std::vector<std::string>> facts;  // ALLOW only; unset: the cell's
};
struct RemoveOverride {
  ScopeId scope;
  std::string role;
  std::string permission;
};
// Puts another policy in force. Refused if a role that is assigned or overridden, or a permission
// or fact that an override names, is not in it.
struct SetPolicy {
  std::shared_ptr<const Matrix> matrix;
};
// Suspends or resumes the tenant as a whole (rule 6).
struct SetTenant {
  bool suspended = false;
};

using ChangeOp = std::variant<PutSubject, RemoveSubject, PutMember, RemoveMember, PutScope,
                              RemoveScope, PutAssignment, RemoveAssignment, PutOverride,
                              RemoveOverride, SetPolicy, SetTenant>;

// The ops are applied in order; later ones see what earlier ones did.
struct Change {
  std::vector<ChangeOp> ops;
};

}  // namespace provost

#endif  // PROVOST_POLICY_WORLD_CHANGE_H_
