// Against a real SMTP server.
#include "mail/smtp.h"

#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mail/message.h"
#include "tests/mail/smtp_process.h"

namespace provost {
namespace {

using Kind = SmtpOutcome::Kind;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::unique_ptr<SmtpClient> Client(const SmtpProcess& server, SmtpTls tls,
                                   const std::string& user = "", const std::string& password = "") {
  SmtpOptions options;
  options.server = server.address();
  options.tls = tls;
  options.user = user;
  options.password = password;
  absl::StatusOr<std::unique_ptr<SmtpClient>> client = SmtpClient::Make(options);
  EXPECT_TRUE(client.ok()) << client.status();
  return *std::move(client);
}

SmtpOutcome Send(SmtpClient& client, const std::string& id = "1.2@acme.example") {
  const absl::StatusOr<std::string> mail = FormatMail({"lms@acme.example",
                                                       "bob@acme.example",
                                                       "Bob",
                                                       "Hello",
                                                       "Hi.\n.\n..dots\n",
                                                       id,
                                                       absl::FromUnixSeconds(0),
                                                       {}});
  EXPECT_TRUE(mail.ok()) << mail.status();
  return client.Send("lms@acme.example", "bob@acme.example", *mail);
}

TEST(SmtpTest, AMailArrivesAsItWas) {
  SmtpProcess server;
  const auto client = Client(server, SmtpTls::kOff);
  EXPECT_EQ(Send(*client, "1.2@acme.example").kind, Kind::kTaken);
  EXPECT_EQ(Send(*client, "2.2@acme.example").kind, Kind::kTaken) << "over the same connection";
  const std::vector<std::string> mails = server.Mails();
  ASSERT_THAT(mails, SizeIs(2));
  EXPECT_EQ(HeaderOf(mails[0], "X-Test-From"), "lms@acme.example");
  EXPECT_EQ(HeaderOf(mails[0], "X-Test-To"), "bob@acme.example");
  EXPECT_EQ(HeaderOf(mails[0], "X-Test-Tls"), "no");
  EXPECT_EQ(HeaderOf(mails[1], "Message-ID"), "<2.2@acme.example>");
  EXPECT_EQ(TextOf(mails[0]), "Hi.\r\n.\r\n..dots\r\n");
}

TEST(SmtpTest, RequiredTlsWantsACertificateThatIsTrusted) {
  SmtpProcess server({"--tls"});
  EXPECT_EQ(Send(*Client(server, SmtpTls::kRequired)).kind, Kind::kNoServer)
      << "nobody that the system trusts signed it";
  EXPECT_THAT(server.Mails(), IsEmpty());
  SmtpOptions options;
  options.server = server.address();
  options.ca_file = server.folder() + "/cert.pem";
  absl::StatusOr<std::unique_ptr<SmtpClient>> client = SmtpClient::Make(options);
  ASSERT_TRUE(client.ok()) << client.status();
  const SmtpOutcome sent = Send(**client);
  EXPECT_EQ(sent.kind, Kind::kTaken) << sent.text;
  ASSERT_THAT(server.Mails(), SizeIs(1));
  EXPECT_EQ(HeaderOf(server.Mails()[0], "X-Test-Tls"), "yes");
}

TEST(SmtpTest, RequiredTlsSendsNothingWithoutIt) {
  SmtpProcess server;
  EXPECT_EQ(Send(*Client(server, SmtpTls::kRequired)).kind, Kind::kNoServer);
  EXPECT_THAT(server.Mails(), IsEmpty());
}

TEST(SmtpTest, OpportunisticTlsTakesWhatThereIs) {
  SmtpProcess plain;
  EXPECT_EQ(Send(*Client(plain, SmtpTls::kOpportunistic)).kind, Kind::kTaken);
  SmtpProcess secure({"--tls"});
  const SmtpOutcome sent = Send(*Client(secure, SmtpTls::kOpportunistic));
  EXPECT_EQ(sent.kind, Kind::kTaken) << sent.text;
  ASSERT_THAT(secure.Mails(), SizeIs(1));
  EXPECT_EQ(HeaderOf(secure.Mails()[0], "X-Test-Tls"), "yes");
}

TEST(SmtpTest, Authentication) {
  SmtpProcess server({"--auth", "lms:secret"});
  const SmtpOutcome sent = Send(*Client(server, SmtpTls::kOff, "lms", "secret"));
  EXPECT_EQ(sent.kind, Kind::kTaken) << sent.text;
  EXPECT_EQ(HeaderOf(server.Mails().at(0), "X-Test-Auth"), "yes");
  EXPECT_EQ(Send(*Client(server, SmtpTls::kOff, "lms", "wrong")).kind, Kind::kNoServer);
  EXPECT_EQ(Send(*Client(server, SmtpTls::kOff)).kind, Kind::kNoServer) << "530 is about us";
  EXPECT_THAT(server.Mails(), SizeIs(1));
}

TEST(SmtpTest, WhatTheServerSaysOfARecipientIsAboutThisMail) {
  SmtpProcess server;
  const auto client = Client(server, SmtpTls::kOff);
  server.Say("rcpt", "550 5.1.1 nobody of that name");
  SmtpOutcome sent = Send(*client);
  EXPECT_EQ(sent.kind, Kind::kRefused);
  EXPECT_THAT(sent.text, HasSubstr("nobody of that name"));
  server.Say("rcpt", "450 4.2.1 mailbox busy");
  EXPECT_EQ(Send(*client).kind, Kind::kLater);
  server.Unsay("rcpt");
  server.Say("data", "554 5.7.1 looks like spam");
  sent = Send(*client);
  EXPECT_EQ(sent.kind, Kind::kRefused);
  EXPECT_THAT(sent.text, HasSubstr("looks like spam"));
  server.Say("data", "451 4.3.0 later");
  EXPECT_EQ(Send(*client).kind, Kind::kLater);
  server.Unsay("data");
  EXPECT_EQ(Send(*client).kind, Kind::kTaken) << "and the client goes on";
}

TEST(SmtpTest, AServerThatIsNotThere) {
  std::string address;
  {
    SmtpProcess server;
    address = server.address();
  }
  SmtpOptions options;
  options.server = address;
  options.tls = SmtpTls::kOff;
  absl::StatusOr<std::unique_ptr<SmtpClient>> client = SmtpClient::Make(options);
  ASSERT_TRUE(client.ok()) << client.status();
  const SmtpOutcome sent = Send(**client);
  EXPECT_EQ(sent.kind, Kind::kNoServer);
  EXPECT_FALSE(sent.text.empty());
}

TEST(SmtpTest, StopBreaksOffWhatIsUnderWay) {
  SmtpProcess server;
  server.Say("hold", "");
  const auto client = Client(server, SmtpTls::kOff);
  std::thread stopper([&] {
    EXPECT_THAT(server.WaitForMails(1), SizeIs(1));
    client->Stop();
  });
  const absl::Time begin = absl::Now();
  EXPECT_EQ(Send(*client).kind, Kind::kNoServer);
  EXPECT_LT(absl::Now() - begin, absl::Seconds(30));
  stopper.join();
  server.Unsay("hold");
}

TEST(SmtpTest, WhatIsNoServerIsRefused) {
  for (const char* bad : {"", "mail.acme.example", ":25", "acme:0", "acme:70000", "acme:25/x",
                          "user@acme:25", "acme\r\n:25"}) {
    SmtpOptions options;
    options.server = bad;
    EXPECT_EQ(SmtpClient::Make(options).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

}  // namespace
}  // namespace provost
