#include "server/options.h"

#include <arpa/inet.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/mail_options.h"

namespace provost {
namespace {

bool IsLoopback(absl::string_view host) {
  if (host == "localhost") return true;
  in_addr v4{};
  const std::string text(host);
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

absl::Status Wrong(absl::string_view option, absl::string_view value, absl::string_view wanted) {
  return absl::InvalidArgumentError(absl::StrCat("--", option, "=", value, ": ", wanted));
}

}  // namespace

bool IsLogLevel(absl::string_view level) {
  for (const absl::string_view known : {"trace", "debug", "info", "warn", "error", "off"}) {
    if (level == known) return true;
  }
  return false;
}

absl::Status CheckOptions(const ServerOptions& options) {
  const size_t colon = options.listen.rfind(':');
  int port = 0;
  if (colon == std::string::npos ||
      !absl::SimpleAtoi(absl::string_view(options.listen).substr(colon + 1), &port) || port < 0 ||
      port > 65535) {
    return Wrong("listen", options.listen, "wanted host:port, like 127.0.0.1:7480");
  }
  absl::string_view host = absl::string_view(options.listen).substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  if (!IsLoopback(host)) {
    return Wrong("listen", options.listen,
                 "this server has no authenticator yet and takes callers at their word, so it "
                 "listens on loopback only; wanted 127.0.0.1, [::1] or localhost");
  }
  if (options.data.empty()) return Wrong("data", "", "wanted a folder");
  for (const auto& [name, value] :
       {std::pair<absl::string_view, absl::Duration>{"request-ttl", options.request_ttl},
        {"list-hold", options.list_hold},
        {"default-deadline", options.default_deadline},
        {"stream-idle", options.stream_idle}}) {
    if (value <= absl::ZeroDuration() || value > absl::Hours(24 * 365)) {
      return Wrong(name, absl::FormatDuration(value), "wanted more than 0 and at most a year");
    }
  }
  if (options.drain < absl::ZeroDuration() || options.drain > absl::Hours(1)) {
    return Wrong("drain", absl::FormatDuration(options.drain), "wanted 0 to 1h");
  }
  if (options.max_request_bytes < 1024 || options.max_request_bytes > (1 << 30)) {
    return Wrong("max-request-bytes", absl::StrCat(options.max_request_bytes),
                 "wanted 1024 to 1073741824");
  }
  struct Large {
    absl::string_view name;
    int64_t value;
  };
  for (const Large& option :
       {Large{"max-package-bytes", options.max_package_bytes},
        Large{"max-atomic-import-rows", options.max_atomic_import_rows},
        Large{"max-atomic-import-bytes", options.max_atomic_import_bytes},
        Large{"max-waiting-import-bytes", options.max_waiting_import_bytes}}) {
    if (option.value < 1 || option.value > (int64_t{1} << 40)) {
      return Wrong(option.name, absl::StrCat(option.value),
                   absl::StrCat("wanted 1 to ", int64_t{1} << 40));
    }
  }
  struct Positive {
    absl::string_view name;
    size_t value;
    size_t max;
  };
  for (const Positive& option :
       {Positive{"block-cache-mib", options.block_cache_mib, 1 << 20},
        Positive{"write-buffer-mib", options.write_buffer_mib, 1 << 16},
        Positive{"max-waiting-changes", options.max_waiting_changes, 1 << 24},
        Positive{"max-group-changes", options.max_group_changes, 1 << 20},
        Positive{"scan-threads", options.scan_threads, 256},
        Positive{"max-waiting-scans", options.max_waiting_scans, 1 << 20},
        Positive{"max-held-lists", options.max_held_lists, 1 << 16}}) {
    if (option.value < 1 || option.value > option.max) {
      return Wrong(option.name, absl::StrCat(option.value),
                   absl::StrCat("wanted 1 to ", option.max));
    }
  }
  return CheckMailOptions(options);
}

}  // namespace provost
