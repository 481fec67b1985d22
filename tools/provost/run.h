// The whole tool as one function, for main and for tests.
#ifndef PROVOST_TOOLS_PROVOST_RUN_H_
#define PROVOST_TOOLS_PROVOST_RUN_H_

#include <string>
#include <vector>

#include "tools/provost/context.h"

namespace provost::cli {

// Carries out a command line, `arguments` without the program's name; gives the exit code: 0 done
// or allowed, 1 denied or an expectation failed, 2 an error. `defaults`: what the environment says
// of the global options.
int RunTool(const std::vector<std::string>& arguments, Terminal terminal,
            const GlobalOptions& defaults = {});

// The help text of every command, each under a line with its name: what a test holds golden.
std::string AllHelp();

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_RUN_H_
