// Every scenario file of tests/cases, asked of the naive twin: the files say what the rules mean,
// and the twin is worth something as a judge only while it agrees with them.

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/model/load_case.h"
#include "tests/model/naive.h"

namespace provost::naive {
namespace {

using v1::Decision;
using v1::Scenario;

std::string CasesDir() { return absl::StrCat(PROVOST_SOURCE_DIR, "/tests/cases"); }

template <typename Expectation>
absl::Time TimeOf(const Expectation& expectation, absl::Time now) {
  return expectation.has_time() ? ToTime(expectation.time()) : now;
}

// One line for each expectation of the case that the twin answers otherwise.
std::vector<std::string> FailuresOf(const Case& loaded) {
  const Twin twin(loaded.scenario, loaded.policy, loaded.custom_roles);
  std::vector<std::string> failures;

  for (const Scenario::Expectation& check : loaded.scenario.checks()) {
    Question question{check.subject(),
                      check.permission(),
                      check.scope(),
                      Facts(check.facts().begin(), check.facts().end()),
                      TimeOf(check, loaded.now),
                      std::nullopt};
    if (check.has_acting_as()) {
      question.acting_as = {check.acting_as().role(), check.acting_as().scope()};
    }
    const auto answer = twin.Check(question);
    if (!answer.ok()) {
      failures.push_back(absl::StrCat(answer.status().message(), ": ", check.ShortDebugString()));
    } else if (answer->allowed != check.allowed() ||
               (check.reason() != Decision::REASON_UNSPECIFIED &&
                check.reason() != answer->reason)) {
      failures.push_back(absl::StrCat("answered ", Decision::Reason_Name(answer->reason), ": ",
                                      check.ShortDebugString()));
    }
  }

  for (const Scenario::ListExpectation& list : loaded.scenario.lists()) {
    const Facts facts(list.facts().begin(), list.facts().end());
    const absl::Time time = TimeOf(list, loaded.now);
    std::set<std::string> listed;
    switch (list.question_case()) {
      case Scenario::ListExpectation::kPermissionsOf:
        listed = twin.PermissionsOf(list.permissions_of().subject(), list.permissions_of().scope(),
                                    facts, time);
        break;
      case Scenario::ListExpectation::kSubjectsThatMay:
        listed = twin.SubjectsThatMay(list.subjects_that_may().permission(),
                                      list.subjects_that_may().scope(), facts, time);
        break;
      case Scenario::ListExpectation::kScopesWhere:
        listed = twin.ScopesWhere(list.scopes_where().subject(), list.scopes_where().permission(),
                                  static_cast<Kind>(list.scopes_where().kind()), facts, time);
        break;
      case Scenario::ListExpectation::QUESTION_NOT_SET:
        failures.push_back("a list expectation without a question");
        continue;
    }
    const std::set<std::string> within(list.within().begin(), list.within().end());
    std::set<std::string> compared;
    for (const std::string& name : listed) {
      if (within.empty() || within.count(name) > 0) compared.insert(name);
    }
    if (compared != std::set<std::string>(list.expect().begin(), list.expect().end())) {
      failures.push_back(
          absl::StrCat("listed [", absl::StrJoin(compared, ", "), "]: ", list.ShortDebugString()));
    }
  }

  for (const Scenario::DelegationExpectation& delegation : loaded.scenario.delegations()) {
    const bool allowed = twin.MayAssign(delegation.actor(), delegation.role(), delegation.subject(),
                                        delegation.scope(), loaded.now);
    if (allowed != delegation.allowed()) {
      failures.push_back(absl::StrCat("answered ", allowed ? "allowed" : "refused", ": ",
                                      delegation.ShortDebugString()));
    }
  }
  return failures;
}

// The folders are read when the tests run, so that a new file needs no new build.
TEST(TwinCases, AnswersEveryFile) {
  const std::vector<std::string> files = CaseFilesIn(CasesDir());
  EXPECT_GE(files.size(), 70u);
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    const auto loaded = LoadCase(file, PROVOST_SOURCE_DIR, absl::Now());
    if (!loaded.ok()) {
      ADD_FAILURE() << loaded.status();
      continue;
    }
    EXPECT_THAT(loaded->scenario.source(), testing::HasSubstr("rule"))
        << "a case names what it tests";
    EXPECT_GT(loaded->scenario.checks_size() + loaded->scenario.lists_size() +
                  loaded->scenario.delegations_size(),
              0);
    EXPECT_THAT(FailuresOf(*loaded), testing::IsEmpty());
  }
}

// These exist for the runner's own test; the twin has to find wrong expectations in them as well.
TEST(TwinCases, FailsWhatFailsOnPurpose) {
  const std::vector<std::string> files = CaseFilesIn(absl::StrCat(CasesDir(), "/failing"));
  EXPECT_FALSE(files.empty());
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    const auto loaded = LoadCase(file, PROVOST_SOURCE_DIR, absl::Now());
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    EXPECT_THAT(FailuresOf(*loaded), testing::Not(testing::IsEmpty()));
  }
}

}  // namespace
}  // namespace provost::naive
