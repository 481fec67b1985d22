// Saved reports: made, shown, run, changed and deleted, against a real server, by mission row.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "tests/cli/acme.h"

namespace provost::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kAnn[] = "users/ann";    // tenant administrator
constexpr char kCarl[] = "users/carl";  // catalog administrator of `safety`
constexpr char kKim[] = "users/kim";    // course administrator of `fire`, in `safety`
constexpr char kLea[] = "users/lea";    // learns there, as leo does

class ReportCommandsTest : public AcmeTest {
 protected:
  ReportCommandsTest() : AcmeTest("lms365") {
    Do(kAnn, {"catalogs", "create", "safety"});
    Do(kAnn, {"assign", kAnn, "catalog_admin", "catalogs/safety"});
    for (const char* user : {"carl", "kim", "lea", "leo"}) {
      Do(kAnn, {"users", "create", user, "--home", "catalogs/safety"});
    }
    Do(kAnn, {"assign", kCarl, "catalog_admin", "catalogs/safety"});
    Do(kCarl, {"courses", "create", "fire", "--parent", "catalogs/safety"});
    Do(kCarl, {"assign", kKim, "course_admin", "courses/fire"});
    for (const char* learner : {"users/lea", "users/leo"}) {
      Do(kCarl, {"enrollments", "create", "--learner", learner, "--in", "courses/fire"});
    }
  }
};

TEST_F(ReportCommandsTest, CA6_AReportIsSavedShownRunAndWritten) {
  EXPECT_EQ(Do(kKim, {"reports", "create", "who", "--kind", "course", "--of", "courses/fire",
                      "--columns", "state,learner", "--state", "enrolled,completed", "--mail",
                      "monday@07:30", "--mail-zone", "Europe/Vienna"}),
            "created reports/who\n");
  EXPECT_THAT(Do(kKim, {"reports", "get", "who"}),
              AllOf(HasSubstr("course"), HasSubstr("courses/fire"), HasSubstr("state, learner"),
                    HasSubstr("enrolled, completed"), HasSubstr("users/kim"),
                    HasSubstr("monday@07:30 Europe/Vienna")));
  EXPECT_EQ(Do(kKim, {"reports", "run", "who"}),
            "state\tlearner\nENROLLED\tusers/lea\nENROLLED\tusers/leo\n");
  EXPECT_EQ(Do(kCarl, {"reports", "rows", "who", "--limit", "1"}),
            "state\tlearner\nENROLLED\tusers/lea\n");
  EXPECT_EQ(Do(kCarl, {"reports", "rows", "reports/who"}), Do(kKim, {"reports", "run", "who"}));
  Do(kKim, {"reports", "run", "who", "--output", Path("who.csv")});
  std::ifstream file(Path("who.csv"));
  EXPECT_THAT(std::string(std::istreambuf_iterator<char>(file), {}),
              StartsWith("state,learner\r\nENROLLED,tenants/acme/users/lea\r\n"));
  EXPECT_THAT(Do(kCarl, {"reports", "list", "--of", "courses/fire"}),
              AllOf(HasSubstr("reports/who\t"), HasSubstr("\tmonday@07:30 Europe/Vienna\t")));
  EXPECT_THAT(Do(kLea, {"reports", "list"}), Not(HasSubstr("reports/who")));
  for (const char* command : {"get", "run", "rows"}) {
    EXPECT_THAT(Refused(kLea, {"reports", command, "who"}), HasSubstr("not permitted"));
  }
}

TEST_F(ReportCommandsTest, CA6_WhatTheOptionsDoNotSayStays) {
  Do(kCarl, {"groups", "create", "crew", "--home", "catalogs/safety"});
  Do(kCarl, {"groups", "add", "crew", "users/lea"});
  Do(kCarl, {"reports", "create", "who", "--kind", "progress", "--of", "courses/fire", "--columns",
             "learner"});
  EXPECT_EQ(Do(kCarl, {"reports", "update", "who", "--group", "groups/crew"}),
            "updated reports/who\n");
  EXPECT_EQ(Do(kCarl, {"reports", "run", "who"}), "learner\nusers/lea\n");
  Do(kCarl, {"reports", "update", "who", "--kind", "course", "--display-name", "Who"});
  EXPECT_EQ(Do(kCarl, {"reports", "run", "who"}), "learner\nusers/lea\n");
  // Who may not read the group is shown no rows of it.
  EXPECT_THAT(Refused(kKim, {"reports", "rows", "who"}),
              HasSubstr("a group that you may not read"));
  EXPECT_THAT(Refused(kKim, {"reports", "run", "who"}), HasSubstr("filter.group"));
  Do(kCarl, {"reports", "update", "who", "--all", "--columns", "learner"});
  EXPECT_EQ(Do(kCarl, {"reports", "run", "who"}), "learner\nusers/lea\nusers/leo\n");
  Do(kCarl, {"reports", "update", "who", "--mail", "1@06:00"});
  EXPECT_THAT(Do(kCarl, {"reports", "get", "who"}), HasSubstr("1@06:00"));
  Do(kCarl, {"reports", "update", "who", "--mail-format", "jsonl", "--mail-zone", "Etc/UTC"});
  EXPECT_THAT(Do(kCarl, {"reports", "get", "who"}), HasSubstr("1@06:00 Etc/UTC"));
  Do(kCarl, {"reports", "update", "who", "--mail", "never"});
  EXPECT_THAT(Do(kCarl, {"reports", "get", "who"}), Not(HasSubstr("@")));
  EXPECT_THAT(Refused(kKim, {"reports", "update", "who", "--display-name", "Mine"}),
              HasSubstr("create one of your own"));
  EXPECT_EQ(Do(kCarl, {"reports", "delete", "who"}), "deleted reports/who\n");
}

TEST_F(ReportCommandsTest, WhatIsWrongIsSaidInTheWordsOfTheOptions) {
  EXPECT_THAT(Refused(kKim, {"reports", "create", "who", "--kind", "course", "--of", "courses/fire",
                             "--mail", "sometimes"}),
              HasSubstr("--mail `sometimes`: wanted when, such as daily@07:30"));
  EXPECT_THAT(Refused(kKim, {"reports", "create", "who", "--kind", "course", "--of", "courses/fire",
                             "--mail-zone", "Etc/UTC"}),
              HasSubstr("say when with --mail"));
  EXPECT_THAT(Refused(kKim, {"reports", "create", "who", "--kind", "course", "--of", "courses/fire",
                             "--mail", "monday@7"}),
              HasSubstr("report.schedule.time"));
  EXPECT_THAT(Refused(kKim, {"reports", "create", "who", "--kind", "course", "--of", "courses/fire",
                             "--due-before", "soon"}),
              HasSubstr("--due-before"));
  EXPECT_THAT(Refused(kKim, {"reports", "create", "who", "--kind", "course"}),
              HasSubstr("a course or a training plan"));
  EXPECT_THAT(Refused(kKim, {"reports", "run", "nothing"}), HasSubstr("not permitted"));
}

}  // namespace
}  // namespace provost::cli
