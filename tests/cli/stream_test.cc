// Commands that stream, against a real server: `provost import`, `provost export`, and the files of
// packages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/cli/acme.h"
#include "tests/cli/bad_line.h"

namespace provost::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kAnn[] = "users/ann";
constexpr char kId[] = "7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e5f";

// A tenant under coreachieve: Ann administers it, Mae manages attendees, Aut is an author.
class StreamTest : public AcmeTest {
 protected:
  StreamTest() : AcmeTest("coreachieve") {
    Do(kAnn, {"catalogs", "create", "safety"});
    Do(kAnn, {"courses", "create", "fire", "--parent", "catalogs/safety"});
    Do(kAnn, {"users", "create", "mae"});
    Do(kAnn, {"users", "create", "aut"});
    Do(kAnn, {"assign", "users/mae", "attendee_manager", "."});
    Do(kAnn, {"assign", "users/aut", "author", "."});
  }
};

TEST_F(StreamTest, M5_AnImportTellsItsWrongRowsAsACompilerDoes) {
  const std::string file = Write("people.csv",
                                 "Id,Mail,Name,Note\n"
                                 "kim,kim@acme.example,\"Kim, K\",x\n"
                                 "bob,no address,Bob,\n");
  const std::vector<std::string> import = {"import",     "users",      file,
                                           "--column",   "Id=user_id", "--column",
                                           "Mail=email", "--column",   "Name=display_name",
                                           "--ignore",   "Note"};
  // Not an author's.
  CliRun run = As("users/aut", import);
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("user.import"));

  std::vector<std::string> dry = import;
  dry.push_back("--dry-run");
  run = As("users/mae", dry);
  EXPECT_EQ(run.code, 1) << run.err;
  EXPECT_THAT(run.out, StartsWith(absl::StrCat(file, ":3:2: email: ")));
  EXPECT_THAT(run.out, HasSubstr("1 would be created, 0 would be updated, 0 left as they are, 1 "
                                 "wrong\n"));
  EXPECT_EQ(As(kAnn, {"users", "get", "kim"}).code, 2);

  std::vector<std::string> whole = import;
  whole.push_back("--all-or-nothing");
  run = As("users/mae", whole);
  EXPECT_EQ(run.code, 1) << run.err;
  EXPECT_THAT(run.out, HasSubstr("\nnothing was done: 0 created, "));
  EXPECT_EQ(As(kAnn, {"users", "get", "kim"}).code, 2);

  run = As("users/mae", import);
  EXPECT_EQ(run.code, 1) << run.err;
  EXPECT_THAT(run.out, HasSubstr("\n1 created, 0 updated, 0 left as they are, 1 wrong\n"));
  EXPECT_EQ(As(kAnn, {"users", "get", "kim"}).code, 0);

  run = As("users/mae", {"import", "users", Write("odd.csv", "user_id\n\"a\nb\n")});
  EXPECT_EQ(run.code, 1) << run.err;
  EXPECT_THAT(run.out, HasSubstr("odd.csv:2:1: user_id: "));
  EXPECT_THAT(run.out, HasSubstr("not all of it was read: 0 created"));
}

TEST_F(StreamTest, M5_AnImportThatBrokeOffIsResumed) {
  // A whole batch is kept of what breaks off; here all of it was, and the answer was lost.
  CliOptions input;
  input.input = "user_id,display_name\nmae,Mae\nzoe,Zoe\n";
  for (int i = 0; i < 2; ++i) {
    const CliRun run = As("users/mae", {"import", "users", "-", "--resume", kId}, input);
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_EQ(run.out, "1 created, 1 updated, 0 left as they are, 0 wrong\n");
  }
  const std::string got = Do("users/mae", {"import", "get", kId});
  EXPECT_THAT(got, HasSubstr("owner\tusers/mae\nstate\tDONE\n"));
  EXPECT_EQ(As("users/aut", {"import", "get", kId}).code, 2);
  // With another document it is another import.
  CliRun run =
      As("users/mae", {"import", "users", Write("short.csv", "user_id\n"), "--resume", kId});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("short.csv` has 8 bytes; wanted at least "));
  run = As("users/mae", {"import", "users", "-", "--resume", kId, "--key", "email"}, input);
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("was used for another import"));
}

TEST_F(StreamTest, M5_EveryWrongRowIsTold) {
  std::string text = "user_id,display_name,email\n";
  for (int i = 0; i < 150; ++i) absl::StrAppend(&text, "person-", i, ",P,nowhere\n");
  const std::string file = Write("wrong.csv", text);
  CliRun run = As("users/mae", {"import", "users", file, "--resume", kId});
  EXPECT_EQ(run.code, 1) << run.err;
  // More than an answer has.
  EXPECT_THAT(run.out, HasSubstr("wrong.csv:151:3: email: "));
  EXPECT_THAT(run.out, HasSubstr("\n0 created, 0 updated, 0 left as they are, 150 wrong\n"));
  EXPECT_THAT(Do("users/mae", {"import", "errors", kId, "--limit", "1"}),
              HasSubstr("\n2\t3\temail\t"));
  // A dry run keeps none.
  run = As("users/mae", {"import", "users", file, "--dry-run"});
  EXPECT_THAT(run.out, HasSubstr("wrong.csv: and 50 more wrong rows\n"));
}

TEST_F(StreamTest, WhatIsMissingIsToldBeforeAnythingIsSent) {
  CliRun run = As("users/mae", {"import", "users", "no-such-file.csv"});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("cannot read `no-such-file.csv`: "));
  EXPECT_EQ(As("users/mae", {"import", "users", folder_.string()}).code, 2);
  run = As("users/mae", {"import", "users", "-", "--column", "Mail"});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("like Mail=email"));
}

TEST_F(StreamTest, AConnectionThatIsLostAsItIsMadeIsMadeAgain) {
  const BadLine line(server_->address(), /*lost=*/2);
  const CliRun run =
      RunCli({"--server", line.address(), "--as", kAnn, "--tenant", "acme", "users", "list"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("users/ann"));
  EXPECT_EQ(line.connections(), 3);
  // In the end it is said.
  const BadLine dead(server_->address(), /*lost=*/1000);
  EXPECT_THAT(
      RunCli({"--server", dead.address(), "--as", kAnn, "--tenant", "acme", "users", "list"}).err,
      HasSubstr("no server answers"));
}

TEST_F(StreamTest, WithoutAServerThereIsAWayOn) {
  const std::string address = server_->address();
  server_.reset();
  CliOptions input;
  input.input = "user_id\nkim\n";
  const CliRun run = RunCli(
      {"--server", address, "--as", kAnn, "--tenant", "acme", "import", "users", "-"}, input);
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("no server answers"));
  EXPECT_THAT(run.err, HasSubstr("--resume "));
}

TEST_F(StreamTest, ProgressIsForWhoeverWatches) {
  const std::string file = Write("people.csv", "user_id,display_name\nkim,Kim\n");
  CliRun run = As("users/mae", {"import", "users", file, "--resume", kId});
  EXPECT_EQ(run.err, "");
  CliOptions terminal;
  terminal.is_terminal = true;
  run = As("users/mae", {"import", "users", file}, terminal);
  EXPECT_THAT(run.err, HasSubstr(": 29 B of 29 B, 100 %"));
  EXPECT_EQ(run.err.back(), '\r');
  EXPECT_EQ(run.out, "0 created, 0 updated, 1 left as they are, 0 wrong\n");
}

TEST_F(StreamTest, M4_ExportAsCsvAndJsonLines) {
  Do("users/mae",
     {"import", "users", Write("people.csv", "user_id,display_name\nkim,\"Kim, K\"\nzoe,=1+1\n")});
  const std::string csv = Do("users/mae", {"export", "users", "--fields", "user_id,display_name"});
  EXPECT_THAT(csv, StartsWith("user_id,display_name\r\n"));
  EXPECT_THAT(csv, HasSubstr("\r\nkim,\"Kim, K\"\r\n"));
  EXPECT_THAT(Do("users/mae", {"export", "users", "--format", "jsonl", "--fields", "user_id"}),
              HasSubstr("{\"user_id\":\"zoe\"}\n"));
  EXPECT_EQ(Do("users/mae", {"export", "users", "--spreadsheet", "--fields", "display_name",
                             "--output", Path("out.csv")}),
            absl::StrCat("wrote 46 B to ", Path("out.csv"), "\n"));
  EXPECT_THAT(ReadFile(Path("out.csv")), HasSubstr("\r\n'=1+1\r\n"));
  EXPECT_EQ(
      Do("users/mae", {"export", "users", "--home", "catalogs/safety", "--fields", "user_id"}),
      "user_id\r\n");
  // An author's it is not, and what fails leaves no file.
  CliRun run = As("users/aut", {"export", "users", "--output", Path("none.csv")});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("user.export"));
  EXPECT_FALSE(std::filesystem::exists(Path("none.csv")));
  EXPECT_FALSE(std::filesystem::exists(Path("none.csv.new")));
  run = As("users/mae", {"export", "users", "--fields", "password"});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("password"));
}

TEST_F(StreamTest, M5_MembersOfGroupsComeAndGo) {
  Do("users/mae", {"groups", "create", "crew"});
  const std::string file = Write("members.csv", "Team,user_id\ncrew,aut\ncrew,nobody\n");
  const std::vector<std::string> import = {"import", "members", file, "--column", "Team=group"};
  // Not an author's.
  EXPECT_THAT(As("users/aut", import).err, HasSubstr("not permitted"));
  std::vector<std::string> dry = import;
  dry.push_back("--dry-run");
  CliRun run = As("users/mae", dry);
  EXPECT_EQ(run.code, 1) << run.err;
  EXPECT_THAT(run.out, HasSubstr("1 would be created, "));
  EXPECT_THAT(Do("users/mae", {"groups", "members", "crew"}), Not(HasSubstr("users/aut")));
  run = As("users/mae", import);
  EXPECT_EQ(run.code, 1) << run.err;
  EXPECT_THAT(run.out, StartsWith(absl::StrCat(file, ":3: there is no member ")));
  EXPECT_THAT(run.out, HasSubstr("\n1 created, 0 updated, 0 left as they are, 1 wrong\n"));
  EXPECT_THAT(Do("users/mae", {"groups", "members", "crew"}), HasSubstr("users/aut"));
  // What goes out comes in again.
  const std::string members = Do("users/mae", {"export", "groups", "--members"});
  EXPECT_THAT(members, HasSubstr("users/aut"));
  EXPECT_EQ(Do("users/mae", {"import", "members", Write("again.csv", members)}),
            "0 created, 0 updated, 1 left as they are, 0 wrong\n");
  EXPECT_EQ(Do("users/mae", {"import", "members",
                             Write("out.csv", "group,member,action\ncrew,users/aut,remove\n")}),
            "0 created, 1 updated, 0 left as they are, 0 wrong\n");
  EXPECT_THAT(Do("users/mae", {"groups", "members", "crew"}), Not(HasSubstr("users/aut")));
  run = As("users/mae", {"import", "members", Write("odd.csv", "user_id\naut\n")});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("group"));
}

TEST_F(StreamTest, M5_RolesAreGivenAndTakenBack) {
  const std::string file = Write(
      "roles.csv", "user_id,role,scope,reason\nmae,author,catalogs/safety,helps\naut,cook,,\n");
  CliRun run = As("users/aut", {"import", "assignments", file});
  EXPECT_EQ(run.code, 2) << run.out;
  run = As(kAnn, {"import", "assignments", file});
  EXPECT_EQ(run.code, 1) << run.err;
  EXPECT_THAT(run.out, StartsWith(absl::StrCat(file, ":3:2: role: ")));
  EXPECT_THAT(run.out, HasSubstr("\n1 created, 0 updated, 0 left as they are, 1 wrong\n"));
  const std::string roles = Do(kAnn, {"export", "assignments", "--at", "catalogs/safety"});
  EXPECT_THAT(roles, HasSubstr("users/mae"));
  EXPECT_THAT(roles, HasSubstr("author"));
  EXPECT_THAT(roles, Not(HasSubstr("administrator")));
  EXPECT_EQ(Do(kAnn, {"import", "assignments", Write("again.csv", roles), "--all-or-nothing"}),
            "0 created, 0 updated, 1 left as they are, 0 wrong\n");
  EXPECT_THAT(Do(kAnn, {"export", "assignments", "--format", "jsonl"}),
              HasSubstr("\"role\":\"administrator\""));
  EXPECT_EQ(Do(kAnn, {"import", "assignments",
                      Write("out.csv",
                            "user_id,role,scope,action\nmae,author,catalogs/safety,"
                            "remove\n")}),
            "0 created, 1 updated, 0 left as they are, 0 wrong\n");
  // Who holds what is not an attendee manager's to read.
  run = As("users/mae", {"export", "assignments"});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("role.read"));
}

TEST_F(StreamTest, M4_GroupsAsCsvAndJsonLines) {
  Do("users/mae", {"groups", "create", "crew", "--display-name", "The crew"});
  Do("users/mae", {"groups", "create", "brigade", "--home", "catalogs/safety"});
  EXPECT_THAT(Do("users/mae", {"export", "groups"}), HasSubstr("The crew"));
  const std::string some =
      Do("users/mae", {"export", "groups", "--home", "catalogs/safety", "--format", "jsonl"});
  EXPECT_THAT(some, HasSubstr("brigade"));
  EXPECT_THAT(some, Not(HasSubstr("crew")));
  CliRun run = As("users/aut", {"export", "groups", "--members"});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("user.export"));
  EXPECT_EQ(As("users/mae", {"export", "groups", "--home", "nowhere"}).code, 2);
}

TEST_F(StreamTest, M5_WhoHasNoNameForPeopleIsCalledByTheirId) {
  EXPECT_EQ(Do("users/mae", {"import", "users", Write("ids.csv", "user_id\nkim\n")}),
            "1 created, 0 updated, 0 left as they are, 0 wrong\n");
  EXPECT_THAT(Do("users/mae", {"users", "get", "kim"}), HasSubstr("display name\tkim\n"));
  const CliRun run =
      As("users/mae",
         {"import", "users", Write("mail.csv", "email\nb@acme.example\n"), "--key", "email"});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.out, HasSubstr("mail.csv:2: display_name: "));
  EXPECT_THAT(run.out, HasSubstr("wanted a name for the new user, or "));
}

TEST_F(StreamTest, U3_APackageGoesUpAndComesDown) {
  std::string bytes(700000, 'x');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 % 251);
  const std::string file = Write("fire.zip", bytes);
  Do("users/aut", {"content", "create", "packages/fire", "--home", "courses/fire"});
  // Not an attendee manager's.
  EXPECT_THAT(As("users/mae", {"content", "upload", "packages/fire", file}).err,
              HasSubstr("content.import"));
  EXPECT_THAT(Do("users/aut", {"content", "upload", "packages/fire", file}),
              StartsWith("uploaded fire.zip to packages/fire, version 1: 683.6 KiB, SHA-256 "));
  EXPECT_THAT(Do("users/aut", {"content", "get", "packages/fire"}),
              HasSubstr("\nfire.zip, application/zip, 683.6 KiB\n"));
  EXPECT_EQ(Do("users/aut", {"content", "download", "fire", "--output", Path("back.zip")}),
            absl::StrCat("wrote 683.6 KiB to ", Path("back.zip"), "\n"));
  EXPECT_TRUE(ReadFile(Path("back.zip")) == bytes);
  EXPECT_TRUE(Do("users/aut", {"content", "download", "fire", "--offset", "699990"}) ==
              bytes.substr(699990));
  EXPECT_TRUE(Do("users/aut", {"content", "download", "fire", "--offset", "10", "--length", "5"}) ==
              bytes.substr(10, 5));
  const CliRun beyond = As("users/aut", {"content", "download", "fire", "--offset", "700001",
                                         "--output", Path("beyond")});
  EXPECT_EQ(beyond.code, 2);
  EXPECT_FALSE(std::filesystem::exists(Path("beyond")));

  // Its learners get what is published.
  Do(kAnn, {"users", "create", "lea"});
  Do(kAnn, {"assign", "users/lea", "learner", "courses/fire"});
  Do("users/aut", {"courses", "set-items", "fire", "packages/fire"});
  const std::vector<std::string> as_learner = {"content", "download", "fire", "--course", "fire"};
  EXPECT_EQ(As("users/lea", as_learner).code, 2);
  Do("users/aut", {"content", "submit", "packages/fire"});
  Do(kAnn, {"content", "approve", "packages/fire"});
  Do(kAnn, {"content", "publish", "packages/fire"});
  EXPECT_TRUE(Do("users/lea", as_learner) == bytes);
  EXPECT_EQ(As("users/mae", as_learner).code, 2);

  EXPECT_THAT(As("users/aut", {"content", "upload", "packages/fire", "-"}).err,
              HasSubstr("wanted a file"));
  EXPECT_THAT(As("users/aut", {"content", "download", "pages/fire"}).err,
              HasSubstr("`pages/fire` is no package"));
}

}  // namespace
}  // namespace provost::cli
