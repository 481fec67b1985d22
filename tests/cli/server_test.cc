// Whole command lines against a real server on a port of its own, by mission row and rule where a
// test is about one.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "provost/v1/access_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "server/server.h"
#include "tests/cli/run_cli.h"
#include "tests/verify/verified_store.h"

namespace provost::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string Source(const std::string& path) { return absl::StrCat(PROVOST_SOURCE_DIR, "/", path); }

constexpr char kAnn[] = "users/ann";
constexpr char kRoot[] = "tenants/system/users/root";

// One server for all tests: each makes what it needs under names of its own.
class ServerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new std::filesystem::path(std::filesystem::path(::testing::TempDir()) /
                                        absl::StrCat("provost_cli_server_", getpid()));
    std::filesystem::create_directories(*folder_);
    ServerOptions options;
    options.listen = "127.0.0.1:0";
    options.data = (*folder_ / "data").string();
    options.log_level = "off";
    auto server = Server::Start(options);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = server->release();
    const CliRun run =
        RunCli({"--server", server_->address(), "--tenant", "acme", "setup", "--secret-file",
                (*folder_ / "data" / "bootstrap-secret").string(), "--admin", "ann"});
    ASSERT_EQ(run.code, 0) << run.err;
    ASSERT_THAT(run.out, HasSubstr("administrator\ttenants/acme/users/ann\n"));
    // Under lms365 a tenant's administrator makes catalogs and their administrators, and these make
    // courses and people: here Ann is all of them.
    for (const char* catalog : {"safety", "after"}) {
      Do(kAnn, {"catalogs", "create", catalog});
      Do(kAnn, {"assign", kAnn, "catalog_admin", absl::StrCat("catalogs/", catalog)});
    }
  }

  static void TearDownTestSuite() {
    delete server_;
    ExpectVerified((*folder_ / "data").string());
    std::filesystem::remove_all(*folder_);
    delete folder_;
  }

  static CliRun As(const std::string& actor, std::vector<std::string> arguments,
                   const CliOptions& options = {}) {
    const std::vector<std::string> global = {"--server", server_->address(), "--as",
                                             actor,      "--tenant",         "acme"};
    arguments.insert(arguments.begin(), global.begin(), global.end());
    return RunCli(arguments, options);
  }

  // Runs a command that has to succeed; gives what it printed.
  static std::string Do(const std::string& actor, const std::vector<std::string>& arguments) {
    const CliRun run = As(actor, arguments);
    EXPECT_EQ(run.code, 0) << run.err << run.out;
    return run.out;
  }

  static std::string Write(const std::string& name, const std::string& text) {
    const std::string path = (*folder_ / name).string();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  static std::filesystem::path* folder_;
  static Server* server_;
};

std::filesystem::path* ServerTest::folder_ = nullptr;
Server* ServerTest::server_ = nullptr;

TEST_F(ServerTest, Ping) { EXPECT_EQ(Do(kAnn, {"ping"}), "serving\n"); }

TEST_F(ServerTest, TA1_SetUpOnce) {
  const CliRun again = As(kAnn, {"setup", "--secret", "guess", "--admin", "eve"});
  EXPECT_EQ(again.code, 2);
  EXPECT_THAT(again.err, StartsWith("error: "));
  const CliRun no_secret = As(kAnn, {"setup", "--secret-file", "nowhere", "--admin", "eve"});
  EXPECT_EQ(no_secret.code, 2);
  EXPECT_THAT(no_secret.err, HasSubstr("--secret-file"));
}

TEST_F(ServerTest, KA1_TheLifeOfACourse) {
  EXPECT_EQ(Do(kAnn, {"courses", "create", "born", "--parent", "catalogs/safety", "--dry-run"}),
            "would be created courses/born\n");
  EXPECT_EQ(As(kAnn, {"courses", "get", "born"}).code, 2);
  EXPECT_EQ(Do(kAnn, {"courses", "create", "born", "--parent", "catalogs/safety"}),
            "created courses/born\n");
  EXPECT_EQ(Do(kAnn, {"sessions", "create", "s1", "--parent", "courses/born"}),
            "created sessions/s1\n");
  EXPECT_EQ(Do(kAnn, {"plans", "create", "path", "--parent", "catalogs/safety"}),
            "created plans/path\n");
  EXPECT_EQ(Do(kAnn, {"courses", "update", "born", "--display-name", "Being born"}),
            "updated courses/born\n");
  EXPECT_THAT(Do(kAnn, {"courses", "get", "courses/born"}),
              HasSubstr("display name\tBeing born\n"));
  EXPECT_THAT(Do(kAnn, {"courses", "list", "--parent", "catalogs/safety"}),
              HasSubstr("courses/born\tBeing born\tcatalogs/safety\t\n"));
  EXPECT_EQ(Do(kAnn, {"courses", "move", "born", "catalogs/after"}), "moved courses/born\n");
  EXPECT_EQ(Do(kAnn, {"courses", "archive", "born"}), "archived courses/born\n");
  EXPECT_THAT(Do(kAnn, {"courses", "list", "--parent", "catalogs/after"}),
              HasSubstr("\tarchived\n"));
  EXPECT_EQ(As(kAnn, {"check", kAnn, "course.update", "courses/born"}).out,
            "denied: a scope on the path is frozen (FROZEN)\n");
  EXPECT_EQ(Do(kAnn, {"courses", "unarchive", "born"}), "unarchived courses/born\n");
  EXPECT_EQ(Do(kAnn, {"freeze", "courses/born", "hold"}), "courses/born is on hold\n");
  EXPECT_EQ(Do(kAnn, {"unfreeze", "courses/born", "hold"}),
            "courses/born is not frozen by itself\n");
  const CliRun full = As(kAnn, {"courses", "delete", "born"});
  EXPECT_EQ(full.code, 2);
  EXPECT_EQ(Do(kAnn, {"courses", "delete", "born", "--force"}), "deleted courses/born\n");
  EXPECT_EQ(As(kAnn, {"sessions", "get", "s1"}).code, 2);
}

TEST_F(ServerTest, CA2_GivingAndTakingRoles) {
  Do(kAnn, {"courses", "create", "roles", "--parent", "catalogs/safety"});
  Do(kAnn, {"users", "create", "rob", "--display-name", "Rob", "--home", "catalogs/safety"});
  EXPECT_EQ(As(kAnn, {"check", "users/rob", "course.update", "courses/roles"}).code, 1);
  const std::string given = Do(kAnn, {"assign", "users/rob", "course_admin", "courses/roles",
                                      "--until", "+30d", "--reason", "cover"});
  EXPECT_THAT(given, StartsWith("users/rob is now course_admin at courses/roles until "));
  EXPECT_EQ(As(kAnn, {"check", "users/rob", "course.update", "courses/roles"}).out, "allowed\n");
  EXPECT_THAT(Do(kAnn, {"roles", "--of", "users/rob"}), HasSubstr("course_admin\tcourses/roles"));
  const std::string name =
      given.substr(given.find("assignments/"), given.find(')') - given.find("assignments/"));
  EXPECT_THAT(Do(kAnn, {"assignments", "get", name}), HasSubstr("\nexpires\t"));
  EXPECT_EQ(Do(kAnn, {"assignments", "update", name, "--until", "never"}),
            absl::StrCat("updated ", name, "\n"));
  EXPECT_THAT(Do(kAnn, {"assignments", "get", name}), Not(HasSubstr("expires")));
  EXPECT_THAT(Do("users/rob", {"can", "courses/roles"}), HasSubstr("course.update\n"));
  EXPECT_EQ(Do("users/rob", {"where", "course.update"}), "courses/roles\n");
  EXPECT_THAT(Do(kAnn, {"who", "course.update", "courses/roles"}), HasSubstr("users/rob\n"));
  EXPECT_EQ(Do(kAnn, {"revoke", "users/rob", "course_admin", "courses/roles", "--dry-run"}),
            absl::StrCat("would be revoked ", name, "\n"));
  EXPECT_THAT(Do(kAnn, {"revoke", "users/rob", "course_admin", "courses/roles"}),
              StartsWith("revoked assignments/"));
  EXPECT_EQ(As(kAnn, {"check", "users/rob", "course.update", "courses/roles"}).code, 1);
  const CliRun gone = As(kAnn, {"revoke", "users/rob", "course_admin", "courses/roles"});
  EXPECT_EQ(gone.code, 2);
  EXPECT_THAT(gone.err, HasSubstr("there is no assignment of course_admin to users/rob"));
}

TEST_F(ServerTest, Rule11_ARefusalSaysWhyAndWhatToTry) {
  Do(kAnn, {"users", "create", "lou", "--home", "catalogs/safety"});
  const CliRun refused = As("users/lou", {"assign", "users/lou", "lms_admin", "."});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, StartsWith("error: "));
  EXPECT_THAT(refused.err, HasSubstr("which role it takes is told to whoever may read roles"));
  const CliRun test = As("users/lou", {"assign", "users/lou", "lms_admin", ".", "--test"});
  EXPECT_EQ(test.code, 1) << test.err;
  EXPECT_THAT(test.out, StartsWith("refused: "));
  EXPECT_EQ(Do(kAnn, {"assign", "users/lou", "lms_admin", ".", "--test"}), "permitted\n");
  // Why, is told to who may read roles there.
  EXPECT_THAT(test.out, Not(HasSubstr("`lms_admin`")));
  Do(kAnn, {"assign", "users/lou", "catalog_admin", "catalogs/after"});
  const CliRun told =
      As("users/lou", {"assign", "users/lou", "lms_admin", "catalogs/after", "--test"});
  EXPECT_EQ(told.code, 1) << told.err;
  EXPECT_THAT(told.out, StartsWith("refused: "));
  EXPECT_THAT(told.out, HasSubstr("`lms_admin`"));
  EXPECT_THAT(As("users/lou", {"assign", "users/lou", "lms_admin", "catalogs/after"}).err,
              AllOf(HasSubstr("that may assign `lms_admin`"), Not(HasSubstr("is told to"))));
}

TEST_F(ServerTest, Rule1_ATypoIsToldWithTheNearest) {
  const CliRun permission = As(kAnn, {"check", kAnn, "course.updaet", "."});
  EXPECT_EQ(permission.code, 2);
  EXPECT_THAT(permission.err, HasSubstr("course.update"));
  const CliRun fact = As(kAnn, {"check", kAnn, "catalog.create", ".", "--fact", "slef"});
  EXPECT_EQ(fact.code, 2);
  EXPECT_THAT(fact.err, HasSubstr("self"));
  const CliRun role = As(kAnn, {"assign", kAnn, "lms_amdin", "."});
  EXPECT_EQ(role.code, 2);
  EXPECT_THAT(role.err, HasSubstr("lms_admin"));
  const CliRun shown = As(kAnn, {"roles", "lms_amdin"});
  EXPECT_EQ(shown.code, 2);
  EXPECT_THAT(shown.err, HasSubstr("lms_admin"));
  const CliRun id = As(kAnn, {"users", "create", "Bad Id"});
  EXPECT_EQ(id.code, 2);
  EXPECT_THAT(id.err, HasSubstr("Bad Id"));
}

TEST_F(ServerTest, Rule9_ExplainShowsTheWayAndTheNearestMiss) {
  Do(kAnn, {"courses", "create", "why", "--parent", "catalogs/safety"});
  Do(kAnn, {"users", "create", "will", "--home", "catalogs/safety"});
  Do(kAnn, {"groups", "create", "trainers", "--home", "catalogs/safety"});
  EXPECT_EQ(Do(kAnn, {"groups", "add", "trainers", "users/will", "--until", "+10d"}),
            "added users/will to groups/trainers\n");
  EXPECT_THAT(Do(kAnn, {"groups", "members", "trainers"}),
              HasSubstr("groups/trainers\tusers/will"));

  const CliRun denied = As(kAnn, {"explain", "users/will", "course.update", "courses/why"});
  EXPECT_EQ(denied.code, 1) << denied.err;
  EXPECT_THAT(denied.out, StartsWith("DENIED  users/will may not course.update at courses/why\n"));
  EXPECT_THAT(denied.out, HasSubstr("path   tenants/acme > catalogs/safety > courses/why\n"));
  EXPECT_THAT(denied.out, HasSubstr("nearest miss  as "));
  EXPECT_THAT(denied.out, HasSubstr("provost assign users/will "));

  Do(kAnn, {"assign", "groups/trainers", "course_admin", "courses/why"});
  const CliRun allowed = As(kAnn, {"explain", "users/will", "course.update", "courses/why"});
  EXPECT_EQ(allowed.code, 0) << allowed.err;
  EXPECT_THAT(allowed.out, HasSubstr("course_admin, at courses/why: allows it, until "));
  EXPECT_THAT(allowed.out, HasSubstr("through groups/trainers"));
  EXPECT_THAT(allowed.out, HasSubstr("\nends  "));
  EXPECT_EQ(Do(kAnn, {"groups", "remove", "trainers", "users/will"}),
            "removed users/will from groups/trainers\n");
  EXPECT_EQ(As(kAnn, {"explain", "users/will", "course.update", "courses/why"}).code, 1);
}

TEST_F(ServerTest, Rule4_OverridesAreSetChangedAndRemoved) {
  Do(kAnn, {"courses", "create", "other", "--parent", "catalogs/safety"});
  Do(kAnn, {"users", "create", "lea", "--home", "catalogs/safety"});
  Do(kAnn, {"assign", "users/lea", "course_admin", "courses/other"});
  EXPECT_EQ(
      Do(kAnn, {"override", "set", "courses/other", "course_admin", "course.update", "prevent"}),
      "course_admin now has PREVENT for course.update at courses/other and below\n");
  EXPECT_EQ(As(kAnn, {"check", "users/lea", "course.update", "courses/other"}).out,
            "denied: what would have allowed it is prevented (PREVENTED)\n");
  EXPECT_EQ(Do(kAnn, {"override", "set", "courses/other", "course_admin", "course.update", "allow",
                      "--fact", "creator"}),
            "course_admin now has ALLOW for course.update at courses/other and below\n");
  EXPECT_EQ(As(kAnn, {"check", "users/lea", "course.update", "courses/other"}).code, 1);
  EXPECT_EQ(
      As(kAnn, {"check", "users/lea", "course.update", "courses/other", "--fact", "creator"}).code,
      0);
  EXPECT_THAT(Do(kAnn, {"override", "list", "--at", "courses/other"}),
              HasSubstr("\tcourse.update\tALLOW\tcreator\t"));
  EXPECT_THAT(Do(kAnn, {"override", "remove", "courses/other", "course_admin", "course.update"}),
              StartsWith("removed overrides/"));
  EXPECT_EQ(As(kAnn, {"check", "users/lea", "course.update", "courses/other"}).code, 0);
  EXPECT_EQ(As(kAnn, {"override", "remove", "courses/other", "course_admin", "course.update"}).code,
            2);
}

TEST_F(ServerTest, Rule7_AskingAsARole) {
  Do(kAnn, {"courses", "create", "preview", "--parent", "catalogs/safety"});
  const CliRun run = As(kAnn, {"check", kAnn, "course.update", "courses/preview", "--acting-as",
                               "learner", "--acting-at", "courses/preview"});
  EXPECT_EQ(run.code, 1) << run.err;
}

TEST_F(ServerTest, P4_ThePolicyIsValidatedComparedAppliedAndRolledBack) {
  const std::string before = Do(kAnn, {"policy", "versions"});
  EXPECT_THAT(before, HasSubstr("policyVersions/1"));
  const std::string policy = Do(kAnn, {"policy", "get"});
  EXPECT_THAT(policy, StartsWith("# policyVersions/1, digest "));
  const std::string path =
      Write("mine.textproto",
            "name: \"mine\"\nversion: \"1\"\nextends { name: \"lms365\" }\n"
            "roles {\n  name: \"coach\"\n  assignable_at: COURSE\n"
            "  grants { permissions: \"course.read\" at: COURSE source: \"x\" }\n"
            "}\n");
  EXPECT_THAT(Do(kAnn, {"policy", "validate", path}), HasSubstr(": ok, digest "));
  EXPECT_THAT(Do(kAnn, {"policy", "diff", "active", path}), HasSubstr("coach"));
  EXPECT_THAT(Do(kAnn, {"policy", "apply", path, "--comment", "coaches", "--dry-run"}),
              StartsWith("would be applied: "));
  EXPECT_THAT(Do(kAnn, {"policy", "apply", path, "--comment", "coaches"}),
              StartsWith("applied: policyVersions/2, digest "));
  EXPECT_THAT(Do(kAnn, {"roles"}), HasSubstr("\ncoach\t"));
  EXPECT_THAT(Do(kAnn, {"roles", "coach"}), HasSubstr("course.read\tCOURSE\tALLOW\t\tx\n"));
  EXPECT_THAT(Do(kAnn, {"policy", "rollback", "policyVersions/1"}),
              StartsWith("in force: policyVersions/3, digest "));
  EXPECT_EQ(As(kAnn, {"roles", "coach"}).code, 2);

  const std::string wrong = Write("wrong.textproto", "name: \"wrong\"\nrolse {}\n");
  const CliRun invalid = As(kAnn, {"policy", "validate", wrong});
  EXPECT_EQ(invalid.code, 1);
  EXPECT_THAT(invalid.out, HasSubstr(absl::StrCat(wrong, ":2:1: error: ")));
  EXPECT_EQ(As(kAnn, {"policy", "apply", wrong}).code, 2);
}

TEST_F(ServerTest, Rule15_TheSamplePolicyIsAppliedByAnAdministrator) {
  Do(kAnn, {"courses", "create", "sampled", "--parent", "catalogs/safety"});
  Do(kAnn, {"users", "create", "cleo", "--home", "catalogs/safety"});
  Do(kAnn, {"users", "create", "cai", "--home", "catalogs/safety"});
  Do(kAnn, {"assign", "users/cleo", "course_admin", "courses/sampled"});
  Do(kAnn, {"policy", "apply", Source("docs/sample/policy.textproto")});
  Do("users/cleo", {"assign", "users/cai", "coach", "courses/sampled"});
  EXPECT_EQ(As("users/cai", {"check", "users/cai", "enrollment.read", "courses/sampled"}).code, 0);
  EXPECT_EQ(As("users/cai", {"check", "users/cai", "course.update", "courses/sampled"}).code, 1);
  // In force is what the other tests began with.
  EXPECT_THAT(As(kAnn, {"policy", "rollback", "policyVersions/1"}).err, HasSubstr("`coach`"));
  Do("users/cleo", {"revoke", "users/cai", "coach", "courses/sampled"});
  Do(kAnn, {"policy", "rollback", "policyVersions/1"});
}

TEST_F(ServerTest, ResourcesOfEveryKindAreListed) {
  for (const char* kind : {"users", "service-accounts", "groups", "catalogs", "courses", "plans",
                           "sessions", "assignments", "training-assignments"}) {
    const CliRun run = As(kAnn, {kind, "list"});
    EXPECT_EQ(run.code, 0) << kind << ": " << run.err;
    EXPECT_THAT(run.out, StartsWith("name\t")) << kind;
  }
  CliOptions terminal;
  terminal.is_terminal = true;
  EXPECT_EQ(As(kAnn, {"groups", "list", "--home", "catalogs/after"}, terminal).out,
            "none that you may read\n");
  EXPECT_THAT(Do(kRoot, {"tenants", "list"}), HasSubstr("tenants/acme"));
  EXPECT_THAT(Do(kAnn, {"tenants", "get", "acme"}), HasSubstr("policy\tlms365\n"));
}

TEST_F(ServerTest, KA5_CatalogsAreDefined) {
  Do(kAnn, {"groups", "create", "brigade", "--home", "catalogs/after"});
  EXPECT_EQ(Do(kAnn, {"catalogs", "define", "after", "--description", "What comes after",
                      "--category", "fire=Fire safety", "--audience", "brigade"}),
            "defined catalogs/after\n");
  EXPECT_EQ(Do(kAnn, {"catalogs", "flows", "after", "self", "approval"}),
            "configured catalogs/after: self, approval\n");
  const std::string shown = Do(kAnn, {"catalogs", "get", "after"});
  EXPECT_THAT(shown, HasSubstr("categories\tfire (Fire safety)\n"));
  EXPECT_THAT(shown, HasSubstr("audience\tgroups/brigade\n"));
  EXPECT_THAT(shown, HasSubstr("enrollment flows\tSELF, APPROVAL\n"));
  EXPECT_THAT(Do(kAnn, {"catalogs", "list", "--offered"}), Not(HasSubstr("catalogs/after")));
  EXPECT_THAT(As(kAnn, {"catalogs", "define", "after"}).err, HasSubstr("nothing to change"));
  EXPECT_THAT(As(kAnn, {"catalogs", "define", "after", "--category", "fire"}).err,
              HasSubstr("--category `fire`"));
  Do(kAnn, {"catalogs", "define", "after", "--for-all", "--no-categories"});
  EXPECT_THAT(Do(kAnn, {"catalogs", "list", "--offered"}), HasSubstr("catalogs/after"));
}

TEST_F(ServerTest, KA1_KA2_PlansWithStepsAreAssigned) {
  for (const char* course : {"ladders", "ropes"}) {
    Do(kAnn, {"courses", "create", course, "--parent", "catalogs/safety"});
  }
  Do(kAnn, {"users", "create", "lio", "--home", "catalogs/safety"});
  Do(kAnn, {"plans", "create", "climbing", "--parent", "catalogs/safety"});
  EXPECT_EQ(Do(kAnn, {"plans", "steps", "climbing", "--step", "ladders", "--step", "1:ropes"}),
            "updated plans/climbing\n1. courses/ladders\n2. 1 of courses/ropes\n");
  EXPECT_THAT(Do(kAnn, {"plans", "get", "climbing"}), HasSubstr("courses/ladders"));
  EXPECT_THAT(As(kAnn, {"plans", "steps", "climbing", "--step", "x:ropes"}).err,
              HasSubstr("--step `x:ropes`"));
  const std::string made = Do(kAnn, {"training-assignments", "create", "--in", "plans/climbing",
                                     "--to", "users/lio", "--due-days", "30", "--withdraw"});
  EXPECT_THAT(made, StartsWith("created trainingAssignments/"));
  EXPECT_THAT(Do("users/lio", {"enrollments", "list", "--learner", "users/lio"}),
              HasSubstr("courses/ladders"));
  const std::string id = made.substr(8, made.size() - 9);
  EXPECT_THAT(Do(kAnn, {"training-assignments", "get", id}), HasSubstr("on leave\tWITHDRAW\n"));
  Do(kAnn, {"training-assignments", "delete", id});
  EXPECT_EQ(Do(kAnn, {"enrollments", "list", "--in", "plans/climbing"}).find("users/lio"),
            std::string::npos);
  const std::string enrolled =
      Do(kAnn, {"enrollments", "create", "--learner", "users/lio", "--in", "courses/ropes"});
  EXPECT_THAT(enrolled, StartsWith("enrolled: enrollments/"));
  EXPECT_EQ(As(kAnn, {"enrollments", "create", "--learner", "users/lio"}).code, 2);
  Do(kAnn, {"enrollments", "delete", "ropes", "lio"});
}

TEST_F(ServerTest, M1_TheLifeOfAUser) {
  Do(kAnn, {"users", "create", "una", "--display-name", "Una", "--email", "una@example.com",
            "--home", "catalogs/safety"});
  EXPECT_EQ(Do(kAnn, {"users", "suspend", "una"}), "suspended users/una\n");
  EXPECT_THAT(Do(kAnn, {"users", "list"}),
              HasSubstr("users/una\tUna\tuna@example.com\tcatalogs/safety\t\t\t\tsuspended\n"));
  EXPECT_EQ(Do(kAnn, {"users", "reactivate", "una"}), "reactivated users/una\n");
  // Nobody but the people themselves is given that by lms365.
  const CliRun refused = As(kAnn, {"users", "delete", "una"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("user.delete"));
}

TEST_F(ServerTest, TA3_SettingsSectionBySection) {
  EXPECT_EQ(Do(kAnn, {"settings", "set", "mobile", "enabled: true offline_days: 14"}),
            "set mobile\n  enabled: true\n  offline_days: 14\n");
  const std::string text = Do(kAnn, {"settings", "get", "mobile"});
  EXPECT_EQ(text, "enabled: true\noffline_days: 14\n");
  EXPECT_THAT(Do(kAnn, {"settings", "get"}), HasSubstr("localization\n  languages: \"en\"\n"));
  // What one prints the other reads.
  Do(kAnn, {"settings", "set", "mobile", "--file", Write("mobile.textproto", text)});
  Do(kAnn, {"settings", "set", "mobile", ""});
  const std::string history = Do(kAnn, {"settings", "history", "mobile"});
  EXPECT_THAT(history, HasSubstr("  users/ann  mobile\n- enabled: true\n- offline_days: 14\n"));
  EXPECT_THAT(history, EndsWith("  users/ann  mobile\n+ enabled: true\n+ offline_days: 14\n"));

  const CliRun zone =
      As(kAnn, {"settings", "set", "localization", "languages: \"en\" time_zone: \"Europe/Wien\""});
  EXPECT_EQ(zone.code, 2);
  EXPECT_THAT(zone.err, HasSubstr("settings.localization.time_zone"));
  const CliRun typo = As(kAnn, {"settings", "set", "mobile", "offline_day: 14"});
  EXPECT_EQ(typo.code, 2);
  EXPECT_THAT(typo.err, HasSubstr("1:12: "));
  EXPECT_EQ(As(kAnn, {"settings", "get", "mobil"}).code, 2);
  // What clients go by is for everybody.
  Do(kAnn, {"users", "create", "seth", "--home", "catalogs/safety"});
  EXPECT_THAT(As("users/seth", {"settings", "get"}).err, HasSubstr("tenant.settings.read"));
  const std::string shown = Do("users/seth", {"settings", "get", "--public"});
  EXPECT_THAT(shown, HasSubstr("localization\n  languages: \"en\"\n"));
  EXPECT_THAT(shown, Not(HasSubstr("records\n")));
}

TEST_F(ServerTest, P1_ProfilesAndTheirFields) {
  Do(kAnn, {"settings", "set", "user-fields",
            "fields { id: 'team' display_name: 'Team' type: TEXT visibility: PUBLIC }"});
  EXPECT_EQ(Do(kAnn, {"users", "fields"}),
            "id\tdisplay name\ttype\tchoices\tvisibility\tstate\nteam\tTeam\tTEXT\t\tPUBLIC\t\n");
  Do(kAnn, {"users", "create", "ada", "--home", "catalogs/safety", "--given-name", "Ada",
            "--external-id", "HR-1", "--field", "team=Fire"});
  Do(kAnn, {"users", "create", "eve", "--home", "catalogs/safety", "--manager", "users/ada"});
  EXPECT_EQ(Do(kAnn, {"users", "update", "eve", "--field", "team=Ice", "--locale", "de-AT"}),
            "updated users/eve\n");
  EXPECT_THAT(Do(kAnn, {"users", "get", "eve"}),
              HasSubstr("manager\tusers/ada\nfields\tteam, Ice\n"));
  EXPECT_THAT(Do(kAnn, {"users", "list", "--manager", "users/ada"}), HasSubstr("users/eve\t"));
  EXPECT_EQ(Do("users/eve", {"users", "get", "ada", "--public"}),
            "name\tusers/ada\ndisplay name\tada\nfields\tteam, Fire\n");
  EXPECT_EQ(As("users/eve", {"users", "get", "ada"}).code, 2);
  const CliRun form = As(kAnn, {"users", "update", "eve", "--field", "team"});
  EXPECT_EQ(form.code, 2);
  EXPECT_THAT(form.err, HasSubstr("like department=Fire"));
}

TEST_F(ServerTest, JsonIsThatOfTheContract) {
  Do(kAnn, {"courses", "create", "json", "--parent", "catalogs/safety"});
  v1::CheckResponse check;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                  As(kAnn, {"--json", "check", kAnn, "course.update", "courses/json"}).out, &check)
                  .ok());
  EXPECT_TRUE(check.allowed());
  EXPECT_EQ(check.reason(), v1::Decision::ALLOWED);
  v1::Course course;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                  Do(kAnn, {"courses", "get", "json", "--json"}), &course)
                  .ok());
  EXPECT_EQ(course.name(), "tenants/acme/courses/json");
  v1::ListPermissionsResponse permissions;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                  Do(kAnn, {"can", "courses/json", "--json", "--limit", "3"}), &permissions)
                  .ok());
  EXPECT_EQ(permissions.permissions_size(), 3);
  EXPECT_NE(permissions.next_page_token(), "");
  EXPECT_THAT(As(kAnn, {"--json", "check", "users/nobody", "course.update", "courses/json"}).out,
              HasSubstr("\"allowed\": false"));
}

TEST_F(ServerTest, TokensCarryFreshnessFromOneCommandToTheNext) {
  const CliRun made =
      As(kAnn, {"--print-token", "courses", "create", "fresh", "--parent", "catalogs/safety"});
  ASSERT_EQ(made.code, 0) << made.err;
  ASSERT_THAT(made.err, StartsWith("token: "));
  std::string token = made.err.substr(7);
  token.pop_back();
  EXPECT_EQ(As(kAnn, {"--at-least", token, "check", kAnn, "course.update", "courses/fresh"}).code,
            0);
  EXPECT_EQ(
      As(kAnn, {"--at-least", "nonsense", "check", kAnn, "course.update", "courses/fresh"}).code,
      2);
}

TEST_F(ServerTest, WhoDoesNotSayWhoTheyAreIsTold) {
  const CliRun run =
      RunCli({"--server", server_->address(), "--tenant", "acme", "courses", "list"});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("--as"));
}

// --- scenarios ---

TEST_F(ServerTest, ScenarioLoad) {
  const std::string loaded = Do(kRoot, {"scenario", "load", Source("docs/sample/acme.textproto"),
                                        "--tenant-id", "sample", "--administrator", "tess"});
  EXPECT_THAT(loaded, HasSubstr("tenant\ttenants/sample\n"));
  const CliRun run = RunCli({"--server", server_->address(), "--as", "tenants/sample/users/tess",
                             "check", "users/tess", "catalog.create", "."});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(As(kAnn, {"scenario", "load", Source("docs/sample/acme.textproto")}).code, 2);
}

std::vector<std::string> CaseFiles() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(Source("tests/cases"))) {
    if (entry.is_regular_file()) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST_F(ServerTest, TestGivesTheSameAnswersOnAServerAsInProcess) {
  std::vector<std::string> arguments = CaseFiles();
  ASSERT_GT(arguments.size(), 60u);
  arguments.insert(arguments.begin(), "test");
  const CliRun local = RunCli(arguments);
  EXPECT_EQ(local.code, 0) << local.out << local.err;
  const CliRun remote = As(kRoot, arguments);
  EXPECT_EQ(remote.code, 0) << remote.out << remote.err;
  EXPECT_EQ(remote.out, local.out);
}

TEST_F(ServerTest, TestTellsAFailureInTheScenariosOwnIds) {
  const std::string file = Source("tests/cases/failing/wrong_expectations.textproto");
  const CliRun local = RunCli({"test", file});
  const CliRun remote = As(kRoot, {"test", file});
  EXPECT_EQ(remote.code, 1) << remote.err;
  EXPECT_THAT(remote.out, Not(HasSubstr("tenants/")));
  const std::vector<std::string> local_lines = absl::StrSplit(local.out, '\n');
  const std::vector<std::string> remote_lines = absl::StrSplit(remote.out, '\n');
  EXPECT_EQ(remote_lines[remote_lines.size() - 2], local_lines[local_lines.size() - 2]);
}

TEST_F(ServerTest, TestLeavesNoTenantBehind) {
  const std::string before = Do(kRoot, {"tenants", "list"});
  EXPECT_EQ(As(kRoot, {"test", Source("tests/cases/lms365_overrides.textproto")}).code, 0);
  EXPECT_EQ(Do(kRoot, {"tenants", "list"}), before);
}

TEST_F(ServerTest, TestOnAServerNeedsItsAdministrator) {
  const CliRun run = As(kAnn, {"test", Source("tests/cases/lms365_overrides.textproto")});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("lms365_overrides.textproto: "));
}

}  // namespace
}  // namespace provost::cli
