// The runner over the scenario files of tests/cases, and over the sample organisation: the engine
// answers what the files expect, and files that fail on purpose fail as they should.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/scenario/engine_backend.h"
#include "policy/scenario/run.h"

namespace provost {
namespace {

// The scenario files of a folder, those below it left out, in the order of their names.
std::vector<std::string> FilesIn(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(absl::StrCat(PROVOST_SOURCE_DIR, "/", folder))) {
    const std::string name = entry.path().string();
    if (entry.is_regular_file() &&
        (absl::EndsWith(name, ".textproto") || absl::EndsWith(name, ".json"))) {
      files.push_back(name);
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

// The folder is read when the test runs, so that a new file needs no new build.
TEST(ScenarioCases, EngineAnswersEveryFile) {
  const std::vector<std::string> files = FilesIn("tests/cases");
  EXPECT_GE(files.size(), 60u);
  std::ostringstream out;
  std::ostringstream errors;
  EXPECT_EQ(RunScenarioFiles(files, OpenInEngine, absl::Now(), out, errors), 0);
  EXPECT_EQ(errors.str(), "");
  EXPECT_THAT(out.str(), testing::MatchesRegex("[1-9][0-9]+ passed, 0 failed\n"));
}

TEST(ScenarioCases, EngineAnswersTheSampleOrganisation) {
  std::ostringstream out;
  std::ostringstream errors;
  const std::string sample = absl::StrCat(PROVOST_SOURCE_DIR, "/docs/sample/acme.textproto");
  EXPECT_EQ(
      RunScenarioFiles(std::vector<std::string>{sample}, OpenInEngine, absl::Now(), out, errors),
      0);
  EXPECT_EQ(errors.str(), "");
  EXPECT_THAT(out.str(), testing::MatchesRegex("[1-9][0-9]* passed, 0 failed\n"));
}

// What a person reads, held word for word. PROVOST_UPDATE_GOLDEN=1 writes it anew.
TEST(ScenarioCases, FailuresAreToldWithTheirExplanation) {
  const std::vector<std::string> files = FilesIn("tests/cases/failing");
  std::ostringstream out;
  std::ostringstream errors;
  EXPECT_EQ(RunScenarioFiles(files, OpenInEngine, absl::Now(), out, errors), 1);
  EXPECT_EQ(errors.str(), "");
  EXPECT_THAT(out.str(), testing::EndsWith("\n2 passed, 3 failed\n"));
  const std::string got =
      absl::StrReplaceAll(out.str(), {{absl::StrCat(PROVOST_SOURCE_DIR, "/"), ""}});
  const std::string golden = absl::StrCat(PROVOST_TEST_DATA_DIR, "/failing.txt");
  if (std::getenv("PROVOST_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(golden, std::ios::binary) << got;
  }
  std::ifstream file(golden, std::ios::binary);
  std::ostringstream wanted;
  wanted << file.rdbuf();
  EXPECT_EQ(got, wanted.str());
}

// Each text is one way for an expectation to be wrong that is told, and does not stop the run.
TEST(ScenarioCases, WrongQuestionsFailWithTheirMessage) {
  const std::string world = R"(
      policy: "lms365" now { seconds: 1700000000 }
      scopes { id: "acme" kind: TENANT }
      scopes { id: "fire" kind: COURSE parent: "acme" }
      assignments { subject: "ann" role: "course_admin" scope: "fire" } )";
  struct Wrong {
    const char* expectation;
    const char* told;
  };
  const Wrong wrongs[] = {
      {R"(checks { subject: "ann" permission: "course.raed" scope: "fire" })",
       "unknown permission `course.raed`; did you mean `course.read`?"},
      {R"(checks { subject: "ann" permission: "course.read" scope: "fire" facts: "slef" })",
       "unknown fact `slef`; did you mean `self`?"},
      {R"(checks { subject: "ann" permission: "course.read" scope: "acme" })",
       "permission `course.read` cannot be asked at a TENANT"},
      {R"(checks { subject: "ann" permission: "course.read" scope: "fire" acting_as { } })",
       "unknown role ``"},
      {R"(checks { subject: "ann" permission: "course.read" scope: "fire"
                   acting_as { role: "leaner" scope: "fire" } })",
       "unknown role `leaner`; did you mean `learner`?"},
      {R"(lists { subjects_that_may { permission: "course.raed" scope: "fire" } })",
       "unknown permission `course.raed`; did you mean `course.read`?"},
      {R"(lists { scopes_where { subject: "ann" permission: "nothing" } })",
       "unknown permission `nothing`"},
      {R"(lists { permissions_of { subject: "ann" scope: "fire" } facts: "slef" })",
       "unknown fact `slef`; did you mean `self`?"},
      {R"(delegations { actor: "ann" role: "leaner" subject: "ann" scope: "fire" })",
       "unknown role `leaner`; did you mean `learner`?"},
      {R"(delegations { actor: "ann" role: "learner" subject: "ann" scope: "fire"
                        why: "allowed is expected here" })",
       "expected: refused\n  got:      allowed"},
      {R"(delegations { actor: "ann" role: "lms_admin" subject: "ann" scope: "acme" allowed: true })",
       "got:      refused: "},
  };
  for (const Wrong& wrong : wrongs) {
    SCOPED_TRACE(wrong.expectation);
    const auto file = ScenarioFile::Parse(absl::StrCat(world, wrong.expectation), "a.textproto");
    if (!file.ok()) {
      ADD_FAILURE() << file.status();
      continue;
    }
    auto backend = OpenInEngine(*file);
    ASSERT_TRUE(backend.ok()) << backend.status();
    const ScenarioResult result = RunScenario(*file, **backend, absl::Now());
    EXPECT_EQ(result.passed, 0u);
    ASSERT_EQ(result.failures.size(), 1u);
    EXPECT_THAT(result.failures[0].ToString(), testing::HasSubstr(wrong.told));
    EXPECT_THAT(result.failures[0].place, testing::StartsWith("a.textproto:"));
  }
}

TEST(ScenarioCases, PoliciesArePresetsPathsOrInline) {
  const std::string rest = R"(
      scopes { id: "acme" kind: TENANT } scopes { id: "fire" kind: COURSE parent: "acme" })";
  const auto name_of = [&](const std::string& policy) {
    const auto file = ScenarioFile::Parse(absl::StrCat(policy, rest),
                                          absl::StrCat(PROVOST_SOURCE_DIR, "/tests/a.textproto"));
    EXPECT_TRUE(file.ok()) << file.status();
    return file.ok() ? file->matrix()->name() : "";
  };
  EXPECT_EQ(name_of(R"(policy: "plutolms")"), "plutolms");
  EXPECT_EQ(name_of(R"(policy: "../policy/presets/coreachieve.textproto")"), "coreachieve");
  EXPECT_EQ(name_of(R"(inline_policy {
                         name: "ours" version: "1" extends { name: "lms365" }
                         roles { name: "auditor" assignable_at: COURSE
                                 grants { permissions: "course.read" } }
                         roles { name: "tenant_admin" may_assign: "auditor" } })"),
            "ours");
}

// Rule 2: without `now` one instant serves for everything, and `now` beats it.
TEST(ScenarioCases, NowIsTheGivenInstantWhereTheFileHasNone) {
  const std::string world = R"(
      policy: "lms365" scopes { id: "acme" kind: TENANT }
      scopes { id: "fire" kind: COURSE parent: "acme" }
      assignments { subject: "ann" role: "course_admin" scope: "fire" expires { seconds: 100 } }
      checks { subject: "ann" permission: "course.update" scope: "fire" allowed: true } )";
  auto passes = [](const std::string& text, absl::Time now) {
    const auto file = ScenarioFile::Parse(text, "a.textproto");
    EXPECT_TRUE(file.ok()) << file.status();
    auto backend = OpenInEngine(*file);
    EXPECT_TRUE(backend.ok()) << backend.status();
    return RunScenario(*file, **backend, now).passed == 1;
  };
  const absl::Time end = absl::FromUnixSeconds(100);
  EXPECT_TRUE(passes(world, end - absl::Nanoseconds(1)));
  EXPECT_FALSE(passes(world, end));
  EXPECT_TRUE(passes(absl::StrCat(world, "now { seconds: 99 nanos: 999999999 }"), end));
  EXPECT_FALSE(passes(absl::StrCat(world, "now { seconds: 100 }"), absl::FromUnixSeconds(0)));
}

}  // namespace
}  // namespace provost
