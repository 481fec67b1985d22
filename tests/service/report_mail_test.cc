// Saved reports by mail (RE1, RE2, CA6): made as they are sent, as their owner (rule 23), to their
// owner alone; over a real SMTP server, on a clock that is put on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/report_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "tests/mail/read_mail.h"
#include "tests/mail/smtp_process.h"
#include "tests/service/mailer.h"
#include "tests/service/reports.h"
#include "tests/verify/verified_store.h"

namespace provost {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using v1::OutboxMessage;

constexpr char kOfFire[] = "kind: COURSE scope: 'tenants/acme/courses/fire'";
constexpr char kMondays[] =
    "frequency: WEEKLY day: 1 time: '07:30' time_zone: 'Europe/Berlin' options { }";
constexpr absl::Duration kWeek = absl::Hours(24 * 7);

// kim, who runs catalogs/safety, saves reports; lea is in fire, of which dan may read reports.
class ReportMailTest : public MailerTest {
 protected:
  ReportMailTest() {
    DisableRule("enrolled");
    SetUser("kim", "email: 'kim@acme.example'");
    Enroll("lea", "fire");
    Assign("users/ann", "course_admin", "courses/fire");
  }

  v1::Report Save(absl::string_view owner, const std::string& id, const std::string& definition,
                  const std::string& schedule) {
    v1::CreateReportRequest request;
    request.set_parent(Full(""));
    request.set_report_id(id);
    *request.mutable_report() = Parse<v1::Report>(absl::StrCat(
        "display_name: 'Who is late' definition { ", definition, " } schedule { ", schedule, " }"));
    const auto made = Call<v1::Report>(owner, request);
    EXPECT_TRUE(made.ok()) << made.message();
    return made.value;
  }
  v1::Report SaveOfFire(const std::string& schedule = kMondays) {
    return Save("users/kim", "weekly", kOfFire, schedule);
  }
  // As ann, who reads the outbox too.
  v1::Report Saved(const std::string& id = "weekly") { return SavedFor("users/ann", id); }
  v1::Report SavedFor(absl::string_view reader, const std::string& id = "weekly") {
    v1::GetReportRequest request;
    request.set_name(Full("reports/" + id));
    const auto found = Call<v1::Report>(reader, request);
    EXPECT_TRUE(found.ok()) << found.message();
    return found.value;
  }
  Answer<google::protobuf::Empty> Delete(const std::string& id = "weekly") {
    v1::DeleteReportRequest request;
    request.set_name(Full("reports/" + id));
    return Call<google::protobuf::Empty>("users/kim", request);
  }
  // It is when the report runs next.
  void GoToNextRun(const std::string& id = "weekly") {
    const v1::Report report = Saved(id);
    ASSERT_TRUE(report.has_next_run_time());
    server().GoTo(FromTimestamp(report.next_run_time()));
  }
  // The report is due once, and this came of its mail.
  OutboxMessage Run(OutboxMessage::State state = OutboxMessage::SENT) {
    const size_t before = Messages().size();
    GoToNextRun();
    WaitForAll();
    const std::vector<OutboxMessage> messages = Messages();
    EXPECT_THAT(messages, SizeIs(before + 1));
    if (messages.empty()) return OutboxMessage();
    EXPECT_EQ(messages.back().state(), state) << messages.back().last_error();
    return messages.back();
  }
  // The last mail that came, as kim sees it.
  ReadMessage Received(size_t count) {
    const std::vector<std::string> mails = smtp_.WaitForMails(count);
    EXPECT_THAT(mails, SizeIs(count));
    return mails.empty() ? ReadMessage() : ReadMail(mails.back());
  }
  // Takes kim's address away.
  void TakeAddress() {
    v1::UpdateUserRequest request;
    request.mutable_user()->set_name(Full("users/kim"));
    request.mutable_update_mask()->add_paths("email");
    const auto changed = Call<v1::User>("users/ann", request);
    ASSERT_TRUE(changed.ok()) << changed.message();
  }
  // Takes kim's role at safety away.
  void TakeRole() {
    v1::ListAssignmentsRequest list;
    list.set_parent(Full(""));
    list.set_subject(Full("users/kim"));
    const auto found = Call<v1::ListAssignmentsResponse>("users/ann", list);
    ASSERT_TRUE(found.ok()) << found.message();
    ASSERT_THAT(found.value.assignments(), SizeIs(1));
    Unassign(found.value.assignments(0).name());
  }
};

TEST_F(ReportMailTest, RE2_AWeeklyReportArrivesWithTheRowsThatExportReportGives) {
  MailThrough(smtp_.address());
  const v1::Report saved = SaveOfFire();
  const absl::Time next = FromTimestamp(saved.next_run_time());
  server().GoTo(next - absl::Seconds(1));
  EXPECT_THAT(Messages(), IsEmpty()) << "not before its time";
  const OutboxMessage sent = Run();
  EXPECT_EQ(sent.report(), Full("reports/weekly"));
  EXPECT_EQ(sent.recipient(), Full("users/kim"));
  EXPECT_EQ(sent.rule(), "");
  EXPECT_EQ(sent.training(), "");
  EXPECT_EQ(sent.event(), v1::NotificationRule::EVENT_UNSPECIFIED);

  const ReadMessage mail = Received(1);
  const std::string date = absl::FormatTime("%Y-%m-%d", next, absl::UTCTimeZone());
  EXPECT_EQ(mail.subject, absl::StrCat("Who is late, ", date));
  EXPECT_EQ(HeaderOf(smtp_.Mails()[0], "To"), "\"kim\" <kim@acme.example>");
  ASSERT_THAT(mail.files, SizeIs(1));
  EXPECT_EQ(mail.files[0].name, absl::StrCat("weekly-", date, ".csv"));
  const auto exported = ExportReportAs(channel(), "users/kim", kOfFire);
  ASSERT_TRUE(exported.ok()) << exported.message();
  EXPECT_EQ(mail.files[0].bytes, exported.value);
  EXPECT_THAT(exported.value, HasSubstr("lea"));
  for (const char* said :
       {"tenants/acme/reports/weekly", "tenants/acme/courses/fire", "COURSE", "Rows:     1\n",
        "Learners: 1 stand behind them", "Revision: ", "every Monday at 07:30 (Europe/Berlin)"}) {
    EXPECT_THAT(mail.text, HasSubstr(said));
  }
  EXPECT_THAT(mail.text, Not(HasSubstr("filtered")));

  const v1::Report after = Saved();
  EXPECT_GE(FromTimestamp(after.last_run_time()), next);
  EXPECT_LT(FromTimestamp(after.last_run_time()), next + absl::Minutes(1));
  EXPECT_EQ(after.last_error(), "");
  EXPECT_GE(FromTimestamp(after.next_run_time()), next + kWeek - absl::Hours(1));
  EXPECT_LE(FromTimestamp(after.next_run_time()), next + kWeek + absl::Hours(1));
  EXPECT_EQ(after.etag(), saved.etag()) << "nobody has changed it";
  EXPECT_EQ(after.update_time().seconds(), saved.update_time().seconds());

  Enroll("leo", "fire");
  Run();
  EXPECT_THAT(Received(2).files.at(0).bytes, AllOf(HasSubstr("lea"), HasSubstr("leo")))
      << "as it is then";
}

TEST_F(ReportMailTest, RE2_JsonLinesColumnsAndFiltersAreAsTheyWereSaved) {
  MailThrough(smtp_.address());
  Enroll("leo", "fire");
  const std::string definition =
      absl::StrCat(kOfFire, " columns: 'learner' filter { states: ENROLLED }");
  Save("users/kim", "weekly", definition,
       "frequency: DAILY time: '06:00' time_zone: 'Etc/UTC' options { format: JSON_LINES }");
  Run();
  const ReadMessage mail = Received(1);
  ASSERT_THAT(mail.files, SizeIs(1));
  EXPECT_THAT(mail.files[0].name, testing::EndsWith(".jsonl"));
  EXPECT_THAT(mail.text, AllOf(HasSubstr("filtered"), HasSubstr("every day at 06:00 (Etc/UTC)"),
                               HasSubstr("Rows:     2\n")));
  const auto exported = ExportReportAs(channel(), "users/kim", definition, "format: JSON_LINES");
  ASSERT_TRUE(exported.ok()) << exported.message();
  EXPECT_EQ(mail.files[0].bytes, exported.value);
}

TEST_F(ReportMailTest, RE2_ThreeWeeksOfDowntimeGiveOneMail) {
  SaveOfFire();
  MailThrough(smtp_.address());
  const absl::Time first = FromTimestamp(Saved().next_run_time());
  server().GoTo(first + 3 * kWeek - absl::Hours(5));
  WaitForAll();
  EXPECT_THAT(Messages("state: SENT"), SizeIs(1));
  EXPECT_GT(FromTimestamp(Saved().next_run_time()), first + 2 * kWeek + absl::Hours(24));
  Run();
  EXPECT_THAT(smtp_.WaitForMails(2), SizeIs(2)) << "and goes on";
}

TEST_F(ReportMailTest, RE2_WhileTheMailOfTheLastRunWaitsThereIsNoOther) {
  SaveOfFire();
  GoToNextRun();
  ASSERT_THAT(Messages("state: WAITING"), SizeIs(1)) << "without an SMTP server it waits";
  const absl::Time first = FromTimestamp(Saved().last_run_time());
  GoToNextRun();
  EXPECT_THAT(Messages(), SizeIs(1));
  EXPECT_GT(FromTimestamp(Saved().last_run_time()), first);
  EXPECT_EQ(Saved().last_error(), "");
  Enroll("leo", "fire");
  MailThrough(smtp_.address());
  WaitFor(OutboxMessage::SENT);
  EXPECT_THAT(Received(1).files.at(0).bytes, HasSubstr("leo")) << "made as it is sent";
}

TEST_F(ReportMailTest, RE2_AReportThatTheSmtpServerDidNotTakeIsMadeAnew) {
  smtp_.Say("data", "451 4.3.0 later");
  MailThrough(smtp_.address(),
              [](ServerOptions* options) { options->mail_backoff = absl::Hours(1); });
  SaveOfFire();
  GoToNextRun();
  WaitUntil([](const OutboxMessage& message) { return message.attempts() == 1; });
  EXPECT_EQ(Saved().last_error(), "") << "it waits to be mailed";
  Enroll("leo", "fire");
  smtp_.Unsay("data");
  MakeDue();
  MailThrough(smtp_.address());
  WaitFor(OutboxMessage::SENT);
  EXPECT_THAT(Received(1).files.at(0).bytes, HasSubstr("leo"));
}

TEST_F(ReportMailTest, RE2_AMailThatIsRefusedIsToldOfInTheReport) {
  smtp_.Say("data", "552 5.3.4 too big for us");
  MailThrough(smtp_.address());
  SaveOfFire();
  const OutboxMessage failed = Run(OutboxMessage::FAILED);
  EXPECT_THAT(Saved().last_error(), HasSubstr("too big for us"));
  smtp_.Unsay("data");
  const auto retried = RetryAs("users/kim", failed.name());
  ASSERT_TRUE(retried.ok()) << retried.message();
  WaitForAll();
  EXPECT_THAT(Received(1).files, SizeIs(1));
  EXPECT_EQ(Saved().last_error(), "");
}

TEST_F(ReportMailTest, Rule23_WhoMayNoLongerExportIsMailedNoFigures) {
  MailThrough(smtp_.address());
  SaveOfFire();
  Run();
  ASSERT_THAT(Received(1).files, SizeIs(1));
  TakeRole();
  Run();
  const ReadMessage mail = Received(2);
  EXPECT_THAT(mail.files, IsEmpty());
  EXPECT_THAT(mail.subject, HasSubstr("could not be made"));
  const auto refused = ExportReportAs(channel(), "users/kim", kOfFire);
  EXPECT_EQ(refused.code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(mail.text, HasSubstr(refused.message())) << "in the words of a call";
  EXPECT_THAT(mail.text, Not(HasSubstr("lea")));
  EXPECT_EQ(Saved().last_error(), refused.message());

  Assign("users/kim", "catalog_admin", "catalogs/safety");
  Run();
  EXPECT_THAT(Received(3).files, SizeIs(1));
  EXPECT_EQ(Saved().last_error(), "");
}

TEST_F(ReportMailTest, Rule23_AnOverrideThatTakesTheRightToReadCountsToo) {
  MailThrough(smtp_.address());
  SaveOfFire();
  v1::CreateOverrideRequest request;
  request.set_parent(Full(""));
  *request.mutable_override() = Parse<v1::Override>(
      "scope: 'tenants/acme/courses/fire' role: 'catalog_admin' permission: 'report.course.read' "
      "effect: PREVENT");
  const auto made = Call<v1::Override>("users/ann", request);
  ASSERT_TRUE(made.ok()) << made.message();
  const auto refused = ExportReportAs(channel(), "users/kim", kOfFire);
  EXPECT_EQ(refused.code(), grpc::StatusCode::PERMISSION_DENIED) << "may export, and not read";
  Run();
  const ReadMessage mail = Received(1);
  EXPECT_THAT(mail.files, IsEmpty());
  EXPECT_THAT(mail.text, HasSubstr(refused.message()));
  EXPECT_NE(Saved().last_error(), "");
}

TEST_F(ReportMailTest, Rule23_AFiltersGroupThatTheOwnerMayNoLongerReadIsNotCounted) {
  MailThrough(smtp_.address());
  MakeGroup("crew", "catalogs/safety");
  AddMember("groups/crew", "users/lea");
  const std::string definition =
      absl::StrCat(kOfFire, " filter { group: 'tenants/acme/groups/crew' }");
  Save("users/kim", "weekly", definition, kMondays);
  Run();
  EXPECT_THAT(Received(1).files, SizeIs(1));
  // A course_admin exports reports of the course, and does not read groups of its catalog.
  TakeRole();
  Assign("users/kim", "course_admin", "courses/fire");
  v1::ListReportRowsRequest rows;
  rows.set_name(Full("reports/weekly"));
  const auto refused = Call<v1::ListReportRowsResponse>("users/kim", rows);
  ASSERT_FALSE(refused.ok());
  Run();
  const ReadMessage mail = Received(2);
  EXPECT_THAT(mail.files, IsEmpty());
  EXPECT_THAT(mail.text, HasSubstr(refused.message()));
  EXPECT_THAT(mail.text, Not(HasSubstr("crew"))) << "which she is not told any more";
  EXPECT_EQ(SavedFor("users/kim").last_error(), refused.message());
}

TEST_F(ReportMailTest, Rule25_WhyItCouldNotBeMailedIsForTheOwnerAndForReadersOfTheOutbox) {
  smtp_.Say("rcpt", "550 5.1.1 <kim@acme.example>: no such mailbox");
  MailThrough(smtp_.address());
  SaveOfFire();
  const OutboxMessage failed = Run(OutboxMessage::FAILED);
  EXPECT_THAT(failed.last_error(), HasSubstr("kim@acme.example"));
  for (const char* reader : {"users/kim", "users/ann"}) {
    EXPECT_EQ(SavedFor(reader).last_error(), failed.last_error()) << reader;
  }
  ASSERT_FALSE(GetAs("users/dan", failed.name()).ok());
  EXPECT_EQ(SavedFor("users/dan").last_error(), "could not be mailed; its owner can see why");
  v1::ListReportsRequest list;
  list.set_parent(Full(""));
  const auto reports = Call<v1::ListReportsResponse>("users/dan", list);
  ASSERT_THAT(reports.value.reports(), SizeIs(1));
  EXPECT_THAT(reports.value.reports(0).last_error(), Not(HasSubstr("kim@acme.example")));
}

TEST_F(ReportMailTest, RE2_AScheduleWithoutAZoneFollowsTheTenants) {
  const auto set_zone = [this](const std::string& zone) {
    v1::UpdateSettingsRequest request;
    request.mutable_settings()->set_tenant(Full(""));
    request.set_section(v1::Settings::LOCALIZATION);
    request.mutable_settings()->mutable_localization()->add_languages("en");
    request.mutable_settings()->mutable_localization()->set_time_zone(zone);
    const auto set = Call<v1::Settings>("users/ann", request);
    ASSERT_TRUE(set.ok()) << set.message();
  };
  set_zone("Asia/Tokyo");
  const v1::Report saved = SaveOfFire("frequency: DAILY time: '07:30'");
  Save("users/kim", "fixed", kOfFire, kMondays);
  const std::string fixed = Saved("fixed").ShortDebugString();
  server().GoTo(FromTimestamp(saved.next_run_time()) - absl::Hours(1));
  set_zone("America/New_York");
  const v1::Report moved = Saved();
  const absl::Time next = FromTimestamp(moved.next_run_time());
  absl::TimeZone zone;
  ASSERT_TRUE(absl::LoadTimeZone("America/New_York", &zone));
  EXPECT_EQ(absl::FormatTime("%H:%M", next, zone), "07:30");
  EXPECT_EQ(moved.etag(), saved.etag()) << "nobody has changed it";
  EXPECT_EQ(Saved("fixed").ShortDebugString(), fixed) << "it has its own";
  server().GoTo(next - absl::Seconds(1));
  EXPECT_FALSE(Saved().has_last_run_time());
  server().GoTo(next);
  EXPECT_TRUE(Saved().has_last_run_time());
}

TEST_F(ReportMailTest, Rule23_ASuspendedOwnerIsMailedNothing) {
  MailThrough(smtp_.address());
  SaveOfFire();
  v1::SuspendUserRequest suspend;
  suspend.set_name(Full("users/kim"));
  ASSERT_TRUE(Call<v1::User>("users/ann", suspend).ok());
  const OutboxMessage message = Run(OutboxMessage::UNDELIVERABLE);
  EXPECT_THAT(message.last_error(), HasSubstr("suspended"));
  EXPECT_EQ(Saved().last_error(), message.last_error());
  v1::ReactivateUserRequest reactivate;
  reactivate.set_name(Full("users/kim"));
  ASSERT_TRUE(Call<v1::User>("users/ann", reactivate).ok());
  Run();
  EXPECT_THAT(Received(1).files, SizeIs(1)) << "the first that ever came";
  EXPECT_EQ(Saved().last_error(), "");
  const auto retried = RetryAs("users/ann", message.name());
  EXPECT_THAT(retried.violations(), ElementsAre("REPORT_GONE")) << "it was mailed since";
}

TEST_F(ReportMailTest, Rule23_AServiceAccountIsMailedNothingNorIsAPersonOfItsName) {
  MailThrough(smtp_.address());
  v1::CreateServiceAccountRequest request;
  request.set_parent(Full(""));
  request.set_service_account_id("kim");
  request.mutable_service_account()->set_display_name("Robot");
  const auto made = Call<v1::ServiceAccount>("users/ann", request);
  ASSERT_TRUE(made.ok()) << made.message();
  Assign("serviceAccounts/kim", "catalog_admin", "catalogs/safety");
  Save("serviceAccounts/kim", "weekly", kOfFire, kMondays);
  GoToNextRun();
  EXPECT_THAT(Messages(), IsEmpty());
  EXPECT_THAT(Saved().last_error(), HasSubstr("no e-mail address"));
}

TEST_F(ReportMailTest, RE2_AnOwnerWithoutAnAddressCanBeMailedLater) {
  MailThrough(smtp_.address());
  SaveOfFire();
  TakeAddress();
  const OutboxMessage message = Run(OutboxMessage::UNDELIVERABLE);
  EXPECT_EQ(Saved().last_error(), message.last_error());
  SetUser("kim", "email: 'kim@acme.example'");
  const auto retried = RetryAs("users/kim", message.name());
  ASSERT_TRUE(retried.ok()) << retried.message();
  WaitFor(OutboxMessage::SENT);
  EXPECT_THAT(Received(1).files, SizeIs(1));
  EXPECT_EQ(Saved().last_error(), "");
  EXPECT_THAT(RetryAs("users/kim", message.name()).violations(), ElementsAre("NOT_GIVEN_UP"));
}

TEST_F(ReportMailTest, RE2_AReportThatIsTooLargeIsToldOfInstead) {
  SaveOfFire();
  const auto exported = ExportReportAs(channel(), "users/kim", kOfFire);
  ASSERT_TRUE(exported.ok()) << exported.message();
  const auto size = static_cast<int64_t>(exported.value.size());
  for (const int64_t allowed : {size, size - 1}) {
    MailThrough(smtp_.address(),
                [&](ServerOptions* options) { options->max_mailed_report_bytes = allowed; });
    Run();
  }
  const std::vector<std::string> mails = smtp_.WaitForMails(2);
  ASSERT_THAT(mails, SizeIs(2));
  EXPECT_THAT(ReadMail(mails[0]).files, SizeIs(1)) << "as much as is allowed";
  const ReadMessage refused = ReadMail(mails[1]);
  EXPECT_THAT(refused.files, IsEmpty());
  EXPECT_THAT(refused.text, AllOf(HasSubstr(absl::StrCat("more than ", size - 1, " bytes")),
                                  HasSubstr("max_mailed_report_bytes")));
  EXPECT_THAT(Saved().last_error(), HasSubstr("max_mailed_report_bytes"));
}

TEST_F(ReportMailTest, RE2_AReportThatTakesTooLongIsToldOfInstead) {
  MailThrough(smtp_.address(),
              [](ServerOptions* options) { options->mailed_report_time = absl::Nanoseconds(1); });
  SaveOfFire();
  Run();
  const ReadMessage mail = Received(1);
  EXPECT_THAT(mail.files, IsEmpty());
  EXPECT_THAT(mail.text, HasSubstr("making it took longer than 1ns"));
  EXPECT_THAT(Saved().last_error(), HasSubstr("mailed_report_time"));
}

TEST_F(ReportMailTest, RE2_AReportOfAnArchivedCourseIsMailedAllTheSame) {
  MailThrough(smtp_.address());
  SaveOfFire();
  v1::ArchiveCourseRequest request;
  request.set_name(Full("courses/fire"));
  ASSERT_TRUE(Call<v1::Course>("users/ann", request).ok());
  Run();
  EXPECT_THAT(Received(1).files.at(0).bytes, HasSubstr("lea")) << "reading is not frozen";
}

TEST_F(ReportMailTest, RE2_WithoutAScheduleNothingIsMailedAndWhatWaitedGoes) {
  const v1::Report saved = SaveOfFire();
  GoToNextRun();
  ASSERT_THAT(Messages("state: WAITING"), SizeIs(1));
  v1::UpdateReportRequest request;
  request.mutable_report()->set_name(saved.name());
  request.mutable_update_mask()->add_paths("schedule");
  const auto changed = Call<v1::Report>("users/kim", request);
  ASSERT_TRUE(changed.ok()) << changed.message();
  EXPECT_FALSE(changed.value.has_next_run_time());
  EXPECT_THAT(Messages(), IsEmpty());
  server().Advance(3 * kWeek);
  EXPECT_THAT(Messages(), IsEmpty());
}

TEST_F(ReportMailTest, RE2_WithAReportGoesItsMailThatWaits) {
  SaveOfFire();
  GoToNextRun();
  ASSERT_THAT(Messages("state: WAITING"), SizeIs(1));
  const auto gone = Delete();
  ASSERT_TRUE(gone.ok()) << gone.message();
  EXPECT_THAT(Messages(), IsEmpty());

  // One that was given up stays, and cannot be tried again.
  SaveOfFire();
  TakeAddress();
  MailThrough(smtp_.address());
  const OutboxMessage message = Run(OutboxMessage::UNDELIVERABLE);
  ASSERT_TRUE(Delete().ok());
  EXPECT_THAT(Messages(), SizeIs(1));
  EXPECT_THAT(RetryAs("users/kim", message.name()).violations(), ElementsAre("REPORT_GONE"));
}

TEST_F(ReportMailTest, RE2_AMailThatWaitsStaysWithACourseThatMovedAway) {
  Assign("users/kim", "catalog_admin", "catalogs/office");
  SaveOfFire();
  GoToNextRun();
  const OutboxMessage before = Messages("state: WAITING").at(0);
  v1::MoveCourseRequest move;
  move.set_name(Full("courses/fire"));
  move.set_parent_scope(Full("catalogs/office"));
  const auto moved = Call<v1::Course>("users/ann", move);
  ASSERT_TRUE(moved.ok()) << moved.message();
  v1::DeleteCatalogRequest request;
  request.set_name(Full("catalogs/safety"));
  request.set_force(true);
  const auto gone = Call<v1::DeleteCatalogResponse>("users/ann", request);
  ASSERT_TRUE(gone.ok()) << gone.message();
  ASSERT_THAT(Messages("state: WAITING"), SizeIs(1)) << "it was due, and the report is there";
  EXPECT_TRUE(GetAs("users/olga", before.name()).ok()) << "it is of office now";
  Stop();
  ExpectVerified(folder());
  MailThrough(smtp_.address());
  WaitForAll();
  EXPECT_THAT(Received(1).files, SizeIs(1));

  // With the course it goes.
  Stop();
  Start();
  GoToNextRun();
  ASSERT_THAT(Messages("state: WAITING"), SizeIs(1));
  request.set_name(Full("catalogs/office"));
  ASSERT_TRUE(Call<v1::DeleteCatalogResponse>("users/ann", request).ok());
  EXPECT_THAT(Messages("state: WAITING"), IsEmpty());
}

TEST_F(ReportMailTest, RE2_ItWaitsForTheEndOfQuietHours) {
  MailThrough(smtp_.address());
  SetUser("kim", "time_zone: 'Europe/Berlin'");
  SetPreferences("kim", "quiet_from: 420 quiet_until: 540");  // 7 to 9.
  const absl::Time due = FromTimestamp(SaveOfFire().next_run_time());
  GoToNextRun();
  WaitUntil([&](const OutboxMessage& message) {
    return FromTimestamp(message.next_time()) == due + absl::Minutes(90);
  });
  EXPECT_THAT(smtp_.Mails(), IsEmpty());
}

TEST_F(ReportMailTest, KA4_WhoReadsTheOutboxOfItsHomeSeesIt) {
  SaveOfFire();
  GoToNextRun();
  const OutboxMessage message = Messages().at(0);
  EXPECT_TRUE(GetAs("users/kim", message.name()).ok());
  EXPECT_EQ(GetAs("users/kim", message.name()).value.report(), Full("reports/weekly"));
  EXPECT_EQ(GetAs("users/olga", message.name()).code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(ListAs("users/olga").value.messages(), IsEmpty());
}

// However far it has come: what it was about to mail is mailed once it runs again.
TEST_F(ReportMailTest, RE2_AServerThatStopsAsItMakesAReportMailsItAfterwards) {
  SaveOfFire("frequency: DAILY time: '07:30'");
  constexpr size_t kRounds = 8;
  for (size_t round = 1; round <= kRounds; ++round) {
    MailThrough(smtp_.address(), [](ServerOptions* options) { options->drain = absl::Seconds(5); });
    GoToNextRun();
    Stop();
    Start([&](ServerOptions* options) {
      options->smtp_server = smtp_.address();
      options->smtp_tls = "off";
      options->mail_from = "lms@acme.example";
    });
    EXPECT_THAT(smtp_.WaitForMails(round), SizeIs(round));
    WaitForAll();
    EXPECT_EQ(Saved().last_error(), "");
    Stop();
    ExpectVerified(folder());
    Start();
  }
}

}  // namespace
}  // namespace provost
