// Properties of the rules over random worlds, asked of the engine. PROVOST_SEED runs another seed.

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "policy/decide/check.h"
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
    Rng rng(seed_ + static_cast<uint64_t>(i));
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
    Rng rng(seed_ + 100000 + static_cast<uint64_t>(i));
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
    Rng rng(seed_ + 200000 + static_cast<uint64_t>(i));
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
    Rng rng(seed_ + 300000 + static_cast<uint64_t>(i));
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

TEST_F(Properties, ADecisionDependsOnItsOwnTenantAlone) {
  for (int i = 0; i < 150 && !HasFailure(); ++i) {
    Rng rng(seed_ + 400000 + static_cast<uint64_t>(i));
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
