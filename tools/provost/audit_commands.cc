// `provost audit` and `provost growth`: what was done in a tenant, and what became of it by month.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "provost/v1/audit_service.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "tools/provost/command.h"
#include "tools/provost/render_message.h"
#include "tools/provost/table.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

// --- audit ---

struct AuditOptions {
  std::string actor;
  std::string resource;
  std::string since;
  std::string before;
  size_t limit = 0;
};

absl::Status FillAudit(const Names& names, const AuditOptions& options,
                       v1::ListAuditEntriesRequest& request) {
  if (absl::Status status = names.SetTenant(*request.mutable_parent()); !status.ok()) return status;
  if (options.actor == "server") {
    request.set_actor(options.actor);
  } else if (!options.actor.empty()) {
    auto actor = names.Full(options.actor, "users");
    if (!actor.ok()) return actor.status();
    request.set_actor(*std::move(actor));
  }
  if (!options.resource.empty()) {
    auto resource = names.Full(options.resource);
    if (!resource.ok()) return resource.status();
    request.set_resource(*std::move(resource));
  }
  if (!options.since.empty()) {
    const auto time = ReadTime("--since", options.since);
    if (!time.ok()) return time.status();
    *request.mutable_since() = *time;
  }
  if (!options.before.empty()) {
    const auto time = ReadTime("--before", options.before);
    if (!time.ok()) return time.status();
    *request.mutable_before() = *time;
  }
  return absl::OkStatus();
}

absl::StatusOr<int> RunAudit(Context& context, const AuditOptions& options) {
  v1::ListAuditEntriesRequest request;
  absl::Status status = FillAudit(context.names(), options, request);
  if (!status.ok()) return status;
  v1::ListAuditEntriesResponse response;
  status = context.CallPages("AuditService.ListAuditEntries", request, response, options.limit);
  if (!status.ok()) return status;
  const bool is_none = response.entries().empty() && context.look().aligned;
  context.Answer(response, is_none ? "nothing was done\n"
                                   : RenderList(response, context.names(), context.look()));
  return kExitOk;
}

// --- growth ---

struct GrowthOptions {
  std::string first;
  std::string last;
  bool roles = false;
};

absl::StatusOr<int> RunGrowth(Context& context, const GrowthOptions& options) {
  v1::GetGrowthRequest request;
  if (absl::Status status = context.names().SetTenant(*request.mutable_tenant()); !status.ok()) {
    return status;
  }
  request.set_first_month(options.first);
  request.set_last_month(options.last);
  v1::GetGrowthResponse response;
  absl::Status status = context.Call("TenantService.GetGrowth", request, response);
  if (!status.ok()) return status;
  Table people({"month", "joined", "left", "suspended", "reactivated", "people"});
  Table roles({"month", "role", "given", "taken", "assignments"});
  for (const v1::GetGrowthResponse::Month& month : response.months()) {
    people.AddRow({{month.month()},
                   {absl::StrCat(month.joined())},
                   {absl::StrCat(month.left())},
                   {absl::StrCat(month.suspended())},
                   {absl::StrCat(month.reactivated())},
                   {absl::StrCat(month.people())}});
    for (const v1::GetGrowthResponse::Role& role : month.roles()) {
      roles.AddRow({{month.month()},
                    {role.role()},
                    {absl::StrCat(role.given())},
                    {absl::StrCat(role.taken())},
                    {absl::StrCat(role.assignments())}});
    }
  }
  context.Answer(response, (options.roles ? roles : people).Render(context.look()));
  return kExitOk;
}

}  // namespace

void AddAuditCommand(Tool& tool) {
  auto options = std::make_shared<AuditOptions>();
  CLI::App* const command =
      AddCommand(tool.app, "audit", "Shows who did what in the tenant, newest first.",
                 "provost audit --about courses/fire --since -7d");
  command->group("Server");
  auto* const actor = command
                          ->add_option("--by", options->actor,
                                       "Only what this one did: users/ann, there still or not; or "
                                       "server")
                          ->type_name("WHO");
  command->add_option("--about", options->resource, "Only what was done to this: courses/fire")
      ->type_name("NAME")
      ->excludes(actor);
  command
      ->add_option("--since", options->since, "Only what was done then or later: 2026-11-03, -7d")
      ->type_name("TIME");
  command->add_option("--before", options->before, "Only what was done before: 2026-12-01")
      ->type_name("TIME");
  command->add_option("--limit", options->limit, "Stop after this many (default: all)")
      ->type_name("N");
  OnRun(tool, command, options, RunAudit);
}

void AddGrowthCommand(Tool& tool) {
  auto options = std::make_shared<GrowthOptions>();
  CLI::App* const command =
      AddCommand(tool.app, "growth", "Shows how many people joined and left, month by month.",
                 "provost growth --first 2026-01");
  command->group("Server");
  command->add_option("--first", options->first, "The first month (the last one alone)")
      ->type_name("YYYY-MM");
  command->add_option("--last", options->last, "The last month (the current one)")
      ->type_name("YYYY-MM");
  command->add_flag("--roles", options->roles, "Instead, the roles that were given and taken back");
  OnRun(tool, command, options, RunGrowth);
}

}  // namespace provost::cli
