// The tool, run in the test's process.
#ifndef PROVOST_TESTS_CLI_RUN_CLI_H_
#define PROVOST_TESTS_CLI_RUN_CLI_H_

#include <string>
#include <vector>

namespace provost::cli {

struct CliRun {
  int code = 0;
  std::string out;
  std::string err;
};

struct CliOptions {
  std::string input;         // what standard input holds
  bool is_terminal = false;  // both outputs are a terminal that shows UTF-8
  bool no_color = false;     // NO_COLOR is set
};

CliRun RunCli(const std::vector<std::string>& arguments, const CliOptions& options = {});

// A file's bytes.
std::string ReadFile(const std::string& path);

}  // namespace provost::cli

#endif  // PROVOST_TESTS_CLI_RUN_CLI_H_
