#include "tools/provost/initial_tenant.h"

#include <CLI/CLI.hpp>

#include "provost/v1/tenant_service.pb.h"
#include "tools/provost/policy_source.h"

namespace provost::cli {

using google::protobuf::Descriptor;
using google::protobuf::Message;

bool InitialTenant::IsWantedBy(const Descriptor& request) {
  return request.FindFieldByName("administrator") != nullptr &&
         request.FindFieldByName("policy") != nullptr;
}

void InitialTenant::AddOptions(CLI::App* command) {
  auto* const preset_option =
      command->add_option("--preset", preset, "The policy: lms365, coreachieve or plutolms")
          ->type_name("NAME")
          ->capture_default_str();
  command->add_option("--policy", policy_file, "The policy: a file (- for standard input)")
      ->type_name("FILE")
      ->excludes(preset_option);
  command->add_option("--admin", admin_id, "The id of the first administrator")
      ->type_name("ID")
      ->required();
  command->add_option("--admin-name", admin_name, "The administrator's name for people")
      ->type_name("TEXT");
  command->add_option("--admin-email", admin_email, "What the administrator signs in with")
      ->type_name("TEXT");
}

absl::Status InitialTenant::Fill(Context& context, Message& request) const {
  const auto* const reflection = request.GetReflection();
  const Descriptor* const descriptor = request.GetDescriptor();
  auto* const policy = static_cast<v1::InitialPolicy*>(
      reflection->MutableMessage(&request, descriptor->FindFieldByName("policy")));
  if (policy_file.empty()) {
    policy->set_preset(preset);
  } else {
    auto source = ReadPolicySource(context, policy_file);
    if (!source.ok()) return source.status();
    *policy->mutable_source() = *std::move(source);
  }
  auto* const administrator = static_cast<v1::InitialAdministrator*>(
      reflection->MutableMessage(&request, descriptor->FindFieldByName("administrator")));
  administrator->set_user_id(admin_id);
  administrator->set_display_name(admin_name);
  administrator->set_email(admin_email);
  return absl::OkStatus();
}

}  // namespace provost::cli
