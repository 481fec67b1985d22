#include "server/run.h"

#include <signal.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/options.h"
#include "server/options_file.h"
#include "server/server.h"

namespace provost {
namespace {

// --name in flags, name in the file, PROVOST_NAME in the environment.
std::string EnvironmentName(std::string name) {
  for (char& c : name) c = c == '-' ? '_' : static_cast<char>(toupper(c));
  return "PROVOST_" + name;
}

// `value` is what the option has where nobody says otherwise; `parse` is false for a text that is
// no value, and leaves it then.
void AddParsed(CLI::App& app, const std::string& name, const std::string& help,
               const std::string& type, const std::string& value, const std::string& wanted,
               std::function<bool(const std::string&)> parse) {
  app.add_option_function<std::string>(
         "--" + name,
         [name, wanted, parse = std::move(parse)](const std::string& text) {
           if (!parse(text)) throw CLI::ValidationError("--" + name + "=" + text, wanted);
         },
         help)
      ->type_name(type)
      ->default_str(value)
      ->envname(EnvironmentName(name));
}

void Add(CLI::App& app, const std::string& name, std::string& value, const std::string& help) {
  AddParsed(app, name, help, "TEXT", value, "wanted a value", [&value](const std::string& text) {
    value = text;
    return !text.empty();
  });
}

void Add(CLI::App& app, const std::string& name, bool& value, const std::string& help) {
  AddParsed(app, name, help, "BOOL", value ? "true" : "false", "wanted true or false",
            [&value](const std::string& text) { return absl::SimpleAtob(text, &value); });
}

template <typename T>
void Add(CLI::App& app, const std::string& name, T& value, const std::string& help) {
  AddParsed(app, name, help, "NUMBER", absl::StrCat(value), "wanted a whole number from 1 on",
            [&value](const std::string& text) {
              T number = 0;
              if (!absl::SimpleAtoi(text, &number) || number < 1) return false;
              value = number;
              return true;
            });
}

void Add(CLI::App& app, const std::string& name, absl::Duration& value, const std::string& help) {
  AddParsed(app, name, help, "DURATION", absl::FormatDuration(value),
            "wanted a duration like 30s or 24h",
            [&value](const std::string& text) { return absl::ParseDuration(text, &value); });
}

std::vector<std::string> OptionNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back(name);
  }
  return names;
}

// What the file says, for each option of which neither a flag nor the environment says anything.
absl::Status TakeFile(const std::string& path, CLI::App& app) {
  std::vector<std::string> names = OptionNames(app);
  for (const char* flag : {"config", "help", "version"}) {
    names.erase(std::remove(names.begin(), names.end(), flag), names.end());
  }
  const absl::StatusOr<std::vector<OptionEntry>> entries = ReadOptionsFile(path, names);
  if (!entries.ok()) return entries.status();
  for (const OptionEntry& entry : *entries) {
    CLI::Option* const option = app.get_option("--" + entry.name);
    if (option->count() > 0) continue;
    try {
      option->add_result(entry.value);
      option->run_callback();
    } catch (const CLI::ParseError& error) {
      return absl::InvalidArgumentError(absl::StrCat(path, ":", entry.line, ": ", error.what()));
    }
  }
  return absl::OkStatus();
}

int Refuse(const std::string& message) {
  std::fprintf(stderr, "provostd: %s\n", message.c_str());
  return 2;
}

}  // namespace

int RunServer(int argc, char** argv) {
  // A signal has to find no thread that has not blocked it: it is waited for below.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  // A log that nobody reads any more is no reason to end.
  signal(SIGPIPE, SIG_IGN);
  // What is made here is for this account alone: the rows of all tenants, and the first secret.
  umask(077);

  ServerOptions options;
  CLI::App app(
      "The Provost server.\n\nEach option can also stand in a file (--config, one `name = value` a "
      "line) and in the\nenvironment (PROVOST_LISTEN for --listen); a flag goes before the "
      "environment, and that before the file.",
      "provostd");
  std::string config;
  app.add_option("--config", config, "A file with options");
  app.set_version_flag("--version", "provostd " PROVOST_VERSION, "Show the version");
  app.footer("Example:\n  provostd --listen=127.0.0.1:7480 --data=./provost-data");
  Add(app, "listen", options.listen, "Where to listen, host:port; loopback only");
  Add(app, "data", options.data, "Folder of the database; made where it is missing");
  Add(app, "sync", options.sync, "Make each commit wait for the disk");
  Add(app, "request-ttl", options.request_ttl, "How long the answer to a request id is kept");
  Add(app, "list-hold", options.list_hold, "How long a list can be continued");
  Add(app, "default-deadline", options.default_deadline, "For calls whose caller sets no deadline");
  Add(app, "max-package-bytes", options.max_package_bytes,
      "Largest file that can be uploaded as a package, in bytes");
  Add(app, "max-atomic-import-rows", options.max_atomic_import_rows,
      "Rows that an import does in one commit, or in none for a dry run");
  Add(app, "max-atomic-import-bytes", options.max_atomic_import_bytes,
      "Bytes of the document of such an import, which wait in memory");
  Add(app, "max-waiting-import-bytes", options.max_waiting_import_bytes,
      "Bytes that all such imports together keep in memory");
  Add(app, "stream-idle", options.stream_idle,
      "How long a stream may wait for its caller to send or to read on");
  Add(app, "drain", options.drain, "How long calls under way may take after SIGTERM");
  AddParsed(app, "log-level", "How much to log; reads that succeed at debug", "LEVEL",
            options.log_level, "wanted trace, debug, info, warn, error or off",
            [&options](const std::string& text) {
              options.log_level = text;
              return IsLogLevel(text);
            });
  Add(app, "smtp-server", options.smtp_server,
      "SMTP server that takes mails, host:port; without one they wait in the outbox");
  AddParsed(app, "smtp-tls", "Whether the connection to it has to be encrypted", "TLS",
            options.smtp_tls, "wanted required, opportunistic or off",
            [&options](const std::string& text) {
              options.smtp_tls = text;
              return text == "required" || text == "opportunistic" || text == "off";
            });
  Add(app, "smtp-ca-file", options.smtp_ca_file,
      "File with the certificates of who may certify it; whom the system trusts by default");
  Add(app, "smtp-user", options.smtp_user, "Who the server is to it; nobody by default");
  Add(app, "smtp-password-file", options.smtp_password_file,
      "File whose first line is the password for that");
  Add(app, "mail-from", options.mail_from, "Address that mails come from");
  Add(app, "mail-backoff", options.mail_backoff,
      "How long after it failed a mail is tried again; twice as long each further time");
  Add(app, "mail-backoff-max", options.mail_backoff_max, "At most so long");
  Add(app, "mail-attempts", options.mail_attempts,
      "How often a mail is tried before it is given up");
  Add(app, "outbox-keep", options.outbox_keep, "How long a mail that was sent or given up is kept");
  Add(app, "max-mailed-report-bytes", options.max_mailed_report_bytes,
      "Largest saved report that is mailed, in bytes");
  Add(app, "mailed-report-time", options.mailed_report_time,
      "How long it may take to make a saved report that is mailed");
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
      "States held for lists that the callers of one tenant are continuing");
  // The parser would take the next flag for the value.
  for (int i = 1; i < argc; ++i) {
    const absl::string_view argument = argv[i];
    if (absl::StartsWith(argument, "--") && absl::EndsWith(argument, "=")) {
      return Refuse(absl::StrCat(argument, ": has no value"));
    }
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return app.exit(asked);
  } catch (const CLI::ExtrasError&) {
    std::string name = app.remaining().front();
    name = name.substr(0, name.find('='));
    const size_t begin = name.find_first_not_of('-');
    return Refuse(absl::StrCat(
        "there is no option `", name, "`",
        NearestOption(begin == std::string::npos ? name : name.substr(begin), OptionNames(app))));
  } catch (const CLI::ParseError& error) {
    return Refuse(error.what());
  }
  if (!config.empty()) {
    if (absl::Status status = TakeFile(config, app); !status.ok()) {
      return Refuse(std::string(status.message()));
    }
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
