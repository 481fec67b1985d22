// The commands of `provost policy` that ask a server.
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "provost/v1/policy_service.pb.h"
#include "tools/provost/change_options.h"
#include "tools/provost/command.h"
#include "tools/provost/policy_diff.h"
#include "tools/provost/policy_source.h"
#include "tools/provost/render_message.h"

namespace provost::cli {
namespace {

struct VersionOptions : ChangeOptions {
  std::string file;
  std::string version;
  std::string comment;
  std::string etag;
  size_t limit = 0;
};

// The tenant for the version in force, else the full name of a version.
absl::StatusOr<std::string> VersionName(const Names& names, const std::string& given) {
  if (given.empty() || given == "active") return names.Tenant();
  return names.Full(given, "policyVersions");
}

std::string VersionText(const Names& names, const v1::PolicyVersion& version) {
  return absl::StrCat(Printable(names.Short(version.name())), ", digest ", version.digest());
}

std::string DiagnosticText(const v1::PolicyDiagnostic& diagnostic, const std::string& file) {
  std::string text = file;
  if (diagnostic.line() > 0) {
    absl::StrAppend(&text, ":", diagnostic.line(), ":", diagnostic.column());
  }
  const bool is_error = diagnostic.severity() == v1::PolicyDiagnostic::ERROR;
  return absl::StrCat(text, is_error ? ": error: " : ": warning: ", Printable(diagnostic.message()),
                      "\n");
}

absl::StatusOr<int> RunValidate(Context& context, const VersionOptions& options) {
  const auto policy = ReadPolicyText(context, options.file);
  if (!policy.ok()) return policy.status();
  v1::ValidatePolicyRequest request;
  absl::Status status = context.names().SetTenant(*request.mutable_parent());
  request.set_source_text(policy->text);
  v1::ValidatePolicyResponse response;
  if (status.ok()) status = context.Call("PolicyService.ValidatePolicy", request, response);
  if (!status.ok()) return status;
  std::string text;
  for (const auto& diagnostic : response.diagnostics()) {
    absl::StrAppend(&text, DiagnosticText(diagnostic, policy->name));
  }
  for (const std::string& broken : response.breaks()) {
    absl::StrAppend(&text, "would break: ", Printable(broken), "\n");
  }
  const bool is_right = response.valid() && response.breaks().empty();
  if (is_right) absl::StrAppend(&text, policy->name, ": ok, digest ", response.digest(), "\n");
  context.Answer(response, text);
  return is_right ? kExitOk : kExitDenied;
}

absl::StatusOr<int> RunApply(Context& context, const VersionOptions& options) {
  const auto policy = ReadPolicyText(context, options.file);
  if (!policy.ok()) return policy.status();
  v1::ApplyPolicyRequest request;
  absl::Status status = context.names().SetTenant(*request.mutable_parent());
  request.set_source_text(policy->text);
  request.set_comment(options.comment);
  request.set_etag(options.etag);
  options.FillChange(request);
  v1::PolicyVersion response;
  if (status.ok()) status = context.Call("PolicyService.ApplyPolicy", request, response);
  if (!status.ok()) return status;
  context.Answer(response, absl::StrCat(options.dry_run ? "would be applied: " : "applied: ",
                                        VersionText(context.names(), response), "\n"));
  return kExitOk;
}

absl::StatusOr<int> RunGet(Context& context, const VersionOptions& options) {
  v1::GetPolicyRequest request;
  auto name = VersionName(context.names(), options.version);
  if (!name.ok()) return name.status();
  request.set_name(*std::move(name));
  v1::PolicyVersion response;
  absl::Status status = context.Call("PolicyService.GetPolicy", request, response);
  if (!status.ok()) return status;
  context.Answer(response,
                 absl::StrCat("# ", VersionText(context.names(), response),
                              response.active() ? ", in force" : "", ", etag ", response.etag(),
                              "\n", PolicySourceText(response.source())));
  return kExitOk;
}

absl::StatusOr<int> RunVersions(Context& context, const VersionOptions& options) {
  v1::ListPolicyVersionsRequest request;
  absl::Status status = context.names().SetTenant(*request.mutable_parent());
  v1::ListPolicyVersionsResponse response;
  if (status.ok()) {
    status =
        context.CallPages("PolicyService.ListPolicyVersions", request, response, options.limit);
  }
  if (!status.ok()) return status;
  context.Answer(response, RenderList(response, context.names(), context.look()));
  return kExitOk;
}

absl::StatusOr<int> RunRollback(Context& context, const VersionOptions& options) {
  v1::RollbackPolicyRequest request;
  auto name = VersionName(context.names(), options.version);
  if (!name.ok()) return name.status();
  request.set_name(*std::move(name));
  request.set_comment(options.comment);
  request.set_etag(options.etag);
  options.FillChange(request);
  v1::PolicyVersion response;
  absl::Status status = context.Call("PolicyService.RollbackPolicy", request, response);
  if (!status.ok()) return status;
  context.Answer(response, absl::StrCat(options.dry_run ? "would be in force: " : "in force: ",
                                        VersionText(context.names(), response), "\n"));
  return kExitOk;
}

void AddChangeOptions(CLI::App* command, VersionOptions& options) {
  command->add_option("--comment", options.comment, "Why, for the records")->type_name("TEXT");
  command->add_option("--etag", options.etag, "Refuse if another version is in force by now")
      ->type_name("TEXT");
  options.AddChangeOptions(command);
}

// One side of a changed cell: `ALLOW if a+b | c`, or `nothing`.
std::string SideText(v1::Effect effect, const std::string& facts) {
  if (effect == v1::EFFECT_UNSPECIFIED) return "nothing";
  return absl::StrCat(v1::Effect_Name(effect), facts.empty() ? "" : " if ", facts);
}

}  // namespace

bool IsServerVersion(const std::string& given) {
  return given == "active" || absl::StartsWith(given, "policyVersions/") ||
         absl::StartsWith(given, "tenants/");
}

absl::StatusOr<bool> DiffOnServer(Context& context, const std::string& before,
                                  const std::string& after) {
  if (!IsServerVersion(before)) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", before,
                     "` is a file: compare from the tenant's version to it, as in `provost policy "
                     "diff ",
                     after, " ", before, "`"));
  }
  const Names names = context.names();
  v1::DiffPoliciesRequest request;
  if (auto status = names.SetTenant(*request.mutable_parent()); !status.ok()) return status;
  if (before != "active") {
    auto from = VersionName(names, before);
    if (!from.ok()) return from.status();
    request.set_from(*std::move(from));
  }
  if (after == "active") {
    // The request has no word for the version in force on this side; its name is asked for.
    v1::GetPolicyRequest get;
    get.set_name(request.parent());
    v1::PolicyVersion active;
    absl::Status status = context.Call("PolicyService.GetPolicy", get, active);
    if (!status.ok()) return status;
    request.set_to(active.name());
  } else if (IsServerVersion(after)) {
    auto to = VersionName(names, after);
    if (!to.ok()) return to.status();
    request.set_to(*std::move(to));
  } else {
    auto source = ReadPolicySource(context, after);
    if (!source.ok()) return source.status();
    *request.mutable_to_source() = *std::move(source);
  }
  v1::DiffPoliciesResponse response;
  absl::Status status = context.Call("PolicyService.DiffPolicies", request, response);
  if (!status.ok()) return status;
  std::string text;
  for (const auto& other : response.others()) {
    absl::StrAppend(&text, "~ ", Printable(other.description()), "\n");
  }
  for (const auto& cell : response.cells()) {
    const absl::string_view mark = cell.before() == v1::EFFECT_UNSPECIFIED  ? "+ "
                                   : cell.after() == v1::EFFECT_UNSPECIFIED ? "- "
                                                                            : "~ ";
    absl::StrAppend(&text, mark, cell.role(), " ", cell.permission(), " at ",
                    v1::Scope::Kind_Name(cell.at()), cell.reach() ? " (reach)" : "", ": ",
                    SideText(cell.before(), cell.facts_before()), " -> ",
                    SideText(cell.after(), cell.facts_after()), "\n");
  }
  const bool differs = !text.empty();
  context.Answer(response, differs ? PaintDiff(text, context.look()) : "no difference\n");
  return differs;
}

void AddPolicyVersionCommands(Tool& tool, CLI::App& policy) {
  auto validate = std::make_shared<VersionOptions>();
  CLI::App* command =
      AddCommand(policy, "validate", "Asks the server what is wrong with a policy for the tenant.",
                 "provost policy validate policy.textproto");
  command->add_option("file", validate->file, "A file, a preset's name, or -")->required();
  OnRun(tool, command, validate, RunValidate);

  auto apply = std::make_shared<VersionOptions>();
  command = AddCommand(policy, "apply", "Makes a policy the tenant's.",
                       "provost policy apply policy.textproto --comment \"coaches\"");
  command->add_option("file", apply->file, "A file, a preset's name, or -")->required();
  AddChangeOptions(command, *apply);
  OnRun(tool, command, apply, RunApply);

  auto get = std::make_shared<VersionOptions>();
  command = AddCommand(policy, "get", "Prints the tenant's policy, or one of its versions.",
                       "provost policy get policyVersions/3 > policy.textproto");
  command->add_option("version", get->version, "policyVersions/3 (default: the one in force)");
  OnRun(tool, command, get, RunGet);

  auto versions = std::make_shared<VersionOptions>();
  command = AddCommand(policy, "versions", "Lists the versions, newest first.",
                       "provost policy versions");
  command->add_option("--limit", versions->limit, "Stop after this many (default: all)")
      ->type_name("N");
  OnRun(tool, command, versions, RunVersions);

  auto rollback = std::make_shared<VersionOptions>();
  command = AddCommand(policy, "rollback", "Applies an earlier version again, as a new one.",
                       "provost policy rollback policyVersions/3");
  command->add_option("version", rollback->version, "policyVersions/3")->required();
  AddChangeOptions(command, *rollback);
  OnRun(tool, command, rollback, RunRollback);
}

}  // namespace provost::cli
