#include "tests/cli/run_cli.h"

#include <fstream>
#include <sstream>

#include "tools/provost/run.h"

namespace provost::cli {

CliRun RunCli(const std::vector<std::string>& arguments, const CliOptions& options) {
  std::istringstream in(options.input);
  std::ostringstream out;
  std::ostringstream err;
  Terminal terminal{in, out, err};
  terminal.out_is_terminal = options.is_terminal;
  terminal.err_is_terminal = options.is_terminal;
  terminal.is_utf8 = options.is_terminal;
  terminal.no_color = options.no_color;
  CliRun run;
  run.code = RunTool(arguments, terminal);
  run.out = out.str();
  run.err = err.str();
  return run;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

}  // namespace provost::cli
