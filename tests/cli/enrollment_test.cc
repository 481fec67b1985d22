// Coming into trainings, waiting, leaving, and the rules of courses, against a real server, by
// mission row.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
constexpr char kLea[] = "users/lea";
constexpr char kLeo[] = "users/leo";

class EnrollmentCommandsTest : public AcmeTest {
 protected:
  EnrollmentCommandsTest() : AcmeTest("lms365") {
    Do(kAnn, {"catalogs", "create", "safety"});
    Do(kAnn, {"assign", kAnn, "catalog_admin", "catalogs/safety"});
    for (const char* user : {"carl", "kim", "lea", "leo"}) {
      Do(kAnn, {"users", "create", user, "--home", "catalogs/safety"});
    }
    Do(kAnn, {"assign", kCarl, "catalog_admin", "catalogs/safety"});
    Do(kCarl, {"courses", "create", "fire", "--parent", "catalogs/safety", "--description",
               "What burns", "--language", "de-AT"});
    Do(kCarl, {"assign", kKim, "course_admin", "courses/fire"});
  }

  // An item of the course that learners may read.
  void Add(const std::string& name, const std::string& body) {
    Do(kKim, {"content", "create", name, "--home", "courses/fire", "--body", body});
    for (const char* step : {"submit", "approve", "publish"}) Do(kKim, {"content", step, name});
  }
};

// `enrolled: enrollments/12.7`: the name.
std::string NameIn(const std::string& said) {
  const size_t begin = said.find("enrollments/");
  return said.substr(begin, said.find_first_of(",\n", begin) - begin);
}

TEST_F(EnrollmentCommandsTest, CA1_LE2_ACourseIsOpenedAndPeopleComeInAndLeave) {
  EXPECT_EQ(Do(kKim, {"courses", "rules", "fire", "enrollment",
                      "self_enrollment: true applications: true capacity: 1 waiting_list: true"}),
            "set enrollment of courses/fire\n  self_enrollment: true\n  applications: true\n"
            "  capacity: 1\n  waiting_list: true\n");
  EXPECT_EQ(Do(kKim, {"courses", "rules", "fire", "due", "days_after_enrollment: 30", "--dry-run"}),
            "would be set due of courses/fire\n  days_after_enrollment: 30\n");
  // Names in it may be short, as in a quiz.
  EXPECT_THAT(Refused(kKim, {"courses", "rules", "fire", "completion", "items: 'quizes/q'"}),
              HasSubstr("did you mean `quizzes/q`?"));
  EXPECT_THAT(Refused(kKim, {"courses", "rules", "fire", "completion", "items: 'quizzes/q'"}),
              HasSubstr("tenants/acme/quizzes/q"));
  EXPECT_THAT(Refused(kKim, {"courses", "rules", "fire", "due", "days: 3"}),
              AllOf(HasSubstr("text:1:5: "), HasSubstr("`days_after_hire`")));
  EXPECT_EQ(Do(kKim, {"courses", "publish", "fire"}), "published courses/fire\n");
  EXPECT_THAT(Do(kKim, {"courses", "get", "fire"}),
              AllOf(HasSubstr("What burns"), HasSubstr("de-AT"), HasSubstr("capacity"),
                    Not(HasSubstr("days_after_enrollment"))));
  EXPECT_THAT(Refused(kLea, {"courses", "rules", "fire", "due", "--none"}),
              HasSubstr("not permitted"));
  EXPECT_EQ(As(kKim, {"courses", "rules", "fire", "dues", "--none"}).code, 2);

  EXPECT_EQ(Do(kLea, {"enrollments", "open"}),
            "training\tname\tjoin\tapply\tfree\tuntil\n"
            "courses/fire\tfire\tyes\tyes\t1 of 1\t\n");
  EXPECT_EQ(Do(kLea, {"enrollments", "open", "--in", "safety"}), Do(kLea, {"enrollments", "open"}));
  const std::string lea = Do(kLea, {"enrollments", "join", "courses/fire"});
  EXPECT_THAT(Do(kLea, {"enrollments", "open"}), Not(HasSubstr("courses/fire")));
  EXPECT_THAT(Do(kLeo, {"enrollments", "open"}), HasSubstr("\t0 of 1\t"));
  EXPECT_THAT(lea, StartsWith("enrolled: enrollments/"));
  const std::string leo = Do(kLeo, {"enrollments", "apply", "courses/fire", "--reason", "Boiler"});
  EXPECT_THAT(leo, StartsWith("requested: enrollments/"));
  EXPECT_THAT(Refused(kLea, {"enrollments", "approve", NameIn(leo)}), HasSubstr("not permitted"));
  EXPECT_EQ(Do(kKim, {"enrollments", "approve", NameIn(leo), "--reason", "Fine"}),
            "waiting: " + NameIn(leo) + ", place 1\n");
  EXPECT_THAT(Do(kKim, {"enrollments", "list", "--in", "courses/fire", "--state", "waiting"}),
              AllOf(HasSubstr(kLeo), Not(HasSubstr(kLea))));
  EXPECT_EQ(
      As(kKim, {"enrollments", "list", "--in", "courses/fire", "--state", "waiting,gone"}).code, 2);
  EXPECT_EQ(Do(kKim, {"enrollments", "place", NameIn(leo), "1"}), NameIn(leo) + " is in place 1\n");
  EXPECT_EQ(Do(kLea, {"enrollments", "withdraw", NameIn(lea), "--reason", "No time"}),
            "withdrawn " + NameIn(lea) + "\n");
  EXPECT_THAT(Do(kLeo, {"enrollments", "get", NameIn(leo)}), HasSubstr("ENROLLED"));
  EXPECT_THAT(Do(kKim, {"enrollments", "log", NameIn(leo)}),
              AllOf(HasSubstr("Boiler"), HasSubstr("Fine"), HasSubstr("a seat became free")));
  Do(kKim, {"enrollments", "delete", NameIn(leo), "--reason", "Left us"});
  EXPECT_THAT(Do(kKim, {"enrollments", "list", "--in", "courses/fire", "--state", "withdrawn"}),
              AllOf(HasSubstr(kLea), HasSubstr(kLeo)));
  EXPECT_EQ(Do(kKim, {"courses", "unpublish", "fire"}), "unpublished courses/fire\n");
  EXPECT_THAT(Refused(kLea, {"enrollments", "join", "courses/fire"}), HasSubstr("not permitted"));
}

TEST_F(EnrollmentCommandsTest, LE4_CA5_ATrainingAndAPersonNameAnEnrollment) {
  Add("pages/exits", "markdown: 'There.'");
  Do(kKim, {"courses", "set-items", "fire", "pages/exits"});
  Do(kKim, {"courses", "rules", "fire", "enrollment", "capacity: 1 waiting_list: true"});
  const std::string lea =
      Do(kKim, {"enrollments", "create", "--learner", kLea, "--in", "courses/fire"});
  EXPECT_EQ(lea, "enrolled: " + NameIn(lea) + "\n");
  const std::string leo =
      Do(kKim, {"enrollments", "create", "--learner", kLeo, "--in", "courses/fire"});
  EXPECT_EQ(leo, "waiting: " + NameIn(leo) + ", place 1\n");

  // One's own, where nobody is named; by the name it is the same.
  EXPECT_THAT(Do(kLea, {"record", "get", "courses/fire"}), StartsWith("users/lea in courses/fire"));
  EXPECT_EQ(Do(kLea, {"record", "get", "fire"}), Do(kKim, {"record", "get", NameIn(lea)}));
  EXPECT_EQ(Do(kKim, {"record", "get", "courses/fire", "lea"}),
            Do(kKim, {"record", "get", "courses/fire", kLea}));
  EXPECT_THAT(Do(kLea, {"record", "progress", "courses/fire", "pages/exits", "50"}),
              HasSubstr("pages/exits  50 %"));
  EXPECT_THAT(Do(kKim, {"record", "override", "fire", kLea, "completed", "--reason", "Seen"}),
              StartsWith("users/lea in courses/fire: completed"));
  EXPECT_THAT(Do(kKim, {"record", "override", NameIn(lea), "rule", "--reason", "Too soon"}),
              StartsWith("users/lea in courses/fire: in-progress"));
  EXPECT_THAT(Refused(kKim, {"record", "override", "fire", kLea, "done", "--reason", "Seen"}),
              HasSubstr("`done` is no outcome: wanted one of `completed`"));
  EXPECT_THAT(Refused(kKim, {"record", "override", "fire", "lea", "--reason", "Seen"}),
              HasSubstr("a person is written `users/lea`"));
  const std::string log = Do(kKim, {"record", "log", "courses/fire", kLea});
  const size_t line = log.rfind("recordEvents/", log.find("pages/exits 50 %"));
  const std::string event = log.substr(line, log.find('\t', line) - line);
  const std::string number = event.substr(event.rfind('.') + 1);
  EXPECT_EQ(
      Do(kKim, {"record", "correct", "fire", kLea, number, "--reason", "Misread", "--dry-run"}),
      Do(kKim, {"record", "correct", event, "--reason", "Misread", "--dry-run"}));
  EXPECT_THAT(Refused(kKim, {"record", "correct", "courses/fire", kLea, "--reason", "Misread"}),
              HasSubstr("`provost record log` numbers them"));

  EXPECT_EQ(Do(kKim, {"enrollments", "place", "fire", kLeo, "1"}),
            NameIn(leo) + " is in place 1\n");
  EXPECT_THAT(Do(kKim, {"enrollments", "get", "courses/fire", kLeo}), HasSubstr(NameIn(leo)));
  Do(kLea, {"enrollments", "withdraw", "courses/fire"});
  EXPECT_THAT(Do(kLea, {"enrollments", "log", "courses/fire"}), HasSubstr("WITHDRAWN"));
  EXPECT_EQ(Do(kKim, {"enrollments", "delete", "fire", "leo"}), "deleted " + NameIn(leo) + "\n");

  EXPECT_THAT(Refused(kKim, {"record", "get", "courses/fire", "users/carl"}),
              AllOf(HasSubstr("there is no enrollment of users/carl in courses/fire"),
                    HasSubstr("`provost enrollments list --in courses/fire`")));
  EXPECT_THAT(Refused(kKim, {"record", "get", NameIn(lea), kLea}),
              HasSubstr("is somebody's already: leave out `users/lea`"));
}

// What is narrowed by nothing is one's own; what is refused says how to have that.
TEST_F(EnrollmentCommandsTest, LE3_LE5_ListsOfOnesOwnNeedNoWords) {
  Do(kKim, {"enrollments", "create", "--learner", kLea, "--in", "courses/fire"});
  EXPECT_THAT(Do(kLea, {"enrollments", "list"}), HasSubstr("courses/fire"));
  EXPECT_EQ(Do(kLea, {"enrollments", "list"}),
            Do(kLea, {"enrollments", "list", "--learner", kLea}));
  EXPECT_THAT(Do(kLeo, {"enrollments", "list"}), Not(HasSubstr("courses/fire")));
  EXPECT_EQ(Do(kLea, {"certificates", "list"}),
            Do(kLea, {"certificates", "list", "--learner", kLea}));
  for (const char* what : {"attempts", "submissions"}) {
    EXPECT_THAT(Refused(kLea, {what, "list", "fire"}),
                HasSubstr("; your own: --learner users/lea\n"));
    Do(kLea, {what, "list", "fire", "--learner", kLea});
  }
}

// Asked with nothing to set, these show what there is and leave it.
TEST_F(EnrollmentCommandsTest, CA1_CO1_WhatIsNotSaidIsShownAndNotWiped) {
  Do(kCarl, {"plans", "create", "path", "--parent", "catalogs/safety"});
  EXPECT_EQ(Do(kCarl, {"plans", "steps", "path"}), "no steps\n");
  EXPECT_EQ(Do(kCarl, {"plans", "steps", "path", "--step", "fire"}),
            "updated plans/path\n1. courses/fire\n");
  EXPECT_EQ(Do(kCarl, {"plans", "steps", "path"}), "1. courses/fire\n");
  EXPECT_EQ(Do(kCarl, {"plans", "steps", "path", "--none"}), "updated plans/path\nno steps\n");
  EXPECT_EQ(As(kCarl, {"plans", "steps", "path", "--none", "--step", "fire"}).code, 2);

  const std::string all = "those of the catalog above, in the end all\n";
  EXPECT_EQ(Do(kCarl, {"catalogs", "flows", "safety"}), all);
  EXPECT_EQ(Do(kCarl, {"catalogs", "flows", "safety", "approval", "--dry-run"}),
            "would be configured catalogs/safety: approval\n");
  EXPECT_EQ(Do(kCarl, {"catalogs", "flows", "safety", "self", "approval"}),
            "configured catalogs/safety: self, approval\n");
  EXPECT_EQ(Do(kCarl, {"catalogs", "flows", "safety"}), "self, approval\n");
  EXPECT_EQ(Do(kCarl, {"catalogs", "flows", "safety", "--inherit"}),
            "configured catalogs/safety: " + all);
  EXPECT_EQ(As(kCarl, {"catalogs", "flows", "safety", "self", "--inherit"}).code, 2);

  EXPECT_EQ(Do(kKim, {"courses", "rules", "fire"}), "nothing in particular\n");
  EXPECT_EQ(Do(kKim, {"courses", "rules", "fire", "due"}), "nothing in particular\n");
  EXPECT_EQ(Do(kCarl, {"plans", "rules", "path"}), "nothing in particular\n");
  Do(kKim, {"courses", "rules", "fire", "completion", "sign_off: true"});
  // All of the section is what was said.
  EXPECT_EQ(Do(kKim, {"courses", "rules", "fire", "completion", "pass_percent: 60"}),
            "set completion of courses/fire\n  pass_percent: 60\n");
  EXPECT_EQ(Do(kKim, {"courses", "rules", "fire", "due", "2026-12-31"}),
            "set due of courses/fire\n  time: \"2026-12-31T23:59:59Z\"\n");
  EXPECT_EQ(Do(kKim, {"courses", "rules", "fire"}),
            "due\n  time: \"2026-12-31T23:59:59Z\"\ncompletion\n  pass_percent: 60\n");
  EXPECT_EQ(Do(kKim, {"courses", "rules", "fire", "due", "--none"}),
            "set due of courses/fire\n  nothing in particular\n");
  EXPECT_THAT(Refused(kKim, {"courses", "rules", "fire", "--none"}),
              HasSubstr("--none: wanted a section"));
}

// A day is the tenant's: what is due on it is due at its end.
TEST_F(EnrollmentCommandsTest, CA1_LE4_ADayEndsWhereTheTenantIs) {
  Do(kAnn, {"settings", "set", "localization", "languages: 'de-AT' time_zone: 'Europe/Vienna'"});
  EXPECT_THAT(Do(kKim, {"courses", "rules", "fire", "due", "2026-12-31"}),
              HasSubstr("\"2026-12-31T22:59:59Z\""));
  EXPECT_THAT(Do(kKim, {"courses", "rules", "fire", "due", "time: '2027-06-30'"}),
              HasSubstr("\"2027-06-30T21:59:59Z\""));
  EXPECT_THAT(Do(kKim, {"courses", "rules", "fire", "enrollment", "open_time: '2026-12-01'"}),
              HasSubstr("\"2026-11-30T23:00:00Z\""));
  Do(kKim,
     {"enrollments", "create", "--learner", kLea, "--in", "courses/fire", "--due", "2027-06-30"});
  EXPECT_THAT(Do(kLea, {"enrollments", "get", "courses/fire"}), HasSubstr("2027-06-30T21:59:59Z"));
  Do(kCarl, {"training-assignments", "create", "--in", "courses/fire", "--to", kLeo, "--due",
             "2027-06-30"});
  EXPECT_THAT(Do(kLeo, {"enrollments", "get", "courses/fire"}), HasSubstr("2027-06-30T21:59:59Z"));
}

TEST_F(EnrollmentCommandsTest, KA2_AFileShowsATrainingFromElsewhere) {
  Do(kCarl, {"record", "external", "add", kLea, "--home", "catalogs/safety", "--title", "First aid",
             "--completed", "2026-03-01"});
  const std::string list = Do(kCarl, {"record", "external", "list", kLea});
  const size_t begin = list.find("externalTrainings/");
  const std::string name = list.substr(begin, list.find('\t', begin) - begin);
  const std::string aid = Write("aid.txt", "Seen.");
  EXPECT_EQ(Do(kCarl, {"record", "external", "upload", name, aid}),
            "uploaded aid.txt to " + name + "\n");
  EXPECT_THAT(As(kCarl, {"record", "external", "upload", name, aid}).err, HasSubstr("aid.txt"));
  EXPECT_THAT(Refused(kLea, {"record", "external", "upload", name, aid}),
              HasSubstr("not permitted"));
  EXPECT_EQ(Do(kLea, {"record", "external", "download", name}), "Seen.");
  EXPECT_THAT(Refused(kLeo, {"record", "external", "download", name}), HasSubstr("not permitted"));
  EXPECT_EQ(Do(kCarl, {"record", "external", "upload", name, Write("new.txt", "Seen, and signed."),
                       "--reason", "signed"}),
            "uploaded new.txt to " + name + "\n");
  EXPECT_EQ(Do(kLea, {"record", "external", "download", name, "--before", "1"}), "Seen.");
  EXPECT_EQ(Do(kLea, {"record", "external", "download", name, "--offset", "10"}), "signed.");
  EXPECT_THAT(Do(kCarl, {"record", "external", "change", name, "--title", "Aid", "--no-file",
                         "--reason", "Of another"}),
              HasSubstr("Aid"));
  EXPECT_EQ(As(kLea, {"record", "external", "download", name}).code, 2);
  EXPECT_EQ(Do(kLea, {"record", "external", "download", name, "--before", "2"}),
            "Seen, and signed.");
}

TEST_F(EnrollmentCommandsTest, CA1_PlansHaveRulesAndPeopleADayOfHiring) {
  Do(kCarl, {"plans", "create", "path", "--parent", "catalogs/safety"});
  EXPECT_EQ(Do(kCarl, {"plans", "rules", "path", "due", "days_after_hire: 30"}),
            "set due of plans/path\n  days_after_hire: 30\n");
  EXPECT_EQ(Do(kCarl, {"plans", "publish", "path"}), "published plans/path\n");
  Do(kAnn, {"users", "update", "lea", "--hire-date", "2026-11-22"});
  EXPECT_THAT(Do(kAnn, {"users", "get", "lea"}), HasSubstr("2026-11-22"));
  EXPECT_THAT(Refused(kAnn, {"users", "update", "lea", "--hire-date", "tomorrow"}),
              HasSubstr("hire_date"));
}

}  // namespace
}  // namespace provost::cli
