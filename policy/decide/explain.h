// The derivation of a decision, of an allow and of a denial alike (rule 9).
#ifndef PROVOST_POLICY_DECIDE_EXPLAIN_H_
#define PROVOST_POLICY_DECIDE_EXPLAIN_H_

#include <memory>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "policy/decide/effect.h"
#include "policy/decide/question.h"
#include "policy/world/state.h"

namespace provost {

// One step from a subject up into a group, with the window of that membership.
struct GroupStep {
  SubjectId group;
  Window window;
};

// One role that takes part in the decision.
struct RoleDerivation {
  enum class Via : uint8_t {
    kDefault = 1,     // every active user holds it
    kAnonymous = 2,   // nobody signed in holds it
    kAssignment = 3,  // at a scope on the path
    kReach = 4,       // below, by a cell that reaches up to the asked scope
    kActingAs = 5,    // asked as this role
  };
  RoleId role;
  Via via = Via::kAssignment;
  bool reach = false;              // by the cell that reaches, not by the ordinary one
  AssignmentId assignment;         // kAssignment and kReach
  SubjectId holder;                // who has the assignment: the subject or a group
  ScopeId scope;                   // where the role is held
  Window window;                   // of the assignment
  std::vector<GroupStep> chain;    // subject -> ... -> holder; one shortest, ties by uid
  const CellInfo* cell = nullptr;  // null: the matrix has none here
  OverrideTraces overrides;        // from the tenant down
  CellValue effect;                // after the overrides
  FactSet missing = 0;  // of the fact set that lacks the fewest, where the effect is an ALLOW
  // When the assignment or the membership in the holder ends; of a membership the end of the union
  // of all chains, not of the one told.
  absl::Time until = absl::InfiniteFuture();
};

struct FrozenScope {
  ScopeId scope;
  bool archived = false;
  bool held = false;
};

// What would have made a denial an allow, the first of these that would (rule 9): some more facts,
// one override or cell less, or one assignment more. None where it takes more than one of them.
struct NearestMiss {
  enum class Kind : uint8_t { kNone, kFact, kPrevent, kProhibit, kAssignment };
  Kind kind = Kind::kNone;
  RoleId role;          // whose cell lacks the facts, prevents, prohibits; or to be assigned
  FactSet missing = 0;  // kFact
  std::optional<OverrideTrace> blocking;  // kPrevent, kProhibit: the override; unset: the cell
  ScopeId scope;  // kAssignment: the deepest scope where the role may be held
};

struct Explanation {
  Decision decision;
  Question question;
  std::vector<RoleDerivation> roles;  // by scope from the tenant down, then role, then assignment
  std::vector<FrozenScope> frozen;    // on the path, from the tenant down
  NearestMiss nearest_miss;           // of a denial
  // The first instant at which an ALLOWED, left alone, is one no more; else the infinite future.
  absl::Time allowed_until = absl::InfiniteFuture();
  // Asked as a role: the same question as oneself, which may forbid it (rule 7).
  std::unique_ptr<Explanation> as_self;
};

// Explains what Check(state, question) answers; the decision is the same by rule. Allocates; costs
// a few microseconds for an ordinary subject, and a check for each bound of the windows of an
// allowed one's assignments and memberships. Any thread.
Explanation Explain(const WorldState& state, const Question& question);

}  // namespace provost

#endif  // PROVOST_POLICY_DECIDE_EXPLAIN_H_
