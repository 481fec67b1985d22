#include "tests/model/naive.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace provost::naive {
namespace {

using v1::ALLOW;
using v1::Decision;
using v1::Permission;
using v1::PREVENT;
using v1::PROHIBIT;
using v1::Scenario;
using v1::Scope;

constexpr Kind kKinds[] = {Scope::TENANT, Scope::CATALOG, Scope::COURSE, Scope::SESSION};

// Kinds are numbered from the top of the tree.
bool IsAbove(Kind a, Kind b) { return a < b; }

bool Contains(const Window& window, absl::Time time) {
  return window.begin <= time && time < window.end;
}

template <typename HasWindow>
Window WindowOf(const HasWindow& message) {
  Window window;
  if (message.has_not_before()) window.begin = ToTime(message.not_before());
  if (message.has_expires()) window.end = ToTime(message.expires());
  return window;
}

// Disjoint, in order, adjoining ones made one; the empty ones are dropped.
std::vector<Window> Union(std::vector<Window> windows) {
  windows.erase(std::remove_if(windows.begin(), windows.end(),
                               [](const Window& w) { return w.begin >= w.end; }),
                windows.end());
  std::sort(windows.begin(), windows.end(),
            [](const Window& a, const Window& b) { return a.begin < b.begin; });
  std::vector<Window> merged;
  for (const Window& window : windows) {
    if (!merged.empty() && window.begin <= merged.back().end) {
      merged.back().end = std::max(merged.back().end, window.end);
    } else {
      merged.push_back(window);
    }
  }
  return merged;
}

std::vector<Window> Intersection(const std::vector<Window>& a, const std::vector<Window>& b) {
  std::vector<Window> both;
  for (const Window& x : a) {
    for (const Window& y : b) {
      both.push_back({std::max(x.begin, y.begin), std::min(x.end, y.end)});
    }
  }
  return Union(both);
}

bool HoldsWith(const std::set<Facts>& alternatives, const Facts& stated) {
  for (const Facts& required : alternatives) {
    if (std::includes(stated.begin(), stated.end(), required.begin(), required.end())) return true;
  }
  return false;
}

// Rule 3: PROHIBIT wins; else only the highest rank present counts; there PREVENT beats ALLOW; the
// ALLOWs that remain are alternatives.
Effect Resolve(const std::vector<Entry>& entries) {
  Effect resolved;
  for (const Entry& entry : entries) {
    if (entry.effect == PROHIBIT) return {PROHIBIT, entry.rank, {}};
    resolved.rank = std::max(resolved.rank, entry.rank);
  }
  for (const Entry& entry : entries) {
    if (entry.rank != resolved.rank) continue;
    if (entry.effect == PREVENT) return {PREVENT, entry.rank, {}};
    resolved.effect = ALLOW;
    resolved.alternatives.insert(entry.alternatives.begin(), entry.alternatives.end());
  }
  return resolved;
}

// Rule 6: what lifts an ARCHIVE is named after the kind of the scope that it stands on. Catalogs of
// a policy without a permission of that name are archived by whoever manages them.
bool LiftsFreeze(const std::string& permission, const Scenario::ScopeNode& scope,
                 bool has_catalog_archive) {
  if (scope.frozen() == Scope::HOLD) return permission == "scope.hold";
  switch (scope.kind()) {
    case Scope::TENANT:
      return permission == "tenant.archive";
    case Scope::CATALOG:
      return permission == (has_catalog_archive ? "catalog.archive" : "catalog.manage");
    case Scope::COURSE:
      return permission == "course.archive";
    case Scope::SESSION:
      return permission == "session.archive";
    default:
      return false;
  }
}

}  // namespace

bool operator==(const Window& a, const Window& b) { return a.begin == b.begin && a.end == b.end; }

absl::Time ToTime(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

bool AllowsWith(const Effect& effect, const Facts& facts) {
  return effect.effect == ALLOW && HoldsWith(effect.alternatives, facts);
}

Twin::Twin(const Scenario& scenario, const v1::PolicySource& policy,
           std::set<std::string> custom_roles)
    : policy_(policy), custom_roles_(std::move(custom_roles)) {
  for (const v1::Fact& fact : policy.facts()) facts_.insert(fact.name());
  for (const Permission& permission : policy.permissions()) {
    permissions_[permission.name()] = permission;
  }
  for (const v1::Role& role : policy.roles()) roles_[role.name()] = role;
  for (const v1::Role& role : policy.roles()) ExpandGrants(role);

  for (const Scenario::ScopeNode& scope : scenario.scopes()) {
    scopes_[scope.id()] = scope;
    if (scope.parent().empty()) tenant_ = scope.id();
  }
  for (const Scenario::Group& group : scenario.groups()) groups_[group.id()] = group;
  for (const Scenario::User& user : scenario.users()) users_[user.id()] = user.suspended();
  // Whoever a group or an assignment names exists as well.
  for (const Scenario::Group& group : scenario.groups()) {
    for (const Scenario::Member& member : group.members()) {
      if (groups_.count(member.id()) == 0) users_.insert({member.id(), false});
    }
  }
  for (const Scenario::Assignment& assignment : scenario.assignments()) {
    assignments_.push_back(assignment);
    if (groups_.count(assignment.subject()) == 0) users_.insert({assignment.subject(), false});
  }
  for (const Scenario::Override& override : scenario.overrides()) {
    overrides_[{override.scope(), override.role()}].push_back(override);
  }
}

// ---- Policy: what the grants of a role come to, cell by cell (terms "cell", "reach"; rule 3).

bool Twin::IsAskedAt(const std::string& permission, Kind kind) const {
  const auto& kinds = permissions_.at(permission).asked_at();
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

// "Names or `course.*` or `*`"; a wildcard never matches an explicit permission.
std::set<std::string> Twin::MatchedBy(const std::string& pattern) const {
  if (!absl::EndsWith(pattern, "*")) return {pattern};
  const absl::string_view prefix = absl::StripSuffix(pattern, "*");
  std::set<std::string> matched;
  for (const auto& [name, permission] : permissions_) {
    if (absl::StartsWith(name, prefix) && !permission.explicit_()) matched.insert(name);
  }
  return matched;
}

// `implies`, transitively, within the kind: both ends of the chain can be asked at it. The
// permission itself is left out.
std::set<std::string> Twin::ImpliedBy(const std::string& permission, Kind kind) const {
  if (!IsAskedAt(permission, kind)) return {};
  std::set<std::string> found;
  std::vector<std::string> next = {permission};
  while (!next.empty()) {
    const std::string from = next.back();
    next.pop_back();
    for (const std::string& to : permissions_.at(from).implies()) {
      if (found.insert(to).second) next.push_back(to);
    }
  }
  found.erase(permission);
  std::set<std::string> within;
  for (const std::string& name : found) {
    if (IsAskedAt(name, kind)) within.insert(name);
  }
  return within;
}

// The kinds of scope at which somebody can come to hold the role: those it may be assigned at, and
// the tenant for the roles that are held there without an assignment.
std::set<Kind> Twin::KindsWhereHeld(const v1::Role& role) const {
  std::set<Kind> kinds;
  for (int kind : role.assignable_at()) kinds.insert(static_cast<Kind>(kind));
  if (role.name() == policy_.default_role() || role.name() == policy_.anonymous_role()) {
    kinds.insert(Scope::TENANT);
  }
  return kinds;
}

void Twin::ExpandGrants(const v1::Role& role) {
  const std::set<Kind> held_at = KindsWhereHeld(role);
  for (const v1::Grant& grant : role.grants()) {
    const v1::Effect effect = grant.effect() == v1::EFFECT_UNSPECIFIED ? ALLOW : grant.effect();
    std::set<Facts> alternatives;
    if (effect == ALLOW) {
      alternatives.insert(Facts(grant.requires_().begin(), grant.requires_().end()));
    }
    for (const std::string& pattern : grant.permissions()) {
      const bool is_wildcard = absl::EndsWith(pattern, "*");
      for (const std::string& permission : MatchedBy(pattern)) {
        const Rank own_rank = is_wildcard ? Rank::kWildcard : Rank::kExact;

        // The kinds of the ordinary cells. Unset: wherever it can be asked, at and below where the
        // role can be held.
        std::set<Kind> kinds;
        if (grant.at().empty()) {
          for (Kind kind : kKinds) {
            for (Kind held : held_at) {
              if (!IsAbove(kind, held)) kinds.insert(kind);
            }
          }
        } else {
          for (int kind : grant.at()) kinds.insert(static_cast<Kind>(kind));
        }

        if (grant.reach() != Scope::KIND_UNSPECIFIED) {
          // A reach gives exactly what is named, and nothing that it implies.
          if (IsAskedAt(permission, grant.reach())) {
            reaches_[{role.name(), permission, grant.reach()}].push_back(
                {own_rank, ALLOW, alternatives});
          }
          // Where `at` lists the kind reached, and that is above every kind where the role can be
          // held, the entry is just the reach.
          bool above_all = true;
          for (Kind held : held_at) above_all = above_all && IsAbove(grant.reach(), held);
          if (above_all) kinds.erase(grant.reach());
        }

        for (Kind kind : kinds) {
          if (!IsAskedAt(permission, kind)) continue;
          entries_[{role.name(), permission, kind}].push_back({own_rank, effect, alternatives});
          // `implies` carries entries of every effect. What a wildcard gives through it stays a
          // wildcard's, and is not given to an explicit permission.
          for (const std::string& implied : ImpliedBy(permission, kind)) {
            if (is_wildcard && permissions_.at(implied).explicit_()) continue;
            entries_[{role.name(), implied, kind}].push_back(
                {is_wildcard ? Rank::kWildcard : Rank::kImplied, effect, alternatives});
          }
        }
      }
    }
  }
}

Effect Twin::CellOf(const std::string& role, const std::string& permission, Kind kind) const {
  const auto found = entries_.find({role, permission, kind});
  return found == entries_.end() ? Effect() : Resolve(found->second);
}

// ---- World: the tree, the groups, and what is held (rule 2).

std::vector<std::string> Twin::PathOf(const std::string& scope) const {
  std::vector<std::string> path;
  for (std::string at = scope; !at.empty(); at = scopes_.at(at).parent()) {
    path.insert(path.begin(), at);
  }
  return path;
}

bool Twin::IsAtOrBelow(const std::string& scope, const std::string& ancestor) const {
  const std::vector<std::string> path = PathOf(scope);
  return std::find(path.begin(), path.end(), ancestor) != path.end();
}

std::optional<std::string> Twin::NearestOfKind(const std::string& scope, Kind kind) const {
  for (std::string at = scope; !at.empty(); at = scopes_.at(at).parent()) {
    if (scopes_.at(at).kind() == kind) return at;
  }
  return std::nullopt;
}

bool Twin::SubjectExists(const std::string& subject) const {
  return subject.empty() || users_.count(subject) > 0 || groups_.count(subject) > 0;
}

bool Twin::IsSuspended(const std::string& subject) const {
  if (groups_.count(subject) > 0) return groups_.at(subject).suspended();
  return users_.count(subject) > 0 && users_.at(subject);
}

// Rule 2 at one instant: some chain of memberships, each live, through groups that are not
// suspended.
bool Twin::IsIn(const std::string& subject, const std::string& group, absl::Time time) const {
  const Scenario::Group& node = groups_.at(group);
  if (node.suspended()) return false;
  for (const Scenario::Member& member : node.members()) {
    if (!Contains(WindowOf(member), time)) continue;
    if (member.id() == subject) return true;
    if (groups_.count(member.id()) > 0 && IsIn(subject, member.id(), time)) return true;
  }
  return false;
}

// Rule 2 over all time: the union, over chains, of the intersection of the windows along each.
std::vector<Window> Twin::MembershipOf(const std::string& subject, const std::string& group,
                                       Suspended suspended) const {
  const Scenario::Group& node = groups_.at(group);
  if (node.suspended() && suspended == Suspended::kLeftOut) return {};
  std::vector<Window> windows;
  for (const Scenario::Member& member : node.members()) {
    const std::vector<Window> own = {WindowOf(member)};
    if (member.id() == subject) {
      windows.insert(windows.end(), own.begin(), own.end());
    } else if (groups_.count(member.id()) > 0) {
      const std::vector<Window> through =
          Intersection(own, MembershipOf(subject, member.id(), suspended));
      windows.insert(windows.end(), through.begin(), through.end());
    }
  }
  return Union(windows);
}

// H without the reaches: the default role for every active user, the anonymous role for nobody
// else than the anonymous, and each live assignment.
std::vector<Twin::Held> Twin::HeldBy(const std::string& subject, absl::Time time) const {
  if (subject.empty()) {
    if (policy_.anonymous_role().empty()) return {};
    return {{policy_.anonymous_role(), tenant_}};
  }
  std::vector<Held> held;
  if (!policy_.default_role().empty() && users_.count(subject) > 0 && !IsSuspended(subject)) {
    held.push_back({policy_.default_role(), tenant_});
  }
  for (const Scenario::Assignment& assignment : assignments_) {
    if (assignment.suspended() || !Contains(WindowOf(assignment), time)) continue;
    if (assignment.subject() == subject ||
        (groups_.count(assignment.subject()) > 0 && IsIn(subject, assignment.subject(), time))) {
      held.push_back({assignment.role(), assignment.scope()});
    }
  }
  return held;
}

std::set<std::string> Twin::RolesOnPath(const std::vector<Held>& held,
                                        const std::string& scope) const {
  std::set<std::string> roles;
  for (const Held& one : held) {
    if (IsAtOrBelow(scope, one.scope)) roles.insert(one.role);
  }
  return roles;
}

// ---- Effects (rules 3 and 4).

// Rule 4: from the tenant down, a deeper override replaces what came before, except that PROHIBIT
// stays for good; what stands below a locked one is as if it were not there. At one scope, rule 3.
Effect Twin::WithOverrides(Effect start, const std::string& role, const std::string& permission,
                           const std::string& scope, Kind kind, bool exact_only) const {
  Effect effect = start;
  for (const std::string& at : PathOf(scope)) {
    const auto found = overrides_.find({at, role});
    if (found == overrides_.end()) continue;
    std::vector<Entry> entries;
    bool locked = false;
    for (const Scenario::Override& override : found->second) {
      Entry entry;
      entry.effect = override.effect();
      if (override.permission() == permission) {
        entry.rank = Rank::kExact;
      } else if (!exact_only && ImpliedBy(override.permission(), kind).count(permission) > 0) {
        entry.rank = Rank::kImplied;
      } else {
        continue;
      }
      if (override.effect() == ALLOW) {
        if (override.has_facts()) {
          // Set, even to none: those.
          entry.alternatives = {
              Facts(override.facts().facts().begin(), override.facts().facts().end())};
        } else if (start.effect == ALLOW) {
          // Unset: the cell's.
          entry.alternatives = start.alternatives;
        } else {
          entry.alternatives = {Facts()};
        }
      }
      entries.push_back(entry);
      locked = locked || override.locked();
    }
    if (entries.empty()) continue;
    if (effect.effect != PROHIBIT) effect = Resolve(entries);
    if (locked) break;
  }
  return effect;
}

Effect Twin::RoleEffect(const std::string& role, const std::string& permission,
                        const std::string& scope) const {
  const Kind kind = scopes_.at(scope).kind();
  return WithOverrides(CellOf(role, permission, kind), role, permission, scope, kind,
                       /*exact_only=*/false);
}

// Rule 3 for a reach: the role's own entries at that kind take it away where they PROHIBIT, or
// PREVENT at its rank or a higher one.
Effect Twin::ReachOf(const std::string& role, const std::string& permission, Kind kind) const {
  const auto found = reaches_.find({role, permission, kind});
  if (found == reaches_.end()) return Effect();
  const Effect ordinary = CellOf(role, permission, kind);
  if (ordinary.effect == PROHIBIT) return Effect();
  std::vector<Entry> left;
  for (const Entry& entry : found->second) {
    if (ordinary.effect == PREVENT && ordinary.rank >= entry.rank) continue;
    left.push_back(entry);
  }
  return Resolve(left);
}

// Rule 4 for a reach, which stands beside the role's ordinary effect: overrides on the very
// permission change it, those on others never do.
Effect Twin::ReachEffect(const std::string& role, const std::string& permission,
                         const std::string& scope) const {
  const Kind kind = scopes_.at(scope).kind();
  const Effect reach = ReachOf(role, permission, kind);
  if (reach.effect == v1::EFFECT_UNSPECIFIED) return reach;
  return WithOverrides(reach, role, permission, scope, kind, /*exact_only=*/true);
}

// ---- The decision (rules 1, 5 to 8).

// Rule 6. What lifts a freeze is let through where it stands, unless another stands on the path.
bool Twin::IsFrozenFor(const std::string& permission, const std::string& scope) const {
  if (permissions_.at(permission).access() != Permission::WRITE) return false;
  const bool has_catalog_archive =
      permissions_.count("catalog.archive") > 0 && IsAskedAt("catalog.archive", Scope::CATALOG);
  for (const std::string& at : PathOf(scope)) {
    const Scenario::ScopeNode& node = scopes_.at(at);
    if (node.frozen() == Scope::NOT_FROZEN) continue;
    if (at == scope && LiftsFreeze(permission, node, has_catalog_archive)) continue;
    return true;
  }
  return false;
}

// Rules 5, 6 and 8, for a subject that exists and is active, at a scope that exists, with the roles
// of `held`.
Answer Twin::Decide(const Question& question, const std::vector<Held>& held) const {
  const std::set<std::string> roles = RolesOnPath(held, question.scope);

  std::vector<Effect> effects;
  for (const std::string& role : roles) {
    effects.push_back(RoleEffect(role, question.permission, question.scope));
  }
  // Rule 2, reach: held at `a`, it counts at a's nearest scope of the kind, and there alone.
  std::set<std::string> reaching;
  for (const Held& one : held) {
    if (NearestOfKind(one.scope, scopes_.at(question.scope).kind()) == question.scope) {
      reaching.insert(one.role);
    }
  }
  for (const std::string& role : reaching) {
    effects.push_back(ReachEffect(role, question.permission, question.scope));
  }

  bool any_allow = false;
  bool any_prevent = false;
  bool allowed = false;
  for (const Effect& effect : effects) {
    if (effect.effect == PROHIBIT) return {false, Decision::PROHIBITED};
    any_prevent = any_prevent || effect.effect == PREVENT;
    if (effect.effect == ALLOW) {
      any_allow = true;
      allowed = allowed || HoldsWith(effect.alternatives, question.facts);
    }
  }

  if (allowed) {
    // A WRITE by the anonymous would not be allowed without the freeze either, so that is not
    // what the reason names.
    const bool is_write = permissions_.at(question.permission).access() == Permission::WRITE;
    if (is_write && question.subject.empty()) return {false, Decision::NOT_GRANTED};
    if (IsFrozenFor(question.permission, question.scope)) return {false, Decision::FROZEN};
    return {true, Decision::ALLOWED};
  }
  if (any_allow) return {false, Decision::MISSING_FACTS};
  if (any_prevent) return {false, Decision::PREVENTED};

  // NO_ROLE: nothing but the default role held on the path; a reach does not count as held there.
  // What the anonymous holds is never the default role, whatever its name.
  bool other_role = false;
  for (const std::string& role : roles) {
    const bool is_anonymous_role = question.subject.empty() && role == policy_.anonymous_role();
    other_role = other_role || is_anonymous_role || role != policy_.default_role();
  }
  return {false, other_role ? Decision::NOT_GRANTED : Decision::NO_ROLE};
}

Answer Twin::DecideAsSelf(const Question& question) const {
  if (!SubjectExists(question.subject)) return {false, Decision::UNKNOWN_SUBJECT};
  if (IsSuspended(question.subject)) return {false, Decision::SUSPENDED};
  if (scopes_.count(question.scope) == 0) return {false, Decision::UNKNOWN_SCOPE};
  return Decide(question, HeldBy(question.subject, question.time));
}

// Rule 7: needs role.switch at the acting scope, by the ordinary decision, and a role held on its
// path that may switch to the role asked for. Unset, may_switch is what its holder holds or may
// assign.
bool Twin::MaySwitchTo(const Question& question) const {
  const auto& [role, scope] = *question.acting_as;
  if (permissions_.count("role.switch") == 0) return false;
  if (!IsAskedAt("role.switch", scopes_.at(scope).kind())) return false;
  Question to_switch = question;
  to_switch.permission = "role.switch";
  to_switch.scope = scope;
  to_switch.acting_as.reset();
  if (!DecideAsSelf(to_switch).allowed) return false;

  for (const std::string& held : RolesOnPath(HeldBy(question.subject, question.time), scope)) {
    const auto& may_switch = roles_.at(held).may_switch();
    if (may_switch.empty()) {
      if (Dominion(question.subject, scope, question.time).count(role) > 0) return true;
    } else if (std::find(may_switch.begin(), may_switch.end(), role) != may_switch.end()) {
      return true;
    }
  }
  return false;
}

// Rule 7.
Answer Twin::DecideActingAs(const Question& question) const {
  const auto& [role, scope] = *question.acting_as;
  const Answer own = DecideAsSelf(question);
  if (own.reason == Decision::UNKNOWN_SUBJECT || own.reason == Decision::SUSPENDED ||
      own.reason == Decision::UNKNOWN_SCOPE) {
    return own;
  }
  if (scopes_.count(scope) == 0) return {false, Decision::UNKNOWN_SCOPE};
  if (!MaySwitchTo(question)) return {false, Decision::NOT_GRANTED};

  // Elsewhere nothing changes.
  if (!IsAtOrBelow(question.scope, scope)) return own;

  if (own.reason == Decision::PROHIBITED) return own;
  std::vector<Held> held = {{role, scope}};
  if (!policy_.default_role().empty() && users_.count(question.subject) > 0) {
    held.push_back({policy_.default_role(), tenant_});
  }
  const Answer acting = Decide(question, held);
  if (!acting.allowed) return acting;
  const bool is_write = permissions_.at(question.permission).access() == Permission::WRITE;
  if (is_write && !own.allowed) return own;
  return acting;
}

absl::StatusOr<Answer> Twin::Check(const Question& question) const {
  // Rule 1: a typo is never a silent denial.
  if (permissions_.count(question.permission) == 0) {
    return absl::InvalidArgumentError(absl::StrCat("no permission `", question.permission, "`"));
  }
  for (const std::string& fact : question.facts) {
    if (facts_.count(fact) == 0) {
      return absl::InvalidArgumentError(absl::StrCat("no fact `", fact, "`"));
    }
  }
  if (question.acting_as && roles_.count(question.acting_as->first) == 0) {
    return absl::InvalidArgumentError(absl::StrCat("no role `", question.acting_as->first, "`"));
  }
  if (scopes_.count(question.scope) > 0 &&
      !IsAskedAt(question.permission, scopes_.at(question.scope).kind())) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", question.permission, "` cannot be asked at `", question.scope, "`"));
  }
  return question.acting_as ? DecideActingAs(question) : DecideAsSelf(question);
}

// ---- Lists (rule 10).

std::set<std::string> Twin::PermissionsOf(const std::string& subject, const std::string& scope,
                                          const Facts& facts, absl::Time time,
                                          const ActingAs& acting_as) const {
  std::set<std::string> listed;
  for (const auto& [permission, unused] : permissions_) {
    const auto answer = Check({subject, permission, scope, facts, time, acting_as});
    if (answer.ok() && answer->allowed) listed.insert(permission);
  }
  return listed;
}

std::set<std::string> Twin::SubjectsThatMay(const std::string& permission, const std::string& scope,
                                            const Facts& facts, absl::Time time,
                                            const ActingAs& acting_as) const {
  std::set<std::string> listed;
  for (const auto& [user, unused] : users_) {
    const auto answer = Check({user, permission, scope, facts, time, acting_as});
    if (answer.ok() && answer->allowed) listed.insert(user);
  }
  return listed;
}

std::set<std::string> Twin::ScopesWhere(const std::string& subject, const std::string& permission,
                                        Kind kind, const Facts& facts, absl::Time time,
                                        const ActingAs& acting_as) const {
  std::set<std::string> listed;
  for (const auto& [scope, node] : scopes_) {
    if (kind != Scope::KIND_UNSPECIFIED && node.kind() != kind) continue;
    const auto answer = Check({subject, permission, scope, facts, time, acting_as});
    if (answer.ok() && answer->allowed) listed.insert(scope);
  }
  return listed;
}

// ---- What guards the rules themselves (rules 11, 13, 17, 19).

std::set<std::string> Twin::Dominion(const std::string& subject, const std::string& scope,
                                     absl::Time time) const {
  std::set<std::string> dominion = RolesOnPath(HeldBy(subject, time), scope);
  std::vector<std::string> next(dominion.begin(), dominion.end());
  while (!next.empty()) {
    const std::string from = next.back();
    next.pop_back();
    for (const std::string& to : roles_.at(from).may_assign()) {
      if (dominion.insert(to).second) next.push_back(to);
    }
  }
  return dominion;
}

std::vector<Holding> Twin::HoldingsOf(const std::string& subject, Suspended suspended) const {
  std::vector<Holding> holdings;
  if (!policy_.default_role().empty() && users_.count(subject) > 0) {
    holdings.push_back({policy_.default_role(), tenant_, {Window()}});
  }
  for (const Scenario::Assignment& assignment : assignments_) {
    if (assignment.suspended() && suspended == Suspended::kLeftOut) continue;
    const std::vector<Window> own = Union({WindowOf(assignment)});
    if (assignment.subject() == subject) {
      holdings.push_back({assignment.role(), assignment.scope(), own});
    } else if (groups_.count(assignment.subject()) > 0) {
      holdings.push_back(
          {assignment.role(), assignment.scope(),
           Intersection(own, MembershipOf(subject, assignment.subject(), suspended))});
    }
  }
  return holdings;
}

// Rule 11, "custom roles whose every cell the actor is allowed there": whatever the role would
// allow at the scope and below it, overrides included, with the facts of each alternative, so that
// what needs no facts cannot be given by someone who needs one. Who has no `role.prohibit` gives no
// PROHIBIT either, and nobody gives a role that names others than their own roles name.
bool Twin::IsAllowedEveryCell(const std::string& actor, const std::string& role,
                              const std::string& scope, absl::Time time) const {
  bool may_prohibit = false;
  for (const std::string& at : PathOf(scope)) {
    // The nearest scope at which it can be asked decides.
    if (permissions_.count("role.prohibit") == 0) break;
    if (!IsAskedAt("role.prohibit", scopes_.at(at).kind())) continue;
    may_prohibit = DecideAsSelf({actor, "role.prohibit", at, {}, time, std::nullopt}).allowed;
  }

  for (const auto& [at, node] : scopes_) {
    if (!IsAtOrBelow(at, scope)) continue;
    const std::set<std::string> own = RolesOnPath(HeldBy(actor, time), at);
    for (const auto& [permission, unused] : permissions_) {
      // Of scopes below that are not made yet, too.
      for (Kind kind : kKinds) {
        if (IsAbove(kind, node.kind()) || !IsAskedAt(permission, kind)) continue;
        const auto effect_of = [&, at = at, permission = permission](const std::string& of) {
          return WithOverrides(CellOf(of, permission, kind), of, permission, at, kind,
                               /*exact_only=*/false);
        };
        const Effect given = effect_of(role);
        if (given.effect == PROHIBIT && !may_prohibit) return false;
        for (const Facts& facts : given.alternatives) {
          bool allowed = false;
          for (const std::string& held : own) {
            const Effect effect = effect_of(held);
            if (effect.effect == PROHIBIT) return false;
            allowed = allowed || AllowsWith(effect, facts);
          }
          if (!allowed) return false;
        }
      }
    }
  }

  for (Kind kind : kKinds) {
    const std::optional<std::string> reached = NearestOfKind(scope, kind);
    if (!reached) continue;
    for (const auto& [permission, unused] : permissions_) {
      if (!IsAskedAt(permission, kind)) continue;
      const Effect given = ReachEffect(role, permission, *reached);
      if (given.effect == PROHIBIT && !may_prohibit) return false;
      for (const Facts& facts : given.alternatives) {
        if (!DecideAsSelf({actor, permission, *reached, facts, time, std::nullopt}).allowed) {
          return false;
        }
      }
    }
  }
  return NamesAllThatItNames(actor, role, scope, time);
}

// What an unset may_override and may_switch stand for is in the table of terms.
bool Twin::NamesAllThatItNames(const std::string& actor, const std::string& role,
                               const std::string& scope, absl::Time time) const {
  const auto overridable = [](const v1::Role& of) {
    return of.may_override().empty() ? of.may_assign() : of.may_override();
  };
  std::set<std::string> may_assign, may_override, may_switch;
  for (const std::string& held : RolesOnPath(HeldBy(actor, time), scope)) {
    const v1::Role& own = roles_.at(held);
    may_assign.insert(own.may_assign().begin(), own.may_assign().end());
    for (const std::string& name : overridable(own)) may_override.insert(name);
    if (own.may_switch().empty()) {
      for (const std::string& name : Dominion(actor, scope, time)) may_switch.insert(name);
    } else {
      may_switch.insert(own.may_switch().begin(), own.may_switch().end());
    }
  }
  const auto within = [](const auto& given, const std::set<std::string>& own) {
    return std::all_of(given.begin(), given.end(),
                       [&](const std::string& name) { return own.count(name) > 0; });
  };
  const v1::Role& given = roles_.at(role);
  return within(given.may_assign(), may_assign) && within(overridable(given), may_override) &&
         within(given.may_switch(), may_switch);
}

// Rule 11: a role held on the path whose may_assign names the role. Where the role itself may
// assign, the right must be as long as the grant, and the grant here has no end.
bool Twin::MayAssignByRight(const std::string& actor, const std::string& role,
                            const std::string& scope, absl::Time time) const {
  const bool needs_unending =
      !roles_.at(role).may_assign().empty() || roles_.at(role).may_assign_subset();
  for (const Holding& holding : HoldingsOf(actor, Suspended::kLeftOut)) {
    if (!IsAtOrBelow(scope, holding.scope)) continue;
    for (const Window& window : holding.windows) {
      if (!Contains(window, time)) continue;
      if (needs_unending && window.end != absl::InfiniteFuture()) continue;
      const v1::Role& own = roles_.at(holding.role);
      const auto& names = own.may_assign();
      if (std::find(names.begin(), names.end(), role) != names.end()) return true;
      if (own.may_assign_subset() && custom_roles_.count(role) > 0 &&
          IsAllowedEveryCell(actor, role, scope, time)) {
        return true;
      }
    }
  }
  return false;
}

// The subject and, for a group, everyone that is in it at some time.
std::set<std::string> Twin::SubjectsIn(const std::string& subject) const {
  std::set<std::string> all = {subject};
  if (groups_.count(subject) == 0) return all;
  for (const Scenario::Member& member : groups_.at(subject).members()) {
    for (const std::string& inner : SubjectsIn(member.id())) all.insert(inner);
  }
  return all;
}

bool Twin::WouldBreakExclusion(const std::string& subject, const std::string& role,
                               const std::string& scope, Window window, absl::Time now) const {
  const std::vector<Window> from_now = {{now, absl::InfiniteFuture()}};
  for (const std::string& holder : SubjectsIn(subject)) {
    std::vector<Window> gained = Intersection({window}, from_now);
    if (holder != subject)
      gained = Intersection(gained, MembershipOf(holder, subject, Suspended::kCounted));
    for (const Holding& other : HoldingsOf(holder, Suspended::kCounted)) {
      // On one path: one of the two scopes is at or below the other.
      if (!IsAtOrBelow(scope, other.scope) && !IsAtOrBelow(other.scope, scope)) continue;
      if (other.role == role || Intersection(gained, other.windows).empty()) continue;
      for (const v1::ExclusiveSet& set : policy_.exclusive_sets()) {
        const auto& roles = set.roles();
        if (std::find(roles.begin(), roles.end(), role) != roles.end() &&
            std::find(roles.begin(), roles.end(), other.role) != roles.end()) {
          return true;
        }
      }
    }
  }
  return false;
}

// Rule 13's "WRITE cells on roles, groups, users and the tenant": what says who may do what.
bool Twin::WritesWhoMayDoWhat(const std::string& permission) const {
  if (permissions_.at(permission).access() != Permission::WRITE) return false;
  const std::string resource = permission.substr(0, permission.find('.'));
  return permission == "scope.hold" || resource == "role" || resource == "group" ||
         resource == "user" || resource == "tenant" || resource == "policy" || resource == "access";
}

bool Twin::FillsItself(const std::string& group, absl::Time now) const {
  if (groups_.count(group) == 0) return false;
  if (groups_.at(group).by_rule()) return true;
  for (const Scenario::Member& member : groups_.at(group).members()) {
    if (WindowOf(member).end > now && FillsItself(member.id(), now)) return true;
  }
  return false;
}

bool Twin::MayFallToAnybody(const std::string& role, const std::string& scope) const {
  const v1::Role& info = roles_.at(role);
  if (!info.may_assign().empty() || info.may_assign_subset()) return false;
  const auto open_to_others = [](const std::set<Facts>& alternatives) {
    return std::any_of(alternatives.begin(), alternatives.end(),
                       [](const Facts& facts) { return facts.count("self") == 0; });
  };
  for (const auto& [permission, unused] : permissions_) {
    if (!WritesWhoMayDoWhat(permission)) continue;
    for (Kind kind : kKinds) {
      if (open_to_others(CellOf(role, permission, kind).alternatives)) return false;
      if (open_to_others(ReachOf(role, permission, kind).alternatives)) return false;
    }
  }
  // An ALLOW of an override counts like one of a cell, wherever it meets the role: what else stands
  // there may go again.
  for (const auto& [place, overrides] : overrides_) {
    const std::string& at = place.first;
    if (place.second != role || (!IsAtOrBelow(at, scope) && !IsAtOrBelow(scope, at))) continue;
    for (const Scenario::Override& override : overrides) {
      if (override.effect() != ALLOW) continue;
      for (const auto& [permission, unused] : permissions_) {
        if (!WritesWhoMayDoWhat(permission)) continue;
        for (Kind kind : kKinds) {
          if (IsAbove(kind, scopes_.at(at).kind()) || !IsAskedAt(permission, kind)) continue;
          if (override.permission() != permission &&
              ImpliedBy(override.permission(), kind).count(permission) == 0) {
            continue;
          }
          if (!override.has_facts() && CellOf(role, permission, kind).effect == ALLOW) continue;
          const auto& facts = override.facts().facts();
          if (std::find(facts.begin(), facts.end(), "self") == facts.end()) return false;
        }
      }
    }
  }
  return true;
}

bool Twin::KeepsRule13(absl::Time now) const {
  for (const Scenario::Assignment& assignment : assignments_) {
    if (WindowOf(assignment).end > now && FillsItself(assignment.subject(), now) &&
        !MayFallToAnybody(assignment.role(), assignment.scope())) {
      return false;
    }
  }
  return true;
}

bool Twin::MayAssign(const std::string& actor, const std::string& role, const std::string& subject,
                     const std::string& scope, absl::Time time) const {
  // Nobody assigns as the anonymous, nor to it.
  if (actor.empty() || subject.empty()) return false;
  if (!SubjectExists(actor) || !SubjectExists(subject)) return false;
  if (IsSuspended(actor)) return false;
  if (scopes_.count(scope) == 0 || roles_.count(role) == 0) return false;
  const auto& kinds = roles_.at(role).assignable_at();
  if (std::find(kinds.begin(), kinds.end(), scopes_.at(scope).kind()) == kinds.end()) return false;
  // Rule 19: under a freeze grants may be removed and not added.
  for (const std::string& at : PathOf(scope)) {
    if (scopes_.at(at).frozen() != Scope::NOT_FROZEN) return false;
  }
  if (!MayAssignByRight(actor, role, scope, time)) return false;
  if (FillsItself(subject, time) && !MayFallToAnybody(role, scope)) return false;
  return !WouldBreakExclusion(subject, role, scope, Window(), time);
}

}  // namespace provost::naive
