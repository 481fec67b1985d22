// Which mails an enrollment causes, to whom and when, and who sees them (KA4).
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "provost/v1/tenant_service.pb.h"
#include "tenant/times.h"
#include "tests/service/outbox.h"

namespace provost {
namespace {

using google::protobuf::Empty;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using v1::NotificationRule;
using v1::OutboxMessage;
constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;

class OutboxTest : public SafetyMails {};

TEST_F(OutboxTest, KA4_AnEnrollmentByHandIsMailedToTheLearnerAndTheManager) {
  Enroll("lea", "fire");
  const std::vector<OutboxMessage> messages = Messages();
  ASSERT_THAT(messages, SizeIs(2));
  EXPECT_THAT(Mails(), ElementsAre("lea: fire", "mo: fire"));
  const OutboxMessage& first = messages[0];
  EXPECT_EQ(first.state(), OutboxMessage::WAITING);
  EXPECT_EQ(first.event(), NotificationRule::ENROLLED);
  EXPECT_EQ(first.rule(), Full("notificationRules/enrolled"));
  EXPECT_EQ(FromTimestamp(first.next_time()), FromTimestamp(first.create_time())) << "at once";
  EXPECT_EQ(first.attempts(), 0);
  EXPECT_FALSE(first.has_send_time());
  EXPECT_EQ(GetAs("users/kim", first.name()).value.SerializeAsString(), first.SerializeAsString());
  EXPECT_THAT(first.DebugString(), ::testing::Not(HasSubstr("welcome")))
      << "what it says is between sender and recipient";
  Enroll("leo", "fire");
  EXPECT_THAT(Mails(), ElementsAre("lea: fire", "mo: fire", "leo: fire")) << "leo has no manager";
}

TEST_F(OutboxTest, KA4_SoIsOneThatAGroupBrings) {
  MakeGroup("crew", "catalogs/safety");
  AddMember("groups/crew", "users/lea");
  AddMember("groups/crew", "users/leo");
  EXPECT_THAT(Mails(), IsEmpty());
  AssignTraining("groups/crew", "fire");
  EXPECT_THAT(Mails(), UnorderedElementsAre("lea: fire", "mo: fire", "leo: fire"));
  AddMember("groups/crew", "users/mo");
  EXPECT_THAT(Mails(), UnorderedElementsAre("lea: fire", "mo: fire", "leo: fire", "mo: fire"))
      << "whoever comes later too";
  AssignTraining("users/lea", "fire");
  EXPECT_THAT(Mails(), SizeIs(4)) << "she is enrolled already";
}

TEST_F(OutboxTest, KA4_RulesCountForWhatIsAtAndBelowTheirHome) {
  Enroll("leo", "desk");
  EXPECT_THAT(Mails(), IsEmpty()) << "kim's rule is not for the office";
  Enroll("leo", "drill");
  EXPECT_THAT(Mails(), ElementsAre("leo: drill"));
  MakeRule("users/ann", "also", "depot", "recipients: LEARNER");
  DisableRule("enrolled");
  Enroll("lea", "fire");
  EXPECT_THAT(Mails(), ElementsAre("leo: drill")) << "disabled";
  Enroll("lea", "drill");
  EXPECT_THAT(Mails(), ElementsAre("leo: drill", "lea: drill"));
}

TEST_F(OutboxTest, KA4_RulesForOtherEventsMailNothingOnIt) {
  DisableRule("enrolled");
  v1::CreateNotificationTemplateRequest words;
  words.set_parent(Full(""));
  words.set_notification_template_id("late");
  *words.mutable_notification_template() = Parse<v1::NotificationTemplate>(
      "display_name: 'T' event: OVERDUE home_scope: 'tenants/acme/catalogs/safety' "
      "texts { locale: 'en' subject: 's' text: 't' }");
  ASSERT_TRUE(Call<v1::NotificationTemplate>("users/kim", words).ok());
  v1::CreateNotificationRuleRequest rule;
  rule.set_parent(Full(""));
  *rule.mutable_notification_rule() = Parse<NotificationRule>(
      "display_name: 'R' event: OVERDUE home_scope: 'tenants/acme/catalogs/safety' "
      "template: 'tenants/acme/notificationTemplates/late' recipients: LEARNER");
  ASSERT_TRUE(Call<NotificationRule>("users/kim", rule).ok());
  Enroll("lea", "fire");
  EXPECT_THAT(Mails(), IsEmpty());
}

TEST_F(OutboxTest, KA4_AtMostOneMailForAnEventAndAPerson) {
  MakeRule("users/kim", "again", "safety", "recipients: LEARNER recipients: MANAGER");
  MakeRule("users/ann", "nearer", "depot", "recipients: LEARNER");
  Enroll("lea", "drill");
  const std::vector<OutboxMessage> messages = Messages();
  EXPECT_THAT(Mails(), ElementsAre("lea: drill", "mo: drill"));
  ASSERT_THAT(messages, SizeIs(2));
  EXPECT_EQ(messages[0].rule(), Full("notificationRules/nearer"));
  EXPECT_EQ(messages[1].rule(), Full("notificationRules/again")) << "by the order of their ids";
}

TEST_F(OutboxTest, KA4_WhoIsSuspendedGetsNoneAndWhoHasNoAddressCannotBeReached) {
  v1::SuspendUserRequest suspend;
  suspend.set_name(Full("users/mo"));
  const auto suspended = Call<v1::User>("users/ann", suspend);
  ASSERT_TRUE(suspended.ok()) << suspended.message();
  Enroll("lea", "fire");
  EXPECT_THAT(Mails(), ElementsAre("lea: fire"));
  Enroll("otto", "fire");
  const std::vector<OutboxMessage> lost = Messages("state: UNDELIVERABLE");
  ASSERT_THAT(lost, SizeIs(1));
  EXPECT_EQ(lost[0].recipient(), Full("users/otto"));
  EXPECT_EQ(lost[0].last_error(), "the person has no e-mail address");
  EXPECT_FALSE(lost[0].has_next_time());
  const auto retried = RetryAs("users/kim", lost[0].name());
  ASSERT_TRUE(retried.ok()) << retried.message();
  EXPECT_EQ(retried.value.state(), OutboxMessage::WAITING);
}

TEST_F(OutboxTest, KA4_ARequestThatIsOnlyTriedMailsNothing) {
  v1::CreateEnrollmentRequest request;
  request.set_parent(Full(""));
  request.mutable_enrollment()->set_learner(Full("users/lea"));
  request.mutable_enrollment()->set_training(Full("courses/fire"));
  request.set_validate_only(true);
  ASSERT_TRUE(Call<v1::Enrollment>("users/ann", request).ok());
  EXPECT_THAT(Mails(), IsEmpty());
}

TEST_F(OutboxTest, KA4_WhoMaySeeAndRetryMails) {
  Enroll("lea", "fire");
  Enroll("otto", "fire");
  const std::string waiting = Messages("state: WAITING").at(0).name();
  const std::string lost = Messages("state: UNDELIVERABLE").at(0).name();
  EXPECT_THAT(ListAs("users/kim").value.messages(), SizeIs(3));
  for (const char* other : {"users/lara", "users/olga", "users/dan", "users/lea"}) {
    const auto list = ListAs(other);
    EXPECT_TRUE(list.ok()) << other << ": " << list.message();
    EXPECT_THAT(list.value.messages(), IsEmpty()) << other;
    EXPECT_EQ(GetAs(other, waiting).code(), kDenied) << other;
    EXPECT_EQ(RetryAs(other, lost).code(), kDenied) << other;
    EXPECT_EQ(GetAs(other, Full("outboxMessages/999")).code(), kDenied) << other << ": not there";
  }
  EXPECT_EQ(ListAs("tenants/system/users/root").code(), kDenied) << "of another tenant";
  EXPECT_EQ(GetAs("tenants/system/users/root", waiting).code(), kDenied);
  const auto not_given_up = RetryAs("users/kim", waiting);
  EXPECT_THAT(not_given_up.violations(), ElementsAre("NOT_GIVEN_UP"));
  EXPECT_THAT(not_given_up.message(), HasSubstr("WAITING"));
  v1::RetryOutboxMessageRequest tried;
  tried.set_name(lost);
  tried.set_validate_only(true);
  ASSERT_TRUE(Call<OutboxMessage>("users/kim", tried).ok());
  EXPECT_EQ(GetAs("users/kim", lost).value.state(), OutboxMessage::UNDELIVERABLE);
}

TEST_F(OutboxTest, KA4_ListsBySomebodyByStateAndPageByPage) {
  Enroll("lea", "fire");
  Enroll("leo", "fire");
  Enroll("lea", "drill");
  EXPECT_THAT(Mails("recipient: 'tenants/acme/users/lea'"), ElementsAre("lea: fire", "lea: drill"));
  EXPECT_THAT(Mails("recipient: 'tenants/acme/users/mo'"), ElementsAre("mo: fire", "mo: drill"));
  EXPECT_THAT(Mails("recipient: 'tenants/acme/users/nobody'"), IsEmpty());
  EXPECT_THAT(Mails("state: SENT"), IsEmpty());
  for (const char* filter : {"", "recipient: 'tenants/acme/users/lea' "}) {
    std::vector<std::string> names;
    std::string token;
    do {
      const auto page =
          ListAs("users/kim", absl::StrCat(filter, "page_size: 1 page_token: '", token, "'"));
      ASSERT_TRUE(page.ok()) << page.message();
      ASSERT_THAT(page.value.messages(), SizeIs(1));
      names.push_back(page.value.messages(0).name());
      token = page.value.next_page_token();
    } while (!token.empty());
    std::vector<std::string> all;
    for (const OutboxMessage& message : Messages(filter)) all.push_back(message.name());
    EXPECT_EQ(names, all);
  }
}

TEST_F(OutboxTest, KA4_BadRequestsAreRefusedFieldByField) {
  EXPECT_THAT(ListAs("users/kim", "recipient: 'x' state: 9").bad_fields(),
              ElementsAre(Pair("recipient", HasSubstr("wanted a user")),
                          Pair("state", HasSubstr("wanted WAITING, SENT"))));
  EXPECT_THAT(ListAs("users/kim", "recipient: 'tenants/other/users/lea'").bad_fields(),
              ElementsAre(Key("recipient")));
  EXPECT_THAT(ListAs("users/kim", "page_token: 'x'").bad_fields(), ElementsAre(Key("page_token")));
  EXPECT_THAT(GetAs("users/kim", Full("courses/fire")).bad_fields(), ElementsAre(Key("name")));
  EXPECT_THAT(RetryAs("users/kim", Full("outboxMessages/x")).bad_fields(),
              ElementsAre(Key("name")));
}

// ann is the administrator, who may erase people.
class ErasureTest : public OutboxFixture {
 protected:
  ErasureTest() : OutboxFixture("coreachieve") {
    MakeCatalog("safety");
    MakeCourse("fire", "catalogs/safety");
    for (const char* user : {"lea", "leo", "mo"}) {
      MakeUser(user, "", absl::StrCat(user, "@acme.example"));
    }
    SetUser("lea", "manager: 'tenants/acme/users/mo'");
    MakeTemplate("users/ann", "welcome", "safety",
                 "texts { locale: 'en' subject: 'Welcome' text: 'Hello' }");
    MakeRule("users/ann", "enrolled", "safety", "recipients: LEARNER recipients: MANAGER");
  }
};

TEST_F(ErasureTest, KA4_MailsGoWithThePersonWhomTheyAreToOrAbout) {
  Enroll("lea", "fire");
  Enroll("leo", "fire");
  v1::DeleteUserRequest request;
  request.set_name(Full("users/lea"));
  const auto erased = Call<Empty>("users/ann", request);
  ASSERT_TRUE(erased.ok()) << erased.message();
  EXPECT_THAT(Mails(), ElementsAre("leo: fire"));
  EXPECT_THAT(Mails("recipient: 'tenants/acme/users/mo'"), IsEmpty());
}

TEST_F(OutboxTest, KA4_MailsGoWithTheTrainingAndWithTheCatalogOfTheirRule) {
  MakeRule("users/ann", "below", "depot", "recipients: LEARNER");
  Enroll("lea", "fire");
  Enroll("lea", "drill");
  Enroll("leo", "drill");
  v1::DeleteCourseRequest course;
  course.set_name(Full("courses/fire"));
  course.set_force(true);
  const auto gone = Call<Empty>("users/ann", course);
  ASSERT_TRUE(gone.ok()) << gone.message();
  EXPECT_THAT(Mails(), UnorderedElementsAre("lea: drill", "mo: drill", "leo: drill"));
  v1::DeleteCatalogRequest catalog;
  catalog.set_name(Full("catalogs/depot"));
  catalog.set_force(true);
  const auto deleted = Call<Empty>("users/ann", catalog);
  ASSERT_TRUE(deleted.ok()) << deleted.message();
  EXPECT_THAT(Mails(), IsEmpty());
}

TEST_F(OutboxTest, P1_ADigestWaitsForItsHourInThePersonsZone) {
  SetUser("lea", "time_zone: 'Asia/Tokyo'");
  SetPreferences("lea", "digest: DAILY digest_hour: 7");
  Enroll("lea", "fire");
  Enroll("lea", "drill");
  const std::vector<OutboxMessage> messages = Messages("recipient: 'tenants/acme/users/lea'");
  ASSERT_THAT(messages, SizeIs(2));
  absl::TimeZone tokyo;
  ASSERT_TRUE(absl::LoadTimeZone("Asia/Tokyo", &tokyo));
  for (const OutboxMessage& message : messages) {
    const absl::Time next = FromTimestamp(message.next_time());
    EXPECT_EQ(absl::FormatTime("%H:%M:%E*S", next, tokyo), "07:00:00");
    EXPECT_GT(next, FromTimestamp(message.create_time()));
    EXPECT_LE(next, FromTimestamp(message.create_time()) + absl::Hours(24));
  }
}

TEST_F(OutboxTest, P1_WhoHasNoZoneHasTheTenantsAndQuietHoursHoldMailsBack) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  // Quiet from an hour ago until in two hours.
  const absl::CivilMinute now(utc.At(absl::Now()).cs);
  const int minute = static_cast<int>(now - absl::CivilMinute(absl::CivilDay(now)));
  const int until = (minute + 120) % 1440;
  SetPreferences("lea",
                 absl::StrCat("quiet_from: ", (minute + 1380) % 1440, " quiet_until: ", until));
  Enroll("lea", "fire");
  const OutboxMessage message = Messages("recipient: 'tenants/acme/users/lea'").at(0);
  EXPECT_EQ(absl::FormatTime("%H:%M:%E*S", FromTimestamp(message.next_time()), utc),
            absl::StrCat(absl::Dec(until / 60, absl::kZeroPad2), ":",
                         absl::Dec(until % 60, absl::kZeroPad2), ":00"));
  EXPECT_GT(FromTimestamp(message.next_time()), FromTimestamp(message.create_time()));
}

TEST_F(OutboxTest, KA4_RulesAreReadOnceForAllWhoAreEnrolledAtOnce) {
  DisableRule("enrolled");
  MakeRule("users/ann", "depot", "depot", "recipients: LEARNER");
  const auto rows_of = [&](const std::string& group, int people) {
    MakeGroup(group, "catalogs/safety");
    for (int i = 0; i < people; ++i) {
      const std::string user = absl::StrCat(group, "-", i);
      MakeUser(user, "catalogs/safety", absl::StrCat(user, "@acme.example"));
      AddMember(absl::StrCat("groups/", group), absl::StrCat("users/", user));
    }
    const uint64_t before = server().rows_read();
    AssignTraining(absl::StrCat("groups/", group), "drill");
    return server().rows_read() - before;
  };
  const uint64_t of_10 = rows_of("ten", 10);
  const uint64_t of_30 = rows_of("thirty", 30);
  EXPECT_THAT(Messages("page_size: 1000"), SizeIs(40));
  // What one more person costs is the same for each, and what the rules cost is not in it: some
  // rows of the enrollment before and after, the person, and how they want to be mailed.
  EXPECT_LE(of_30 - of_10, 20u * 9);
  const uint64_t again = rows_of("more", 10);
  EXPECT_LE(again, of_10 + 10) << "however many mails wait";
}

}  // namespace
}  // namespace provost
