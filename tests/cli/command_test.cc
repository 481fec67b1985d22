// Whole command lines, without a server: help, wrong input, policies, scenario files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "policy/compiler/compiler.h"
#include "policy/matrix/matrix.h"
#include "tests/cli/golden.h"
#include "tests/cli/run_cli.h"
#include "tools/provost/run.h"

namespace provost::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A port that nothing listens on: it is reserved.
constexpr char kNowhere[] = "127.0.0.1:1";

std::string Source(const std::string& path) { return absl::StrCat(PROVOST_SOURCE_DIR, "/", path); }

// A folder of the test's own, removed in the end.
class CommandTest : public ::testing::Test {
 protected:
  CommandTest() {
    folder_ = std::filesystem::path(::testing::TempDir()) /
              absl::StrCat("provost_cli_", ::testing::UnitTest::GetInstance()->random_seed(), "_",
                           ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  ~CommandTest() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  std::filesystem::path folder_;
};

constexpr char kPolicy[] = R"(name: "tiny"
version: "1"
facts { name: "self" title: "one's own" }
permissions { name: "tenant.manage" asked_at: TENANT access: WRITE }
permissions { name: "course.read" asked_at: [TENANT, COURSE] access: READ }
permissions { name: "course.update" asked_at: COURSE access: WRITE }
roles {
  name: "admin"
  assignable_at: TENANT
  grants { permissions: "*" source: "A1" }
  may_assign: ["admin", "author"]
}
roles {
  name: "author"
  assignable_at: COURSE
  grants { permissions: "course.*" requires: "self" source: "A2" }
}
top_role: "admin"
)";

// --- help ---

TEST_F(CommandTest, HelpOfEveryCommand) { ExpectGolden("help.txt", AllHelp()); }

TEST_F(CommandTest, HelpOfEveryCommandHasAnExample) {
  size_t commands = 0;
  for (absl::string_view help : absl::StrSplit(AllHelp(), "=== ", absl::SkipEmpty())) {
    ++commands;
    EXPECT_TRUE(absl::StrContains(help, "Example:\n  provost ")) << help;
  }
  EXPECT_GT(commands, 70u);
}

TEST_F(CommandTest, HelpIsNoError) {
  const CliRun run = RunCli({"check", "--help"});
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.out, HasSubstr("provost check users/bob"));
  EXPECT_EQ(run.err, "");
  EXPECT_THAT(RunCli({"--version"}).out, StartsWith("provost "));
}

// --- wrong input ---

struct WrongInput {
  std::vector<std::string> arguments;
  std::string said;
};

TEST_F(CommandTest, WrongInputIsToldWithTheNearestRightOne) {
  const std::vector<WrongInput> cases = {
      {{}, "`provost` needs a command"},
      {{"chekc", "a", "b", "c"}, "there is no command `provost chekc`; did you mean `check`?"},
      {{"policy", "chek"}, "there is no command `provost policy chek`; did you mean `check`?"},
      {{"--json", "polcy", "check"}, "did you mean `policy`?"},
      {{"--server", "x", "polcy"}, "there is no command `provost polcy`"},
      {{"policy"}, "`provost policy` needs a command"},
      {{"check", "a", "b", "c", "--fcat", "self"},
       "`provost check` has no option `--fcat`; did you mean `--fact`?"},
      {{"check", "a", "b", "c", "--tenat=x"}, "did you mean `--tenant`?"},
      {{"check", "users/bob"}, "permission"},
      {{"where", "course.read", "--kind", "ROOM"}, "ROOM"},
      {{"override", "set", "courses/fire", "learner", "course.read", "maybe"}, "maybe"},
      {{"--tenant", "t", "check", "users/bob", "course.read", "fire"}, "`courses/fire`"},
      {{"--tenant", "t", "check", "user/bob", "course.read", "courses/fire"},
       "did you mean `users/bob`?"},
      {{"check", "users/bob", "course.read", "courses/fire"}, "no tenant is named"},
      {{"--tenant", "t", "can", "courses/fire"}, "--as"},
      {{"--tenant", "t", "check", "users/bob", "course.read", ".", "--time", "soon"},
       "`soon` is not a time"},
      {{"--tenant", "t", "--timeout", "1x", "check", "users/bob", "course.read", "."},
       "--timeout: `1x`"},
      {{"record", "score", "12.7", "quizzes/fire", "many"}, "score: `many`: wanted a number"},
      {{"record", "score", "12.7", "quizzes/fire", "many"}, "`provost record score --help`"},
      {{"sessions", "series", "--on", "funday"}, "--on: `funday`: wanted monday, tuesday, "},
      {{"--tenant", "t", "submissions", "return", "17", "--comment", "x", "--due", "soon"},
       "--due: `soon` is not a time"},
      {{"--tenant", "t", "record", "score", "12.7", "fire", "9"}, "such as `quizzes/fire`"},
      {{"--tenant", "t", "record", "correct", "12.7.3", "--reason", "x", "--with",
        "score { by: 9 }"},
       "--with:1:11: there is no field `by`; wanted one of `item`"},
      {{"--tenant", "t", "users", "update", "bob"}, "nothing to change is given"},
      {{"--tenant", "t", "revoke", "users/bob"}, "`users/bob` is no assignment"},
      {{"notifications", "rule", "list"},
       "there is no command `provost notifications rule`; did you mean `rules`?"},
      {{"--tenant", "t", "notifications", "rules", "update", "r"},
       "`provost notifications rules update --help` lists"},
      {{"--tenant", "t", "groups", "update", "g", "--where", "locale is de"},
       "`locale is de` is no condition"},
      {{"--tenant", "t", "competencies", "update", "c"}, "nothing to change is given"},
      {{"import", "member", "f.csv"}, "did you mean `members`?"},
      // What is not near is not guessed, and where to look is told.
      {{"enrollments", "join", "fire", "--learner", "users/lea"},
       "`provost enrollments join` has no option `--learner`\n"
       "  `provost enrollments join --help` says what there is"},
      {{"sessions", "list", "--at", "fire"}, "`provost sessions list` has no option `--at`\n"},
      // Where a person is wanted, that is the example.
      {{"--tenant", "acme", "assign", "kim", "learner", "."}, "such as `users/kim`"},
      {{"--tenant", "acme", "groups", "add", "crew", "leo"}, "such as `users/leo`"},
      {{"--tenant", "acme", "courses", "read", "fire", "p1"}, "such as `pages/p1`"},
      {{"growth", "--frist", "2026-01"}, "did you mean `--first`?"},
      {{"--color", "pink", "check"}, "pink"},
  };
  for (const WrongInput& wrong : cases) {
    const CliRun run = RunCli(wrong.arguments);
    EXPECT_EQ(run.code, 2) << wrong.said;
    EXPECT_THAT(run.err, StartsWith("error: "));
    EXPECT_THAT(run.err, HasSubstr(wrong.said));
    EXPECT_EQ(run.out, "");
  }
}

TEST_F(CommandTest, NoServerSaysHowToStartOne) {
  const CliRun run = RunCli({"--server", kNowhere, "--tenant", "t", "--as", "users/ann", "check",
                             "users/bob", "course.read", "."});
  EXPECT_EQ(run.code, 2);
  EXPECT_EQ(run.err,
            "error: no server answers at `127.0.0.1:1`; start one with `provostd "
            "--listen=127.0.0.1:1 --data=./provost-data`, or name another with --server (or "
            "PROVOST_SERVER)\n");
}

TEST_F(CommandTest, ColoursAreForTerminalsAlone) {
  const std::vector<std::string> wrong = {"nothing"};
  CliOptions terminal;
  terminal.is_terminal = true;
  EXPECT_THAT(RunCli(wrong, terminal).err, HasSubstr("\x1b["));
  EXPECT_THAT(RunCli(wrong).err, Not(HasSubstr("\x1b[")));
  terminal.no_color = true;
  EXPECT_THAT(RunCli(wrong, terminal).err, Not(HasSubstr("\x1b[")));
  const std::string policy = Write("bad.textproto", "name: \"x\"\nrolse {}\n");
  EXPECT_THAT(RunCli({"--color", "always", "policy", "check", policy}).out, HasSubstr("\x1b["));
  EXPECT_THAT(RunCli({"policy", "check", policy}).out, Not(HasSubstr("\x1b[")));
}

// --- policies ---

TEST_F(CommandTest, PolicyCheck) {
  const CliRun right = RunCli({"policy", "check", Write("tiny.textproto", kPolicy), "lms365"});
  EXPECT_EQ(right.code, 0) << right.out;
  EXPECT_THAT(right.out, HasSubstr("tiny.textproto: ok, 2 roles, 3 permissions, "));
  EXPECT_THAT(right.out, HasSubstr("lms365: ok, "));

  std::string text = kPolicy;
  text.replace(text.find("\"course.*\""), 10, "\"course.updaet\"");
  const std::string path = Write("typo.textproto", text);
  const CliRun wrong = RunCli({"policy", "check", path});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.out, HasSubstr(absl::StrCat(path, ":16:25: error: ")));
  EXPECT_THAT(wrong.out, HasSubstr("`course.updaet`"));
  EXPECT_THAT(wrong.out, HasSubstr("`course.update`"));

  const CliRun missing = RunCli({"policy", "check", "lms356"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("there is no file `lms356`"));
  EXPECT_THAT(missing.err, HasSubstr("lms365"));
}

TEST_F(CommandTest, TheSamplesAreRight) {
  const CliRun policy = RunCli({"policy", "check", Source("docs/sample/policy.textproto")});
  EXPECT_EQ(policy.code, 0) << policy.out;
  EXPECT_EQ(RunCli({"policy", "fmt", "--check", Source("docs/sample/policy.textproto")}).code, 0);
  const CliRun scenario = RunCli({"test", Source("docs/sample/acme.textproto")});
  EXPECT_EQ(scenario.code, 0) << scenario.out << scenario.err;
}

TEST_F(CommandTest, PolicyCheckReadsStandardInput) {
  CliOptions options;
  options.input = kPolicy;
  const CliRun run = RunCli({"policy", "check", "-"}, options);
  EXPECT_EQ(run.code, 0) << run.out;
  EXPECT_THAT(run.out, HasSubstr("standard input: ok"));
}

TEST_F(CommandTest, PolicyFormat) {
  const std::string path = Write("loose.textproto", "name:\"x\"   version : '1'\n");
  EXPECT_EQ(RunCli({"policy", "fmt", "--check", path}).code, 1);
  const std::string formatted = "name: \"x\"\nversion: \"1\"\n";
  EXPECT_EQ(RunCli({"policy", "fmt", path}).out, formatted);
  EXPECT_EQ(RunCli({"policy", "fmt", "-i", path}).code, 0);
  EXPECT_EQ(ReadFile(path), formatted);
  EXPECT_EQ(RunCli({"policy", "fmt", "--check", path}).code, 0);
  const std::string broken = Write("broken.textproto", "name: {\n");
  EXPECT_EQ(RunCli({"policy", "fmt", "-i", broken}).code, 2);
  EXPECT_EQ(ReadFile(broken), "name: {\n");
}

TEST_F(CommandTest, PolicyPrint) {
  const std::string path = Write("tiny.textproto", kPolicy);
  ExpectGolden("policy_print.txt", RunCli({"policy", "print", path}).out);
  const CliRun course =
      RunCli({"policy", "print", path, "--format", "markdown", "--kind", "course"});
  EXPECT_EQ(course.code, 0) << course.err;
  EXPECT_THAT(course.out, HasSubstr("| course.update | w |"));
  EXPECT_THAT(course.out, Not(HasSubstr("tenant.manage")));
  EXPECT_THAT(RunCli({"policy", "print", "lms365", "--format", "dump"}).out, HasSubstr("lms365"));
}

TEST_F(CommandTest, PolicyDiff) {
  std::string text = kPolicy;
  text.replace(text.find("requires: \"self\" "), 17, "");
  const std::string before = Write("before.textproto", kPolicy);
  const std::string after = Write("after.textproto", text);
  const CliRun differs = RunCli({"policy", "diff", before, after, "--exit-code"});
  EXPECT_EQ(differs.code, 1);
  EXPECT_THAT(differs.out, HasSubstr("course.update"));
  EXPECT_THAT(differs.out, HasSubstr("self"));
  EXPECT_EQ(RunCli({"policy", "diff", before, after}).code, 0);
  const CliRun same = RunCli({"policy", "diff", before, before, "--exit-code"});
  EXPECT_EQ(same.code, 0);
  EXPECT_EQ(same.out, "no difference\n");
  EXPECT_THAT(RunCli({"--color", "always", "policy", "diff", before, after}).out,
              HasSubstr("\x1b["));
}

TEST_F(CommandTest, PolicyCompileWritesWhatEnginesLoad) {
  const std::string path = Write("tiny.textproto", kPolicy);
  const std::string compiled = (folder_ / "tiny.matrix").string();
  const CliRun run = RunCli({"policy", "compile", path, "-o", compiled});
  EXPECT_EQ(run.code, 0) << run.err;
  const auto matrix = Matrix::Load(ReadFile(compiled));
  ASSERT_TRUE(matrix.ok()) << matrix.status();
  EXPECT_EQ((*matrix)->name(), "tiny");
  EXPECT_THAT(run.out, HasSubstr(absl::StrCat("digest\t", (*matrix)->digest(), "\n")));
  const CliRun nowhere = RunCli({"policy", "compile", path, "-o", "/nowhere/x"});
  EXPECT_EQ(nowhere.code, 2);
  // No word of permissions: nobody was asked.
  EXPECT_EQ(nowhere.err, "error: cannot write `/nowhere/x`: No such file or directory\n");
}

TEST_F(CommandTest, PolicyCompileSaysHowToPinTheBase) {
  const std::string digest = (*CompilePreset("lms365"))->digest();
  const std::string pinned = absl::StrCat("extends { name: \"lms365\" digest: \"", digest, "\" }");
  const CliRun loose = RunCli(
      {"policy", "compile", Write("a.textproto", "name: \"a\" extends { name: \"lms365\" }")});
  EXPECT_EQ(loose.code, 0) << loose.err;
  EXPECT_THAT(loose.out, HasSubstr(absl::StrCat("to pin the base, write\t", pinned, "\n")));
  const CliRun tight =
      RunCli({"policy", "compile", Write("b.textproto", absl::StrCat("name: \"b\" ", pinned))});
  EXPECT_EQ(tight.code, 0) << tight.err;
  EXPECT_THAT(tight.out, Not(HasSubstr("to pin")));
}

TEST_F(CommandTest, CompiledPoliciesAreKnownAsSuch) {
  const std::string path = Write("tiny.textproto", kPolicy);
  const std::string compiled = (folder_ / "tiny.matrix").string();
  ASSERT_EQ(RunCli({"policy", "compile", path, "-o", compiled}).code, 0);
  const CliRun check = RunCli({"policy", "check", compiled});
  EXPECT_EQ(check.code, 0) << check.err;
  EXPECT_THAT(check.out, HasSubstr("tiny.matrix: ok, a compiled policy, 2 roles, "));
  EXPECT_EQ(RunCli({"policy", "print", compiled}).out, RunCli({"policy", "print", path}).out);
  EXPECT_EQ(RunCli({"policy", "diff", path, compiled}).out, "no difference\n");
  const CliRun format = RunCli({"policy", "fmt", compiled});
  EXPECT_EQ(format.code, 2);
  EXPECT_THAT(format.err, HasSubstr("is a compiled policy; wanted the text it is made from"));
  std::string bytes = ReadFile(compiled);
  bytes[40] ^= 1;
  const CliRun damaged = RunCli({"policy", "check", Write("damaged.matrix", bytes)});
  EXPECT_EQ(damaged.code, 2);
  EXPECT_THAT(damaged.err, HasSubstr("damaged.matrix`: compiled policy is damaged"));
}

TEST_F(CommandTest, WhatIsNoFileIsNotReadAsAPolicy) {
  for (const char* command : {"check", "fmt", "print", "compile"}) {
    const CliRun run = RunCli({"policy", command, "/dev/zero"});
    EXPECT_EQ(run.code, 2);
    EXPECT_THAT(run.err, HasSubstr("`/dev/zero` is a device; wanted a file"));
  }
  EXPECT_THAT(RunCli({"policy", "check", folder_.string()}).err, HasSubstr("is a folder"));
  const CliRun longer =
      RunCli({"policy", "check", Write("long.textproto", std::string(kMaxPolicyBytes + 1, '#'))});
  EXPECT_EQ(longer.code, 2);
  EXPECT_THAT(longer.err, HasSubstr("is longer than 16777216 bytes"));
}

// --- scenario files ---

TEST_F(CommandTest, TestPasses) {
  const CliRun run = RunCli({"test", Source("tests/cases/lms365_overrides.textproto"),
                             Source("tests/cases/json_windows.json")});
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  EXPECT_THAT(run.out, EndsWith(" passed, 0 failed\n"));
}

TEST_F(CommandTest, TestTellsWhatFailedAndWhy) {
  const CliRun run = RunCli({"test", Source("tests/cases/failing/wrong_expectations.textproto"),
                             Source("tests/cases/lms365_overrides.textproto")});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.out, HasSubstr("wrong_expectations.textproto:"));
  EXPECT_THAT(run.out, HasSubstr("expected: "));
  EXPECT_THAT(run.out, EndsWith(" failed\n"));
  EXPECT_THAT(run.out, Not(EndsWith(" 0 failed\n")));
}

TEST_F(CommandTest, TestOfAFileThatCannotBeReadIsAnError) {
  const CliRun run =
      RunCli({"test", "nowhere.textproto", Source("tests/cases/lms365_overrides.textproto")});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("nowhere.textproto"));
  EXPECT_THAT(run.out, EndsWith(" passed, 0 failed\n"));
}

}  // namespace
}  // namespace provost::cli
