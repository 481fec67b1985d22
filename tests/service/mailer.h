// Servers that mail over a real SMTP server, and their data while they are stopped.
#ifndef PROVOST_TESTS_SERVICE_MAILER_H_
#define PROVOST_TESTS_SERVICE_MAILER_H_

#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "provost/internal/v1/notification_rows.pb.h"
#include "provost/v1/notification_service.pb.h"
#include "service/policies.h"
#include "store/database.h"
#include "tenant/outbox.h"
#include "tenant/registry.h"
#include "tenant/times.h"
#include "tenant/writer.h"
#include "tests/mail/smtp_process.h"
#include "tests/service/outbox.h"

namespace provost {

inline constexpr absl::Duration kSoon = absl::Milliseconds(10);

// The data of a server that is stopped, for what no call does.
class StoppedData {
 public:
  explicit StoppedData(const std::string& folder) {
    store::DatabaseOptions database_options;
    database_options.path = folder;
    auto database = store::Database::Open(database_options);
    absl::StatusOr<CompiledPolicy> system = LoadPreset("system");
    if (!database.ok() || !system.ok()) std::abort();
    database_ = *std::move(database);
    RegistryOptions registry_options;
    registry_options.system_policy = *std::move(system);
    auto registry = TenantRegistry::Open(database_.get(), std::move(registry_options));
    if (!registry.ok()) std::abort();
    registry_ = *std::move(registry);
    writer_ = std::make_unique<TenantWriter>(registry_.get(), TenantWriterOptions());
  }
  TenantRegistry* registry() { return registry_.get(); }
  TenantWriter* writer() { return writer_.get(); }
  std::shared_ptr<Tenant> acme() { return registry_->Find("acme"); }
  absl::StatusOr<std::optional<rows::OutboxRow>> Read(uint64_t uid) {
    return ReadOutbox(*database_, acme()->number(), uid);
  }
  absl::Status Change(const std::function<absl::Status(TenantDraft&)>& change) {
    std::promise<absl::Status> told;
    TenantMutation mutation;
    mutation.tenant = acme();
    mutation.actor.name = "server";
    mutation.method = "test.Change";
    mutation.prepare = [&](MutationContext& context) -> absl::StatusOr<std::string> {
      if (absl::Status status = change(context.draft()); !status.ok()) return status;
      return std::string();
    };
    mutation.done = [&](const absl::StatusOr<MutationResult>& done) {
      told.set_value(done.status());
    };
    writer_->Submit(std::move(mutation));
    return told.get_future().get();
  }
  absl::Status Damage(uint64_t uid) {
    return Change([uid](TenantDraft& draft) {
      draft.WriteBytes(store::Table::kOutbox, OutboxKey(draft.number(), uid), "?");
      return absl::OkStatus();
    });
  }

 private:
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<TenantRegistry> registry_;
  std::unique_ptr<TenantWriter> writer_;
};

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
