// Files that cannot be run: every problem is told at once, with its place. The texts are held by
// golden files beside the scenarios; PROVOST_UPDATE_GOLDEN=1 writes them anew.
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>

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
#include "policy/compiler/compiler.h"
#include "policy/compiler/diagnostic.h"
#include "policy/scenario/engine_backend.h"
#include "policy/scenario/run.h"
#include "policy/scenario/scenario.h"

namespace provost {
namespace {

using google::protobuf::TextFormat;
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

// Each text beside what protobuf's own readers make of it.
TEST(ScenarioErrors, NumbersAreReadAsProtobufReadsThem) {
  for (const char* text :
       {"0", "7", "010", "0x10", "-010", "- 5", "-0X1f", "00", "9223372036854775807", "08", "0x",
        "1.0", "1e3", "'1'", "9223372036854775808", "-9223372036854775808"}) {
    SCOPED_TRACE(text);
    const std::string scenario = Scenario(absl::StrCat("now { nanos: 0 seconds: ", text, " }"));
    v1::Scenario theirs;
    const bool is_read = TextFormat::ParseFromString(scenario, &theirs);
    const absl::StatusOr<ScenarioFile> ours = ScenarioFile::Parse(scenario, "a.textproto");
    if (ours.ok()) {
      EXPECT_TRUE(is_read);
      EXPECT_EQ(ours->scenario().now().seconds(), theirs.now().seconds());
    } else if (is_read) {
      EXPECT_THAT(std::string(ours.status().message()), HasSubstr("outside of the years"));
    }
  }
  for (const char* text : {"1", "1.0", "10e-1", "\"TENANT\"", "\"1\"", "01", "0x1", "-", "+1",
                           "1.5", "-1.e", "1e", "\"tenant\"", "\"0x1\"", "true", "[1]", "{}"}) {
    SCOPED_TRACE(text);
    const std::string scenario =
        absl::StrCat(R"({"policy": "lms365", "scopes": [{"id": "acme", "kind": )", text, "}]}");
    v1::Scenario theirs;
    const bool is_read = google::protobuf::util::JsonStringToMessage(scenario, &theirs).ok();
    const absl::StatusOr<ScenarioFile> ours = ScenarioFile::Parse(scenario, "a.json");
    EXPECT_EQ(ours.ok(), is_read) << ours.status();
    if (ours.ok()) {
      EXPECT_EQ(ours->scenario().scopes(0).kind(), v1::Scope::TENANT);
    }
  }
}

TEST(ScenarioErrors, TwoMembersOfAOneof) {
  const std::string said =
      "`subjects_that_may` stands beside `permissions_of`; wanted one of `permissions_of`, "
      "`subjects_that_may`, `scopes_where`";
  EXPECT_EQ(ScenarioFile::Parse(Scenario("\nlists { permissions_of { } subjects_that_may { } }"),
                                "a.textproto")
                .status()
                .message(),
            absl::StrCat("a.textproto:2:28: error: ", said));
  EXPECT_EQ(
      ScenarioFile::Parse(R"({"lists": [{"permissionsOf": {}, "subjectsThatMay": {}}]})", "a.json")
          .status()
          .message(),
      absl::StrCat("a.json:1:34: error: ", said));
}

TEST(ScenarioErrors, PoliciesThatAreNoTextOfOne) {
  const std::string folder = testing::TempDir();
  const auto refusal = [&](absl::string_view policy) {
    return std::string(ScenarioFile::Parse(absl::StrCat("policy: \"", policy,
                                                        "\" scopes { id: \"acme\" kind: TENANT }"),
                                           absl::StrCat(folder, "/a.textproto"))
                           .status()
                           .message());
  };
  EXPECT_THAT(refusal("/dev/zero"), HasSubstr("policy `/dev/zero` is a device or a pipe"));
  std::ofstream(absl::StrCat(folder, "/long.textproto")) << std::string(kMaxPolicyBytes + 1, '#');
  EXPECT_THAT(refusal("long.textproto"), HasSubstr("has more than 16777216 bytes"));
  std::ofstream(absl::StrCat(folder, "/policy.matrix"), std::ios::binary)
      << (*CompilePreset("lms365"))->Serialize();
  EXPECT_THAT(refusal("policy.matrix"),
              HasSubstr("`policy.matrix` is a compiled policy; wanted the text it is made from"));
  EXPECT_THAT(std::string(ScenarioFile::Load("/dev/null").status().message()),
              HasSubstr("is a device or a pipe; wanted a file"));
}

// Files that someone wrote to keep the tool busy: each is refused soon.
TEST(ScenarioErrors, HostileFilesAreRefusedSoon) {
  const std::string same(200, 'q');
  std::string unknown = Scenario("");
  std::string names = Scenario("");
  std::string chain = Scenario("scopes { id: \"0\" kind: CATALOG parent: \"acme\" }");
  std::string ring = Scenario("");
  std::string groups = Scenario("");
  for (int i = 0; i < 10000; ++i) {
    if (i < 4000) {
      absl::StrAppend(&unknown, "scopes { id: \"", same, i, "\" kind: CATALOG parent: \"acme\" }\n",
                      "groups { id: \"g", i, "\" home: \"", same, "x", i, "\" }\n");
    }
    absl::StrAppend(&names, "overrides { scope: \"acme\" effect: ALLOW role: \"lerner\" ",
                    "permission: \"course.raed", i, "\" facts { facts: \"slef\" } }\n");
    absl::StrAppend(&chain, "scopes { id: \"", i + 1, "\" kind: CATALOG parent: \"", i, "\" }\n");
    absl::StrAppend(&ring, "scopes { id: \"", (i + 1) % 10000, "\" kind: CATALOG parent: \"", i,
                    "\" }\n");
    absl::StrAppend(&groups, "groups { id: \"", i, "\" members { id: \"", (i + 1) % 10000,
                    "\" } }\n");
  }
  const auto refused = [](const std::string& text) {
    const absl::Time start = absl::Now();
    const absl::StatusOr<ScenarioFile> file = ScenarioFile::Parse(text, "hostile.textproto");
    EXPECT_LT(absl::Now() - start, absl::Seconds(10));
    return std::string(file.status().message());
  };
  const std::string told = refused(unknown);
  EXPECT_THAT(told, HasSubstr("3000 more errors are not shown; the limit is 1000"));
  size_t suggestions = 0;
  for (size_t at = told.find("did you mean"); at != told.npos;
       at = told.find("did you mean", at + 1)) {
    ++suggestions;
  }
  EXPECT_EQ(suggestions, kMaxSuggestions);
  EXPECT_THAT(refused(names), HasSubstr("unknown permission `course.raed0`; did you mean"));
  EXPECT_THAT(refused(chain), HasSubstr("scope `16` is 18 deep; at most 16 are allowed"));
  EXPECT_THAT(refused(ring), HasSubstr("scope `1` is below itself"));
  EXPECT_THAT(refused(groups), HasSubstr("group `0` is below itself"));
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
