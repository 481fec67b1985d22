#include "tests/model/random_world.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace provost::naive {
namespace {

using v1::Permission;
using v1::Scenario;
using v1::Scope;
using Kind = v1::Scope::Kind;

constexpr Kind kKinds[] = {Scope::TENANT, Scope::CATALOG, Scope::COURSE, Scope::SESSION};
constexpr int64_t kNow = 1700000000;
constexpr int kInstants = 7;  // windows begin and end at kNow - 3 ... kNow + 3

int Below(Rng& rng, int bound) { return static_cast<int>(rng() % static_cast<uint64_t>(bound)); }
int Between(Rng& rng, int low, int high) { return low + Below(rng, high - low + 1); }
bool Chance(Rng& rng, int percent) { return Below(rng, 100) < percent; }

template <typename List>
const auto& Pick(Rng& rng, const List& list) {
  return list[Below(rng, static_cast<int>(std::size(list)))];
}

std::set<Kind> RandomKinds(Rng& rng) {
  std::set<Kind> kinds = {Pick(rng, kKinds)};
  for (Kind kind : kKinds) {
    if (Chance(rng, 35)) kinds.insert(kind);
  }
  return kinds;
}

bool IsAskedAt(const Permission& permission, Kind kind) {
  return std::find(permission.asked_at().begin(), permission.asked_at().end(), kind) !=
         permission.asked_at().end();
}

bool IsWildcard(const std::string& name) { return absl::EndsWith(name, "*"); }

bool Matches(const std::string& pattern, const Permission& permission) {
  if (!IsWildcard(pattern)) return pattern == permission.name();
  return !permission.explicit_() &&
         absl::StartsWith(permission.name(), pattern.substr(0, pattern.size() - 1));
}

// ---- Policies.

constexpr char kCustom[] = "Custom";

class PolicyMaker {
 public:
  PolicyMaker(Rng& rng, const WorldLimits& limits) : rng_(rng), limits_(limits) {}

  v1::PolicySource Make() {
    policy_.set_name("random");
    policy_.set_version("1");
    MakeFacts();
    MakePermissions();
    MakeRoles();
    MakeExclusiveSets();
    return std::move(policy_);
  }

 private:
  // All sets of required facts come from a pool of four, the overrides' from its first two, so that
  // no cell and no scope's overrides can need more alternatives than a cell may have.
  void MakeFacts() {
    const int count = Below(rng_, limits_.facts + 1);
    for (int i = 0; i < count; ++i) policy_.add_facts()->set_name(absl::StrCat("fact", i));
    // What rule 13 lets pass: a fact of the pool, so that cells and overrides ask for it.
    if (count > 0 && Chance(rng_, 50)) policy_.mutable_facts(0)->set_name("self");
    for (int i = 0; i < 4; ++i) {
      std::set<std::string> required;
      if (count > 0 && i < 2) required.insert(policy_.facts(std::min(i, count - 1)).name());
      for (int j = 0; j < 2 && count > 0 && i >= 2; ++j) {
        required.insert(policy_.facts(Below(rng_, count)).name());
      }
      pool_.push_back(std::move(required));
    }
  }

  void AddPermission(const std::string& name, std::set<Kind> kinds, bool write) {
    Permission* permission = policy_.add_permissions();
    permission->set_name(name);
    for (Kind kind : kinds) permission->add_asked_at(kind);
    permission->set_access(write ? Permission::WRITE : Permission::READ);
    permission->set_explicit_(Chance(rng_, 15));
    // Only earlier ones are implied, so there are no cycles.
    for (const Permission& earlier : policy_.permissions()) {
      if (earlier.name() == name || !Chance(rng_, 18)) continue;
      const bool shared = std::any_of(kinds.begin(), kinds.end(),
                                      [&](Kind kind) { return IsAskedAt(earlier, kind); });
      if (shared) permission->add_implies(earlier.name());
    }
  }

  void MakePermissions() {
    static const char* const kResources[] = {"course", "quiz", "record"};
    static const char* const kGovernance[] = {"role",   "group",  "user",
                                              "tenant", "policy", "access"};
    const int count = Between(rng_, 2, limits_.permissions);
    for (int i = 0; i < count; ++i) {
      const char* segment = Chance(rng_, 25) ? ".part" : "";
      const char* resource = Chance(rng_, 12) ? Pick(rng_, kGovernance) : Pick(rng_, kResources);
      AddPermission(absl::StrCat(resource, segment, ".p", i), RandomKinds(rng_), Chance(rng_, 50));
    }
    if (Chance(rng_, 60)) {
      std::set<Kind> kinds = RandomKinds(rng_);
      if (Chance(rng_, 50)) kinds = {kKinds, kKinds + 4};
      AddPermission("role.switch", kinds, Chance(rng_, 60));
      can_switch_ = true;
    }
    if (Chance(rng_, 40)) AddPermission("role.prohibit", RandomKinds(rng_), true);
    static const std::pair<const char*, Kind> kLifting[] = {
        {"tenant.archive", Scope::TENANT},   {"catalog.archive", Scope::CATALOG},
        {"catalog.manage", Scope::CATALOG},  {"course.archive", Scope::COURSE},
        {"session.archive", Scope::SESSION}, {"scope.hold", Scope::TENANT}};
    for (const auto& [name, kind] : kLifting) {
      if (!Chance(rng_, 25)) continue;
      std::set<Kind> kinds = RandomKinds(rng_);
      kinds.insert(kind);
      AddPermission(name, kinds, true);
    }
  }

  std::string RandomPattern() {
    const Permission& permission = Pick(rng_, policy_.permissions());
    const int choice = Below(rng_, 10);
    if (choice == 0) return "*";
    if (choice <= 2) {
      return absl::StrCat(permission.name().substr(0, permission.name().find('.')), ".*");
    }
    return permission.name();
  }

  // The kinds at which every permission that `pattern` names, or some that it matches, can be
  // asked.
  std::set<Kind> KindsOf(const std::string& pattern) const {
    std::set<Kind> kinds;
    for (const Permission& permission : policy_.permissions()) {
      if (!Matches(pattern, permission)) continue;
      for (int kind : permission.asked_at()) kinds.insert(static_cast<Kind>(kind));
    }
    return kinds;
  }

  void AddGrant(v1::Role* role, const std::set<Kind>& held_at) {
    v1::Grant grant;
    const std::string pattern = RandomPattern();
    grant.add_permissions(pattern);
    const Kind highest = *held_at.begin();

    std::set<Kind> askable = KindsOf(pattern);
    std::set<Kind> usable;  // at and below where the role is held
    std::set<Kind> above;
    std::set<Kind> reached;  // above some kind where the role is held, perhaps below another
    for (Kind kind : askable) {
      (kind >= highest ? usable : above).insert(kind);
      if (kind < *held_at.rbegin()) reached.insert(kind);
    }

    const int choice = Below(rng_, 100);
    grant.set_effect(choice < 65                         ? v1::ALLOW
                     : choice < 88 || !limits_.prohibits ? v1::PREVENT
                                                         : v1::PROHIBIT);
    if (grant.effect() == v1::ALLOW && Chance(rng_, 20)) {
      grant.clear_effect();  // unset: ALLOW
    }
    const bool allows = grant.effect() != v1::PREVENT && grant.effect() != v1::PROHIBIT;
    if (allows && Chance(rng_, 45)) {
      for (const std::string& fact : Pick(rng_, pool_)) grant.add_requires(fact);
    }
    if (allows && !reached.empty() && Chance(rng_, usable.empty() ? 90 : 40)) {
      grant.set_reach(*std::next(reached.begin(), Below(rng_, static_cast<int>(reached.size()))));
    }

    if (Chance(rng_, 45)) {
      for (Kind kind : usable) {
        if (Chance(rng_, 60)) grant.add_at(kind);
      }
      if (grant.reach() != Scope::KIND_UNSPECIFIED && Chance(rng_, 30)) grant.add_at(grant.reach());
      // A role that reaches can be held back by its own entries at the kind that it reaches.
      if (!allows && Chance(rng_, 30)) {
        for (Kind kind : above) grant.add_at(kind);
      }
    }
    const bool gives_something =
        !usable.empty() || grant.reach() != Scope::KIND_UNSPECIFIED || grant.at_size() > 0;
    if (gives_something) *role->add_grants() = std::move(grant);
  }

  // Without it hardly anybody would ever get to act as another role.
  void AddSwitchGrant(v1::Role* role, const std::set<Kind>& held_at) {
    for (Kind kind : KindsOf("role.switch")) {
      if (kind < *held_at.begin()) continue;
      v1::Grant* grant = role->add_grants();
      grant->add_permissions("role.switch");
      return;
    }
  }

  void MakeRoles() {
    const int count = Between(rng_, 2, limits_.roles);
    const bool has_default = Chance(rng_, 70);
    const bool has_anonymous = count > 2 && Chance(rng_, 50);
    std::vector<std::string> assignable;
    for (int i = 0; i < count; ++i) {
      const std::string name = absl::StrCat("role", i);
      v1::Role* role = policy_.add_roles();
      role->set_name(name);
      std::set<Kind> held_at;
      const bool is_given = (has_default && i == 1) || (has_anonymous && i == 2);
      if (i == 0) {
        held_at = {Scope::TENANT};
        if (Chance(rng_, 50)) held_at.insert(Scope::COURSE);
      } else if (!is_given || Chance(rng_, 50)) {
        held_at = RandomKinds(rng_);
      }
      for (Kind kind : held_at) role->add_assignable_at(kind);
      if (!held_at.empty()) assignable.push_back(name);
      if (is_given) held_at.insert(Scope::TENANT);
      const int grants = Between(rng_, i == 0 ? 0 : 1, limits_.grants);
      for (int j = 0; j < grants; ++j) AddGrant(role, held_at);
      if (can_switch_ && Chance(rng_, 50)) AddSwitchGrant(role, held_at);
    }
    policy_.set_top_role("role0");
    if (has_default) policy_.set_default_role("role1");
    if (has_anonymous) policy_.set_anonymous_role("role2");

    for (v1::Role& role : *policy_.mutable_roles()) {
      for (const std::string& name : assignable) {
        if (role.name() == "role0" || Chance(rng_, 25)) role.add_may_assign(name);
        if (Chance(rng_, 15)) role.add_may_override(name);
      }
      if (limits_.customs && Chance(rng_, 30)) role.set_may_assign_subset(true);
      if (limits_.customs && role.name() != "role0" && Chance(rng_, 40)) role.set_title(kCustom);
      if (!Chance(rng_, 30)) continue;
      for (const v1::Role& other : policy_.roles()) {
        if (Chance(rng_, 40)) role.add_may_switch(other.name());
      }
    }
  }

  // Never with the default role: everyone holds it, so the others could be given to nobody.
  void MakeExclusiveSets() {
    std::vector<std::string> eligible;
    for (const v1::Role& role : policy_.roles()) {
      if (role.name() == policy_.default_role() || role.name() == policy_.anonymous_role())
        continue;
      eligible.push_back(role.name());
    }
    const int count = Below(rng_, 3);
    for (int i = 0; i < count && eligible.size() >= 2; ++i) {
      std::shuffle(eligible.begin(), eligible.end(), rng_);
      v1::ExclusiveSet* set = policy_.add_exclusive_sets();
      set->set_name(absl::StrCat("set", i));
      const int size = Between(rng_, 2, std::min<int>(3, static_cast<int>(eligible.size())));
      for (int j = 0; j < size; ++j) set->add_roles(eligible[j]);
    }
  }

  Rng& rng_;
  const WorldLimits& limits_;
  v1::PolicySource policy_;
  std::vector<std::set<std::string>> pool_;
  bool can_switch_ = false;
};

// ---- Worlds.

google::protobuf::Timestamp At(int64_t seconds) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  return timestamp;
}

template <typename HasWindow>
void SetRandomWindow(Rng& rng, HasWindow* message) {
  const int begin = Below(rng, kInstants);
  const int end = Between(rng, begin + 1, kInstants);
  if (Chance(rng, 50)) *message->mutable_not_before() = At(kNow - 3 + begin);
  if (Chance(rng, 50)) *message->mutable_expires() = At(kNow - 3 + end);
}

void MakeScopes(Rng& rng, int count, bool freezes, Scenario* scenario) {
  std::vector<int> depth;
  const bool deep = Chance(rng, 10);
  for (int i = 0; i < count; ++i) {
    Scenario::ScopeNode* node = scenario->add_scopes();
    node->set_id(absl::StrCat("scope", i));
    depth.push_back(1);
    if (freezes && Chance(rng, 8)) node->set_frozen(Chance(rng, 60) ? Scope::ARCHIVE : Scope::HOLD);
    if (i == 0) {
      node->set_kind(Scope::TENANT);
      continue;
    }
    const int parent = deep ? std::max(0, i - 1 - Below(rng, 2)) : Below(rng, i);
    const Kind above = scenario->scopes(parent).kind();
    if (above == Scope::SESSION || depth[parent] >= 16) {
      // Nothing stands below a session: a course under the tenant instead.
      node->set_kind(Scope::COURSE);
      node->set_parent("scope0");
      depth[i] = 2;
      continue;
    }
    node->set_parent(scenario->scopes(parent).id());
    depth[i] = depth[parent] + 1;
    if (above == Scope::COURSE) {
      node->set_kind(Scope::SESSION);
    } else {
      const bool catalog = deep ? i + 3 < count : Chance(rng, 50);
      node->set_kind(catalog ? Scope::CATALOG : Scope::COURSE);
    }
  }
}

void MakeGroups(Rng& rng, int count, bool suspensions, Scenario* scenario) {
  for (int i = 0; i < count; ++i) {
    Scenario::Group* group = scenario->add_groups();
    group->set_id(absl::StrCat("group", i));
    group->set_suspended(suspensions && Chance(rng, 10));
    group->set_by_rule(Chance(rng, 20));
    if (Chance(rng, 30)) group->set_home(Pick(rng, scenario->scopes()).id());
    const auto add = [&](const std::string& member) {
      Scenario::Member* added = group->add_members();
      added->set_id(member);
      if (Chance(rng, 45)) SetRandomWindow(rng, added);
    };
    for (const Scenario::User& user : scenario->users()) {
      if (Chance(rng, 30)) add(user.id());
    }
    // Only later groups, so there are no cycles.
    for (int inner = i + 1; inner < count; ++inner) {
      if (Chance(rng, 35)) add(absl::StrCat("group", inner));
    }
  }
}

void MakeOverrides(Rng& rng, int count, bool prohibits, Scenario* scenario) {
  std::set<std::string> seen;
  for (int i = 0; i < count; ++i) {
    Scenario::Override override = RandomOverride(rng, *scenario, prohibits);
    const std::string key =
        absl::StrCat(override.scope(), " ", override.role(), " ", override.permission());
    if (seen.insert(key).second) *scenario->add_overrides() = std::move(override);
  }
}

const Scenario::ScopeNode& ScopeNamed(const Scenario& scenario, const std::string& id) {
  return *std::find_if(scenario.scopes().begin(), scenario.scopes().end(),
                       [&](const Scenario::ScopeNode& node) { return node.id() == id; });
}

std::string RandomSubject(Rng& rng, const Scenario& scenario) {
  const int choice = Below(rng, 100);
  if (choice < 5) return "";
  if (choice < 7) return "nobody";
  if (choice < 15 && scenario.groups_size() > 0) return Pick(rng, scenario.groups()).id();
  return Pick(rng, scenario.users()).id();
}

}  // namespace

Scenario::Override RandomOverride(Rng& rng, const Scenario& scenario, bool prohibits) {
  const v1::PolicySource& policy = scenario.inline_policy();
  Scenario::Override override;
  override.set_scope(Pick(rng, scenario.scopes()).id());
  override.set_role(Pick(rng, policy.roles()).name());
  override.set_permission(Pick(rng, policy.permissions()).name());
  const int choice = Below(rng, 100);
  override.set_effect(choice < 50                 ? v1::ALLOW
                      : choice < 85 || !prohibits ? v1::PREVENT
                                                  : v1::PROHIBIT);
  override.set_locked(Chance(rng, 20));
  if (override.effect() == v1::ALLOW && Chance(rng, 60)) {
    override.mutable_facts();
    // See MakeFacts.
    if (policy.facts_size() > 0 && Chance(rng, 60)) {
      override.mutable_facts()->add_facts(
          policy.facts(Below(rng, std::min(2, policy.facts_size()))).name());
    }
  }
  return override;
}

bool RandomAssignment(Rng& rng, const Scenario& scenario, Scenario::Assignment* assignment,
                      bool suspensions) {
  const v1::PolicySource& policy = scenario.inline_policy();
  for (int attempt = 0; attempt < 8; ++attempt) {
    const v1::Role& role = Pick(rng, policy.roles());
    const Scenario::ScopeNode& scope = Pick(rng, scenario.scopes());
    if (std::find(role.assignable_at().begin(), role.assignable_at().end(), scope.kind()) ==
        role.assignable_at().end()) {
      continue;
    }
    assignment->set_role(role.name());
    assignment->set_scope(scope.id());
    const bool to_group = scenario.groups_size() > 0 && Chance(rng, 45);
    assignment->set_subject(to_group ? Pick(rng, scenario.groups()).id()
                                     : Pick(rng, scenario.users()).id());
    if (Chance(rng, 45)) SetRandomWindow(rng, assignment);
    assignment->set_suspended(suspensions && Chance(rng, 7));
    return true;
  }
  return false;
}

std::set<std::string> CustomRolesOf(const v1::PolicySource& policy) {
  std::set<std::string> roles;
  for (const v1::Role& role : policy.roles()) {
    if (role.title() == kCustom) roles.insert(role.name());
  }
  return roles;
}

Scenario RandomScenario(Rng& rng, const WorldLimits& limits) {
  Scenario scenario;
  scenario.set_name("random");
  *scenario.mutable_now() = At(kNow);
  *scenario.mutable_inline_policy() = PolicyMaker(rng, limits).Make();
  MakeScopes(rng, Between(rng, 1, limits.scopes), limits.freezes, &scenario);
  const int users = Between(rng, 1, limits.users);
  for (int i = 0; i < users; ++i) {
    Scenario::User* user = scenario.add_users();
    user->set_id(absl::StrCat("user", i));
    user->set_suspended(limits.suspensions && Chance(rng, 6));
  }
  MakeGroups(rng, Below(rng, limits.groups + 1), limits.suspensions, &scenario);
  const int assignments = Below(rng, limits.assignments + 1);
  for (int i = 0; i < assignments; ++i) {
    Scenario::Assignment assignment;
    if (RandomAssignment(rng, scenario, &assignment, limits.suspensions)) {
      *scenario.add_assignments() = std::move(assignment);
    }
  }
  MakeOverrides(rng, Below(rng, limits.overrides + 1), limits.prohibits, &scenario);
  return scenario;
}

google::protobuf::Timestamp RandomTime(Rng& rng, const Scenario& scenario) {
  const int choice = Below(rng, 20);
  if (choice == 0) return At(-62135596800);
  google::protobuf::Timestamp time;
  if (choice == 1) {
    time = At(253402300799);
    time.set_nanos(999999999);
    return time;
  }
  time = At(scenario.now().seconds() - 3 + Below(rng, kInstants + 1));
  if (Chance(rng, 40)) {
    time.set_seconds(time.seconds() - 1);
    time.set_nanos(999999999);
  }
  return time;
}

Scenario::Expectation RandomQuestion(Rng& rng, const Scenario& scenario) {
  const v1::PolicySource& policy = scenario.inline_policy();
  Scenario::Expectation question;
  question.set_subject(RandomSubject(rng, scenario));
  // A scope at which something can be asked; what cannot be asked is an error, and no question.
  const Permission* permission = &Pick(rng, policy.permissions());
  const Scenario::ScopeNode* scope = &Pick(rng, scenario.scopes());
  for (int attempt = 0; attempt < 20 && !IsAskedAt(*permission, scope->kind()); ++attempt) {
    permission = &Pick(rng, policy.permissions());
    scope = &Pick(rng, scenario.scopes());
  }
  question.set_permission(permission->name());
  question.set_scope(IsAskedAt(*permission, scope->kind()) && !Chance(rng, 2) ? scope->id()
                                                                              : "nowhere");
  for (const v1::Fact& fact : policy.facts()) {
    if (Chance(rng, 40)) question.add_facts(fact.name());
  }
  *question.mutable_time() = RandomTime(rng, scenario);
  if (Chance(rng, 15)) {
    question.mutable_acting_as()->set_role(Pick(rng, policy.roles()).name());
    // Often on the path of the question, where it matters.
    std::string acting = Chance(rng, 60) && question.scope() != "nowhere"
                             ? question.scope()
                             : Pick(rng, scenario.scopes()).id();
    while (Chance(rng, 40) && !ScopeNamed(scenario, acting).parent().empty()) {
      acting = ScopeNamed(scenario, acting).parent();
    }
    question.mutable_acting_as()->set_scope(Chance(rng, 3) ? "nowhere" : acting);
  }
  return question;
}

Scenario::DelegationExpectation RandomDelegation(Rng& rng, const Scenario& scenario) {
  Scenario::DelegationExpectation delegation;
  delegation.set_actor(RandomSubject(rng, scenario));
  delegation.set_role(Pick(rng, scenario.inline_policy().roles()).name());
  delegation.set_subject(RandomSubject(rng, scenario));
  delegation.set_scope(Chance(rng, 3) ? "nowhere" : Pick(rng, scenario.scopes()).id());
  return delegation;
}

uint64_t SeedOf(uint64_t otherwise) {
  const char* text = std::getenv("PROVOST_SEED");
  uint64_t seed = 0;
  if (text != nullptr && absl::SimpleAtoi(text, &seed)) return seed;
  return otherwise;
}

Rng RngFor(uint64_t seed, int stream, int world) {
  std::seed_seq sequence{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32),
                         static_cast<uint32_t>(stream), static_cast<uint32_t>(world)};
  return Rng(sequence);
}

}  // namespace provost::naive
