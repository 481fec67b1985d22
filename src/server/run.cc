#include "server/run.h"

#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "server/options.h"
#include "server/server.h"

namespace provost {
namespace {

// --name in flags, name in the file, PROVOST_NAME in the environment.
std::string EnvironmentName(std::string name) {
  for (char& c : name) c = c == '-' ? '_' : static_cast<char>(toupper(c));
  return "PROVOST_" + name;
}

template <typename T>
void Add(CLI::App& app, const std::string& name, T& value, const std::string& help) {
  app.add_option("--" + name, value, help)->capture_default_str()->envname(EnvironmentName(name));
}

void AddDuration(CLI::App& app, const std::string& name, absl::Duration& value,
                 const std::string& help) {
  app.add_option_function<std::string>(
         "--" + name,
         [&value, name](const std::string& text) {
           if (!absl::ParseDuration(text, &value)) {
             throw CLI::ValidationError(
                 "--" + name, "`" + text + "` is no duration; wanted one like 30s or 24h");
           }
         },
         help)
      ->type_name("DURATION")
      ->default_str(absl::FormatDuration(value))
      ->envname(EnvironmentName(name));
}

}  // namespace

int RunServer(int argc, char** argv) {
  // A signal has to find no thread that has not blocked it: it is waited for below.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  ServerOptions options;
  CLI::App app(
      "The Provost server.\n\nEach option can also stand in a file (--config, one `name = value` a "
      "line) and in the\nenvironment (PROVOST_LISTEN for --listen); a flag goes before the "
      "environment, and that before the file.",
      "provostd");
  app.set_config("--config", "", "A file with options");
  app.footer("Example:\n  provostd --listen=127.0.0.1:7480 --data=./provost-data");
  Add(app, "listen", options.listen, "Where to listen, host:port; loopback only");
  Add(app, "data", options.data, "Folder of the database; made where it is missing");
  Add(app, "sync", options.sync, "Make each commit wait for the disk");
  AddDuration(app, "request-ttl", options.request_ttl,
              "How long the answer to a request id is kept");
  AddDuration(app, "list-hold", options.list_hold, "How long a list can be continued");
  AddDuration(app, "default-deadline", options.default_deadline,
              "For calls whose caller sets no deadline");
  AddDuration(app, "drain", options.drain, "How long calls under way may take after SIGTERM");
  app.add_option("--log-level", options.log_level, "How much to log; reads that succeed at debug")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
      ->capture_default_str()
      ->envname("PROVOST_LOG_LEVEL");
  Add(app, "max-request-bytes", options.max_request_bytes, "Largest request, in bytes");
  Add(app, "block-cache-mib", options.block_cache_mib, "Memory for blocks read from disk, in MiB");
  Add(app, "write-buffer-mib", options.write_buffer_mib,
      "Memory for rows not yet in table files, in MiB");
  Add(app, "max-waiting-changes", options.max_waiting_changes,
      "Changes that may wait for the commit lane");
  Add(app, "max-group-changes", options.max_group_changes, "Changes committed with one write");
  Add(app, "scan-threads", options.scan_threads, "Threads for large reads");
  Add(app, "max-waiting-scans", options.max_waiting_scans, "Large reads that may wait");
  Add(app, "max-held-lists", options.max_held_lists,
      "States held for lists that are being continued");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(options);
  if (!server.ok()) {
    std::fprintf(stderr, "provostd: %s\n", std::string(server.status().message()).c_str());
    return absl::IsInvalidArgument(server.status()) ? 2 : 1;
  }
  int signal = 0;
  sigwait(&signals, &signal);
  (*server)->Shutdown();
  return 0;
}

}  // namespace provost
