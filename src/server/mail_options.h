#ifndef PROVOST_SERVER_MAIL_OPTIONS_H_
#define PROVOST_SERVER_MAIL_OPTIONS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/options.h"
#include "service/mailer.h"

namespace provost {

/// INVALID_ARGUMENT naming the option about mails that cannot be, its value and what is wanted.
absl::Status CheckMailOptions(const ServerOptions& options);

/// How the mailer is run, of options that were checked. Reads the file with the password.
/// INVALID_ARGUMENT naming the option where a file cannot be read.
absl::StatusOr<MailerOptions> ReadMailOptions(const ServerOptions& options);

}  // namespace provost

#endif  // PROVOST_SERVER_MAIL_OPTIONS_H_
