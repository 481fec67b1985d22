#include <memory>
#include <ostream>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "policy/scenario/scenario.h"
#include "provost/v1/tenant_service.pb.h"
#include "tools/provost/command.h"
#include "tools/provost/initial_tenant.h"
#include "tools/provost/inline_policy.h"
#include "tools/provost/render_message.h"
#include "tools/provost/table.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

struct SetUpOptions {
  std::string secret;
  std::string secret_file = "provost-data/bootstrap-secret";
  std::string display_name;
  std::string system_user;
  InitialTenant initial;
};

absl::StatusOr<int> RunSetUp(Context& context, const SetUpOptions& options) {
  v1::SetUpRequest request;
  if (options.secret.empty()) {
    auto secret = ReadInput(context, options.secret_file, 4096);
    if (!secret.ok()) {
      return absl::Status(
          secret.status().code(),
          absl::StrCat(secret.status().message(),
                       "; a server that was never set up writes it into its data folder: name "
                       "that file with --secret-file"));
    }
    request.set_bootstrap_secret(std::string(absl::StripAsciiWhitespace(*secret)));
  } else {
    request.set_bootstrap_secret(options.secret);
  }
  const Names names = context.names();
  if (const auto tenant = names.Tenant(); !tenant.ok()) {
    return absl::InvalidArgumentError("say which tenant to make, with --tenant acme");
  }
  request.set_tenant_id(names.tenant());
  request.set_display_name(options.display_name);
  request.set_system_user_id(options.system_user);
  if (absl::Status status = options.initial.Fill(context, request); !status.ok()) return status;
  v1::SetUpResponse response;
  absl::Status status = context.Call("TenantService.SetUp", request, response);
  if (!status.ok()) return status;
  context.Answer(response, RenderFields({{"tenant", response.tenant().name()},
                                         {"policy", response.tenant().policy()},
                                         {"administrator", response.administrator()},
                                         {"of the server", response.system_administrator()}},
                                        context.look()));
  return kExitOk;
}

struct LoadOptions {
  std::string file;
  std::string tenant_id;
  std::string ttl;
  std::string administrator;
  std::string request_id;
};

absl::StatusOr<int> RunLoad(Context& context, const LoadOptions& options) {
  const auto file = ScenarioFile::Load(options.file);
  if (!file.ok()) return file.status();
  v1::LoadScenarioRequest request;
  auto scenario = WithInlinePolicy(context, *file);
  if (!scenario.ok()) return scenario.status();
  *request.mutable_scenario() = *std::move(scenario);
  request.set_tenant_id(options.tenant_id);
  request.set_administrator(options.administrator);
  request.set_request_id(options.request_id);
  if (!options.ttl.empty()) {
    const auto ttl = ParseSpan(options.ttl);
    if (!ttl.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("--ttl: ", ttl.status().message()));
    }
    *request.mutable_ttl() = ToProtoDuration(*ttl);
  }
  v1::LoadScenarioResponse response;
  absl::Status status = context.Call("TenantService.LoadScenario", request, response);
  if (!status.ok()) return status;
  context.Answer(response,
                 RenderFields({{"tenant", response.tenant().name()},
                               {"policy", response.tenant().policy()},
                               {"scopes", absl::StrCat(response.scopes_size())},
                               {"subjects", absl::StrCat(response.subjects_size())},
                               {"assignments", absl::StrCat(response.assignment_count())},
                               {"overrides", absl::StrCat(response.override_count())},
                               {"deleted at", response.tenant().has_expire_time()
                                                  ? FormatTime(response.tenant().expire_time())
                                                  : ""}},
                              context.look()));
  return kExitOk;
}

struct PingOptions {};

absl::StatusOr<int> RunPing(Context& context, const PingOptions&) {
  const absl::StatusOr<Rpc*> server = context.Server();
  if (!server.ok()) return server.status();
  if (absl::Status status = (*server)->Ping(); !status.ok()) return status;
  context.out() << "serving\n";
  return kExitOk;
}

}  // namespace

void AddTenantCommands(Tool& tool) {
  auto set_up = std::make_shared<SetUpOptions>();
  CLI::App* command = AddCommand(
      tool.app, "setup", "Sets up an empty server: a tenant, its policy and first administrator.",
      "provost --tenant acme setup --admin ann --secret-file provost-data/bootstrap-secret");
  command->group("Server");
  auto* const secret_file =
      command->add_option("--secret-file", set_up->secret_file, "File that holds the secret")
          ->type_name("FILE")
          ->capture_default_str();
  command->add_option("--secret", set_up->secret, "The secret itself; others can see it run")
      ->type_name("TEXT")
      ->excludes(secret_file);
  command->add_option("--display-name", set_up->display_name, "The tenant's name for people")
      ->type_name("TEXT");
  command
      ->add_option("--system-user", set_up->system_user,
                   "The id of the server's own administrator (default: root)")
      ->type_name("ID");
  set_up->initial.AddOptions(command);
  OnRun(tool, command, set_up, RunSetUp);

  command = AddCommand(tool.app, "ping", "Is the server there and serving? Exits with 0 or 2.",
                       "provost --server 127.0.0.1:7480 ping");
  command->group("Server");
  OnRun(tool, command, std::make_shared<PingOptions>(), RunPing);

  CLI::App* const scenario = AddGroup(tool.app, "scenario", "Works with scenario files.",
                                      "provost scenario load sample.textproto --tenant-id demo");
  scenario->group("Server");
  auto load = std::make_shared<LoadOptions>();
  command = AddCommand(*scenario, "load",
                       "Makes a tenant with the world of a scenario; needs a server's "
                       "administrator.",
                       "provost --as tenants/system/users/root scenario load sample.textproto "
                       "--tenant-id demo --administrator ann");
  command->add_option("file", load->file, "The scenario (textproto, or JSON if it ends in .json)")
      ->required();
  command->add_option("--tenant-id", load->tenant_id, "The id; made by the server if left out")
      ->type_name("ID");
  command->add_option("--ttl", load->ttl, "Delete the tenant after this time: 90m, 12h")
      ->type_name("TIME");
  command
      ->add_option("--administrator", load->administrator,
                   "A user of the scenario who is given the top role")
      ->type_name("ID");
  command->add_option("--request-id", load->request_id, "A UUID that makes a retry harmless");
  OnRun(tool, command, load, RunLoad);
}

}  // namespace provost::cli
