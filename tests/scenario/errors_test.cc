// Files that cannot be run: every problem is told at once, with its place. The texts are held by
// golden files beside the scenarios; PROVOST_UPDATE_GOLDEN=1 writes them anew.
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
#include "policy/scenario/scenario.h"

namespace provost {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// A well-formed scenario, to be spoiled.
std::string Scenario(const std::string& rest) {
  return absl::StrCat(R"(policy: "lms365" scopes { id: "acme" kind: TENANT } )", rest);
}

TEST(ScenarioErrors, EveryFileSaysWhatIsWrongWhere) {
  const std::string folder = PROVOST_TEST_DATA_DIR;
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (absl::EndsWith(name, ".textproto") || absl::EndsWith(name, ".json")) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  EXPECT_GE(names.size(), 30u);
  for (const std::string& name : names) {
    SCOPED_TRACE(name);
    const absl::StatusOr<ScenarioFile> file = ScenarioFile::Load(absl::StrCat(folder, "/", name));
    EXPECT_FALSE(file.ok());
    const std::string got = absl::StrCat(
        absl::StrReplaceAll(file.status().message(), {{absl::StrCat(folder, "/"), ""}}), "\n");
    EXPECT_THAT(got, HasSubstr("error: "));
    const std::string golden = absl::StrCat(folder, "/", name, ".golden");
    if (std::getenv("PROVOST_UPDATE_GOLDEN") != nullptr) {
      std::ofstream(golden, std::ios::binary) << got;
    }
    EXPECT_EQ(got, ReadFile(golden));
  }
}

TEST(ScenarioErrors, WhatIsNotThere) {
  const absl::StatusOr<ScenarioFile> none = ScenarioFile::Load("no/such.textproto");
  EXPECT_EQ(none.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(none.status().message(), "cannot read scenario `no/such.textproto`");
  const absl::StatusOr<ScenarioFile> folder = ScenarioFile::Load(PROVOST_TEST_DATA_DIR);
  EXPECT_THAT(std::string(folder.status().message()), HasSubstr("is a folder; wanted a file"));
}

TEST(ScenarioErrors, BytesThatAreNotUtf8) {
  for (const char* path : {"a.textproto", "a.json"}) {
    const absl::StatusOr<ScenarioFile> file =
        ScenarioFile::Parse("name:\n  \"\xc3\xa9\xc3(\"", path);
    EXPECT_EQ(file.status().message(),
              absl::StrCat(path, ":2:5: error: the text is not UTF-8 here"));
  }
}

TEST(ScenarioErrors, AnyBytesAreReadWithoutHarm) {
  const std::string text = ReadFile(absl::StrCat(PROVOST_TEST_DATA_DIR, "/json_values.json"));
  for (size_t end = 0; end < text.size(); end += 3) {
    EXPECT_FALSE(ScenarioFile::Parse(text.substr(0, end), "a.json").ok());
  }
  EXPECT_THAT(
      std::string(ScenarioFile::Parse(std::string(100000, '['), "a.json").status().message()),
      StartsWith("a.json:1:1: error: wanted `{`"));
  std::string deep = "{\"x\":";
  for (int i = 0; i < 100000; ++i) absl::StrAppend(&deep, "{\"x\":");
  EXPECT_THAT(std::string(ScenarioFile::Parse(deep, "a.json").status().message()),
              HasSubstr("nested more than"));
}

TEST(ScenarioErrors, LongestAndOneMore) {
  const std::string longest(kMaxScenarioIdBytes, 'x');
  EXPECT_TRUE(
      ScenarioFile::Parse(Scenario(absl::StrCat("users { id: \"", longest, "\" }")), "a.textproto")
          .ok());
  EXPECT_THAT(
      std::string(ScenarioFile::Parse(Scenario(absl::StrCat("users { id: \"", longest, "x\" }")),
                                      "a.textproto")
                      .status()
                      .message()),
      HasSubstr("an id of 257 bytes; wanted 1 to 256"));
}

TEST(ScenarioErrors, GroupsTooDeepAreRefusedWithTheFile) {
  std::string text = Scenario("");
  for (int i = 0; i < 17; ++i) {
    absl::StrAppend(&text, "groups { id: \"g", i, "\" members { id: \"g", i + 1, "\" } }\n");
  }
  const absl::StatusOr<ScenarioFile> file = ScenarioFile::Parse(text, "deep.textproto");
  ASSERT_TRUE(file.ok()) << file.status();
  const auto backend = OpenInEngine(*file);
  EXPECT_THAT(std::string(backend.status().message()), StartsWith("deep.textproto: error: "));
}

// One unreadable file: the others are run, and the exit code is 2 whatever they give.
TEST(ScenarioErrors, ExitCodes) {
  const std::string cases = absl::StrCat(PROVOST_SOURCE_DIR, "/tests/cases/");
  const std::string good = absl::StrCat(cases, "rule02_path.textproto");
  const std::string failing = absl::StrCat(cases, "failing/wrong_expectations.textproto");
  const std::string unreadable = absl::StrCat(PROVOST_TEST_DATA_DIR, "/tree.textproto");
  std::ostringstream out;
  std::ostringstream errors;
  auto run = [&](const std::vector<std::string>& files) {
    return RunScenarioFiles(files, OpenInEngine, absl::Now(), out, errors);
  };
  EXPECT_EQ(run({good}), 0);
  EXPECT_EQ(errors.str(), "");
  EXPECT_EQ(run({good, failing}), 1);
  EXPECT_EQ(errors.str(), "");
  EXPECT_EQ(run({good, unreadable}), 2);
  EXPECT_THAT(errors.str(), HasSubstr("tree.textproto:"));
  out.str("");
  EXPECT_EQ(run({unreadable, failing}), 2);
  EXPECT_THAT(out.str(), HasSubstr("\n2 passed, 3 failed\n"));
  EXPECT_EQ(run({"no/such.textproto"}), 2);
}

}  // namespace
}  // namespace provost
