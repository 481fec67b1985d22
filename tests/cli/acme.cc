#include "tests/cli/acme.h"

#include <unistd.h>

#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/verify/verified_store.h"

namespace provost::cli {

AcmeTest::AcmeTest(const std::string& preset)
    : folder_(std::filesystem::path(::testing::TempDir()) /
              absl::StrCat("provost_cli_acme_", getpid())) {
  std::filesystem::create_directories(folder_);
  ServerOptions options;
  options.listen = "127.0.0.1:0";
  options.data = (folder_ / "data").string();
  options.log_level = "off";
  auto server = Server::Start(options);
  EXPECT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
  const CliRun run =
      RunCli({"--server", server_->address(), "--tenant", "acme", "setup", "--preset", preset,
              "--secret-file", (folder_ / "data" / "bootstrap-secret").string(), "--admin", "ann"});
  EXPECT_EQ(run.code, 0) << run.err;
}

AcmeTest::~AcmeTest() {
  server_.reset();
  ExpectVerified((folder_ / "data").string());
  std::filesystem::remove_all(folder_);
}

CliRun AcmeTest::As(const std::string& actor, std::vector<std::string> arguments,
                    const CliOptions& options) {
  arguments.insert(arguments.begin(),
                   {"--server", server_->address(), "--as", actor, "--tenant", "acme"});
  return RunCli(arguments, options);
}

std::string AcmeTest::Do(const std::string& actor, const std::vector<std::string>& arguments) {
  const CliRun run = As(actor, arguments);
  EXPECT_EQ(run.code, 0) << run.err << run.out;
  return run.out;
}

std::string AcmeTest::Refused(const std::string& actor, const std::vector<std::string>& arguments) {
  const CliRun run = As(actor, arguments);
  EXPECT_EQ(run.code, 2) << run.out;
  EXPECT_EQ(run.out, "");
  return run.err;
}

std::string AcmeTest::Write(const std::string& name, const std::string& text) {
  std::ofstream(Path(name), std::ios::binary) << text;
  return Path(name);
}

}  // namespace provost::cli
