#ifndef PROVOST_MAIL_SMTP_H_
#define PROVOST_MAIL_SMTP_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace provost {

/// How the connection to an SMTP server is kept from others' eyes.
enum class SmtpTls {
  kRequired,       ///< STARTTLS, with a certificate that is checked, or nothing is sent.
  kOpportunistic,  ///< STARTTLS where the server has it; its certificate is not checked.
  kOff,
};

struct SmtpOptions {
  std::string server;  ///< `host:port`.
  SmtpTls tls = SmtpTls::kRequired;
  std::string ca_file;  ///< Who may certify the server; empty: whom the system trusts.
  std::string user;     ///< Empty: without authentication.
  std::string password;
  absl::Duration connect_timeout = absl::Seconds(30);
  /// For one mail. RFC 5321 gives a server 10 minutes to say that it took one.
  absl::Duration send_timeout = absl::Minutes(11);
};

/// What became of a mail.
struct SmtpOutcome {
  enum class Kind {
    kTaken,    ///< The server answers for it from now on.
    kRefused,  ///< It said that it will never take this mail for this recipient.
    kLater,    ///< It did not take this mail now.
    kNoServer  ///< It could not be reached, or does not take mail from us as it is configured.
  };
  Kind kind = Kind::kNoServer;
  std::string text;  ///< What the server said last, or what was wrong, for people. One line.
};

/// True for `host:port`, with a port from 1 to 65535. Any thread.
bool IsSmtpServer(absl::string_view text);

/// Hands mails to one SMTP server (RFC 5321), over a connection that is kept for the next. Not
/// thread-safe but for Stop().
class SmtpClient {
 public:
  /// INVALID_ARGUMENT for a server that is not IsSmtpServer().
  static absl::StatusOr<std::unique_ptr<SmtpClient>> Make(SmtpOptions options);
  ~SmtpClient();
  SmtpClient(const SmtpClient&) = delete;
  SmtpClient& operator=(const SmtpClient&) = delete;

  /// Sends `data`, which FormatMail made, from one address to another; both are IsMailAddress().
  /// Blocks. A mail that the server took and whose answer was lost comes back as kNoServer: whoever
  /// sends it again may send it twice, which SMTP leaves open.
  SmtpOutcome Send(const std::string& from, const std::string& to, const std::string& data);

  /// Breaks off what is under way, within a second, and whatever is sent after.
  void Stop() { stopped_ = true; }

 private:
  struct Handle;
  explicit SmtpClient(SmtpOptions options);

  const SmtpOptions options_;
  std::unique_ptr<Handle> handle_;
  std::atomic<bool> stopped_{false};
};

}  // namespace provost

#endif  // PROVOST_MAIL_SMTP_H_
