// A random attacker: two users of a small world try whatever they like, and everything that the
// delegation rules permit is done. Whatever anybody has gained in the end, one of the two must have
// been able to hand on from the start (rules 11, 12, 13, 16, 17). PROVOST_SEED runs another seed.

#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "policy/decide/delegation.h"
#include "policy/decide/held.h"
#include "tests/model/compare.h"
#include "tests/model/random_change.h"
#include "tests/model/random_world.h"

namespace provost::model {
namespace {

using naive::Facts;
using naive::Rng;
using naive::Twin;
using v1::Scenario;

constexpr uint64_t kSeed = 20250119;

int Below(Rng& rng, int bound) { return static_cast<int>(rng() % static_cast<uint64_t>(bound)); }

// What the two try: each attempt is judged by the engine and, if permitted, made on both sides.
class Attack {
 public:
  // With `moves`, scopes are moved as well.
  Attack(Pair* pair, std::vector<std::string> attackers, bool moves)
      : pair_(pair),
        moves_(moves),
        attackers_(std::move(attackers)),
        now_(naive::ToTime(pair->scenario.now())) {
    for (int i = 0; i < pair->scenario.assignments_size(); ++i) uids_.push_back(next_uid_++);
  }

  // True if the attempt was permitted.
  bool Try(Rng& rng) {
    const SubjectId actor =
        pair_->engine->Subject(attackers_[Below(rng, static_cast<int>(attackers_.size()))]);
    switch (Below(rng, moves_ ? 7 : 6)) {
      case 0:
      case 1:
        return TryAssign(rng, actor);
      case 2:
        return TryUnassign(rng, actor);
      case 3:
        return TryAddMember(rng, actor);
      case 4:
        return TryRemoveMember(rng, actor);
      case 5:
        return TryOverride(rng, actor);
      default:
        return TryMove(rng, actor);
    }
  }

 private:
  bool TryAssign(Rng& rng, SubjectId actor) {
    Scenario::Assignment tried;
    if (!naive::RandomAssignment(rng, pair_->scenario, &tried, /*suspensions=*/false)) return false;
    const PutAssignment op = pair_->engine->OpFor(tried, AssignmentId(next_uid_));
    if (!CheckAssign(*pair_->engine->world().Read(), actor, op.subject,
                     pair_->engine->Role(op.role), op.scope, op.window, now_)
             .ok()) {
      return false;
    }
    EXPECT_TRUE(pair_->engine->Apply(op).ok());
    *pair_->scenario.add_assignments() = std::move(tried);
    uids_.push_back(next_uid_++);
    return true;
  }

  bool TryUnassign(Rng& rng, SubjectId actor) {
    if (uids_.empty()) return false;
    const int i = Below(rng, static_cast<int>(uids_.size()));
    const Scenario::Assignment& tried = pair_->scenario.assignments(i);
    if (!CheckUnassign(*pair_->engine->world().Read(), actor, pair_->engine->Role(tried.role()),
                       pair_->engine->Scope(tried.scope()), now_)
             .ok()) {
      return false;
    }
    EXPECT_TRUE(pair_->engine
                    ->Apply(RemoveAssignment{AssignmentId(uids_[i]),
                                             pair_->engine->Subject(tried.subject())})
                    .ok());
    pair_->scenario.mutable_assignments()->DeleteSubrange(i, 1);
    uids_.erase(uids_.begin() + i);
    return true;
  }

  bool TryAddMember(Rng& rng, SubjectId actor) {
    Scenario& scenario = pair_->scenario;
    if (scenario.groups().empty()) return false;
    const int g = Below(rng, scenario.groups_size());
    Scenario::Group* group = scenario.mutable_groups(g);
    const int choice = Below(rng, scenario.users_size() + scenario.groups_size() - g - 1);
    Scenario::Member tried;
    tried.set_id(choice < scenario.users_size()
                     ? scenario.users(choice).id()
                     : scenario.groups(g + 1 + choice - scenario.users_size()).id());
    for (const Scenario::Member& member : group->members()) {
      if (member.id() == tried.id()) return false;
    }
    if (Below(rng, 3) == 0) {
      tried.mutable_expires()->set_seconds(scenario.now().seconds() + 1 + Below(rng, 4));
    }
    const PutMember op = pair_->engine->OpFor(*group, tried);
    if (!CheckAddMember(*pair_->engine->world().Read(), actor, op.group, op.member, op.window, now_)
             .ok()) {
      return false;
    }
    EXPECT_TRUE(pair_->engine->Apply(op).ok());
    *group->add_members() = std::move(tried);
    return true;
  }

  bool TryRemoveMember(Rng& rng, SubjectId actor) {
    Scenario& scenario = pair_->scenario;
    if (scenario.groups().empty()) return false;
    Scenario::Group* group = scenario.mutable_groups(Below(rng, scenario.groups_size()));
    if (group->members().empty()) return false;
    const int i = Below(rng, group->members_size());
    const SubjectId of = pair_->engine->Subject(group->id());
    if (!CheckRemoveMember(*pair_->engine->world().Read(), actor, of, now_).ok()) return false;
    EXPECT_TRUE(
        pair_->engine->Apply(RemoveMember{of, pair_->engine->Subject(group->members(i).id())})
            .ok());
    group->mutable_members()->DeleteSubrange(i, 1);
    return true;
  }

  bool TryOverride(Rng& rng, SubjectId actor) {
    Scenario& scenario = pair_->scenario;
    const bool removes = scenario.overrides_size() > 0 && Below(rng, 2) == 0;
    const int i = removes ? Below(rng, scenario.overrides_size()) : -1;
    const Scenario::Override tried =
        removes ? scenario.overrides(i) : naive::RandomOverride(rng, scenario, /*prohibits=*/true);
    const PutOverride op = pair_->engine->OpFor(tried);
    std::optional<OverrideRecord> after;
    if (!removes) {
      after.emplace();
      after->effect = op.effect;
      after->locked = op.locked;
      after->facts_set = op.facts.has_value();
      if (op.facts.has_value()) after->facts = pair_->engine->Facts(*op.facts);
    }
    if (!CheckOverride(*pair_->engine->world().Read(), actor, op.scope,
                       pair_->engine->Role(op.role), pair_->engine->Permission(op.permission),
                       after, now_)
             .ok()) {
      return false;
    }
    for (int j = scenario.overrides_size() - 1; j >= 0; --j) {
      const Scenario::Override& old = scenario.overrides(j);
      if (old.scope() == tried.scope() && old.role() == tried.role() &&
          old.permission() == tried.permission()) {
        scenario.mutable_overrides()->DeleteSubrange(j, 1);
      }
    }
    if (removes) {
      EXPECT_TRUE(
          pair_->engine->Apply(provost::RemoveOverride{op.scope, op.role, op.permission}).ok());
    } else {
      EXPECT_TRUE(pair_->engine->Apply(op).ok());
      *scenario.add_overrides() = tried;
    }
    return true;
  }

  // What a move asks is drawn from the policy's own permissions.
  bool TryMove(Rng& rng, SubjectId actor) {
    ChangeMaker changes(pair_);
    int scope = 0;
    int to = 0;
    if (!changes.PickMove(rng, &scope, &to)) return false;
    const auto any = [&] {
      const auto& permissions = pair_->scenario.inline_policy().permissions();
      return permissions.Get(Below(rng, permissions.size())).name();
    };
    const std::string manage = any();
    const std::string remove = any();
    const std::string create = any();
    if (!CheckMove(*pair_->engine->world().Read(), actor,
                   pair_->engine->Scope(pair_->scenario.scopes(scope).id()),
                   pair_->engine->Scope(pair_->scenario.scopes(to).id()), {manage, remove, create},
                   now_)
             .ok()) {
      return false;
    }
    EXPECT_TRUE(changes.Move(scope, to).ok());
    return true;
  }

  Pair* pair_;
  bool moves_;
  std::vector<std::string> attackers_;
  absl::Time now_;
  std::vector<uint64_t> uids_;
  uint64_t next_uid_ = 1;
};

// (role, scope) pairs that `subject` holds at `time`.
std::set<std::pair<std::string, std::string>> HeldAt(const Twin& twin, const std::string& subject,
                                                     absl::Time time) {
  std::set<std::pair<std::string, std::string>> held;
  for (const naive::Holding& holding : twin.HoldingsOf(subject, Twin::Suspended::kLeftOut)) {
    for (const naive::Window& window : holding.windows) {
      if (window.begin <= time && time < window.end) held.insert({holding.role, holding.scope});
    }
  }
  return held;
}

std::set<std::string> DominionOf(const Twin& twin, const std::vector<std::string>& attackers,
                                 const std::string& scope, absl::Time time) {
  std::set<std::string> all;
  for (const std::string& attacker : attackers) {
    const std::set<std::string> own = twin.Dominion(attacker, scope, time);
    all.insert(own.begin(), own.end());
  }
  return all;
}

std::vector<std::string> SubjectsOf(const Scenario& scenario) {
  std::vector<std::string> subjects;
  for (const auto& user : scenario.users()) subjects.push_back(user.id());
  for (const auto& group : scenario.groups()) subjects.push_back(group.id());
  return subjects;
}

// Nobody holds a role, now or later, that was outside of what the two could hand on; and a role
// that may assign others was held or could be handed on at that later time as well, so that it
// does not outlive the right under which it was given.
void ExpectNoRoleGained(const Twin& before, const Twin& after, const Scenario& scenario,
                        const std::vector<std::string>& attackers, const std::string& where) {
  const absl::Time now = naive::ToTime(scenario.now());
  std::set<std::string> gives_delegation;
  for (const v1::Role& role : scenario.inline_policy().roles()) {
    if (role.may_assign_size() > 0) gives_delegation.insert(role.name());
  }
  for (int second : {0, 1, 2, 3, 4, 1000000}) {
    const absl::Time time = now + absl::Seconds(second);
    for (const std::string& subject : SubjectsOf(scenario)) {
      const auto had = HeldAt(before, subject, time);
      for (const auto& [role, scope] : HeldAt(after, subject, time)) {
        if (had.count({role, scope}) > 0) continue;
        EXPECT_EQ(DominionOf(before, attackers, scope, now).count(role), 1u)
            << where << ": " << subject << " gained " << role << " at " << scope;
        if (gives_delegation.count(role) == 0) continue;
        EXPECT_EQ(DominionOf(before, attackers, scope, time).count(role), 1u)
            << where << ": " << subject << " has " << role << " at " << scope << " " << second
            << " s later, when nobody could have given it";
      }
    }
  }
}

// Nobody may do, by roles or by overrides of them, what neither of the two was allowed nor any role
// gave that they could hand on.
void ExpectNoPermissionGained(const Twin& before, const Twin& after, const Scenario& scenario,
                              const std::vector<std::string>& attackers, const std::string& where) {
  const absl::Time now = naive::ToTime(scenario.now());
  std::vector<Facts> fact_sets = {{}};
  for (const v1::Fact& fact : scenario.inline_policy().facts()) {
    for (size_t i = fact_sets.size(); i-- > 0;) {
      fact_sets.push_back(fact_sets[i]);
      fact_sets.back().insert(fact.name());
    }
  }
  std::map<std::string, std::set<std::string>> dominion;
  for (const auto& scope : scenario.scopes()) {
    dominion[scope.id()] = DominionOf(before, attackers, scope.id(), now);
  }
  const auto could_give = [&](const std::string& permission, const Scenario::ScopeNode& scope,
                              const Facts& facts) {
    for (const std::string& attacker : attackers) {
      if (before.Check({attacker, permission, scope.id(), facts, now, std::nullopt})->allowed) {
        return true;
      }
    }
    for (const std::string& role : dominion[scope.id()]) {
      if (AllowsWith(before.RoleEffect(role, permission, scope.id()), facts)) return true;
    }
    for (const auto& below : scenario.scopes()) {
      if (before.NearestOfKind(below.id(), scope.kind()) != scope.id()) continue;
      for (const std::string& role : dominion[below.id()]) {
        if (AllowsWith(before.ReachEffect(role, permission, scope.id()), facts)) return true;
      }
    }
    return false;
  };
  for (const auto& scope : scenario.scopes()) {
    for (const auto& permission : scenario.inline_policy().permissions()) {
      for (const std::string& subject : SubjectsOf(scenario)) {
        for (const Facts& facts : fact_sets) {
          const naive::Question question{subject, permission.name(), scope.id(), facts,
                                         now,     std::nullopt};
          const auto then = after.Check(question);
          if (!then.ok() || !then->allowed || before.Check(question)->allowed) continue;
          EXPECT_TRUE(could_give(permission.name(), scope, facts))
              << where << ": " << subject << " gained " << permission.name() << " at "
              << scope.id();
        }
      }
    }
  }
}

// Rule 17: what `subject` holds now or later, put to the twin once more as if it were new.
bool BreaksExclusion(const Twin& twin, const std::string& subject, absl::Time now) {
  for (const naive::Holding& held : twin.HoldingsOf(subject, Twin::Suspended::kCounted)) {
    for (const naive::Window& window : held.windows) {
      if (twin.WouldBreakExclusion(subject, held.role, held.scope, window, now)) return true;
    }
  }
  return false;
}

// Rule 13: what fills itself has come to hold nothing by which anybody is governed.
void ExpectRule13Kept(const Twin& before, const Twin& after, absl::Time now,
                      const std::string& where) {
  EXPECT_TRUE(!before.KeepsRule13(now) || after.KeepsRule13(now))
      << where << ": a group filled by a rule has come to hold a role that it may not";
}

naive::WorldLimits SmallWorlds(bool customs = false) {
  naive::WorldLimits limits;
  limits.facts = 2;
  limits.permissions = 5;
  limits.roles = 6;
  limits.grants = 4;
  limits.scopes = 7;
  limits.users = 5;
  limits.groups = 4;
  limits.assignments = 12;
  limits.overrides = 5;
  // Without them a right is a right; what they take away is judged elsewhere.
  limits.freezes = false;
  limits.suspensions = false;
  limits.prohibits = false;
  limits.customs = customs;
  return limits;
}

constexpr int kAttempts = 40;

TEST(Attacker, GainsNothingOutsideOfWhatItCouldHandOn) {
  const uint64_t seed = naive::SeedOf(kSeed);
  std::cout << "seed " << seed << " (PROVOST_SEED sets another)\n";
  int permitted = 0;
  for (int i = 0; i < 2500 && !testing::Test::HasFailure(); ++i) {
    Rng rng = naive::RngFor(seed, 0, i);
    Pair pair;
    pair.scenario = naive::RandomScenario(rng, SmallWorlds());
    ASSERT_TRUE(pair.Build());
    const std::vector<std::string> attackers = {
        pair.scenario.users(0).id(), pair.scenario.users(pair.scenario.users_size() - 1).id()};
    const Scenario start = pair.scenario;
    const Twin before(start, start.inline_policy());
    Attack attack(&pair, attackers, /*moves=*/false);
    for (int j = 0; j < kAttempts; ++j) permitted += attack.Try(rng) ? 1 : 0;
    const Twin after(pair.scenario, pair.scenario.inline_policy());
    const std::string where = absl::StrCat("seed ", seed, ", world ", i);
    ExpectNoRoleGained(before, after, start, attackers, where);
    ExpectRule13Kept(before, after, naive::ToTime(start.now()), where);
    ExpectNoPermissionGained(before, after, start, attackers, where);
    if (testing::Test::HasFailure()) {
      std::cout << "from\n" << start.DebugString() << "to\n" << pair.scenario.DebugString();
    }
  }
  std::cout << permitted << " changes were permitted\n";
  EXPECT_GT(permitted, 5000);
}

// Who may assign custom roles comes by roles outside of what may_assign reaches, and by no
// permission that they had not got.
TEST(Attacker, GainsNoPermissionByCustomRoles) {
  const uint64_t seed = naive::SeedOf(kSeed);
  int permitted = 0;
  for (int i = 0; i < 2000 && !testing::Test::HasFailure(); ++i) {
    Rng rng = naive::RngFor(seed, 2, i);
    Pair pair;
    pair.scenario = naive::RandomScenario(rng, SmallWorlds(/*customs=*/true));
    ASSERT_TRUE(pair.Build());
    const std::vector<std::string> attackers = {
        pair.scenario.users(0).id(), pair.scenario.users(pair.scenario.users_size() - 1).id()};
    const Scenario start = pair.scenario;
    const Twin before(start, start.inline_policy());
    Attack attack(&pair, attackers, /*moves=*/false);
    for (int j = 0; j < kAttempts; ++j) permitted += attack.Try(rng) ? 1 : 0;
    const Twin after(pair.scenario, pair.scenario.inline_policy());
    const std::string where = absl::StrCat("seed ", seed, ", world ", i);
    ExpectNoPermissionGained(before, after, start, attackers, where);
    ExpectRule13Kept(before, after, naive::ToTime(start.now()), where);
    if (testing::Test::HasFailure()) {
      std::cout << "from\n" << start.DebugString() << "to\n" << pair.scenario.DebugString();
    }
  }
  std::cout << permitted << " changes were permitted\n";
  EXPECT_GT(permitted, 5000);
}

// A move brings a scope under other rights, so what counts is what the two could hand on anywhere;
// and nobody comes to hold two roles that exclude each other.
TEST(Attacker, GainsNoRoleByMovingScopes) {
  const uint64_t seed = naive::SeedOf(kSeed);
  int permitted = 0;
  for (int i = 0; i < 1500 && !testing::Test::HasFailure(); ++i) {
    Rng rng = naive::RngFor(seed, 1, i);
    Pair pair;
    pair.scenario = naive::RandomScenario(rng, SmallWorlds());
    ASSERT_TRUE(pair.Build());
    const std::vector<std::string> attackers = {
        pair.scenario.users(0).id(), pair.scenario.users(pair.scenario.users_size() - 1).id()};
    const Scenario start = pair.scenario;
    const Twin before(start, start.inline_policy());
    const absl::Time now = naive::ToTime(start.now());
    Attack attack(&pair, attackers, /*moves=*/true);
    for (int j = 0; j < kAttempts; ++j) permitted += attack.Try(rng) ? 1 : 0;
    const Twin after(pair.scenario, pair.scenario.inline_policy());

    ExpectRule13Kept(before, after, now, absl::StrCat("seed ", seed, ", world ", i));
    std::set<std::string> anywhere;
    for (const auto& scope : start.scopes()) {
      const std::set<std::string> here = DominionOf(before, attackers, scope.id(), now);
      anywhere.insert(here.begin(), here.end());
    }
    for (const std::string& subject : SubjectsOf(start)) {
      const auto had = HeldAt(before, subject, now);
      for (const auto& [role, scope] : HeldAt(after, subject, now)) {
        EXPECT_TRUE(had.count({role, scope}) > 0 || anywhere.count(role) > 0)
            << "seed " << seed << ", world " << i << ": " << subject << " gained " << role;
      }
      EXPECT_TRUE(BreaksExclusion(before, subject, now) || !BreaksExclusion(after, subject, now))
          << "seed " << seed << ", world " << i << ": " << subject
          << " has come to hold roles that exclude each other";
    }
    if (testing::Test::HasFailure()) {
      std::cout << "from\n" << start.DebugString() << "to\n" << pair.scenario.DebugString();
    }
  }
  std::cout << permitted << " changes were permitted\n";
  EXPECT_GT(permitted, 3000);
}

}  // namespace
}  // namespace provost::model
