// Mails that go out over a real SMTP server (KA4), and what becomes of those that it does not take.
#include "service/mailer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "provost/v1/tenant_service.pb.h"
#include "tenant/times.h"
#include "tests/mail/smtp_process.h"
#include "tests/service/mailer.h"

namespace provost {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using v1::OutboxMessage;

TEST_F(MailerTest, KA4_MailsGoOutInThePersonsLanguageOnceTheirCauseIsCommitted) {
  SetUser("leo", "given_name: 'Leo' locale: 'de-AT'");
  MailThrough(smtp_.address());
  Enroll("lea", "fire");
  Enroll("leo", "drill");
  const std::vector<std::string> mails = smtp_.WaitForMails(3);
  ASSERT_THAT(mails, SizeIs(3));
  std::vector<std::string> texts;
  for (const std::string& mail : mails) {
    texts.push_back(absl::StrCat(HeaderOf(mail, "X-Test-To"), "|", HeaderOf(mail, "Subject"), "|",
                                 TextOf(mail)));
    EXPECT_EQ(HeaderOf(mail, "From"), "<lms@acme.example>");
  }
  EXPECT_THAT(
      texts,
      UnorderedElementsAre(
          "lea@acme.example|fire: welcome|Dear Lea,\r\nlea is in tenants/acme/courses/fire with "
          "mo.",
          "mo@acme.example|fire: welcome|Dear Mo,\r\nlea is in tenants/acme/courses/fire with "
          "mo.",
          "leo@acme.example|Willkommen|Servus Leo"));
  WaitForAll();
  for (const OutboxMessage& message : Messages()) {
    EXPECT_EQ(message.state(), OutboxMessage::SENT);
    EXPECT_EQ(message.attempts(), 1);
    EXPECT_GE(FromTimestamp(message.send_time()), FromTimestamp(message.create_time()));
    EXPECT_FALSE(message.has_next_time());
  }
}

TEST_F(MailerTest, KA4_WhatWaitedGoesOutWithTheNextStart) {
  Enroll("leo", "fire");
  EXPECT_EQ(Messages().at(0).state(), OutboxMessage::WAITING);
  MailThrough(smtp_.address());
  const OutboxMessage sent = WaitFor(OutboxMessage::SENT);
  ASSERT_THAT(smtp_.Mails(), SizeIs(1));
  const std::vector<std::string> name = absl::StrSplit(sent.name(), '/');
  EXPECT_THAT(HeaderOf(smtp_.Mails()[0], "Message-ID"),
              AllOf(testing::StartsWith(absl::StrCat("<", name.back(), ".")),
                    testing::EndsWith("@acme.example>")));
}

TEST_F(MailerTest, KA4_OverTlsWithAPasswordFromAFile) {
  SmtpProcess secure({"--tls", "--auth", "lms:secret"});
  secure.Say("password", "secret\r\nand no more\n");
  Enroll("leo", "fire");
  MailThrough(secure.address(), [&](ServerOptions* options) {
    options->smtp_tls = "required";
    options->smtp_ca_file = secure.folder() + "/cert.pem";
    options->smtp_user = "lms";
    options->smtp_password_file = secure.folder() + "/password";
  });
  WaitFor(OutboxMessage::SENT);
  ASSERT_THAT(secure.Mails(), SizeIs(1));
  EXPECT_EQ(HeaderOf(secure.Mails()[0], "X-Test-Tls"), "yes");
  EXPECT_EQ(HeaderOf(secure.Mails()[0], "X-Test-Auth"), "yes");
}

TEST_F(MailerTest, KA4_AMailThatIsRefusedIsGivenUpAndCanBeRetried) {
  smtp_.Say("rcpt", "550 5.1.1 nobody of that name");
  MailThrough(smtp_.address());
  Enroll("leo", "fire");
  const OutboxMessage failed = WaitFor(OutboxMessage::FAILED);
  EXPECT_EQ(failed.attempts(), 1);
  EXPECT_THAT(failed.last_error(), HasSubstr("nobody of that name"));
  EXPECT_FALSE(failed.has_next_time());
  EXPECT_EQ(RetryAs("users/olga", failed.name()).code(), grpc::StatusCode::PERMISSION_DENIED);
  smtp_.Unsay("rcpt");
  const auto retried = RetryAs("users/kim", failed.name());
  ASSERT_TRUE(retried.ok()) << retried.message();
  const OutboxMessage sent = WaitFor(OutboxMessage::SENT);
  EXPECT_EQ(sent.attempts(), 2);
  EXPECT_EQ(sent.last_error(), "");
  EXPECT_THAT(smtp_.Mails(), SizeIs(1));
}

TEST_F(MailerTest, KA4_AMailThatIsNotTakenNowIsTriedAgainUntilItsAttemptsAreUsedUp) {
  smtp_.Say("data", "451 4.3.0 later");
  MailThrough(smtp_.address(), [](ServerOptions* options) { options->mail_attempts = 3; });
  Enroll("leo", "fire");
  const OutboxMessage failed = WaitFor(OutboxMessage::FAILED);
  EXPECT_EQ(failed.attempts(), 3);
  EXPECT_THAT(failed.last_error(), HasSubstr("451"));
  smtp_.Unsay("data");
  ASSERT_TRUE(RetryAs("users/kim", failed.name()).ok());
  EXPECT_EQ(WaitFor(OutboxMessage::SENT).attempts(), 4);
}

TEST_F(MailerTest, KA4_WithEachFailureItWaitsTwiceAsLong) {
  smtp_.Say("data", "451 4.3.0 later");
  MailThrough(smtp_.address(), [](ServerOptions* options) {
    options->mail_backoff = absl::Hours(1);
    options->mail_backoff_max = absl::Hours(3);
  });
  Enroll("leo", "fire");
  const absl::Time give_up = absl::Now() + absl::Seconds(20);
  for (const absl::Duration wait : {absl::Hours(1), absl::Hours(2), absl::Hours(3)}) {
    OutboxMessage message;
    do {
      ASSERT_LT(absl::Now(), give_up);
      message = Messages().at(0);
    } while (FromTimestamp(message.next_time()) <= absl::Now());
    EXPECT_GT(FromTimestamp(message.next_time()), absl::Now() + wait - absl::Minutes(1));
    EXPECT_LE(FromTimestamp(message.next_time()), absl::Now() + wait);
    MakeDue();
    MailThrough(smtp_.address(), [](ServerOptions* options) {
      options->mail_backoff = absl::Hours(1);
      options->mail_backoff_max = absl::Hours(3);
    });
  }
}

// A port on which nobody talks SMTP: whoever comes is turned away.
class DeadPort {
 public:
  DeadPort() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(fd_, 8), 0);
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    address_ = absl::StrCat("127.0.0.1:", ntohs(address.sin_port));
  }
  ~DeadPort() { close(fd_); }
  const std::string& address() const { return address_; }
  bool TurnAway() const {
    pollfd ready = {fd_, POLLIN, 0};
    if (poll(&ready, 1, 20000) != 1) return false;
    const int caller = accept(fd_, nullptr, nullptr);
    return caller >= 0 && close(caller) == 0;
  }

 private:
  const int fd_;
  std::string address_;
};

TEST_F(MailerTest, KA4_AServerThatCannotBeReachedUsesUpNoAttempts) {
  Enroll("lea", "fire");
  Enroll("leo", "fire");
  DeadPort dead;
  MailThrough(dead.address(), [](ServerOptions* options) {
    options->mail_attempts = 1;
    options->drain = kSoon;
  });
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(dead.TurnAway()) << "it is tried again and again";
  for (const OutboxMessage& message : Messages()) {
    EXPECT_EQ(message.state(), OutboxMessage::WAITING);
    EXPECT_EQ(message.attempts(), 0);
  }
  MailThrough(smtp_.address());
  EXPECT_THAT(smtp_.WaitForMails(3), SizeIs(3));
  WaitForAll();
  EXPECT_THAT(Messages("state: SENT"), SizeIs(3));
}

TEST_F(MailerTest, KA4_TheMailOfASuspendedTenantWaits) {
  Enroll("leo", "fire");
  v1::SuspendTenantRequest suspend;
  suspend.set_name(Full(""));
  const auto suspended = Call<v1::Tenant>("tenants/system/users/root", suspend);
  ASSERT_TRUE(suspended.ok()) << suspended.message();
  MailThrough(smtp_.address());
  EXPECT_EQ(ListAs("users/kim").code(), grpc::StatusCode::PERMISSION_DENIED);
  v1::ResumeTenantRequest resume;
  resume.set_name(Full(""));
  const auto resumed = Call<v1::Tenant>("tenants/system/users/root", resume);
  ASSERT_TRUE(resumed.ok()) << resumed.message();
  const OutboxMessage sent = WaitFor(OutboxMessage::SENT);
  EXPECT_GE(FromTimestamp(sent.send_time()), FromTimestamp(resumed.value.update_time()));
  EXPECT_THAT(smtp_.Mails(), SizeIs(1));
}

TEST_F(MailerTest, KA4_WhoWasSuspendedMeanwhileIsNotWrittenTo) {
  Enroll("leo", "fire");
  v1::SuspendUserRequest suspend;
  suspend.set_name(Full("users/leo"));
  ASSERT_TRUE(Call<v1::User>("users/ann", suspend).ok());
  MailThrough(smtp_.address());
  const OutboxMessage message = WaitFor(OutboxMessage::UNDELIVERABLE);
  EXPECT_EQ(message.last_error(), "the person is suspended");
  EXPECT_EQ(message.attempts(), 0);
  EXPECT_THAT(smtp_.Mails(), IsEmpty());
}

TEST_F(MailerTest, P1_WhatFallsOnOneDigestGoesAsOneMail) {
  SetPreferences("lea", "digest: DAILY digest_hour: 7");
  DisableRule("enrolled");
  MakeRule("users/ann", "learners", "safety", "recipients: LEARNER");
  Enroll("lea", "fire");
  Enroll("lea", "drill");
  Enroll("leo", "fire");
  ASSERT_NO_FATAL_FAILURE(MakeDue());
  MailThrough(smtp_.address());
  std::vector<std::string> mails = smtp_.WaitForMails(2);
  WaitForAll();
  mails = smtp_.Mails();
  ASSERT_THAT(mails, SizeIs(2)) << "lea's two in one";
  const std::string& digest =
      HeaderOf(mails[0], "X-Test-To") == "lea@acme.example" ? mails[0] : mails[1];
  EXPECT_EQ(HeaderOf(digest, "X-Test-To"), "lea@acme.example");
  EXPECT_EQ(HeaderOf(digest, "Subject"), "fire: welcome (+1)");
  EXPECT_THAT(TextOf(digest),
              AllOf(HasSubstr("fire: welcome\r\n\r\nDear Lea,"),
                    HasSubstr("drill: welcome\r\n\r\nDear Lea,"), HasSubstr("courses/drill")));
  EXPECT_THAT(Messages("state: SENT"), SizeIs(3));
}

TEST_F(MailerTest, P1_WhatIsTooMuchForOneDigestGoesAsSeveral) {
  SetPreferences("mo", "digest: WEEKLY digest_hour: 7");
  DisableRule("enrolled");
  MakeRule("users/ann", "managers", "safety", "recipients: MANAGER");
  MakeGroup("crew", "catalogs/safety");
  constexpr int kPeople = 110;
  for (int i = 0; i < kPeople; ++i) {
    const std::string user = absl::StrCat("u", i);
    MakeUser(user, "catalogs/safety");
    SetUser(user, "manager: 'tenants/acme/users/mo'");
    AddMember("groups/crew", absl::StrCat("users/", user));
  }
  AssignTraining("groups/crew", "fire");
  ASSERT_NO_FATAL_FAILURE(MakeDue());
  MailThrough(smtp_.address());
  smtp_.WaitForMails(2);
  WaitForAll();
  const std::vector<std::string> mails = smtp_.Mails();
  ASSERT_THAT(mails, SizeIs(2));
  EXPECT_EQ(HeaderOf(mails[0], "Subject"), "fire: welcome (+99)");
  EXPECT_EQ(HeaderOf(mails[1], "Subject"), "fire: welcome (+9)");
  EXPECT_THAT(Messages("state: SENT page_size: 1000"), SizeIs(kPeople));
}

TEST_F(MailerTest, P1_NoMailInQuietHoursAlsoWhereItIsLate) {
  Enroll("leo", "fire");
  BeQuiet("leo");
  MailThrough(smtp_.address());
  const OutboxMessage late = WaitUntil([](const OutboxMessage& message) {
    return FromTimestamp(message.next_time()) > absl::Now() + absl::Minutes(30);
  });
  EXPECT_EQ(late.state(), OutboxMessage::WAITING);
  EXPECT_EQ(late.attempts(), 0);
  EXPECT_LE(FromTimestamp(late.next_time()), absl::Now() + absl::Hours(1));
  EXPECT_THAT(smtp_.Mails(), IsEmpty());
  SetPreferences("leo", "quiet_from: 1 quiet_until: 1");
  ASSERT_NO_FATAL_FAILURE(MakeDue());
  MailThrough(smtp_.address());
  EXPECT_EQ(WaitFor(OutboxMessage::SENT).attempts(), 1);
}

TEST_F(MailerTest, P1_WhatIsRetriedByHandGoesInQuietHoursAndNotByItself) {
  smtp_.Say("rcpt", "550 5.1.1 nobody of that name");
  MailThrough(smtp_.address());
  Enroll("leo", "fire");
  const OutboxMessage failed = WaitFor(OutboxMessage::FAILED);
  BeQuiet("leo");
  ASSERT_TRUE(RetryAs("users/kim", failed.name()).ok());
  WaitUntil([](const OutboxMessage& message) {
    return message.attempts() == 2 && message.state() == OutboxMessage::FAILED;
  });
  smtp_.Say("data", "451 4.3.0 later");
  smtp_.Unsay("rcpt");
  ASSERT_TRUE(RetryAs("users/kim", failed.name()).ok());
  const OutboxMessage later =
      WaitUntil([](const OutboxMessage& message) { return message.attempts() >= 3; });
  EXPECT_EQ(later.state(), OutboxMessage::WAITING);
  EXPECT_GT(FromTimestamp(later.next_time()), absl::Now() + absl::Minutes(30));
  EXPECT_LE(FromTimestamp(later.next_time()), absl::Now() + absl::Hours(1));
  // The second time by itself, late: it is as quiet for that.
  smtp_.Unsay("data");
  ASSERT_NO_FATAL_FAILURE(MakeDue());
  MailThrough(smtp_.address());
  const OutboxMessage postponed = WaitUntil([](const OutboxMessage& message) {
    return FromTimestamp(message.next_time()) > absl::Now();
  });
  EXPECT_EQ(postponed.attempts(), 3);
  EXPECT_THAT(smtp_.Mails(), IsEmpty());
}

TEST_F(MailerTest, KA4_WhatEndedLongAgoIsTakenAway) {
  Enroll("otto", "fire");
  Enroll("leo", "fire");
  ASSERT_THAT(Messages(), SizeIs(2));
  MailThrough(smtp_.address(), [](ServerOptions* options) { options->outbox_keep = kSoon; });
  EXPECT_THAT(smtp_.WaitForMails(1), SizeIs(1));
  const absl::Time give_up = absl::Now() + absl::Seconds(20);
  while (!Messages().empty()) {
    ASSERT_LT(absl::Now(), give_up) << Messages().size() << " are still there";
    absl::SleepFor(kSoon);
  }
}

// Whether somebody takes calls on a port of the loopback.
bool IsListening(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  const bool is_listening =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return is_listening;
}

TEST_F(MailerTest, KA4_StoppingWaitsForTheMailThatIsBeingSent) {
  smtp_.Say("hold", "");
  MailThrough(smtp_.address(), [](ServerOptions* options) { options->drain = absl::Seconds(20); });
  Enroll("leo", "fire");
  ASSERT_THAT(smtp_.WaitForMails(1), SizeIs(1)) << "it is handed over, and not yet answered";
  const int port = server().port();
  std::thread stopping([&] { Stop(); });
  // It is stopping once nobody listens there. A mail that was broken off could not be told of.
  const absl::Time give_up = absl::Now() + absl::Seconds(20);
  while (IsListening(port) && absl::Now() < give_up) absl::SleepFor(kSoon);
  EXPECT_LT(absl::Now(), give_up) << "it does not stop";
  smtp_.Unsay("hold");
  stopping.join();
  Start();
  EXPECT_EQ(Messages().at(0).state(), OutboxMessage::SENT);
}

}  // namespace
}  // namespace provost
