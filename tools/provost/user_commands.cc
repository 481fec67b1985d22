// What `provost users` has beside the commands that every resource has.
#include <memory>
#include <string>

#include "provost/v1/user_service.pb.h"
#include "tools/provost/command.h"
#include "tools/provost/render_message.h"

namespace provost::cli {
namespace {

struct FieldsOptions {};

absl::StatusOr<int> RunFields(Context& context, const FieldsOptions&) {
  v1::ListUserFieldsRequest request;
  const Names names = context.names();
  if (absl::Status status = names.SetTenant(*request.mutable_tenant()); !status.ok()) {
    return status;
  }
  v1::ListUserFieldsResponse response;
  absl::Status status = context.Call("UserService.ListUserFields", request, response);
  if (!status.ok()) return status;
  context.Answer(response, RenderList(response, names, context.look()));
  return kExitOk;
}

}  // namespace

void AddUserFieldCommands(Tool& tool, CLI::App& users) {
  CLI::App* const command =
      AddCommand(users, "fields", "Lists the fields that the tenant defines for its people.",
                 "provost users fields");
  OnRun(tool, command, std::make_shared<FieldsOptions>(), RunFields);
}

}  // namespace provost::cli
