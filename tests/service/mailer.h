// Servers that mail over a real SMTP server.
#ifndef PROVOST_TESTS_SERVICE_MAILER_H_
#define PROVOST_TESTS_SERVICE_MAILER_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "provost/v1/notification_service.pb.h"
#include "tenant/outbox.h"
#include "tenant/times.h"
#include "tests/mail/smtp_process.h"
#include "tests/service/outbox.h"
#include "tests/service/stopped_data.h"

namespace provost {

inline constexpr absl::Duration kSoon = absl::Milliseconds(10);

class MailerTest : public SafetyMails {
 protected:
  // Starts the server anew, and it mails through `smtp`.
  void MailThrough(const std::string& smtp,
                   const std::function<void(ServerOptions*)>& adjust = nullptr) {
    Restart([&](ServerOptions* options) {
      options->smtp_server = smtp;
      options->smtp_tls = "off";
      options->mail_from = "lms@acme.example";
      options->mail_backoff = kSoon;
      if (adjust != nullptr) adjust(options);
    });
  }
  // The only mail, once it is so.
  v1::OutboxMessage WaitUntil(const std::function<bool(const v1::OutboxMessage&)>& is_so) {
    const absl::Time give_up = absl::Now() + absl::Seconds(20);
    for (;;) {
      const std::vector<v1::OutboxMessage> messages = Messages();
      if (messages.size() == 1 && is_so(messages[0])) return messages[0];
      if (absl::Now() > give_up) {
        ADD_FAILURE() << "no mail became so";
        return messages.empty() ? v1::OutboxMessage() : messages[0];
      }
      absl::SleepFor(kSoon);
    }
  }
  v1::OutboxMessage WaitFor(v1::OutboxMessage::State state) {
    SCOPED_TRACE(v1::OutboxMessage::State_Name(state));
    return WaitUntil(
        [state](const v1::OutboxMessage& message) { return message.state() == state; });
  }
  // Until none waits.
  void WaitForAll() {
    const absl::Time give_up = absl::Now() + absl::Seconds(20);
    while (!Messages("state: WAITING").empty()) {
      ASSERT_LT(absl::Now(), give_up) << "some wait still";
      absl::SleepFor(kSoon);
    }
  }
  // As if all that waits were due by now, what was due at one time at one time.
  void MakeDue();
  // From an hour ago until in an hour.
  void BeQuiet(absl::string_view user);

  SmtpProcess smtp_;
};

inline void MailerTest::MakeDue() {
  Stop();
  StoppedData data(folder());
  const absl::Status status = data.Change([](TenantDraft& draft) -> absl::Status {
    auto times = ReadOutboxTimes(draft.reader(),
                                 OutboxWaiting(draft.number(), absl::InfiniteFuture()), 1000);
    if (!times.ok()) return times.status();
    for (const OutboxTime& time : *times) {
      auto row = ReadOutbox(draft.reader(), draft.number(), time.uid);
      if (!row.ok()) return row.status();
      rows::OutboxRow due = **row;
      *due.mutable_message()->mutable_next_time() = ToTimestamp(time.time - absl::Hours(24 * 8));
      PutOutbox(draft, time.uid, &**row, due);
    }
    return absl::OkStatus();
  });
  ASSERT_TRUE(status.ok()) << status;
}

inline void MailerTest::BeQuiet(absl::string_view user) {
  SetUser(user, "time_zone: 'Etc/UTC'");
  const int64_t minute = absl::ToUnixSeconds(absl::Now()) / 60;
  SetPreferences(user, absl::StrCat("quiet_from: ", (minute - 60) % 1440,
                                    " quiet_until: ", (minute + 60) % 1440));
}

}  // namespace provost

#endif  // PROVOST_TESTS_SERVICE_MAILER_H_
