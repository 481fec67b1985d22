#ifndef PROVOST_SERVICE_REPORT_MAIL_H_
#define PROVOST_SERVICE_REPORT_MAIL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "mail/message.h"
#include "provost/internal/v1/notification_rows.pb.h"
#include "tenant/registry.h"
#include "tenant/tenant.h"

namespace provost {

class Door;

/// What a mail that brings a saved report says (RE1, RE2).
struct ReportMail {
  std::string subject;
  std::string text;
  std::vector<MailAttachment> files;
  /// Why there is no report in it, in the words in which a call would have been refused; empty:
  /// there is.
  std::string error;
};

struct ReportMailOptions {
  int64_t max_bytes = 10 << 20;               ///< Of the document.
  absl::Duration at_most = absl::Minutes(1);  ///< How long it may take to make it.
};

/// Makes the report that `mail`, a row of the tenant's outbox, brings: now, and as its owner, by
/// all that a call of ExportReport goes through at the door (rule 23), so that nobody is mailed
/// what they may no longer read. Where it is refused, or too large, or takes too long, the mail
/// says so instead.
///
/// NOT_FOUND where the report is gone, or is no longer mailed; UNAVAILABLE once the door refuses
/// calls; errors of the store. Any thread; takes as long as the report does.
absl::StatusOr<ReportMail> MakeReportMail(Door& door, const TenantRegistry& registry,
                                          const std::shared_ptr<Tenant>& tenant,
                                          const rows::OutboxRow& mail,
                                          const ReportMailOptions& options);

}  // namespace provost

#endif  // PROVOST_SERVICE_REPORT_MAIL_H_
