// What is to happen when, and what people are told of ahead of it (KA4, rules 19 and 23).
#include "service/timekeeper.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "provost/v1/audit_service.pb.h"
#include "provost/v1/group_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "tests/service/stopped_data.h"
#include "tests/service/timers.h"

namespace provost {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
constexpr char kBoth[] = "recipients: LEARNER recipients: MANAGER ";
constexpr char kLearner[] = "recipients: LEARNER ";

class TimekeeperTest : public TimerTest {
 protected:
  // What the mails that wait say.
  std::vector<std::string> Texts() {
    Stop();
    std::vector<std::string> texts;
    {
      StoppedData data(folder());
      auto times =
          ReadOutboxTimes(data.registry()->database(),
                          OutboxWaiting(data.acme()->number(), absl::InfiniteFuture()), 1000);
      EXPECT_TRUE(times.ok()) << times.status();
      for (const OutboxTime& time : *times) texts.push_back((*data.Read(time.uid))->text());
    }
    Start();
    return texts;
  }
  void MakeSession(const std::string& id, double days, absl::string_view rest = "") {
    v1::CreateSessionRequest request;
    request.set_parent(Full(""));
    request.set_session_id(id);
    *request.mutable_session() = Parse<v1::Session>(absl::StrCat(
        "display_name: 'Drill' parent_scope: 'tenants/acme/courses/fire' time_zone: 'Etc/UTC' "
        "start: '",
        Wall(days), "' end: '", Wall(days + 0.125), "' ", rest));
    const auto made = Call<v1::Session>("users/dan", request);
    ASSERT_TRUE(made.ok()) << made.message();
  }
  std::string Wall(double days) const {
    return absl::FormatTime("%Y-%m-%dT%H:%M", At(days), absl::UTCTimeZone());
  }
};

TEST_F(TimekeeperTest, KA4_PeopleAreToldOnceAheadAndOnceWhenItIsOverdue) {
  MustAddRule("soon", "DUE_SOON", absl::StrCat(kBoth, "lead_days: 7"));
  MustAddRule("late", "OVERDUE", kLearner);
  EnrollDue("lea", "fire", 30);
  GoTo(22.9);
  EXPECT_THAT(Told(), IsEmpty());
  GoTo(23);
  EXPECT_THAT(Told(), ElementsAre("lea: DUE_SOON fire", "mo: DUE_SOON fire"));
  GoTo(29.9);
  EXPECT_THAT(Told(), SizeIs(2));
  GoTo(30);
  EXPECT_THAT(Told(), ElementsAre("lea: DUE_SOON fire", "mo: DUE_SOON fire", "lea: OVERDUE fire"));
  Restart();
  GoTo(60);
  EXPECT_THAT(Told(), SizeIs(3)) << "not again after a restart, nor ever";
}

TEST_F(TimekeeperTest, KA4_AMailSaysWhenInThePersonsZone) {
  SetUser("lea", "time_zone: 'Asia/Tokyo'");
  MustAddRule("soon", "DUE_SOON", absl::StrCat(kBoth, "lead_days: 1"),
              "{{training.display_name}} until {{training.due_time}}");
  EnrollDue("lea", "fire", 3);
  GoTo(2);
  const auto in = [&](const char* zone) {
    absl::TimeZone loaded;
    EXPECT_TRUE(absl::LoadTimeZone(zone, &loaded));
    return absl::FormatTime("fire until %Y-%m-%d %H:%M %Z", At(3), loaded);
  };
  EXPECT_THAT(Texts(), UnorderedElementsAre(in("Asia/Tokyo"), in("Etc/UTC")));
}

TEST_F(TimekeeperTest, KA4_TheNearestRuleSaysWhen) {
  MustAddRule("far", "DUE_SOON", absl::StrCat(kBoth, "lead_days: 14"));
  MustAddRule("near", "DUE_SOON", absl::StrCat(kLearner, "lead_days: 3"), "x", "depot");
  EnrollDue("lea", "drill", 30);  // In depot, which is in safety.
  EnrollDue("lea", "fire", 30);
  GoTo(16);
  EXPECT_THAT(Told(), UnorderedElementsAre("mo: DUE_SOON drill", "lea: DUE_SOON fire",
                                           "mo: DUE_SOON fire"));
  GoTo(27);
  EXPECT_THAT(Told(), SizeIs(4));
  EXPECT_THAT(Told(), Contains("lea: DUE_SOON drill"));
}

TEST_F(TimekeeperTest, KA4_ARuleThatIsMadeLaterCountsForWhatIsUnderWayFromThenOn) {
  EnrollDue("lea", "fire", 10);
  EnrollDue("leo", "fire", 5);
  EnrollDue("lea", "drill", 1);
  GoTo(2);
  MustAddRule("soon", "DUE_SOON", absl::StrCat(kLearner, "lead_days: 4"));
  MustAddRule("late", "OVERDUE", kLearner);
  GoTo(5.9);
  EXPECT_THAT(Told(), ElementsAre("leo: OVERDUE fire"))
      << "neither what was overdue before, nor whom it is too late to tell four days ahead";
  GoTo(6);
  EXPECT_THAT(Told(), ElementsAre("leo: OVERDUE fire", "lea: DUE_SOON fire"));
  const auto changed = ChangeRule("soon", "lead_days: 1");
  ASSERT_TRUE(changed.ok()) << changed.message();
  GoTo(9.5);
  EXPECT_THAT(Told(), SizeIs(2)) << "at most one for an event, person and due time";
  ASSERT_TRUE(ChangeRule("late", "disabled: true").ok());
  GoTo(12);
  EXPECT_THAT(Told(), SizeIs(2));
}

TEST_F(TimekeeperTest, KA4_WhoIsEnrolledTooLateIsNotToldAhead) {
  MustAddRule("soon", "DUE_SOON", absl::StrCat(kLearner, "lead_days: 7"));
  EnrollDue("leo", "fire", 20);
  EnrollDue("lea", "fire", 3);
  GoTo(2.9);
  EXPECT_THAT(Told(), IsEmpty());
  GoTo(13);
  EXPECT_THAT(Told(), ElementsAre("leo: DUE_SOON fire"));
}

TEST_F(TimekeeperTest, KA4_WhoeverHasWithdrawnIsToldNothing) {
  MustAddRule("late", "OVERDUE", kLearner);
  EnrollDue("lea", "fire", 3);
  v1::ListEnrollmentsRequest list;
  list.set_parent(Full(""));
  list.set_learner(Full("users/lea"));
  const auto found = Call<v1::ListEnrollmentsResponse>("users/ann", list);
  ASSERT_EQ(found.value.enrollments_size(), 1);
  v1::DeleteEnrollmentRequest request;
  request.set_name(found.value.enrollments(0).name());
  ASSERT_TRUE(Call<google::protobuf::Empty>("users/ann", request).ok());
  GoTo(4);
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(TimekeeperTest, KA4_AYearOfDowntimeTellsOfNothingThatIsPast) {
  MustAddRule("soon", "DUE_SOON", absl::StrCat(kLearner, "lead_days: 7"));
  MustAddRule("late", "OVERDUE", kLearner);
  MustAddRule("session", "SESSION_SOON", absl::StrCat(kLearner, "lead_days: 1"));
  MustAddRule("grant", "GRANT_EXPIRING", absl::StrCat(kLearner, "lead_days: 5"));
  EnrollDue("lea", "fire", 30);
  EnrollDue("leo", "fire", 368);
  MakeSession("evening", 40);
  Assign("users/otto", "course_admin", "courses/fire", absl::ToUnixSeconds(At(50)));
  Stop();
  Start();
  GoTo(365);
  EXPECT_THAT(Told(), UnorderedElementsAre("lea: OVERDUE fire", "leo: DUE_SOON fire"));
  GoTo(366);
  EXPECT_THAT(Told(), SizeIs(2));
}

TEST_F(TimekeeperTest, KA4_ManyAtOneTimeAreToldOnceEach) {
  MustAddRule("late", "OVERDUE", kLearner);
  MakeGroup("crew", "catalogs/safety");
  constexpr int kPeople = 600;
  for (int i = 0; i < kPeople; ++i) {
    MakeUser(absl::StrCat("u", i), "catalogs/safety");
    AddMember("groups/crew", absl::StrCat("users/u", i));
  }
  v1::CreateTrainingAssignmentRequest request;
  request.set_parent(Full(""));
  request.mutable_training_assignment()->set_assignee(Full("groups/crew"));
  request.mutable_training_assignment()->set_training(Full("courses/fire"));
  *request.mutable_training_assignment()->mutable_due()->mutable_time() = ToTimestamp(At(1));
  const auto assigned = Call<v1::TrainingAssignment>("users/ann", request);
  ASSERT_TRUE(assigned.ok()) << assigned.message();
  GoTo(2);
  std::map<std::string, int> told;
  std::string page;
  do {
    const auto list = ListAs("users/ann", absl::StrCat("page_size: 1000 page_token: '", page, "'"));
    ASSERT_TRUE(list.ok()) << list.message();
    for (const v1::OutboxMessage& message : list.value.messages()) ++told[message.recipient()];
    page = list.value.next_page_token();
  } while (!page.empty());
  EXPECT_THAT(told, SizeIs(kPeople));
  for (const auto& [person, mails] : told) EXPECT_EQ(mails, 1) << person;
}

TEST_F(TimekeeperTest, KA4_SessionsAreToldOfOnceForEachStart) {
  MustAddRule("session", "SESSION_SOON", absl::StrCat(kLearner, "lead_days: 2"),
              "{{session.display_name}} {{session.start_time}} {{session.place}}");
  EnrollDue("lea", "fire", 90);
  MakeSession("evening", 10, "place: 'Hall 2'");
  MakeSession("morning", 20);
  GoTo(7.9);
  EXPECT_THAT(Told(), IsEmpty());
  GoTo(8.1);
  EXPECT_THAT(Told(), ElementsAre("lea: SESSION_SOON fire"));
  EXPECT_THAT(Texts(),
              ElementsAre(absl::StrCat(
                  "Drill ", absl::FormatTime("%Y-%m-%d %H:%M UTC", At(10), absl::UTCTimeZone()),
                  " Hall 2")));
  v1::CancelSessionRequest cancel;
  cancel.set_name(Full("sessions/morning"));
  cancel.set_reason("snow");
  const auto cancelled = Call<v1::Session>("users/dan", cancel);
  ASSERT_TRUE(cancelled.ok()) << cancelled.message();
  v1::UpdateSessionRequest move;
  *move.mutable_session() = Parse<v1::Session>(absl::StrCat(
      "name: 'tenants/acme/sessions/evening' start: '", Wall(15), "' end: '", Wall(15.125), "'"));
  const auto moved = Call<v1::Session>("users/dan", move);
  ASSERT_TRUE(moved.ok()) << moved.message();
  GoTo(13.1);
  GoTo(18.1);
  EXPECT_THAT(Told(), ElementsAre("lea: SESSION_SOON fire", "lea: SESSION_SOON fire"))
      << "of the new start, and not of the one that is cancelled";
}

TEST_F(TimekeeperTest, KA4_RolesThatWillEndAreToldOf) {
  MustAddRule("grant", "GRANT_EXPIRING", absl::StrCat(kBoth, "lead_days: 5"),
              "{{recipient.display_name}}: {{role.display_name}} {{scope.display_name}}");
  Assign("users/lea", "course_admin", "courses/fire", absl::ToUnixSeconds(At(20)));
  const std::string ended =
      Assign("users/leo", "course_admin", "courses/fire", absl::ToUnixSeconds(At(20)));
  const std::string longer =
      Assign("users/otto", "course_admin", "courses/fire", absl::ToUnixSeconds(At(20)));
  Unassign(ended);
  v1::UpdateAssignmentRequest request;
  request.mutable_assignment()->set_name(longer);
  *request.mutable_assignment()->mutable_expires() = ToTimestamp(At(40));
  const auto prolonged = Call<v1::Assignment>("users/ann", request);
  ASSERT_TRUE(prolonged.ok()) << prolonged.message();
  GoTo(16);
  EXPECT_THAT(Told(), ElementsAre("lea: GRANT_EXPIRING fire", "mo: GRANT_EXPIRING fire"));
  EXPECT_THAT(Texts(), UnorderedElementsAre(AllOf(HasSubstr("lea: "), HasSubstr(" fire")),
                                            HasSubstr("mo: ")));
  GoTo(36);
  EXPECT_THAT(Told(), SizeIs(3));
  EXPECT_THAT(Told(), Contains("otto: GRANT_EXPIRING fire"));
}

TEST_F(TimekeeperTest, KA4_ARoleAtACatalogThatWillEndIsToldOfToo) {
  MustAddRule("grant", "GRANT_EXPIRING", absl::StrCat(kLearner, "lead_days: 5"));
  Assign("users/olga", "catalog_admin", "catalogs/depot", absl::ToUnixSeconds(At(20)));
  GoTo(16);
  EXPECT_THAT(Told(), ElementsAre("olga: GRANT_EXPIRING tenants/acme/catalogs/depot"));
}

TEST_F(TimekeeperTest, Rule19_NobodyIsToldOfWhatIsFrozen) {
  MustAddRule("late", "OVERDUE", kLearner);
  EnrollDue("lea", "fire", 3);
  EnrollDue("lea", "drill", 5);
  Archive("courses/fire");
  GoTo(4);
  EXPECT_THAT(Told(), IsEmpty());
  Unarchive("courses/fire");
  GoTo(6);
  EXPECT_THAT(Told(), ElementsAre("lea: OVERDUE drill"));
}

TEST_F(TimekeeperTest, KA4_WhatComesWhileATenantIsSuspendedWaits) {
  MustAddRule("late", "OVERDUE", kLearner);
  EnrollDue("lea", "fire", 3);
  v1::SuspendTenantRequest suspend;
  suspend.set_name(Full(""));
  const auto suspended = Call<v1::Tenant>("tenants/system/users/root", suspend);
  ASSERT_TRUE(suspended.ok()) << suspended.message();
  GoTo(10);
  v1::ResumeTenantRequest resume;
  resume.set_name(Full(""));
  ASSERT_TRUE(Call<v1::Tenant>("tenants/system/users/root", resume).ok());
  GoTo(10);
  EXPECT_THAT(Told(), ElementsAre("lea: OVERDUE fire"));
}

TEST_F(TimekeeperTest, P3_WhatTheServerDoesIsInTheAudit) {
  MustAddRule("late", "OVERDUE", kLearner);
  EnrollDue("lea", "fire", 3);
  GoTo(4);
  v1::ListAuditEntriesRequest request;
  request.set_parent(Full(""));
  request.set_page_size(1);
  const auto list = Call<v1::ListAuditEntriesResponse>("users/ann", request);
  ASSERT_TRUE(list.ok()) << list.message();
  ASSERT_EQ(list.value.entries_size(), 1);
  EXPECT_EQ(list.value.entries(0).actor(), "server");
  EXPECT_EQ(list.value.entries(0).method(), "server.Tell");
  EXPECT_EQ(list.value.entries(0).reason(), "people are told of due times: 1");
}

TEST_F(TimekeeperTest, KA4_LeadsAreRefusedWhereTheyMakeNoSense) {
  const auto bad = [&](const std::string& id, absl::string_view event, absl::string_view rest) {
    return AddRule(id, event, absl::StrCat(kLearner, rest)).bad_fields();
  };
  const auto wanted = [](const char* what) {
    return ElementsAre(Pair("notification_rule.lead_days", HasSubstr(what)));
  };
  EXPECT_THAT(bad("a", "DUE_SOON", ""), wanted("wanted 1 to 90 for a rule on DUE_SOON"));
  EXPECT_THAT(bad("b", "EXPIRING", "lead_days: 91"), wanted("wanted 1 to 90"));
  EXPECT_THAT(bad("c", "SESSION_SOON", "lead_days: -1"), wanted("wanted 1 to 90"));
  EXPECT_THAT(bad("d", "GRANT_EXPIRING", "lead_days: 0"), wanted("wanted 1 to 90"));
  EXPECT_THAT(bad("e", "OVERDUE", "lead_days: 1"), wanted("wanted none for a rule on OVERDUE"));
  MustAddRule("soon", "DUE_SOON", absl::StrCat(kLearner, "lead_days: 90"));
  v1::UpdateNotificationRuleRequest none;
  none.mutable_notification_rule()->set_name(Full("notificationRules/soon"));
  none.mutable_update_mask()->add_paths("lead_days");
  EXPECT_THAT(Call<v1::NotificationRule>("users/kim", none).bad_fields(), wanted("wanted 1 to 90"));
  EXPECT_EQ(ChangeRule("soon", "lead_days: 1").value.lead_days(), 1);
}

TEST_F(TimekeeperTest, KA4_AFieldThatAnEventDoesNotHaveIsRefused) {
  const auto refused = [&](const std::string& id, absl::string_view event,
                           absl::string_view field) {
    v1::CreateNotificationTemplateRequest words;
    words.set_parent(Full(""));
    words.set_notification_template_id(id);
    *words.mutable_notification_template() = Parse<v1::NotificationTemplate>(absl::StrCat(
        "display_name: 'T' event: ", event, " home_scope: 'tenants/acme/catalogs/safety' ",
        "texts { locale: 'en' subject: 'S' text: '{{", field, "}}' }"));
    return Call<v1::NotificationTemplate>("users/kim", words).bad_fields();
  };
  EXPECT_THAT(refused("a", "COMPLETED", "training.due_time"),
              ElementsAre(Key("notification_template.texts[0].text")));
  EXPECT_THAT(refused("b", "ENROLLED", "session.place"), SizeIs(1));
  EXPECT_THAT(refused("c", "GRANT_EXPIRING", "training.name"), SizeIs(1));
  EXPECT_THAT(refused("d", "EXPIRING", "training.expire_time"), IsEmpty());
  v1::UpdateNotificationTemplateRequest change;
  *change.mutable_notification_template() = Parse<v1::NotificationTemplate>(
      "name: 'tenants/acme/notificationTemplates/d' texts { locale: 'en' subject: 'S' text: "
      "'{{session.place}}' }");
  EXPECT_THAT(Call<v1::NotificationTemplate>("users/kim", change).bad_fields(),
              ElementsAre(Key("notification_template.texts[0].text")))
      << "though the change does not say what it is for";
}

}  // namespace
}  // namespace provost
