#include "server/mail_options.h"

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "mail/message.h"
#include "mail/smtp.h"

namespace provost {
namespace {

constexpr int kMaxAttempts = 1000;
constexpr int64_t kMaxReportBytes = 64 << 20;

absl::Status Wrong(absl::string_view option, absl::string_view value, absl::string_view wanted) {
  return absl::InvalidArgumentError(absl::StrCat("--", option, "=", value, ": ", wanted));
}

std::optional<SmtpTls> ParseTls(absl::string_view text) {
  if (text == "required") return SmtpTls::kRequired;
  if (text == "opportunistic") return SmtpTls::kOpportunistic;
  if (text == "off") return SmtpTls::kOff;
  return std::nullopt;
}

}  // namespace

absl::Status CheckMailOptions(const ServerOptions& options) {
  if (!ParseTls(options.smtp_tls).has_value()) {
    return Wrong("smtp-tls", options.smtp_tls, "wanted required, opportunistic or off");
  }
  if (!options.smtp_server.empty() && !IsSmtpServer(options.smtp_server)) {
    return Wrong("smtp-server", options.smtp_server, "wanted host:port, like mail.example:587");
  }
  if (!options.mail_from.empty() && !IsMailAddress(options.mail_from)) {
    return Wrong("mail-from", options.mail_from, "wanted an address, like lms@acme.example");
  }
  if (!options.smtp_server.empty() && options.mail_from.empty()) {
    return Wrong("mail-from", "",
                 "wanted with --smtp-server: the address that mails come from, like "
                 "lms@acme.example");
  }
  if (options.smtp_user.empty() != options.smtp_password_file.empty()) {
    return options.smtp_user.empty()
               ? Wrong("smtp-user", "", "wanted with --smtp-password-file")
               : Wrong("smtp-password-file", "",
                       "wanted with --smtp-user: a file whose first line is the password");
  }
  for (const auto& [name, value] :
       {std::pair<absl::string_view, absl::Duration>{"mail-backoff", options.mail_backoff},
        {"mail-backoff-max", options.mail_backoff_max},
        {"outbox-keep", options.outbox_keep},
        {"mailed-report-time", options.mailed_report_time}}) {
    if (value <= absl::ZeroDuration() || value > absl::Hours(24 * 365)) {
      return Wrong(name, absl::FormatDuration(value), "wanted more than 0 and at most a year");
    }
  }
  if (options.mail_backoff_max < options.mail_backoff) {
    return Wrong("mail-backoff-max", absl::FormatDuration(options.mail_backoff_max),
                 absl::StrCat("wanted at least --mail-backoff, which is ",
                              absl::FormatDuration(options.mail_backoff)));
  }
  if (options.mail_attempts < 1 || options.mail_attempts > kMaxAttempts) {
    return Wrong("mail-attempts", absl::StrCat(options.mail_attempts),
                 absl::StrCat("wanted 1 to ", kMaxAttempts));
  }
  if (options.max_mailed_report_bytes < 1 || options.max_mailed_report_bytes > kMaxReportBytes) {
    return Wrong("max-mailed-report-bytes", absl::StrCat(options.max_mailed_report_bytes),
                 absl::StrCat("wanted 1 to ", kMaxReportBytes));
  }
  return absl::OkStatus();
}

absl::StatusOr<MailerOptions> ReadMailOptions(const ServerOptions& options) {
  MailerOptions mailer;
  mailer.smtp.server = options.smtp_server;
  mailer.smtp.tls = *ParseTls(options.smtp_tls);
  mailer.smtp.ca_file = options.smtp_ca_file;
  mailer.smtp.user = options.smtp_user;
  mailer.from = options.mail_from;
  mailer.backoff = options.mail_backoff;
  mailer.backoff_max = options.mail_backoff_max;
  mailer.attempts = options.mail_attempts;
  mailer.keep = options.outbox_keep;
  if (!options.smtp_ca_file.empty() && !std::ifstream(options.smtp_ca_file).good()) {
    return Wrong("smtp-ca-file", options.smtp_ca_file, "cannot be read; wanted a file in PEM");
  }
  if (!options.smtp_password_file.empty()) {
    std::ifstream file(options.smtp_password_file);
    std::string line;
    std::getline(file, line);
    mailer.smtp.password = std::string(absl::StripSuffix(line, "\r"));
    if (mailer.smtp.password.empty()) {
      return Wrong("smtp-password-file", options.smtp_password_file,
                   "cannot be read or is empty; wanted a file whose first line is the password");
    }
  }
  return mailer;
}

}  // namespace provost
