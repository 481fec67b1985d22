// provostd is killed while it hands mails to a real SMTP server (KA4, RE2): none is lost, and only
// the one that the SMTP server had taken, and whose outcome was not yet written down, comes twice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "provost/v1/report_service.grpc.pb.h"
#include "tenant/reports.h"
#include "tenant/times.h"
#include "tests/crash/crew.h"
#include "tests/mail/read_mail.h"
#include "tests/mail/smtp_process.h"
#include "tests/service/stopped_data.h"
#include "tests/verify/verified_store.h"

namespace provost {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using v1::OutboxMessage;

constexpr int kPeople = 20;

class MailKillTest : public CrewTest {
 protected:
  void StartMailing() {
    Start({"--smtp-server=" + smtp_.address(), "--smtp-tls=off", "--mail-from=lms@acme.example"});
  }
  void WaitForAll() {
    const absl::Time give_up = absl::Now() + absl::Seconds(60);
    while (!Messages(OutboxMessage::WAITING).empty()) {
      ASSERT_LT(absl::Now(), give_up);
      absl::SleepFor(absl::Milliseconds(10));
    }
  }
  void WaitForMessage() {
    const absl::Time give_up = absl::Now() + absl::Seconds(60);
    while (Messages(OutboxMessage::WAITING).empty()) {
      ASSERT_LT(absl::Now(), give_up);
      absl::SleepFor(absl::Milliseconds(10));
    }
  }

  void GiveAnnAnAddress();
  // ann's, of fire; due in a day.
  void SaveReport();
  // While no server runs: it was due an hour ago.
  void MakeReportDue();

  SmtpProcess smtp_;
};

void MailKillTest::GiveAnnAnAddress() {
  v1::UpdateUserRequest request;
  request.mutable_user()->set_name(absl::StrCat(kTenant, "/users/ann"));
  request.mutable_user()->set_email("ann@acme.example");
  v1::User changed;
  Call<v1::UserService>(&v1::UserService::Stub::UpdateUser, request, &changed);
}

void MailKillTest::SaveReport() {
  v1::CreateReportRequest request;
  request.set_parent(kTenant);
  request.set_report_id("daily");
  v1::Report& report = *request.mutable_report();
  report.set_display_name("Fire, day by day");
  report.mutable_definition()->set_kind(v1::ReportDefinition::COURSE);
  report.mutable_definition()->set_scope(absl::StrCat(kTenant, "/courses/fire"));
  report.mutable_schedule()->set_frequency(v1::ReportSchedule::DAILY);
  report.mutable_schedule()->set_time(
      absl::FormatTime("%H:%M", absl::Now() - absl::Minutes(2), absl::UTCTimeZone()));
  report.mutable_schedule()->set_time_zone("Etc/UTC");
  v1::Report made;
  Call<v1::ReportService>(&v1::ReportService::Stub::CreateReport, request, &made);
}

void MailKillTest::MakeReportDue() {
  StoppedData stopped(data());
  const absl::Status status = stopped.Change([](TenantDraft& draft) -> absl::Status {
    const auto row = ReadReport(draft.reader(), draft.number(), "daily");
    if (!row.ok()) return row.status();
    rows::ReportRow due = **row;
    *due.mutable_report()->mutable_next_run_time() = ToTimestamp(draft.now() - absl::Hours(1));
    PutReport(draft, "daily", &**row, due);
    return absl::OkStatus();
  });
  ASSERT_TRUE(status.ok()) << status;
}

TEST_F(MailKillTest, KA4_NoMailIsLostAndOnlyTheOneUnderWayComesTwice) {
  Start({});
  ASSERT_NO_FATAL_FAILURE(SetUpTenant());
  ASSERT_NO_FATAL_FAILURE(MakeCourse("fire"));
  ASSERT_NO_FATAL_FAILURE(MakeRule(v1::NotificationRule::ENROLLED));
  ASSERT_NO_FATAL_FAILURE(MakeCrew(kPeople));
  ASSERT_NO_FATAL_FAILURE(AssignToCrew("fire"));
  EXPECT_THAT(Messages(OutboxMessage::WAITING), SizeIs(kPeople))
      << "without an SMTP server they wait";
  server_->Kill();

  // The SMTP server has taken these, and its answer is delayed when provostd is killed.
  const std::vector<size_t> killed_at = {1, 2, 7, 15};
  for (const size_t number : killed_at) {
    smtp_.Say("hold", absl::StrCat(number));
    ASSERT_NO_FATAL_FAILURE(StartMailing());
    ASSERT_THAT(smtp_.WaitForMails(number), SizeIs(number));
    server_->Kill();
    ASSERT_THAT(smtp_.Mails(), SizeIs(number)) << "nothing goes out behind the one that is held";
  }
  smtp_.Unsay("hold");
  StartMailing();
  smtp_.WaitForMails(kPeople + killed_at.size());
  ASSERT_NO_FATAL_FAILURE(WaitForAll());
  EXPECT_THAT(Messages(OutboxMessage::SENT), SizeIs(kPeople));
  EXPECT_EQ(server_->Terminate(), 0);
  ExpectVerified(data());

  const std::vector<std::string> mails = smtp_.Mails();
  EXPECT_THAT(mails, SizeIs(kPeople + killed_at.size()));
  std::map<std::string, int> times;         // by Message-ID
  std::map<std::string, std::string> to;    // by Message-ID
  std::map<std::string, int> of_recipient;  // by address: Message-IDs
  for (const std::string& mail : mails) {
    const std::string id = HeaderOf(mail, "Message-ID");
    if (++times[id] == 1) ++of_recipient[HeaderOf(mail, "X-Test-To")];
    const std::string& known = to.emplace(id, HeaderOf(mail, "X-Test-To")).first->second;
    EXPECT_EQ(HeaderOf(mail, "X-Test-To"), known);
  }
  EXPECT_THAT(times, SizeIs(kPeople)) << "each mail has come";
  EXPECT_THAT(of_recipient, SizeIs(kPeople)) << "to each person";
  // The first was in the window of the first kill and, sent again, of the second.
  std::map<std::string, int> expected;
  for (const size_t number : killed_at) ++expected[HeaderOf(mails[number - 1], "Message-ID")];
  for (const auto& [id, count] : times) EXPECT_EQ(count, 1 + expected[id]) << id;
}

// Killed once the mail is in the outbox, and again as the SMTP server has it.
TEST_F(MailKillTest, RE2_AReportThatWasDueIsMailedAfterTheServerWasKilled) {
  Start({});
  ASSERT_NO_FATAL_FAILURE(SetUpTenant());
  ASSERT_NO_FATAL_FAILURE(MakeCourse("fire"));
  ASSERT_NO_FATAL_FAILURE(MakeCrew(3));
  ASSERT_NO_FATAL_FAILURE(AssignToCrew("fire"));
  ASSERT_NO_FATAL_FAILURE(GiveAnnAnAddress());
  ASSERT_NO_FATAL_FAILURE(SaveReport());
  EXPECT_THAT(Messages(), SizeIs(0)) << "it is not due yet";
  server_->Kill();
  ASSERT_NO_FATAL_FAILURE(MakeReportDue());
  Start({});
  ASSERT_NO_FATAL_FAILURE(WaitForMessage());
  server_->Kill();

  smtp_.Say("hold", "1");
  ASSERT_NO_FATAL_FAILURE(StartMailing());
  ASSERT_THAT(smtp_.WaitForMails(1), SizeIs(1));
  EXPECT_THAT(Messages(OutboxMessage::WAITING), SizeIs(1)) << "it is handed over, not answered";
  server_->Kill();
  smtp_.Unsay("hold");
  ASSERT_NO_FATAL_FAILURE(StartMailing());
  ASSERT_NO_FATAL_FAILURE(WaitForAll());
  EXPECT_THAT(Messages(OutboxMessage::SENT), SizeIs(1));
  EXPECT_EQ(server_->Terminate(), 0);
  ExpectVerified(data());

  const std::vector<std::string> mails = smtp_.Mails();
  ASSERT_THAT(mails, SizeIs(2));
  EXPECT_EQ(HeaderOf(mails[0], "Message-ID"), HeaderOf(mails[1], "Message-ID"));
  for (const std::string& mail : mails) {
    const ReadMessage read = ReadMail(mail);
    ASSERT_THAT(read.files, SizeIs(1));
    for (const char* learner : {"u0", "u1", "u2"}) {
      EXPECT_THAT(read.files[0].bytes, HasSubstr(learner));
    }
  }
}

}  // namespace
}  // namespace provost
