// The runner over the scenario files of tests/cases, and of the sample organisation: the engine
// answers what the files expect, and files that fail on purpose fail as they should.
#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
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

}  // namespace
}  // namespace provost
