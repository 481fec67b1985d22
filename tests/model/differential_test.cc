// The engine held against the naive twin over random worlds, as they are made and after each kind
// of change. PROVOST_SEED runs another seed.

#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/model/compare.h"
#include "tests/model/random_change.h"
#include "tests/model/random_world.h"

namespace provost::model {
namespace {

using naive::Rng;
using v1::Scenario;

constexpr uint64_t kSeed = 20250117;

class Differential : public testing::Test {
 protected:
  void SetUp() override {
    seed_ = naive::SeedOf(kSeed);
    std::cout << "seed " << seed_ << " (PROVOST_SEED sets another)\n";
    start_ = std::chrono::steady_clock::now();
  }
  void TearDown() override {
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    std::cout << counters_.decisions << " decisions, " << counters_.explanations
              << " explanations, " << counters_.lists << " lists, " << counters_.delegations
              << " delegations in " << seconds << " s\n";
  }

  uint64_t seed_ = 0;
  Counters counters_;
  std::chrono::steady_clock::time_point start_;
};

TEST_F(Differential, EngineAnswersAsTheTwin) {
  constexpr int kWorlds = 5000;
  constexpr int kQuestions = 400;
  for (int i = 0; i < kWorlds && !HasFailure(); ++i) {
    Rng rng = naive::RngFor(seed_, 0, i);
    const std::string where = absl::StrCat("seed ", seed_, ", world ", i);
    Pair pair;
    pair.scenario = naive::RandomScenario(rng);
    if (!pair.Build()) break;
    for (int j = 0; j < kQuestions && !HasFailure(); ++j) {
      const Scenario::Expectation question = naive::RandomQuestion(rng, pair.scenario);
      CompareDecision(pair, question, /*explain=*/j % 10 == 0, where, &counters_);
      if (j % 80 == 0) CompareLists(rng, pair, question, where, &counters_);
      if (j % 20 == 0) CompareDelegation(rng, pair, where, &counters_);
    }
  }
  EXPECT_TRUE(HasFailure() || counters_.decisions >= 2000000) << counters_.decisions;
}

// The twin is made anew from the changed scenario; the engine has to have kept up.
TEST_F(Differential, EngineAnswersAsTheTwinAfterEachChange) {
  constexpr int kWorlds = 700;
  constexpr int kChanges = 25;
  constexpr int kQuestions = 12;
  for (int i = 0; i < kWorlds && !HasFailure(); ++i) {
    Rng rng = naive::RngFor(seed_, 1, i);
    Pair pair;
    pair.scenario = naive::RandomScenario(rng);
    if (!pair.Build()) break;
    ChangeMaker changes(&pair);
    for (int j = 0; j < kChanges && !HasFailure(); ++j) {
      std::string what;
      const absl::Status changed = changes.Make(rng, &what);
      const std::string where =
          absl::StrCat("seed ", seed_, ", changed world ", i, ", change ", j, ": ", what);
      ASSERT_TRUE(changed.ok()) << changed << ", " << where << "\n" << pair.scenario.DebugString();
      pair.RebuildTwin();
      for (int k = 0; k < kQuestions && !HasFailure(); ++k) {
        const Scenario::Expectation question = naive::RandomQuestion(rng, pair.scenario);
        CompareDecision(pair, question, /*explain=*/k == 0, where, &counters_);
        if (k == 1) CompareLists(rng, pair, question, where, &counters_);
        if (k == 2) CompareDelegation(rng, pair, where, &counters_);
      }
    }
  }
}

}  // namespace
}  // namespace provost::model
