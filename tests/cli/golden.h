// Text that is held by a file.
#ifndef PROVOST_TESTS_CLI_GOLDEN_H_
#define PROVOST_TESTS_CLI_GOLDEN_H_

#include <string>

namespace provost::cli {

// Expects `text` to be what the file `name` in golden/ holds. With PROVOST_UPDATE_GOLDEN=1 in the
// environment the file is rewritten instead, and the test fails all the same, so that a run that
// rewrites is never taken for one that passes.
void ExpectGolden(const std::string& name, const std::string& text);

}  // namespace provost::cli

#endif  // PROVOST_TESTS_CLI_GOLDEN_H_
