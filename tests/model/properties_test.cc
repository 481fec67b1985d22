// Properties of the rules over random worlds, asked of the engine. PROVOST_SEED runs another seed.

#include <algorithm>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "policy/compiler/compiler.h"
#include "policy/decide/check.h"
#include "policy/decide/delegation.h"
#include "policy/decide/explain.h"
#include "tests/model/compare.h"
#include "tests/model/random_change.h"
#include "tests/model/random_world.h"

namespace provost::model {
namespace {

using naive::Rng;
using v1::Scenario;

constexpr uint64_t kSeed = 20250118;

class Properties : public testing::Test {
 protected:
  void SetUp() override {
    seed_ = naive::SeedOf(kSeed);
    std::cout << "seed " << seed_ << " (PROVOST_SEED sets another)\n";
  }

  std::string Where(int world) const { return absl::StrCat("seed ", seed_, ", world ", world); }

  uint64_t seed_ = 0;
};

std::vector<Scenario::Expectation> Questions(Rng& rng, const Scenario& scenario, int count) {
  std::vector<Scenario::Expectation> questions;
  for (int i = 0; i < count; ++i) questions.push_back(naive::RandomQuestion(rng, scenario));
  return questions;
}

std::vector<std::string> Answers(EngineWorld& engine,
                                 const std::vector<Scenario::Expectation>& questions) {
  std::vector<std::string> answers;
  for (const auto& question : questions) answers.push_back(EngineAnswer(engine, question));
  return answers;
}

// Every question about a world: each subject, permission and scope, at one time with one set of
// facts.
std::vector<Scenario::Expectation> EveryQuestion(Rng& rng, const Scenario& scenario) {
  const Scenario::Expectation like = naive::RandomQuestion(rng, scenario);
  std::vector<std::string> subjects = {""};
  for (const auto& user : scenario.users()) subjects.push_back(user.id());
  for (const auto& group : scenario.groups()) subjects.push_back(group.id());
  std::vector<Scenario::Expectation> questions;
  for (const auto& scope : scenario.scopes()) {
    for (const auto& permission : scenario.inline_policy().permissions()) {
      for (const std::string& subject : subjects) {
        Scenario::Expectation question = like;
        question.set_subject(subject);
        question.set_permission(permission.name());
        question.set_scope(scope.id());
        questions.push_back(std::move(question));
      }
    }
  }
  return questions;
}

void ExpectNothingLost(const std::vector<Scenario::Expectation>& questions,
                       const std::vector<std::string>& before,
                       const std::vector<std::string>& after, const std::string& where,
                       const Scenario& scenario) {
  for (size_t i = 0; i < questions.size(); ++i) {
    if (before[i] != "ALLOWED") continue;
    EXPECT_EQ(after[i], "ALLOWED") << where << "\n"
                                   << questions[i].DebugString() << scenario.DebugString();
    if (testing::Test::HasFailure()) return;
  }
}

bool BringsProhibit(const Scenario& scenario, const std::string& role) {
  for (const v1::Role& each : scenario.inline_policy().roles()) {
    if (each.name() != role) continue;
    for (const v1::Grant& grant : each.grants()) {
      if (grant.effect() == v1::PROHIBIT) return true;
    }
  }
  return std::any_of(scenario.overrides().begin(), scenario.overrides().end(),
                     [&](const Scenario::Override& override) {
                       return override.role() == role && override.effect() == v1::PROHIBIT;
                     });
}

TEST_F(Properties, AddingAnAssignmentRemovesNoAccess) {
  int tried = 0;
  for (int i = 0; i < 1500 && !HasFailure(); ++i) {
    Rng rng = naive::RngFor(seed_, 0, i);
    Pair pair;
    pair.scenario = naive::RandomScenario(rng);
    Scenario::Assignment added;
    if (!naive::RandomAssignment(rng, pair.scenario, &added)) continue;
    if (BringsProhibit(pair.scenario, added.role())) continue;
    ++tried;
    ASSERT_TRUE(pair.Build());
    const auto questions = Questions(rng, pair.scenario, 100);
    const auto before = Answers(*pair.engine, questions);
    const auto op = pair.engine->OpFor(added, AssignmentId(pair.scenario.assignments_size() + 1));
    ASSERT_TRUE(pair.engine->Apply(op).ok());
    ExpectNothingLost(questions, before, Answers(*pair.engine, questions),
                      absl::StrCat(Where(i), ", added ", added.ShortDebugString()), pair.scenario);
  }
  EXPECT_GT(tried, 300);
}

// A cell where the role had none, and that asks for no facts: an ALLOW override that leaves its
// facts unset takes over those of the cell.
TEST_F(Properties, AddingAnAllowCellRemovesNoAccess) {
  int tried = 0;
  for (int i = 0; i < 1500 && !HasFailure(); ++i) {
    Rng rng = naive::RngFor(seed_, 1, i);
    Pair pair;
    pair.scenario = naive::RandomScenario(rng);
    ASSERT_TRUE(pair.Build());
    v1::PolicySource* policy = pair.scenario.mutable_inline_policy();
    const v1::Permission& permission =
        policy->permissions(static_cast<int>(rng() % policy->permissions_size()));
    v1::Role* role = policy->mutable_roles(static_cast<int>(rng() % policy->roles_size()));
    const auto kind = static_cast<naive::Kind>(
        permission.asked_at(static_cast<int>(rng() % permission.asked_at_size())));
    // What is implied might have a cell already.
    if (!permission.implies().empty()) continue;
    if (pair.twin->CellOf(role->name(), permission.name(), kind).effect != v1::EFFECT_UNSPECIFIED) {
      continue;
    }
    ++tried;
    const auto questions = Questions(rng, pair.scenario, 100);
    const auto before = Answers(*pair.engine, questions);
    v1::Grant* grant = role->add_grants();
    grant->add_permissions(permission.name());
    grant->add_at(kind);
    const absl::Status changed = pair.engine->SetPolicyTo(*policy);
    ASSERT_TRUE(changed.ok()) << changed;
    ExpectNothingLost(
        questions, before, Answers(*pair.engine, questions),
        absl::StrCat(Where(i), ", added ", grant->ShortDebugString(), " to ", role->name()),
        pair.scenario);
  }
  EXPECT_GT(tried, 200);
}

TEST_F(Properties, MovingThereAndBackRestoresEveryDecision) {
  int moved = 0;
  for (int i = 0; i < 500 && !HasFailure(); ++i) {
    Rng rng = naive::RngFor(seed_, 2, i);
    Pair pair;
    pair.scenario = naive::RandomScenario(rng);
    ASSERT_TRUE(pair.Build());
    ChangeMaker changes(&pair);
    int scope = 0;
    int to = 0;
    if (!changes.PickMove(rng, &scope, &to)) continue;
    const std::string from = pair.scenario.scopes(scope).parent();
    int back = 0;
    while (pair.scenario.scopes(back).id() != from) ++back;
    if (back == to) continue;
    const auto questions = EveryQuestion(rng, pair.scenario);
    const auto before = Answers(*pair.engine, questions);
    ASSERT_TRUE(changes.Move(scope, to).ok());
    ASSERT_TRUE(changes.Move(scope, back).ok());
    ASSERT_EQ(before, Answers(*pair.engine, questions)) << Where(i);
    ++moved;
  }
  EXPECT_GT(moved, 100);
}

// What expires at t counts at t - 1 ns as if it had no end, and at t as if it were not there.
TEST_F(Properties, WhatExpiresCountsUntilTheNanosecondBefore) {
  int tried = 0;
  for (int i = 0; i < 800 && !HasFailure(); ++i) {
    Rng rng = naive::RngFor(seed_, 3, i);
    Pair with;
    with.scenario = naive::RandomScenario(rng);
    Pair endless, without;
    endless.scenario = with.scenario;
    without.scenario = with.scenario;
    google::protobuf::Timestamp end = with.scenario.now();
    end.set_seconds(end.seconds() + 10);
    // An assignment or a membership is given an end after all others.
    Scenario::Group* group =
        with.scenario.groups_size() > 0 ? with.scenario.mutable_groups(0) : nullptr;
    if (group != nullptr && group->members_size() > 0 && rng() % 2 == 0) {
      *group->mutable_members(0)->mutable_expires() = end;
      endless.scenario.mutable_groups(0)->mutable_members(0)->clear_expires();
      without.scenario.mutable_groups(0)->mutable_members()->DeleteSubrange(0, 1);
    } else if (with.scenario.assignments_size() > 0) {
      *with.scenario.mutable_assignments(0)->mutable_expires() = end;
      endless.scenario.mutable_assignments(0)->clear_expires();
      without.scenario.mutable_assignments()->DeleteSubrange(0, 1);
    } else {
      continue;
    }
    ++tried;
    ASSERT_TRUE(with.Build() && endless.Build() && without.Build());
    auto questions = EveryQuestion(rng, with.scenario);
    for (auto& question : questions) {
      question.mutable_time()->set_seconds(end.seconds() - 1);
      question.mutable_time()->set_nanos(999999999);
    }
    ASSERT_EQ(Answers(*with.engine, questions), Answers(*endless.engine, questions)) << Where(i);
    for (auto& question : questions) *question.mutable_time() = end;
    ASSERT_EQ(Answers(*with.engine, questions), Answers(*without.engine, questions)) << Where(i);
  }
  EXPECT_GT(tried, 400);
}

// Rule 9: whatever an explanation names as the nearest miss, were it so, the answer would be yes.
TEST_F(Properties, TheNearestMissWouldHaveMadeItAnAllow) {
  using Kind = NearestMiss::Kind;
  std::map<Kind, int> tried;
  for (int i = 0; i < 1500 && !HasFailure(); ++i) {
    Rng rng = naive::RngFor(seed_, 6, i);
    Pair pair;
    pair.scenario = naive::RandomScenario(rng);
    ASSERT_TRUE(pair.Build());
    for (const auto& asked : Questions(rng, pair.scenario, 80)) {
      World& world = pair.engine->world();
      Question question = pair.engine->QuestionOf(asked);
      const Explanation explanation = Explain(*world.Read(), question);
      const NearestMiss& miss = explanation.nearest_miss;
      if (miss.kind == Kind::kNone) continue;
      ASSERT_FALSE(explanation.decision.allowed());
      ++tried[miss.kind];
      // A world of its own for each, altered by that one thing.
      auto altered = EngineWorld::Create(pair.scenario);
      ASSERT_TRUE(altered.ok());
      const Matrix& matrix = (*altered)->matrix();
      absl::Status changed;
      if (miss.kind == Kind::kFact) {
        EXPECT_NE(miss.missing, 0u);
        question.facts |= miss.missing;
      } else if (miss.kind == Kind::kAssignment) {
        changed = (*altered)->Apply(PutAssignment{AssignmentId(1000), question.subject,
                                                  matrix.role(miss.role).name, miss.scope, Window(),
                                                  false});
      } else if (miss.blocking.has_value()) {
        const PermissionId named(miss.blocking->record.permission);
        changed = (*altered)->Apply(RemoveOverride{
            miss.blocking->scope, matrix.role(miss.role).name, matrix.permission(named).name});
      } else {
        MatrixData data = matrix.data();
        const auto is_blocking = [&](const CellInfo& cell) {
          return cell.role == miss.role && cell.permission == question.permission && !cell.reach &&
                 cell.at == world.Read()->KindOf(question.scope);
        };
        data.cells.erase(std::remove_if(data.cells.begin(), data.cells.end(), is_blocking),
                         data.cells.end());
        auto without = Matrix::Create(std::move(data));
        ASSERT_TRUE(without.ok()) << without.status();
        changed = (*altered)->Apply(SetPolicy{*without});
      }
      ASSERT_TRUE(changed.ok()) << changed;
      EXPECT_EQ(ReasonName(Check(*(*altered)->world().Read(), question).reason), "ALLOWED")
          << "a miss of kind " << static_cast<int>(miss.kind) << ", " << Where(i) << "\n"
          << asked.DebugString() << pair.scenario.DebugString();
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(tried[Kind::kFact], 200);
  EXPECT_GT(tried[Kind::kPrevent], 200);
  EXPECT_GT(tried[Kind::kProhibit], 100);
  EXPECT_GT(tried[Kind::kAssignment], 200);
}

// A policy with grants and may_* entries of its roles added, dropped and swapped.
v1::PolicySource AlteredPolicy(Rng& rng, const v1::PolicySource& policy) {
  v1::PolicySource altered = policy;
  for (int i = 0; i < 2; ++i) {
    const v1::Role& from = policy.roles(static_cast<int>(rng() % policy.roles_size()));
    v1::Role* to = altered.mutable_roles(static_cast<int>(rng() % altered.roles_size()));
    switch (rng() % 4) {
      case 0:
        if (from.grants_size() > 0 && from.assignable_at_size() > 0) {
          v1::Grant grant = from.grants(static_cast<int>(rng() % from.grants_size()));
          grant.clear_reach();
          grant.clear_at();
          if (grant.effect() == v1::PROHIBIT) grant.set_effect(v1::ALLOW);
          *to->add_grants() = grant;
        }
        break;
      case 1:
        if (to->grants_size() > 0) {
          to->mutable_grants()->DeleteSubrange(static_cast<int>(rng() % to->grants_size()), 1);
        }
        break;
      case 2:
        if (from.assignable_at_size() > 0 &&
            std::find(to->may_assign().begin(), to->may_assign().end(), from.name()) ==
                to->may_assign().end()) {
          to->add_may_assign(from.name());
        }
        break;
      default:
        if (to->grants_size() > 0) {
          to->mutable_grants(static_cast<int>(rng() % to->grants_size()))
              ->mutable_requires()
              ->Clear();
        }
    }
  }
  return altered;
}

// Rule 15, one way: what the engine lets an author put in force adds nothing that no role of the
// author's D has.
TEST_F(Properties, APolicyAddsOnlyWhatItsAuthorCouldHandOn) {
  int permitted = 0;
  int refused = 0;
  for (int i = 0; i < 1500 && !HasFailure(); ++i) {
    Rng rng = naive::RngFor(seed_, 5, i);
    Pair pair;
    pair.scenario = naive::RandomScenario(rng);
    ASSERT_TRUE(pair.Build());
    const v1::PolicySource& old = pair.scenario.inline_policy();
    const std::string tenant = pair.scenario.scopes(0).id();
    const absl::Time now = naive::ToTime(pair.scenario.now());
    for (int j = 0; j < 6; ++j) {
      const v1::PolicySource next = AlteredPolicy(rng, old);
      const CompileResult compiled = Compile(next);
      if (compiled.matrix == nullptr) continue;
      const std::string author =
          pair.scenario.users(static_cast<int>(rng() % pair.scenario.users_size())).id();
      if (!CheckPolicyChange(*pair.engine->world().Read(), pair.engine->Subject(author),
                             *compiled.matrix, now)
               .ok()) {
        ++refused;
        continue;
      }
      ++permitted;
      const std::set<std::string> dominion = pair.twin->Dominion(author, tenant, now);
      const naive::Twin then(pair.scenario, next);
      const auto some_role_has = [&](const auto& has) {
        return std::any_of(dominion.begin(), dominion.end(), has);
      };
      const std::string about =
          absl::StrCat(Where(i), ", author ", author, "\n", pair.scenario.DebugString(), "to\n",
                       next.DebugString());
      for (const v1::Role& role : next.roles()) {
        for (const v1::Permission& permission : next.permissions()) {
          for (int k : permission.asked_at()) {
            const auto kind = static_cast<naive::Kind>(k);
            const naive::Effect cell = then.CellOf(role.name(), permission.name(), kind);
            for (const naive::Facts& facts : cell.alternatives) {
              const auto has = [&](const std::string& name) {
                return AllowsWith(pair.twin->CellOf(name, permission.name(), kind), facts);
              };
              EXPECT_TRUE(has(role.name()) || some_role_has(has))
                  << role.name() << " gains " << permission.name() << ", " << about;
            }
            const naive::Effect reach = then.ReachOf(role.name(), permission.name(), kind);
            for (const naive::Facts& facts : reach.alternatives) {
              const auto has = [&](const std::string& name) {
                return AllowsWith(pair.twin->ReachOf(name, permission.name(), kind), facts);
              };
              const auto has_cell = [&](const std::string& name) {
                return AllowsWith(pair.twin->CellOf(name, permission.name(), kind), facts);
              };
              EXPECT_TRUE(has(role.name()) || some_role_has(has) || some_role_has(has_cell))
                  << role.name() << " gains a reach to " << permission.name() << ", " << about;
            }
          }
        }
        for (const std::string& assigned : role.may_assign()) {
          const auto may = [&](const std::string& name) {
            for (const v1::Role& each : old.roles()) {
              if (each.name() != name) continue;
              return std::find(each.may_assign().begin(), each.may_assign().end(), assigned) !=
                     each.may_assign().end();
            }
            return false;
          };
          EXPECT_TRUE(may(role.name()) || some_role_has(may))
              << role.name() << " may newly assign " << assigned << ", " << about;
        }
      }
    }
  }
  std::cout << permitted << " permitted, " << refused << " refused\n";
  EXPECT_GT(permitted, 200);
  EXPECT_GT(refused, 200);
}

TEST_F(Properties, ADecisionDependsOnItsOwnTenantAlone) {
  for (int i = 0; i < 150 && !HasFailure(); ++i) {
    Rng rng = naive::RngFor(seed_, 4, i);
    Pair ours, theirs;
    ours.scenario = naive::RandomScenario(rng);
    // The neighbour has the same names and the same policy, so that any leak would show.
    theirs.scenario = ours.scenario;
    ASSERT_TRUE(ours.Build() && theirs.Build());
    const auto questions = EveryQuestion(rng, ours.scenario);
    const auto before = Answers(*ours.engine, questions);
    const uint64_t revision = ours.engine->world().Read()->revision();
    ChangeMaker changes(&theirs);
    for (int j = 0; j < 20; ++j) {
      std::string what;
      const absl::Status changed = changes.Make(rng, &what);
      ASSERT_TRUE(changed.ok()) << changed << ", " << what << ", " << Where(i);
    }
    ASSERT_EQ(before, Answers(*ours.engine, questions)) << Where(i);
    ASSERT_EQ(revision, ours.engine->world().Read()->revision());
  }
}

}  // namespace
}  // namespace provost::model
