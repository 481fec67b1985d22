// Sessions, who takes part and who was there, against a real server, by mission row.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "tests/cli/acme.h"

namespace provost::cli {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kAnn[] = "users/ann";  // tenant administrator
constexpr char kKim[] = "users/kim";  // course administrator of `fire`
constexpr char kIan[] = "users/ian";  // instructor of `past`
constexpr char kLea[] = "users/lea";  // learns in `fire`, as leo does
constexpr char kLeo[] = "users/leo";

// A tenant under lms365.
class SessionCommandsTest : public AcmeTest {
 protected:
  SessionCommandsTest() : AcmeTest("lms365") {
    Do(kAnn, {"catalogs", "create", "safety"});
    Do(kAnn, {"assign", kAnn, "catalog_admin", "catalogs/safety"});
    Do(kAnn, {"courses", "create", "fire", "--parent", "catalogs/safety"});
    for (const char* user : {"kim", "ian", "lea", "leo"}) {
      Do(kAnn, {"users", "create", user, "--home", "catalogs/safety"});
    }
    Do(kAnn, {"assign", kKim, "course_admin", "courses/fire"});
    for (const char* user : {kLea, kLeo}) {
      Do(kKim, {"enrollments", "create", "--learner", user, "--in", "courses/fire"});
    }
    Do(kKim, {"sessions", "create", "past", "--parent", "courses/fire", "--start",
              "2026-01-12T09:00", "--end", "2026-01-12T12:00", "--time-zone", "Europe/Vienna"});
    Do(kKim, {"assign", kIan, "instructor", "sessions/past"});
  }
};

TEST_F(SessionCommandsTest, CA4_ASessionHasATimeAndAPlace) {
  EXPECT_EQ(Do(kKim, {"sessions", "create", "drill", "--parent", "courses/fire", "--start",
                      "2100-03-15T09:00", "--end", "2100-03-15T12:00", "--room", "Room 7",
                      "--instructor", kIan, "--registration", "true", "--capacity", "1"}),
            "created sessions/drill\n");
  EXPECT_THAT(Do(kKim, {"sessions", "get", "drill"}),
              AllOf(HasSubstr("start\t2100-03-15T09:00\n"), HasSubstr("room\tRoom 7\n"),
                    HasSubstr("capacity\t1\n"), HasSubstr("users/ian")));
  EXPECT_THAT(Refused(kKim, {"sessions", "update", "drill", "--end", "2100-03-15T08:00"}),
              HasSubstr("session.end"));
  EXPECT_THAT(Refused(kLea, {"sessions", "update", "drill", "--room", "Mine"}),
              HasSubstr("session.schedule"));
  Do(kKim, {"sessions", "create", "other", "--parent", "courses/fire", "--start",
            "2100-03-15T11:00", "--end", "2100-03-15T13:00", "--room", "room 7"});
  const CliRun conflicts = As(kKim, {"sessions", "conflicts", "drill"});
  EXPECT_EQ(conflicts.code, 1);
  EXPECT_THAT(conflicts.out, HasSubstr("sessions/other"));
  EXPECT_THAT(
      Refused(kKim, {"sessions", "update", "other", "--room", "Room 7", "--refuse-conflicts"}),
      HasSubstr("sessions/drill"));
  EXPECT_EQ(Do(kKim, {"sessions", "cancel", "other", "--reason", "ill"}),
            "cancelled sessions/other\n");
  EXPECT_EQ(As(kKim, {"sessions", "conflicts", "drill"}).code, 0);
}

TEST_F(SessionCommandsTest, CA4_ASeries) {
  const std::string made = Do(kKim, {"sessions", "series", "eve", "--parent", "courses/fire",
                                     "--start", "2100-03-15T18:00", "--end", "2100-03-15T20:00",
                                     "--every", "week", "--on", "monday,thursday", "--count", "3"});
  EXPECT_THAT(made, HasSubstr("sessions/eve-1\t2100-03-15T18:00\t2100-03-15T20:00"));
  EXPECT_THAT(made, HasSubstr("sessions/eve-3\t2100-03-22T18:00"));
  EXPECT_THAT(Do(kKim, {"sessions", "list", "--after", "2100-03-17"}),
              AllOf(HasSubstr("eve-2"), Not(HasSubstr("eve-1")), Not(HasSubstr("past"))));
  EXPECT_THAT(Refused(kKim, {"sessions", "series", "long", "--parent", "courses/fire", "--start",
                             "2100-03-15T18:00", "--end", "2100-03-15T20:00", "--every", "day",
                             "--count", "367"}),
              HasSubstr("rule.count"));
}

TEST_F(SessionCommandsTest, I3_SeatsAndTheLine) {
  Do(kKim, {"sessions", "create", "drill", "--parent", "courses/fire", "--registration", "true",
            "--capacity", "1"});
  EXPECT_EQ(Do(kLea, {"sessions", "register", "drill"}), "users/lea registered\n");
  EXPECT_EQ(Do(kKim, {"sessions", "register", "drill", kLeo}), "users/leo waits, place 1\n");
  EXPECT_THAT(Do(kKim, {"sessions", "registrations", "drill"}),
              AllOf(HasSubstr("users/lea\tregistered"), HasSubstr("users/leo\twaits, place 1")));
  EXPECT_THAT(Refused(kLea, {"sessions", "promote", "drill", kLeo}),
              HasSubstr("enrollment.waitlist.manage"));
  EXPECT_EQ(Do(kKim, {"sessions", "line", "drill", kLeo, "--position", "1"}),
            "users/leo waits, place 1\n");
  EXPECT_EQ(Do(kLea, {"sessions", "unregister", "drill"}), "unregistered users/lea\n");
  EXPECT_THAT(Do(kKim, {"sessions", "registrations", "drill"}), HasSubstr("users/leo\tregistered"));
}

TEST_F(SessionCommandsTest, IN1_Attendance) {
  EXPECT_THAT(Do(kIan, {"attendance", "mark", "past", "present", kLea, kLeo, "--minutes", "170"}),
              AllOf(HasSubstr("users/lea\tpresent\t170"), HasSubstr("users/leo\tpresent\t170")));
  EXPECT_THAT(Do(kIan, {"attendance", "amend", "past", kLeo, "--status", "late", "--note", "bus",
                        "--reason", "came at ten"}),
              HasSubstr("users/leo\tlate\t\tbus"));
  EXPECT_THAT(Do(kIan, {"attendance", "list", "past"}),
              AllOf(StartsWith("learner\tstatus\tminutes\tnote\tby\tat\n"),
                    HasSubstr("users/leo\tlate\t\tbus")));
  EXPECT_THAT(Do(kLeo, {"attendance", "list", "past", "--learner", kLeo}), HasSubstr("late"));
  EXPECT_THAT(Refused(kLeo, {"attendance", "list", "past"}), HasSubstr("attendance.read"));
  EXPECT_THAT(Refused(kLeo, {"attendance", "mark", "past", "present", kLea}),
              HasSubstr("attendance.manage"));
}

TEST_F(SessionCommandsTest, IN1_TheOthersAreMarkedAtOnce) {
  EXPECT_THAT(Refused(kIan, {"attendance", "mark", "past", "present"}), HasSubstr("or --all"));
  EXPECT_THAT(Refused(kIan, {"attendance", "mark", "past", "present", kLea, "--all"}),
              HasSubstr("or --all"));
  Do(kIan, {"attendance", "mark", "past", "absent", kLeo});
  EXPECT_THAT(Do(kIan, {"attendance", "mark", "past", "present", "--all", "--dry-run"}),
              HasSubstr("users/lea\tpresent"));
  EXPECT_THAT(Do(kIan, {"attendance", "mark", "past", "present", "--all"}),
              AllOf(HasSubstr("users/lea\tpresent"), Not(HasSubstr("users/leo")),
                    EndsWith("\n1 was marked already\n")));
  EXPECT_THAT(Do(kIan, {"attendance", "list", "past"}), HasSubstr("users/leo\tabsent"));
  EXPECT_EQ(Do(kIan, {"attendance", "mark", "past", "late", "--all"}),
            "nobody is left to mark\n2 were marked already\n");
  EXPECT_THAT(Refused(kLeo, {"attendance", "mark", "past", "present", "--all"}),
              HasSubstr("attendance.read"));
}

TEST_F(SessionCommandsTest, CA4_Calendars) {
  EXPECT_THAT(Do(kLea, {"calendar", "courses/fire"}),
              AllOf(StartsWith("BEGIN:VCALENDAR\r\n"), HasSubstr("SUMMARY:past\r\n")));
  EXPECT_THAT(Do(kLea, {"calendar", "--output", Path("mine.ics")}),
              AllOf(StartsWith("wrote "), EndsWith(" to " + Path("mine.ics") + "\n")));
  std::ifstream file(Path("mine.ics"));
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_THAT(text.str(), HasSubstr("TZID=Europe/Vienna:20260112T090000\r\n"));
  EXPECT_THAT(Refused(kLeo, {"calendar", kLea}), HasSubstr("dashboard.my.read"));
}

}  // namespace
}  // namespace provost::cli
