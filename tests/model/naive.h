// The naive twin: the decision rules written down once more, with strings, maps and sets, for the
// compiled engine to be held against. It shares no code with policy/ and includes none of it; the
// generated messages of the contract are its only input. Clarity comes before speed everywhere: a
// question costs a walk over all assignments and groups of the scenario.
//
// The numbers in the comments are the rules of the decision semantics.

#ifndef PROVOST_TESTS_MODEL_NAIVE_H_
#define PROVOST_TESTS_MODEL_NAIVE_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "provost/v1/policy.pb.h"
#include "provost/v1/scenario.pb.h"

namespace provost::naive {

using Kind = v1::Scope::Kind;
using Facts = std::set<std::string>;

// Half open: an instant t is in it when begin <= t < end.
struct Window {
  absl::Time begin = absl::InfinitePast();
  absl::Time end = absl::InfiniteFuture();
};
bool operator==(const Window& a, const Window& b);

// How an entry came to be, weakest first (rule 3).
enum class Rank { kWildcard = 1, kImplied = 2, kExact = 3 };

// One entry for a (role, permission, kind), or one override for a question, before rule 3 has
// chosen among them. An ALLOW holds when all facts of one of its alternatives are stated.
struct Entry {
  Rank rank = Rank::kExact;
  v1::Effect effect = v1::ALLOW;
  std::set<Facts> alternatives;
};

// What rule 3 leaves of some entries. EFFECT_UNSPECIFIED: there were none.
struct Effect {
  v1::Effect effect = v1::EFFECT_UNSPECIFIED;
  Rank rank = Rank::kWildcard;
  std::set<Facts> alternatives;
};

using ActingAs = std::optional<std::pair<std::string, std::string>>;  // role, scope

struct Question {
  std::string subject;  // empty: anonymous
  std::string permission;
  std::string scope;
  Facts facts;
  absl::Time time;
  ActingAs acting_as;
};

struct Answer {
  bool allowed = false;
  v1::Decision::Reason reason = v1::Decision::REASON_UNSPECIFIED;
};

// A role that a subject holds, where, and when. `windows` are disjoint and in order.
struct Holding {
  std::string role;
  std::string scope;
  std::vector<Window> windows;
};

// The world of one scenario under one policy. Constant after construction, so any number of threads
// may ask it.
class Twin {
 public:
  // `policy` stands for the scenario's policy with `extends` already resolved; `custom_roles` are
  // the roles that an extension defined (rule 11, may_assign_subset). Neither is checked for being
  // well formed: that is the compiler's work, not the twin's.
  Twin(const v1::Scenario& scenario, const v1::PolicySource& policy,
       std::set<std::string> custom_roles = {});

  // Rules 1 to 8. INVALID_ARGUMENT where the question itself is wrong: a permission, fact or role
  // that the policy does not name, or a permission that cannot be asked at the kind of the scope.
  absl::StatusOr<Answer> Check(const Question& question) const;

  // Rule 10. Each is complete; a permission that cannot be asked at a scope is not in its list.
  std::set<std::string> PermissionsOf(const std::string& subject, const std::string& scope,
                                      const Facts& facts, absl::Time time,
                                      const ActingAs& acting_as = std::nullopt) const;
  std::set<std::string> SubjectsThatMay(const std::string& permission, const std::string& scope,
                                        const Facts& facts, absl::Time time,
                                        const ActingAs& acting_as = std::nullopt) const;
  std::set<std::string> ScopesWhere(const std::string& subject, const std::string& permission,
                                    Kind kind, const Facts& facts, absl::Time time,
                                    const ActingAs& acting_as = std::nullopt) const;

  // D(s, a): the roles that `subject` holds on path(scope) at `time`, and all that may_assign
  // reaches from them.
  std::set<std::string> Dominion(const std::string& subject, const std::string& scope,
                                 absl::Time time) const;

  // Rules 11, 13, 17 and 19: may `actor` assign `role` to `subject` at `scope` at `time`, without
  // an end?
  bool MayAssign(const std::string& actor, const std::string& role, const std::string& subject,
                 const std::string& scope, absl::Time time) const;

  // Rule 17: would `subject`, or anyone in it, hold two roles of an exclusive set on one path, now
  // or later, if it were given `role` at `scope` during `window`?
  bool WouldBreakExclusion(const std::string& subject, const std::string& role,
                           const std::string& scope, Window window, absl::Time now) const;

  // Rule 13: is `group` filled by a rule, or some group in it, now or later?
  bool FillsItself(const std::string& group, absl::Time now) const;

  // Rule 13: may a group that fills itself hold `role` at `scope`?
  bool MayFallToAnybody(const std::string& role, const std::string& scope) const;

  // Rule 13: no group that fills itself holds, now or later, what it may not.
  bool KeepsRule13(absl::Time now) const;

  // Whether what is suspended counts: it does not give anything, but it can come back without being
  // judged again, so rule 17 has to reckon with it.
  enum class Suspended { kLeftOut, kCounted };

  // Every role held by `subject`, wherever and whenever: its own assignments and those of the
  // groups it is in.
  std::vector<Holding> HoldingsOf(const std::string& subject, Suspended suspended) const;

  // The windows during which `subject` is in `group` (rule 2).
  std::vector<Window> MembershipOf(const std::string& subject, const std::string& group,
                                   Suspended suspended) const;

  // Rules 1 and 6. The anonymous exists and is never suspended.
  bool SubjectExists(const std::string& subject) const;
  bool IsSuspended(const std::string& subject) const;

  std::vector<std::string> PathOf(const std::string& scope) const;  // from the tenant down
  bool IsAtOrBelow(const std::string& scope, const std::string& ancestor) const;

  // The cell of a role before any override, what it reaches, and what its overrides on path(scope)
  // make of its cell.
  Effect CellOf(const std::string& role, const std::string& permission, Kind kind) const;
  Effect ReachOf(const std::string& role, const std::string& permission, Kind kind) const;
  Effect RoleEffect(const std::string& role, const std::string& permission,
                    const std::string& scope) const;
  // The same for its reach to `scope`, if it has one.
  Effect ReachEffect(const std::string& role, const std::string& permission,
                     const std::string& scope) const;
  // The scope of that kind nearest to `scope` on its path, itself included.
  std::optional<std::string> NearestOfKind(const std::string& scope, Kind kind) const;

 private:
  // A role held at a scope at the moment of a question.
  struct Held {
    std::string role;
    std::string scope;
  };

  void ExpandGrants(const v1::Role& role);
  std::set<std::string> MatchedBy(const std::string& pattern) const;
  std::set<std::string> ImpliedBy(const std::string& permission, Kind kind) const;
  bool IsAskedAt(const std::string& permission, Kind kind) const;
  bool WritesWhoMayDoWhat(const std::string& permission) const;
  std::set<Kind> KindsWhereHeld(const v1::Role& role) const;

  bool IsIn(const std::string& subject, const std::string& group, absl::Time time) const;
  std::vector<Held> HeldBy(const std::string& subject, absl::Time time) const;
  std::set<std::string> RolesOnPath(const std::vector<Held>& held, const std::string& scope) const;

  Effect WithOverrides(Effect start, const std::string& role, const std::string& permission,
                       const std::string& scope, Kind kind, bool exact_only) const;

  Answer Decide(const Question& question, const std::vector<Held>& held) const;
  Answer DecideAsSelf(const Question& question) const;
  Answer DecideActingAs(const Question& question) const;
  bool MaySwitchTo(const Question& question) const;
  bool IsFrozenFor(const std::string& permission, const std::string& scope) const;

  bool MayAssignByRight(const std::string& actor, const std::string& role, const std::string& scope,
                        absl::Time time) const;
  bool IsAllowedEveryCell(const std::string& actor, const std::string& role,
                          const std::string& scope, absl::Time time) const;
  bool NamesAllThatItNames(const std::string& actor, const std::string& role,
                           const std::string& scope, absl::Time time) const;
  std::set<std::string> SubjectsIn(const std::string& subject) const;

  v1::PolicySource policy_;
  std::set<std::string> custom_roles_;
  std::map<std::string, v1::Permission> permissions_;
  std::map<std::string, v1::Role> roles_;
  std::set<std::string> facts_;

  // (role, permission, kind) -> its entries; the reaches stand apart, by the kind reached.
  using CellKey = std::tuple<std::string, std::string, Kind>;
  std::map<CellKey, std::vector<Entry>> entries_;
  std::map<CellKey, std::vector<Entry>> reaches_;

  std::string tenant_;
  std::map<std::string, v1::Scenario::ScopeNode> scopes_;
  std::map<std::string, bool> users_;  // -> suspended
  std::map<std::string, v1::Scenario::Group> groups_;
  std::vector<v1::Scenario::Assignment> assignments_;
  std::map<std::pair<std::string, std::string>, std::vector<v1::Scenario::Override>>
      overrides_;  // by (scope, role)
};

// True if the effect is an ALLOW and one of its alternatives is among `facts`.
bool AllowsWith(const Effect& effect, const Facts& facts);

// The instant that a Timestamp stands for.
absl::Time ToTime(const google::protobuf::Timestamp& timestamp);

}  // namespace provost::naive

#endif  // PROVOST_TESTS_MODEL_NAIVE_H_
