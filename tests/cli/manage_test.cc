// Groups with rules, competencies, notifications, the audit and growth, against a real server, by
// mission row and rule.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "provost/v1/notification_service.pb.h"
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
constexpr char kLea[] = "users/lea";    // a user of `safety`

// A tenant under lms365.
class ManageTest : public AcmeTest {
 protected:
  ManageTest() : AcmeTest("lms365") {
    Do(kAnn, {"settings", "set", "user-fields",
              "fields { id: 'grade' display_name: 'Grade' type: INTEGER } "
              "fields { id: 'site' display_name: 'Site' type: TEXT }"});
    Do(kAnn, {"catalogs", "create", "safety"});
    Do(kAnn, {"assign", kAnn, "catalog_admin", "catalogs/safety"});
    for (const char* user : {"carl", "kim", "lea"}) {
      Do(kAnn, {"users", "create", user, "--home", "catalogs/safety"});
    }
    Do(kAnn, {"assign", kCarl, "catalog_admin", "catalogs/safety"});
    Do(kCarl, {"courses", "create", "fire", "--parent", "catalogs/safety"});
    Do(kCarl, {"assign", kKim, "course_admin", "courses/fire"});
  }
};

TEST_F(ManageTest, Rule13_AGroupThatFillsItself) {
  Do(kCarl, {"users", "create", "vera", "--home", "catalogs/safety", "--field", "grade=4",
             "--field", "site=Vienna, West"});
  EXPECT_EQ(
      Do(kCarl, {"groups", "create", "vienna", "--home", "catalogs/safety", "--where",
                 "fields.site any-of Graz,\"Vienna, West\"", "--where", "fields.grade at-least 3"}),
      "created groups/vienna\n");
  EXPECT_THAT(Do(kCarl, {"groups", "get", "vienna"}),
              HasSubstr("rule\tfields.site any-of Graz,\"Vienna, West\" and fields.grade at-least "
                        "3\n"));
  EXPECT_THAT(Do(kCarl, {"groups", "list"}), Not(HasSubstr("at-least")));
  EXPECT_THAT(Do(kCarl, {"groups", "members", "vienna"}),
              AllOf(HasSubstr("users/vera"), HasSubstr("by rule"), Not(HasSubstr("users/lea"))));
  // Names of managers may be short.
  Do(kCarl, {"users", "update", "lea", "--manager", "users/kim"});
  EXPECT_EQ(Do(kCarl, {"groups", "update", "vienna", "--where", "manager any-of kim"}),
            "updated groups/vienna\n");
  EXPECT_THAT(Do(kCarl, {"groups", "get", "vienna"}),
              HasSubstr("rule\tmanager any-of users/kim\n"));
  EXPECT_THAT(Do(kCarl, {"groups", "members", "vienna"}),
              AllOf(HasSubstr("users/lea"), Not(HasSubstr("users/vera"))));
  EXPECT_EQ(Do(kCarl, {"groups", "members", "vienna", "--held-back"}), "member\twhy\n");
  // Who is in stays, by hand.
  EXPECT_THAT(Refused(kCarl, {"groups", "remove", "vienna", kLea}), HasSubstr("rule"));
  Do(kCarl, {"groups", "update", "vienna", "--by-hand"});
  EXPECT_THAT(Do(kCarl, {"groups", "get", "vienna"}), Not(HasSubstr("rule\t")));
  Do(kCarl, {"groups", "remove", "vienna", kLea});

  // Not a course administrator's.
  EXPECT_THAT(Refused(kKim, {"groups", "create", "mine", "--home", "catalogs/safety", "--where",
                             "locale is-set"}),
              HasSubstr("group.manage"));
}

TEST_F(ManageTest, Rule13_AConditionThatIsNoneIsToldWithItsForm) {
  Do(kCarl, {"groups", "create", "vienna", "--home", "catalogs/safety"});
  const auto update = [&](const std::string& condition) {
    return Refused(kCarl, {"groups", "update", "vienna", "--where", condition});
  };
  for (const char* wrong : {"locale", "locale is de", "locale unspecified de"}) {
    EXPECT_THAT(update(wrong), StartsWith(absl::StrCat("error: `", wrong,
                                                       "` is no condition: wanted FIELD any-of|")));
  }
  EXPECT_THAT(update("locale any-of \"de"), HasSubstr("a double quote has no end"));
  EXPECT_THAT(update("manager any-of user/kim"), HasSubstr("did you mean `users/kim`?"));
  // What a field is, the server knows.
  EXPECT_THAT(update("fields.height at-least 3"), HasSubstr("group.rule.conditions[0].field"));
  EXPECT_EQ(As(kCarl, {"groups", "update", "vienna", "--by-hand", "--where", "locale is-set"}).code,
            2);
}

TEST_F(ManageTest, KA4_CompetenciesAndWhatACourseGives) {
  EXPECT_EQ(Do(kCarl, {"competencies", "create", "fire-warden", "--home", "catalogs/safety",
                       "--level", "basic", "--level", "full=On duty", "--description",
                       "Leads people out", "--display-name", "Fire warden"}),
            "created competencies/fire-warden\n");
  EXPECT_THAT(
      Do(kCarl, {"competencies", "get", "fire-warden"}),
      AllOf(HasSubstr("display name\tFire warden\n"), HasSubstr("description\tLeads people out\n"),
            HasSubstr("levels\tbasic, full (On duty)\n")));
  EXPECT_THAT(Do(kLea, {"competencies", "list"}),
              AllOf(StartsWith("name\tdisplay name\thome scope\tlevels\n"),
                    HasSubstr("competencies/fire-warden\tFire warden\tcatalogs/safety\tbasic, full "
                              "(On duty)\n")));
  EXPECT_EQ(Do(kKim, {"courses", "set-competencies", "fire", "fire-warden=full"}),
            "courses/fire gives 1 competency\n");
  EXPECT_EQ(Do(kKim, {"courses", "competencies", "fire"}),
            "competency\tlevel\ncompetencies/fire-warden\tfull\n");
  // A level that a course gives stays.
  EXPECT_THAT(Refused(kCarl, {"competencies", "update", "fire-warden", "--level", "basic"}),
              HasSubstr("full"));
  EXPECT_EQ(Refused(kCarl, {"competencies", "delete", "fire-warden"}).find("error: "), 0u);
  EXPECT_EQ(Do(kCarl, {"competencies", "delete", "fire-warden", "--force", "--dry-run"}),
            "would be deleted competencies/fire-warden\n");
  EXPECT_EQ(Do(kKim, {"courses", "set-competencies", "fire", "--none"}),
            "courses/fire gives 0 competencies\n");
  Do(kCarl, {"competencies", "update", "fire-warden", "--level", "basic=Basic", "--level", "top"});
  EXPECT_THAT(Do(kCarl, {"competencies", "get", "fire-warden"}),
              HasSubstr("levels\tbasic (Basic), top\n"));
  EXPECT_EQ(Do(kCarl, {"competencies", "delete", "fire-warden"}),
            "deleted competencies/fire-warden\n");

  // Not a course administrator's.
  EXPECT_THAT(Refused(kKim, {"competencies", "create", "mine", "--home", "catalogs/safety",
                             "--level", "basic"}),
              HasSubstr("competency.manage"));
  EXPECT_THAT(Refused(kLea, {"courses", "set-competencies", "fire", "--none"}),
              HasSubstr("course.update"));
  // Wrong input.
  EXPECT_THAT(Refused(kKim, {"courses", "set-competencies", "fire", "fire-warden"}),
              HasSubstr("`fire-warden`: wanted a competency and its level, like"));
  EXPECT_THAT(Refused(kKim, {"courses", "set-competencies", "fire"}), HasSubstr("or --none"));
  EXPECT_THAT(Refused(kCarl, {"competencies", "create", "x", "--home", "catalogs/safety"}),
              HasSubstr("--level"));
  EXPECT_THAT(Refused(kCarl, {"competencies", "create", "x", "--home", "catalogs/safety", "--level",
                              "No Id"}),
              HasSubstr("competency.levels[0].id"));
}

TEST_F(ManageTest, KA4_RulesAndTemplatesOfMails) {
  const std::string texts =
      "texts { locale: 'en' subject: 'In {{training.display_name}}' text: 'Dear "
      "{{recipient.given_name}},\\nsee you.' }\n"
      "texts { locale: 'de' subject: 'Dabei' text: 'Bis dann' }\n";
  EXPECT_EQ(
      Do(kCarl, {"notifications", "templates", "create", "welcome", "--home", "catalogs/safety",
                 "--on", "enrolled", "--file", Write("welcome.textproto", texts)}),
      "created notificationTemplates/welcome\n");
  const std::string shown = Do(kCarl, {"notifications", "templates", "get", "welcome"});
  EXPECT_THAT(shown, AllOf(StartsWith("name\tnotificationTemplates/welcome\n"),
                           HasSubstr("event\tENROLLED\n"),
                           HasSubstr("\nen: In {{training.display_name}}\n\nDear "
                                     "{{recipient.given_name}},\nsee you.\n"),
                           HasSubstr("\nde: Dabei\n\nBis dann\n")));
  // What is printed is what is read.
  const std::string printed =
      Do(kCarl, {"notifications", "templates", "get", "welcome", "--texts"});
  Do(kCarl, {"notifications", "templates", "update", "welcome", "--file",
             Write("again.textproto", printed)});
  EXPECT_EQ(Do(kCarl, {"notifications", "templates", "get", "welcome", "--texts"}), printed);
  Do(kCarl, {"notifications", "templates", "update", "welcome", "--subject", "en=You are in",
             "--text", "en=See you there = at nine."});
  EXPECT_EQ(
      Do(kCarl, {"notifications", "templates", "get", "welcome", "--texts"}),
      "texts {\n  locale: \"en\"\n  subject: \"You are in\"\n  text: \"See you there = at "
      "nine.\"\n}\ntexts {\n  locale: \"de\"\n  subject: \"Dabei\"\n  text: \"Bis dann\"\n}\n");
  // Somebody was quicker.
  EXPECT_THAT(Refused(kCarl, {"notifications", "templates", "update", "welcome", "--text", "en=No",
                              "--etag", "0-0"}),
              HasSubstr("read it again"));
  EXPECT_THAT(Do(kCarl, {"notifications", "templates", "list"}), Not(HasSubstr("See you")));

  EXPECT_EQ(Do(kCarl, {"notifications", "rules", "create", "welcome", "--home", "catalogs/safety",
                       "--on", "enrolled", "--template", "welcome", "--to", "learner,manager"}),
            "created notificationRules/welcome\n");
  EXPECT_THAT(Do(kCarl, {"notifications", "rules", "list"}),
              HasSubstr("notificationRules/welcome\twelcome\tcatalogs/safety\tENROLLED\t"
                        "notificationTemplates/welcome\tLEARNER, MANAGER\t\t\n"));
  EXPECT_EQ(Do(kCarl, {"notifications", "rules", "update", "welcome", "--disabled", "true", "--to",
                       "learner"}),
            "updated notificationRules/welcome\n");
  EXPECT_THAT(Do(kCarl, {"notifications", "rules", "get", "welcome"}),
              AllOf(HasSubstr("recipients\tLEARNER\n"), HasSubstr("disabled\tyes\n")));
  EXPECT_EQ(Refused(kCarl, {"notifications", "templates", "delete", "welcome"}).find("error: "),
            0u);
  Do(kCarl, {"notifications", "rules", "delete", "welcome"});
  EXPECT_EQ(Do(kCarl, {"notifications", "templates", "delete", "welcome"}),
            "deleted notificationTemplates/welcome\n");

  Do(kCarl, {"notifications", "templates", "create", "soon", "--home", "catalogs/safety", "--on",
             "due-soon", "--subject", "en=Due {{training.due_time}}", "--text", "en=Soon"});
  const std::vector<std::string> create = {
      "notifications", "rules",    "create",     "soon", "--home", "catalogs/safety",
      "--on",          "due-soon", "--template", "soon", "--to",   "learner"};
  EXPECT_THAT(Refused(kCarl, create), HasSubstr("notification_rule.lead_days"));
  std::vector<std::string> ahead = create;
  ahead.insert(ahead.end(), {"--lead-days", "7"});
  EXPECT_EQ(Do(kCarl, ahead), "created notificationRules/soon\n");
  EXPECT_EQ(Do(kCarl, {"notifications", "rules", "update", "soon", "--lead-days", "14"}),
            "updated notificationRules/soon\n");
  EXPECT_THAT(Do(kCarl, {"notifications", "rules", "get", "soon"}), HasSubstr("\t14\n"));
}

TEST_F(ManageTest, KA4_WhoMayNotAndWhatIsWrongInAMail) {
  const std::vector<std::string> create = {"notifications",   "templates", "create",  "t", "--home",
                                           "catalogs/safety", "--on",      "enrolled"};
  const auto with = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = create;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  };
  EXPECT_THAT(Refused(kKim, with({"--subject", "en=S", "--text", "en=T"})),
              HasSubstr("notification.manage"));
  EXPECT_THAT(Refused(kCarl, with({"--subject", "en=S", "--text", "en=Dear {{learner.shoe}}"})),
              HasSubstr("notification_template.texts[0].text"));
  EXPECT_THAT(Refused(kCarl, with({"--text", "Hello"})),
              HasSubstr("--text `Hello`: wanted a language and what it says"));
  EXPECT_THAT(Refused(kCarl, with({"--file", Write("t.textproto", "texts {\n  subjct: 'x'\n}")})),
              HasSubstr("t.textproto:2:9: "));
  EXPECT_THAT(Refused(kCarl, with({"--file", Write("t.json", "{\"displayName\": \"x\"}")})),
              HasSubstr("t.json: wanted `texts` alone"));
  EXPECT_EQ(As(kCarl, with({"--file", "t.json", "--text", "en=T"})).code, 2);
  EXPECT_THAT(Refused(kCarl, {"notifications", "templates", "update", "t"}),
              HasSubstr("`provost notifications templates update --help`"));
  EXPECT_THAT(Refused(kCarl, {"notifications", "rules", "create", "r", "--on", "enrolled",
                              "--template", "t", "--to", "cook"}),
              HasSubstr("cook"));
  EXPECT_THAT(Refused(kCarl, {"notifications", "rules", "create", "r", "--home", "catalogs/safety",
                              "--on", "overdue", "--template", "t", "--to", "learner"}),
              HasSubstr("notification_rule.template"));
  EXPECT_THAT(Refused(kCarl, {"notifications", "rules", "create", "r", "--on", "enrolled"}),
              HasSubstr("--template"));
}

TEST_F(ManageTest, KA4_HowAPersonWantsToBeMailed) {
  EXPECT_THAT(Do(kLea, {"notifications", "preferences", "get"}),
              StartsWith("person\tusers/lea\ndigest\tIMMEDIATE\nquiet\tnever\n"));
  EXPECT_THAT(Do(kLea, {"notifications", "preferences", "set", "--digest", "daily", "--hour", "7",
                        "--quiet", "22:00-06:30"}),
              StartsWith("set\nperson\tusers/lea\ndigest\tDAILY\nat\t07:00\nquiet\t22:00-06:30\n"));
  v1::NotificationPreferences preferences;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                  Do(kCarl, {"notifications", "preferences", "get", "lea", "--json"}), &preferences)
                  .ok());
  EXPECT_EQ(preferences.quiet_from(), 1320);
  EXPECT_EQ(preferences.quiet_until(), 390);
  EXPECT_THAT(Do(kLea, {"notifications", "preferences", "set", "--no-quiet", "--dry-run"}),
              AllOf(StartsWith("would be set\n"), HasSubstr("\nquiet\tnever\n")));
  EXPECT_THAT(Do(kLea, {"notifications", "preferences", "get"}), HasSubstr("22:00-06:30"));
  EXPECT_THAT(Refused(kLea, {"notifications", "preferences", "set", "--etag", "0", "--hour", "8"}),
              StartsWith("error: "));

  // Another's are none of Kim's business.
  EXPECT_EQ(As(kKim, {"notifications", "preferences", "get", "lea"}).code, 2);
  const auto set = [&](const std::vector<std::string>& how) {
    std::vector<std::string> arguments = {"notifications", "preferences", "set"};
    arguments.insert(arguments.end(), how.begin(), how.end());
    return Refused(kLea, arguments);
  };
  EXPECT_THAT(set({}), HasSubstr("nothing to change"));
  for (const char* wrong : {"22", "22:00", "22:00-24:00", "22:0-7:00", "22:00-+7:00", "a:00-b:00",
                            "22:60-07:00", "22:00-07:00-08:00"}) {
    EXPECT_THAT(set({"--quiet", wrong}), HasSubstr("wanted two times of day")) << wrong;
  }
  EXPECT_THAT(set({"--quiet", "07:00-07:00"}), HasSubstr("--no-quiet"));
  EXPECT_THAT(set({"--hour", "24"}), HasSubstr("--hour"));
  EXPECT_THAT(set({"--digest", "monthly"}), HasSubstr("monthly"));
}

TEST_F(ManageTest, KA4_TheOutboxHoldsWhatAnEventCaused) {
  EXPECT_THAT(Do(kCarl, {"notifications", "outbox", "list"}),
              AllOf(StartsWith("name\trule\trecipient\t"), HasSubstr("\treport\n")));
  Do(kCarl, {"notifications", "templates", "create", "welcome", "--home", "catalogs/safety", "--on",
             "enrolled", "--subject", "en=In", "--text", "en=See you."});
  Do(kCarl, {"notifications", "rules", "create", "welcome", "--home", "catalogs/safety", "--on",
             "enrolled", "--template", "welcome", "--to", "learner"});
  Do(kCarl, {"enrollments", "create", "--learner", kLea, "--in", "courses/fire"});
  const std::vector<std::string> rows = absl::StrSplit(
      Do(kCarl, {"notifications", "outbox", "list", "--to", kLea}), '\n', absl::SkipEmpty());
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_THAT(rows[1],
              HasSubstr("\tnotificationRules/welcome\tusers/lea\tENROLLED\tcourses/fire\t"));
  const std::string name = rows[1].substr(0, rows[1].find('\t'));
  EXPECT_THAT(name, StartsWith("outboxMessages/"));
  // She has no address.
  EXPECT_THAT(Do(kCarl, {"notifications", "outbox", "get", name}),
              AllOf(HasSubstr("recipient\tusers/lea\n"), HasSubstr("state\tUNDELIVERABLE\n")));
  EXPECT_THAT(Do(kCarl, {"notifications", "outbox", "list", "--state", "undeliverable"}),
              HasSubstr(name));
  Do(kCarl, {"users", "update", "lea", "--email", "lea@acme.example"});
  EXPECT_EQ(Do(kCarl, {"notifications", "outbox", "retry", name}),
            absl::StrCat("retried ", name, "\n"));
  EXPECT_THAT(Do(kCarl, {"notifications", "outbox", "get", name}), HasSubstr("state\tWAITING\n"));
  EXPECT_THAT(Refused(kCarl, {"notifications", "outbox", "retry", name}),
              HasSubstr("can be retried"));
  EXPECT_THAT(Do(kCarl, {"notifications", "outbox", "list", "--to", kKim}),
              Not(HasSubstr("outboxMessages/")));
  EXPECT_THAT(Do(kCarl, {"notifications", "outbox", "list", "--state", "sent"}),
              Not(HasSubstr("outboxMessages/")));
  // Hers it is, and yet not hers to see.
  EXPECT_EQ(As(kLea, {"notifications", "outbox", "get", name}).code, 2);
  EXPECT_EQ(As(kLea, {"notifications", "outbox", "retry", name}).code, 2);
  EXPECT_THAT(Refused(kCarl, {"notifications", "outbox", "list", "--state", "lost"}),
              HasSubstr("lost"));
}

TEST_F(ManageTest, AD3_WhoDidWhat) {
  Do(kCarl, {"courses", "update", "fire", "--display-name", "Fire"});
  const std::string all = Do(kAnn, {"audit", "--limit", "3"});
  EXPECT_THAT(all, StartsWith("revision\ttime\tactor\tmethod\tresource\treason\tcall id\n"));
  EXPECT_THAT(all, HasSubstr("\tusers/carl\tCourseService.UpdateCourse\tcourses/fire\t"));
  EXPECT_EQ(std::vector<std::string>(absl::StrSplit(all, '\n', absl::SkipEmpty())).size(), 4u);
  EXPECT_THAT(
      Do(kAnn, {"audit", "--by", "carl"}),
      AllOf(HasSubstr("\tRoleService.CreateAssignment\t"), Not(HasSubstr("\tusers/ann\t"))));
  EXPECT_THAT(
      Do(kAnn, {"audit", "--about", "courses/fire"}),
      AllOf(HasSubstr("CreateCourse"), HasSubstr("UpdateCourse"), Not(HasSubstr("CreateUser"))));
  EXPECT_THAT(Do(kAnn, {"audit", "--since", "-1h"}), HasSubstr("CreateCourse"));
  EXPECT_EQ(Do(kAnn, {"audit", "--before", "-1h"}),
            "revision\ttime\tactor\tmethod\tresource\treason\tcall id\n");
  // Somebody who is gone is found under their name still.
  Do(kAnn, {"assign", kAnn, "catalog_admin", "catalogs/safety", "--reason", "To tidy up"});
  EXPECT_THAT(Do(kAnn, {"audit", "--by", "users/nobody"}), Not(HasSubstr("Service.")));
  EXPECT_THAT(Do(kAnn, {"audit", "--limit", "1"}), HasSubstr("\tTo tidy up\t"));

  EXPECT_THAT(Refused(kCarl, {"audit"}), HasSubstr("tenant.audit.read"));
  EXPECT_THAT(Refused(kAnn, {"audit", "--since", "yesterday"}),
              HasSubstr("`yesterday` is not a time"));
  EXPECT_THAT(Refused(kAnn, {"audit", "--about", "fire"}), HasSubstr("`courses/fire`"));
  EXPECT_EQ(As(kAnn, {"audit", "--about", "courses/fire", "--by", "carl"}).code, 2);
}

TEST_F(ManageTest, A3_PeopleAndRolesByMonth) {
  const std::string now = Do(kAnn, {"growth"});
  EXPECT_THAT(now, StartsWith("month\tjoined\tleft\tsuspended\treactivated\tpeople\n"));
  EXPECT_THAT(now, HasSubstr("\t4\t0\t0\t0\t4\n"));
  EXPECT_THAT(Do(kAnn, {"growth", "--roles"}),
              AllOf(StartsWith("month\trole\tgiven\ttaken\tassignments\n"),
                    HasSubstr("\tcatalog_admin\t2\t0\t2\n")));
  EXPECT_THAT(Do(kAnn, {"growth", "--first", "2020-01", "--last", "2020-02"}),
              HasSubstr("\n2020-01\t0\t0\t0\t0\t0\n2020-02\t"));
  EXPECT_THAT(Refused(kKim, {"growth"}), HasSubstr("report.tenant.read"));
  EXPECT_THAT(Refused(kAnn, {"growth", "--first", "May"}), HasSubstr("first_month"));
}

}  // namespace
}  // namespace provost::cli
