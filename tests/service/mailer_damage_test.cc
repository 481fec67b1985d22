// Outboxes that are damaged: what can be mailed is, and once.
#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "service/mailer.h"
#include "tests/service/mailer.h"
#include "tests/verify/verified_store.h"

namespace provost {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using v1::OutboxMessage;

uint64_t UidOf(const OutboxMessage& message) {
  const std::vector<std::string> name = absl::StrSplit(message.name(), '/');
  uint64_t uid = 0;
  EXPECT_TRUE(absl::SimpleAtoi(name.back(), &uid)) << message.name();
  return uid;
}

class MailerDamageTest : public MailerTest {
 protected:
  MailerDamageTest() { LeaveDamaged(); }

  // A mailer of its own, on the data of the stopped server.
  std::unique_ptr<Mailer> MakeMailer(StoppedData* data) {
    MailerOptions options;
    options.smtp.server = smtp_.address();
    options.smtp.tls = SmtpTls::kOff;
    options.from = "lms@acme.example";
    options.on_error = [this](const absl::Status& status) {
      if (!has_error_) error_.set_value(status);
      has_error_ = true;
    };
    auto mailer = Mailer::Make(data->registry(), std::move(options));
    if (!mailer.ok()) std::abort();
    return *std::move(mailer);
  }
  // The first that it told of.
  absl::Status WaitForError() {
    std::future<absl::Status> error = error_.get_future();
    if (error.wait_for(std::chrono::seconds(20)) != std::future_status::ready) {
      return absl::DeadlineExceededError("nothing was told");
    }
    return error.get();
  }

 private:
  bool has_error_ = false;  // The mailer's thread alone.
  std::promise<absl::Status> error_;
};

TEST_F(MailerDamageTest, ADamagedMailThatEndedHoldsUpNoOther) {
  Enroll("otto", "fire");
  Enroll("leo", "fire");
  ASSERT_EQ(Messages().at(0).state(), OutboxMessage::UNDELIVERABLE);
  const uint64_t uid = UidOf(Messages().at(0));
  Stop();
  ASSERT_TRUE(StoppedData(folder()).Damage(uid).ok());
  MailThrough(smtp_.address(), [](ServerOptions* options) { options->outbox_keep = kSoon; });
  EXPECT_THAT(smtp_.WaitForMails(1), SizeIs(1));
}

TEST_F(MailerDamageTest, AMailThatIsListedAndNotThereIsToldOfAsDamage) {
  Enroll("leo", "fire");
  const uint64_t uid = UidOf(Messages().at(0));
  Stop();
  StoppedData data(folder());
  const absl::Status erased = data.Change([uid](TenantDraft& draft) {
    draft.Erase(store::Table::kOutbox, OutboxKey(draft.number(), uid));
    return absl::OkStatus();
  });
  ASSERT_TRUE(erased.ok()) << erased;
  const std::unique_ptr<Mailer> mailer = MakeMailer(&data);
  mailer->Start(data.writer());
  const absl::Status error = WaitForError();
  EXPECT_TRUE(absl::IsDataLoss(error)) << error;
  EXPECT_THAT(std::string(error.message()), HasSubstr(absl::StrCat("mail ", uid)));
}

TEST_F(MailerDamageTest, WhatWasHandedOverIsNotSentAgainWhereItsOutcomeCannotBeWritten) {
  Enroll("leo", "fire");
  const uint64_t uid = UidOf(Messages().at(0));
  Stop();
  StoppedData data(folder());
  const auto row = data.Read(uid);
  ASSERT_TRUE(row.ok() && row->has_value());
  smtp_.Say("hold", "");
  const std::unique_ptr<Mailer> mailer = MakeMailer(&data);
  mailer->Start(data.writer());
  ASSERT_THAT(smtp_.WaitForMails(1), SizeIs(1));
  ASSERT_TRUE(data.Damage(uid).ok());
  smtp_.Unsay("hold");
  const absl::Status error = WaitForError();
  EXPECT_TRUE(absl::IsDataLoss(error)) << error;
  const absl::Status mended = data.Change([&](TenantDraft& draft) {
    draft.Write(store::Table::kOutbox, OutboxKey(draft.number(), uid), **row);
    return absl::OkStatus();
  });
  ASSERT_TRUE(mended.ok()) << mended;
  mailer->Note(data.acme(), absl::InfinitePast());
  const absl::Time give_up = absl::Now() + absl::Seconds(20);
  for (;;) {
    const auto now = data.Read(uid);
    ASSERT_TRUE(now.ok() && now->has_value()) << now.status();
    if ((*now)->message().state() == OutboxMessage::SENT) break;
    ASSERT_LT(absl::Now(), give_up) << (*now)->message().DebugString();
    absl::SleepFor(kSoon);
  }
  EXPECT_THAT(smtp_.Mails(), SizeIs(1));
}

}  // namespace
}  // namespace provost
