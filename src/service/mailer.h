#ifndef PROVOST_SERVICE_MAILER_H_
#define PROVOST_SERVICE_MAILER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mail/smtp.h"
#include "provost/internal/v1/notification_rows.pb.h"
#include "provost/v1/notification_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "service/report_mail.h"
#include "service/tenant_rounds.h"
#include "tenant/outbox.h"
#include "tenant/registry.h"
#include "tenant/writer.h"

namespace provost {

struct MailerOptions {
  SmtpOptions smtp;
  /// The address that mails come from; IsMailAddress().
  std::string from;
  /// How long after the first failure a mail is tried again: twice as long after each further one,
  /// up to the longest.
  absl::Duration backoff = absl::Minutes(1);
  absl::Duration backoff_max = absl::Hours(6);
  /// How often a mail is tried before it is given up.
  int attempts = 12;
  /// How long a mail that was sent or given up is kept.
  absl::Duration keep = absl::Hours(24 * 30);
  /// Makes what a mail of a tenant says that brings a saved report, on the mailer's thread, each
  /// time that it is to be sent: MakeReportMail, or what answers as that does.
  std::function<absl::StatusOr<ReportMail>(const std::shared_ptr<Tenant>&, const rows::OutboxRow&)>
      make_report;
  /// Told, on the mailer's thread, when the SMTP server can no longer be reached and when it can be
  /// again, with what was wrong or what it said. May be empty.
  std::function<void(bool reached, const std::string& text)> on_server;
  /// Told, on the mailer's thread, what else hinders it. May be empty.
  std::function<void(const absl::Status&)> on_error;
};

/// Brings the outboxes of all tenants to an SMTP server (KA4), from a thread of its own, and takes
/// away what ended long enough ago.
///
/// A mail is handed over first, and what became of it is committed after that, as the server
/// itself. So one that a server that was killed had not handed over is sent once it runs again, and
/// one that it had, and whose outcome was not yet committed, is sent again with the same
/// Message-ID. While the SMTP server cannot be reached, no mail's attempts are used up: all wait.
/// The mail of a suspended tenant waits until the tenant no longer is suspended, and nobody is
/// mailed in their quiet hours but what somebody asked to retry.
///
/// A mail that brings a saved report is made as it is sent; what came of that is written in the
/// report too, with the commit that records the mail.
///
/// What is damaged in a tenant's outbox is told, and looked at again a minute later; the tenant's
/// other mails and those of other tenants go on.
class Mailer {
 public:
  /// INVALID_ARGUMENT where the SMTP server is no `host:port`. `registry` outlives the mailer.
  static absl::StatusOr<std::unique_ptr<Mailer>> Make(TenantRegistry* registry,
                                                      MailerOptions options);
  /// Stops.
  ~Mailer();
  Mailer(const Mailer&) = delete;
  Mailer& operator=(const Mailer&) = delete;

  /// Looks at every tenant once, and sends from then on. `writer` takes changes until Stop() has
  /// returned.
  void Start(TenantWriter* writer);

  /// For GroupBuilder::Options::on_mail: there is something to be sent at `time`, or the tenant is
  /// to be looked at. Any thread; a short lock.
  void Note(const std::shared_ptr<Tenant>& tenant, absl::Time time);

  /// Sends no more. The mail that is being sent may take `patience`, and is broken off after that.
  /// More calls do nothing.
  void Stop(absl::Duration patience);

 private:
  // What goes out as one: a mail, or a digest of several.
  struct Batch {
    std::vector<uint64_t> uids;
    std::vector<rows::OutboxRow> rows;
    std::string to;
    std::string to_name;
    std::string data;
    std::string undeliverable;  // Why it cannot go out at all.
    std::string report_error;   // Why its report could not be made, which it says instead.
    // When the person wants no mail: quiet hours alone, and where they count.
    v1::NotificationPreferences quiet;
    absl::TimeZone zone;
  };
  // How far it has come with a tenant.
  struct Progress {
    std::optional<OutboxTime> last;               // The mail that was tried last.
    absl::Time take_away = absl::InfinitePast();  // When mails that ended are to go.
    // Those that were handed over and whose outcome could not be written, by their first mail: not
    // to be sent again.
    std::map<uint64_t, Batch> unrecorded;
  };
  // The mail that was being sent when the server was lost.
  struct Suspect {
    uint64_t tenant = 0;
    uint64_t uid = 0;
    bool reached_since = false;
  };

  Mailer(TenantRegistry* registry, MailerOptions options, std::unique_ptr<SmtpClient> smtp);

  // Sends one mail of a tenant, if one is due, and takes away some that ended. Each returns when to
  // look again.
  absl::StatusOr<absl::Time> LookAt(const std::shared_ptr<Tenant>& tenant);
  absl::StatusOr<absl::Time> SendNext(const std::shared_ptr<Tenant>& tenant, Progress& progress);
  // After a mail that is listed was not found to wait.
  absl::StatusOr<absl::Time> CheckGone(const Tenant& tenant, const OutboxTime& mail) const;
  absl::StatusOr<absl::Time> TakeAwayEnded(const std::shared_ptr<Tenant>& tenant);
  // The first mail that is due and comes after the last that was tried, then the first of all.
  absl::StatusOr<std::optional<OutboxTime>> FindDue(const Tenant& tenant, const Progress& progress,
                                                    absl::Time now) const;
  absl::StatusOr<Batch> ReadBatch(const Tenant& tenant, const OutboxTime& first) const;
  // Finds whom a batch is to and when they want no mail.
  absl::Status Address(const Tenant& tenant, Batch* batch) const;
  // Writes the message.
  absl::Status Compose(const std::shared_ptr<Tenant>& tenant, Batch* batch) const;
  absl::Status ReadQuiet(const Tenant& tenant, const v1::User& user, Batch* batch) const;
  // Says in the rows of a batch that it waits for the end of quiet hours. False where it need not.
  bool Postpone(Batch* batch) const;
  // Hands a batch over, and says in its rows what became of it. False where that is nothing: the
  // SMTP server could not be reached.
  bool Send(const Tenant& tenant, Batch* batch);
  absl::Duration BackoffAfter(int attempts) const;
  // Commits what is in the rows of a batch.
  absl::Status Record(const std::shared_ptr<Tenant>& tenant, const Batch& batch);
  static absl::Status RecordReport(TenantDraft& draft, uint64_t uid, const rows::OutboxRow& row,
                                   const std::string& report_error);
  // Makes a change as the server itself: TenantRounds::Commit.
  absl::Status Commit(const std::shared_ptr<Tenant>& tenant, const std::string& method,
                      const std::function<absl::Status(TenantDraft&)>& change);

  TenantRegistry* const registry_;
  const MailerOptions options_;
  const std::string domain_;
  const std::unique_ptr<SmtpClient> smtp_;

  // The mailer's thread alone.
  std::map<uint64_t, Progress> progress_;  // By tenant.
  Suspect suspect_;
  int unreached_ = 0;  // How often in a row the SMTP server could not be reached.

  TenantRounds rounds_;
};

}  // namespace provost

#endif  // PROVOST_SERVICE_MAILER_H_
