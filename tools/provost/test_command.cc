#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "policy/scenario/engine_backend.h"
#include "policy/scenario/run.h"
#include "tools/provost/command.h"
#include "tools/provost/server_backend.h"

namespace provost::cli {
namespace {

struct TestOptions {
  std::vector<std::string> files;
  const CLI::Option* server = nullptr;
};

absl::StatusOr<int> RunTest(Context& context, const TestOptions& options) {
  OpenScenario open = OpenInEngine;
  // Only the flag itself asks for a server: a PROVOST_SERVER that is set for other commands does
  // not send a local test to it.
  if (options.server->count() > 0) {
    const absl::StatusOr<Rpc*> server = context.Server();
    if (!server.ok()) return server.status();
    open = [&context](const ScenarioFile& file) { return OpenOnServer(context, file); };
  }
  return RunScenarioFiles(options.files, open, absl::Now(), context.out(), context.err());
}

}  // namespace

void AddTestCommand(Tool& tool) {
  auto options = std::make_shared<TestOptions>();
  CLI::App* const command =
      AddCommand(tool.app, "test",
                 "Runs scenario files: in this process, or with --server in a scratch tenant.",
                 "provost test tests/cases/*.textproto");
  command->group("Policies");
  command
      ->add_option("files", options->files,
                   "Scenarios (textproto, or JSON where the name ends in .json)")
      ->required();
  options->server = tool.app.get_option("--server");
  OnRun(tool, command, options, RunTest);
}

}  // namespace provost::cli
