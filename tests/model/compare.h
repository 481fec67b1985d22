// One world on both sides, and what has to be the same: every decision with its reason, the
// explanation, the three lists and the grid, the right to assign.
//
// A disagreement is reported as a failure of the running test, with the smallest scenario that
// still shows it in textproto, ready to become a file of tests/cases.

#ifndef PROVOST_TESTS_MODEL_COMPARE_H_
#define PROVOST_TESTS_MODEL_COMPARE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "provost/v1/scenario.pb.h"
#include "tests/model/engine_world.h"
#include "tests/model/naive.h"
#include "tests/model/random_world.h"

namespace provost::model {

struct Pair {
  v1::Scenario scenario;
  std::unique_ptr<EngineWorld> engine;
  std::unique_ptr<naive::Twin> twin;

  // Makes both sides of `scenario`. False, with a failure, if the engine refuses what was made to
  // be well formed.
  bool Build();
  // After a change to `scenario` that the engine has been given as well.
  void RebuildTwin();
};

struct Counters {
  uint64_t decisions = 0;
  uint64_t explanations = 0;
  uint64_t lists = 0;
  uint64_t delegations = 0;
};

naive::Question TwinQuestion(const v1::Scenario::Expectation& question);

// The reason's name, or NOT_ASKED.
std::string TwinAnswer(const naive::Twin& twin, const v1::Scenario::Expectation& question);
std::string EngineAnswer(EngineWorld& engine, const v1::Scenario::Expectation& question);

// `where` says in a failure how to get there again.
void CompareDecision(Pair& pair, const v1::Scenario::Expectation& question, bool explain,
                     const std::string& where, Counters* counters);

// The three lists, page by page, and the grid, for what `question` is about.
void CompareLists(naive::Rng& rng, Pair& pair, const v1::Scenario::Expectation& question,
                  const std::string& where, Counters* counters);

// One random delegation, and D(actor, scope) for it.
void CompareDelegation(naive::Rng& rng, Pair& pair, const std::string& where, Counters* counters);

}  // namespace provost::model

#endif  // PROVOST_TESTS_MODEL_COMPARE_H_
