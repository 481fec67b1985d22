#include <unistd.h>

#include <clocale>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <langinfo.h>

#include "absl/strings/string_view.h"
#include "tools/provost/run.h"

namespace {

void SetFromEnvironment(const char* variable, std::string& option) {
  const char* const value = std::getenv(variable);
  if (value != nullptr && *value != '\0') option = value;
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that went away (`provost ... | head`) is an error of writing, not a silent death.
  std::signal(SIGPIPE, SIG_IGN);
  std::setlocale(LC_CTYPE, "");
  std::ios::sync_with_stdio(false);
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const term = std::getenv("TERM");
  provost::cli::Terminal terminal{std::cin, std::cout, std::cerr};
  terminal.out_is_terminal = isatty(STDOUT_FILENO) != 0;
  terminal.err_is_terminal = isatty(STDERR_FILENO) != 0;
  terminal.is_utf8 = absl::string_view(nl_langinfo(CODESET)) == "UTF-8";
  terminal.no_color = (no_color != nullptr && *no_color != '\0') ||
                      (term != nullptr && absl::string_view(term) == "dumb");
  provost::cli::GlobalOptions options;
  SetFromEnvironment("PROVOST_SERVER", options.server);
  SetFromEnvironment("PROVOST_ACTOR", options.actor);
  SetFromEnvironment("PROVOST_TENANT", options.tenant);
  return provost::cli::RunTool(std::vector<std::string>(argv + 1, argv + argc), terminal, options);
}
