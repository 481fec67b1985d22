#ifndef PROVOST_SERVER_OPTIONS_H_
#define PROVOST_SERVER_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace provost {

/// How a server is run. Each is a flag of provostd, an environment variable PROVOST_*, and an entry
/// of its configuration file, in this order of precedence.
struct ServerOptions {
  // What it does.

  /// Where to listen, `host:port`; port 0 takes a free one. Without an authenticator (there is none
  /// yet) only loopback addresses are accepted.
  std::string listen = "127.0.0.1:7480";
  /// The folder of the database; made where it is missing. One server at a time.
  std::string data = "./provost-data";
  /// Make each commit wait for the disk.
  bool sync = true;
  /// How long the answer to a request id is kept.
  absl::Duration request_ttl = absl::Hours(24);
  /// How long a list can be continued.
  absl::Duration list_hold = absl::Minutes(5);
  /// For calls whose caller sets no deadline.
  absl::Duration default_deadline = absl::Seconds(60);
  /// Largest file that can be uploaded as a package, in bytes.
  int64_t max_package_bytes = 512 << 20;
  /// Rows that an import does in one commit, or in none for a dry run.
  int64_t max_atomic_import_rows = 100000;
  /// Bytes of the document of such an import; they wait in memory.
  int64_t max_atomic_import_bytes = 64 << 20;
  /// Bytes that all such imports together keep in memory.
  int64_t max_waiting_import_bytes = 256 << 20;
  /// How long a stream may wait for its caller to send or to read on.
  absl::Duration stream_idle = absl::Seconds(60);
  /// How long calls under way may take after SIGTERM before they are cut off.
  absl::Duration drain = absl::Seconds(10);
  /// trace, debug, info, warn, error or off. Reads that succeed are logged at debug.
  std::string log_level = "info";

  // Mails out.

  /// `host:port` of the SMTP server that takes mails. Empty: none goes out, and the outbox waits.
  std::string smtp_server;
  /// required, opportunistic or off: see SmtpTls.
  std::string smtp_tls = "required";
  /// A file with the certificates of those who may certify the SMTP server. Empty: whom the system
  /// trusts.
  std::string smtp_ca_file;
  /// Empty: without authentication.
  std::string smtp_user;
  /// A file whose first line is the password.
  std::string smtp_password_file;
  /// The address that mails come from. Wanted where there is an SMTP server.
  std::string mail_from;
  /// How long after the first failure a mail is tried again; twice as long after each further one,
  /// up to the longest.
  absl::Duration mail_backoff = absl::Minutes(1);
  absl::Duration mail_backoff_max = absl::Hours(6);
  /// How often a mail is tried before it is given up.
  int mail_attempts = 12;
  /// How long a mail that was sent or given up is kept.
  absl::Duration outbox_keep = absl::Hours(24 * 30);
  /// What a saved report may measure that is mailed, and how long it may take to make it.
  int64_t max_mailed_report_bytes = 10 << 20;
  absl::Duration mailed_report_time = absl::Minutes(1);

  // How fast, and with how much memory.

  /// Largest request, in bytes.
  int max_request_bytes = 16 << 20;
  /// Memory for blocks read from disk, in MiB.
  size_t block_cache_mib = 256;
  /// Memory for rows not yet in table files, in MiB.
  size_t write_buffer_mib = 64;
  /// Changes that may wait for the commit lane.
  size_t max_waiting_changes = 8192;
  /// Changes committed with one write.
  size_t max_group_changes = 512;
  /// Threads for large reads.
  size_t scan_threads = 2;
  /// Large reads that may wait.
  size_t max_waiting_scans = 256;
  /// States held for lists that the callers of one tenant are continuing; one caller has at
  /// most 16.
  size_t max_held_lists = 128;
};

/// Whether there is such a `log_level`.
bool IsLogLevel(absl::string_view level);

/// INVALID_ARGUMENT naming the option, its value and what is wanted. A `listen` address that is not
/// loopback is refused here.
absl::Status CheckOptions(const ServerOptions& options);

}  // namespace provost

#endif  // PROVOST_SERVER_OPTIONS_H_
