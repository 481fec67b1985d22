// A server in the test's process with the tenant `acme`, and the tool against it.
#ifndef PROVOST_TESTS_CLI_ACME_H_
#define PROVOST_TESTS_CLI_ACME_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "server/server.h"
#include "tests/cli/run_cli.h"

namespace provost::cli {

class AcmeTest : public ::testing::Test {
 protected:
  // Under a preset; `users/ann` is its administrator.
  explicit AcmeTest(const std::string& preset);
  ~AcmeTest() override;

  CliRun As(const std::string& actor, std::vector<std::string> arguments,
            const CliOptions& options = {});
  // What a command that has to succeed says.
  std::string Do(const std::string& actor, const std::vector<std::string>& arguments);
  // What a command that has to be refused says.
  std::string Refused(const std::string& actor, const std::vector<std::string>& arguments);

  // A file of the test's, there or not, and one with a text.
  std::string Path(const std::string& name) { return (folder_ / name).string(); }
  std::string Write(const std::string& name, const std::string& text);

  const std::filesystem::path folder_;
  std::unique_ptr<Server> server_;
};

}  // namespace provost::cli

#endif  // PROVOST_TESTS_CLI_ACME_H_
