// An explanation for people: as words, and as a tree of lines.
//
// ExplanationText is plain strings, so that an Explanation of the engine and one that came over the
// wire are shown by the same RenderExplanation. Pure functions; any thread.
#ifndef PROVOST_POLICY_DECIDE_DESCRIBE_H_
#define PROVOST_POLICY_DECIDE_DESCRIBE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "policy/decide/explain.h"
#include "policy/decide/question.h"
#include "policy/world/state.h"

namespace provost {

// Facts any one set of which suffices for an ALLOW; one empty set: none is needed.
using FactSetTexts = std::vector<std::vector<std::string>>;

struct CellText {
  std::string effect;  // "ALLOW", "PREVENT", "PROHIBIT"
  FactSetTexts alternatives;
  std::string rank;    // "exact", "implied", "wildcard"
  std::string source;  // sentence id or default code; may be empty
};

struct OverrideText {
  std::string scope;
  std::string effect;
  FactSetTexts alternatives;  // of an ALLOW; empty: those of the cell
  bool locked = false;
  bool implied = false;  // it names a permission that implies the asked one
  bool ignored = false;  // below a lock or a PROHIBIT, or outranked: it changes nothing
};

struct HeldRoleText {
  std::string role;
  RoleDerivation::Via via = RoleDerivation::Via::kAssignment;
  std::string scope;                // where it is held
  std::vector<std::string> groups;  // from the subject to the holder, the subject left out
  std::string until;                // empty: for good
  bool has_cell = false;
  CellText cell;
  std::vector<OverrideText> overrides;  // from the tenant down
  std::string effect;                   // after the overrides; empty: nothing
  FactSetTexts alternatives;            // of an ALLOW after the overrides
  std::vector<std::string> missing;     // facts; empty with effect ALLOW: the role grants
};

struct NearestMissText {
  NearestMiss::Kind kind = NearestMiss::Kind::kNone;
  std::string role;
  std::vector<std::string> facts;  // kFact: all of them are needed
  std::string scope;  // kPrevent, kProhibit: the override's, empty for the cell; kAssignment: where
  std::string source;  // kPrevent, kProhibit by a cell: its source
};

struct ExplanationText {
  bool allowed = false;
  std::string reason;   // as the contract spells it
  std::string subject;  // empty: anonymous
  std::string permission;
  std::string scope;
  std::vector<std::string> facts;
  std::string time;
  std::string acting_role;  // empty: as oneself
  std::string acting_scope;
  std::vector<HeldRoleText> roles;
  std::vector<std::string> freezes;  // "`fire` (ARCHIVE)"
  NearestMissText nearest_miss;
  std::string until;                               // when an allow ends by itself; empty: never
  std::shared_ptr<const ExplanationText> as_self;  // asked as a role: the same as oneself
};

// `time` in UTC, as RFC 3339 with as many digits as it needs; empty for the infinite ones.
std::string TimeText(absl::Time time);

// The words for `explanation`, which was made from `state`. `subject`, `scope` and `acting_scope`
// are what the asker called them, since those that do not exist have no name in the state.
ExplanationText Describe(const WorldState& state, const Explanation& explanation,
                         absl::string_view subject, absl::string_view scope,
                         absl::string_view acting_scope);

// "may `ann` use `course.update` at `fire`, given `creator`, acting as `learner` at `fire`?"
std::string QuestionText(const ExplanationText& text);

struct RenderOptions {
  std::string indent;   // put before each line
  bool colour = false;  // ANSI colours for the verdict and what decides
};

// The derivation as a tree, a line each, every line ended. Always at least the verdict.
//
//   denied, PREVENTED
//   ├─ `course_admin` at `safety`, through group `trainers`, until 2026-11-03T00:00:00Z
//   │  ├─ cell: ALLOW (exact, CA1)
//   │  ├─ override at `fire`: PREVENT
//   │  └─ comes to PREVENT
//   └─ nearest miss: the override at `fire` prevents `course_admin`
std::string RenderExplanation(const ExplanationText& text, const RenderOptions& options = {});

}  // namespace provost

#endif  // PROVOST_POLICY_DECIDE_DESCRIBE_H_
