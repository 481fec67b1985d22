#include <google/protobuf/empty.pb.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/compiler/compiler.h"
#include "policy/compiler/describe.h"
#include "provost/v1/policy_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "tools/provost/change_options.h"
#include "tools/provost/command.h"
#include "tools/provost/render_message.h"
#include "tools/provost/table.h"
#include "tools/provost/window_options.h"

namespace provost::cli {
namespace {

// --- roles ---

struct RolesOptions {
  std::string role;
  std::string subject;
};

absl::StatusOr<v1::ListAssignmentsResponse> AssignmentsOf(Context& context,
                                                          v1::ListAssignmentsRequest request) {
  absl::Status status = context.names().SetTenant(*request.mutable_parent());
  v1::ListAssignmentsResponse response;
  if (status.ok()) status = context.CallPages("RoleService.ListAssignments", request, response, 0);
  if (!status.ok()) return status;
  return response;
}

absl::StatusOr<int> ListRoles(Context& context) {
  v1::ListRolesRequest request;
  v1::ListRolesResponse response;
  absl::Status status = context.names().SetTenant(*request.mutable_parent());
  if (status.ok()) status = context.CallPages("RoleService.ListRoles", request, response, 0);
  if (!status.ok()) return status;
  context.Answer(response, RenderList(response, context.names(), context.look()));
  return kExitOk;
}

Tone ToneOf(Effect effect) { return effect == Effect::kAllow ? Tone::kGood : Tone::kBad; }

// The cells of one role of the policy in force.
absl::StatusOr<int> ShowRole(Context& context, const std::string& name) {
  v1::GetPolicyRequest request;
  v1::PolicyVersion response;
  absl::Status status = context.names().SetTenant(*request.mutable_name());
  if (status.ok()) status = context.Call("PolicyService.GetPolicy", request, response);
  if (!status.ok()) return status;
  const CompileResult compiled = Compile(response.source());
  if (compiled.matrix == nullptr) return compiled.status();
  const Matrix& matrix = *compiled.matrix;
  const auto role = matrix.ResolveRole(name);
  if (!role.ok()) return role.status();
  Table table({"permission", "at", "effect", "needs", "source"});
  for (const CellInfo& cell : matrix.cells()) {
    if (cell.role != *role) continue;
    table.AddRow({{matrix.permission(cell.permission).name},
                  {absl::StrCat(ScopeKindName(cell.at), cell.reach ? " (reach)" : "")},
                  {std::string(EffectName(cell.effect)), ToneOf(cell.effect)},
                  {DescribeFacts(matrix, cell.alternatives)},
                  {cell.source, Tone::kFaint}});
  }
  context.Answer(response, table.Render(context.look()));
  return kExitOk;
}

absl::StatusOr<int> RunRoles(Context& context, const RolesOptions& options) {
  if (!options.role.empty()) return ShowRole(context, options.role);
  if (options.subject.empty()) return ListRoles(context);
  auto subject = context.names().Subject(options.subject);
  if (!subject.ok()) return subject.status();
  v1::ListAssignmentsRequest request;
  request.set_subject(*std::move(subject));
  const auto response = AssignmentsOf(context, std::move(request));
  if (!response.ok()) return response.status();
  context.Answer(*response, RenderList(*response, context.names(), context.look()));
  return kExitOk;
}

// --- assign and revoke ---

struct Grant : ChangeOptions {
  std::string subject;  // revoke: may be an assignment's name
  std::string role;
  std::string scope;
  std::string from;
  std::string until;
  std::string reason;
  std::string etag;
  bool test = false;
  bool allow_missing = false;
};

// Fills the three fields that say which grant is meant.
template <typename Message>
absl::Status FillGrant(const Names& names, const Grant& options, Message& message) {
  auto subject = names.Full(options.subject, "", "users");
  if (!subject.ok()) return subject.status();
  auto scope = names.Full(options.scope);
  if (!scope.ok()) return scope.status();
  message.set_subject(*std::move(subject));
  message.set_role(options.role);
  message.set_scope(*std::move(scope));
  return absl::OkStatus();
}

absl::StatusOr<int> RunTestAssign(Context& context, const Grant& options) {
  v1::TestAssignRequest request;
  absl::Status status = FillGrant(context.names(), options, request);
  status.Update(FillWindow(options.from, options.until, request));
  v1::TestAssignResponse response;
  if (status.ok()) status = context.Call("RoleService.TestAssign", request, response);
  if (!status.ok()) return status;
  const Look look = context.look();
  context.Answer(
      response,
      response.allowed()
          ? absl::StrCat(Paint(look, Tone::kGood, "permitted"), "\n")
          : absl::StrCat(Paint(look, Tone::kBad, "refused"), ": ", Printable(response.why()),
                         response.rule() == 0 ? "" : absl::StrCat(" (rule ", response.rule(), ")"),
                         "\n"));
  return response.allowed() ? kExitOk : kExitDenied;
}

absl::StatusOr<int> RunAssign(Context& context, const Grant& options) {
  if (options.test) return RunTestAssign(context, options);
  v1::CreateAssignmentRequest request;
  v1::Assignment& assignment = *request.mutable_assignment();
  absl::Status status = context.names().SetTenant(*request.mutable_parent());
  status.Update(FillGrant(context.names(), options, assignment));
  status.Update(FillWindow(options.from, options.until, assignment));
  assignment.set_reason(options.reason);
  options.FillChange(request);
  v1::Assignment response;
  if (status.ok()) status = context.Call("RoleService.CreateAssignment", request, response);
  // Who may read roles there was told why.
  if (absl::IsPermissionDenied(status) && absl::StartsWith(status.message(), "not permitted")) {
    return absl::PermissionDeniedError(
        absl::StrCat(status.message(),
                     "; which role it takes is told to whoever may read roles "
                     "there (`role.read`)"));
  }
  if (!status.ok()) return status;
  const Names names = context.names();
  context.Answer(
      response,
      absl::StrCat(
          Printable(names.Short(response.subject())), options.dry_run ? " would be " : " is now ",
          Printable(response.role()), " at ", Printable(names.Short(response.scope())),
          response.has_expires() ? absl::StrCat(" until ", FormatTime(response.expires())) : "",
          response.name().empty() || options.dry_run
              ? ""
              : absl::StrCat(" (", Printable(names.Short(response.name())), ")"),
          "\n"));
  return kExitOk;
}

// The names of the assignments that `revoke` is about.
absl::StatusOr<std::vector<std::string>> Revoked(Context& context, const Grant& options) {
  const Names names = context.names();
  if (options.role.empty()) {
    auto name = names.Full(options.subject, "assignments");
    if (!name.ok()) return name.status();
    if (!absl::StrContains(*name, "/assignments/")) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", options.subject,
                       "` is no assignment: name one, such as "
                       "`assignments/17`, or write who, which role and where"));
    }
    return std::vector<std::string>{*std::move(name)};
  }
  if (options.scope.empty()) {
    return absl::InvalidArgumentError("which assignment? write who, which role and where");
  }
  v1::ListAssignmentsRequest request;
  if (auto status = FillGrant(names, options, request); !status.ok()) return status;
  const auto found = AssignmentsOf(context, std::move(request));
  if (!found.ok()) return found.status();
  std::vector<std::string> revoked;
  for (const v1::Assignment& assignment : found->assignments()) {
    revoked.push_back(assignment.name());
  }
  if (revoked.empty() && !options.allow_missing) {
    return absl::NotFoundError(absl::StrCat(
        "there is no assignment of ", options.role, " to ", options.subject, " at ", options.scope,
        " that you may read; `provost roles --of ", options.subject, "` lists those there are"));
  }
  return revoked;
}

absl::StatusOr<int> RunRevoke(Context& context, const Grant& options) {
  const auto revoked = Revoked(context, options);
  if (!revoked.ok()) return revoked.status();
  const Names names = context.names();
  for (const std::string& name : *revoked) {
    v1::DeleteAssignmentRequest request;
    request.set_name(name);
    request.set_etag(options.etag);
    request.set_allow_missing(options.allow_missing);
    options.FillChange(request);
    google::protobuf::Empty response;
    absl::Status status = context.Call("RoleService.DeleteAssignment", request, response);
    if (!status.ok()) return status;
    context.Answer(response,
                   absl::StrCat(options.Would(), "revoked ", Printable(names.Short(name)), "\n"));
  }
  return kExitOk;
}

// --- overrides ---

struct OverrideOptions : ChangeOptions {
  std::string scope;
  std::string role;
  std::string permission;
  std::string effect;
  std::vector<std::string> facts;
  bool no_facts = false;
  bool locked = false;
  std::string reason;
  std::string etag;
  bool allow_missing = false;
  size_t limit = 0;
};

absl::StatusOr<v1::ListOverridesResponse> Overrides(Context& context,
                                                    const OverrideOptions& options) {
  v1::ListOverridesRequest request;
  absl::Status status = context.names().SetTenant(*request.mutable_parent());
  if (!options.scope.empty()) {
    auto scope = context.names().Full(options.scope);
    if (!scope.ok()) return scope.status();
    request.set_scope(*std::move(scope));
  }
  request.set_role(options.role);
  v1::ListOverridesResponse response;
  if (status.ok()) {
    status = context.CallPages("RoleService.ListOverrides", request, response, options.limit);
  }
  if (!status.ok()) return status;
  return response;
}

// The override for (scope, role, permission), or one without a name.
absl::StatusOr<v1::Override> FindOverride(Context& context, const OverrideOptions& options) {
  const auto all = Overrides(context, options);
  if (!all.ok()) return all.status();
  for (const v1::Override& each : all->overrides()) {
    if (each.permission() == options.permission) return each;
  }
  return v1::Override();
}

// Makes the override, or changes the one that is there: there is one for each scope, role and
// permission.
absl::StatusOr<int> RunSetOverride(Context& context, const OverrideOptions& options) {
  v1::Override wanted;
  auto scope = context.names().Full(options.scope);
  if (!scope.ok()) return scope.status();
  wanted.set_scope(*std::move(scope));
  wanted.set_role(options.role);
  wanted.set_permission(options.permission);
  v1::Effect effect = v1::EFFECT_UNSPECIFIED;
  v1::Effect_Parse(absl::AsciiStrToUpper(options.effect), &effect);
  wanted.set_effect(effect);
  wanted.set_locked(options.locked);
  wanted.set_reason(options.reason);
  if (options.no_facts || !options.facts.empty()) {
    v1::FactSet& facts = *wanted.mutable_facts();
    for (const std::string& fact : options.facts) facts.add_facts(fact);
  }

  v1::Override response;
  v1::CreateOverrideRequest create;
  absl::Status status = context.names().SetTenant(*create.mutable_parent());
  if (!status.ok()) return status;
  *create.mutable_override() = wanted;
  options.FillChange(create);
  status = context.Call("RoleService.CreateOverride", create, response);
  if (absl::IsAlreadyExists(status)) {
    const auto found = FindOverride(context, options);
    if (!found.ok()) return found.status();
    if (found->name().empty()) return status;
    v1::UpdateOverrideRequest update;
    *update.mutable_override() = wanted;
    update.mutable_override()->set_name(found->name());
    update.mutable_override()->set_etag(options.etag);
    for (const char* path : {"effect", "locked", "facts", "reason"}) {
      update.mutable_update_mask()->add_paths(path);
    }
    update.set_validate_only(options.dry_run);
    status = context.Call("RoleService.UpdateOverride", update, response);
  }
  if (!status.ok()) return status;
  const Names names = context.names();
  context.Answer(
      response,
      absl::StrCat(Printable(response.role()), options.dry_run ? " would " : " now ", "has ",
                   v1::Effect_Name(response.effect()), " for ", Printable(response.permission()),
                   " at ", Printable(names.Short(response.scope())), " and below\n"));
  return kExitOk;
}

absl::StatusOr<int> RunRemoveOverride(Context& context, const OverrideOptions& options) {
  v1::DeleteOverrideRequest request;
  if (options.role.empty()) {
    auto name = context.names().Full(options.scope, "overrides");
    if (!name.ok()) return name.status();
    request.set_name(*std::move(name));
  } else {
    const auto found = FindOverride(context, options);
    if (!found.ok()) return found.status();
    if (found->name().empty()) {
      if (options.allow_missing) return kExitOk;
      return absl::NotFoundError(absl::StrCat("there is no override of ", options.permission,
                                              " for ", options.role, " at ", options.scope,
                                              " that you may read"));
    }
    request.set_name(found->name());
  }
  request.set_etag(options.etag);
  request.set_allow_missing(options.allow_missing);
  options.FillChange(request);
  google::protobuf::Empty response;
  absl::Status status = context.Call("RoleService.DeleteOverride", request, response);
  if (!status.ok()) return status;
  context.Answer(response, absl::StrCat(options.Would(), "removed ",
                                        Printable(context.names().Short(request.name())), "\n"));
  return kExitOk;
}

absl::StatusOr<int> RunListOverrides(Context& context, const OverrideOptions& options) {
  const auto response = Overrides(context, options);
  if (!response.ok()) return response.status();
  context.Answer(*response, RenderList(*response, context.names(), context.look()));
  return kExitOk;
}

// --- freezes ---

struct FreezeOptions : ChangeOptions {
  std::string scope;
  std::string freeze;
  std::string reason;
};

template <typename Request>
absl::StatusOr<int> RunFreeze(Context& context, const FreezeOptions& options,
                              absl::string_view method) {
  Request request;
  auto scope = context.names().Full(options.scope);
  if (!scope.ok()) return scope.status();
  request.set_name(*std::move(scope));
  v1::Scope::Freeze freeze = v1::Scope::NOT_FROZEN;
  v1::Scope::Freeze_Parse(absl::AsciiStrToUpper(options.freeze), &freeze);
  request.set_freeze(freeze);
  request.set_reason(options.reason);
  options.FillChange(request);
  v1::ScopeState response;
  absl::Status status = context.Call(method, request, response);
  if (!status.ok()) return status;
  std::vector<absl::string_view> states;
  if (response.archived()) states.push_back("archived");
  if (response.held()) states.push_back("on hold");
  context.Answer(
      response,
      absl::StrCat(Printable(context.names().Short(response.name())),
                   options.dry_run ? " would be " : " is ",
                   states.empty() ? "not frozen by itself" : absl::StrJoin(states, " and "), "\n"));
  return kExitOk;
}

// --- their options ---

void AddGrantCommands(Tool& tool) {
  auto assign = std::make_shared<Grant>();
  CLI::App* command =
      AddCommand(tool.app, "assign", "Gives somebody a role at a scope and below it.",
                 "provost assign users/bob course_admin courses/fire --until +30d");
  command->group("Roles");
  command->add_option("subject", assign->subject, "Who: users/bob or groups/ops")->required();
  command->add_option("role", assign->role, "A role of the policy")->required();
  command->add_option("scope", assign->scope, "Where: courses/fire, or `.` for the tenant")
      ->required();
  AddWindowOptions(command, assign->from, assign->until);
  command->add_option("--reason", assign->reason, "Why, for the records")->type_name("TEXT");
  command->add_flag("--test", assign->test,
                    "Only say whether it would be permitted; exits with 0 or 1");
  assign->AddChangeOptions(command);
  OnRun(tool, command, assign, RunAssign);

  auto revoke = std::make_shared<Grant>();
  command = AddCommand(tool.app, "revoke", "Takes a role back.",
                       "provost revoke users/bob course_admin courses/fire");
  command->group("Roles");
  command->add_option("subject", revoke->subject, "Who; or one assignment: assignments/17")
      ->required();
  command->add_option("role", revoke->role, "Which role");
  command->add_option("scope", revoke->scope, "Where it was given");
  command->add_flag("--allow-missing", revoke->allow_missing, "Succeed where there is none");
  command->add_option("--etag", revoke->etag, "Refuse if it has changed since")->type_name("TEXT");
  revoke->AddChangeOptions(command);
  OnRun(tool, command, revoke, RunRevoke);
}

void AddOverrideCommands(Tool& tool) {
  CLI::App* const group = AddGroup(tool.app, "override", "What a role does differently at a scope.",
                                   "provost override list --at courses/fire");
  group->group("Roles");
  auto set = std::make_shared<OverrideOptions>();
  CLI::App* command =
      AddCommand(*group, "set", "Makes a role do more or less at a scope and below it.",
                 "provost override set courses/fire learner discussion.post prevent");
  command->add_option("scope", set->scope, "Where: courses/fire, or `.` for the tenant")
      ->required();
  command->add_option("role", set->role, "The role that it changes")->required();
  command->add_option("permission", set->permission, "What, such as course.update")->required();
  command->add_option("effect", set->effect, "allow, prevent or prohibit")
      ->required()
      ->check(CLI::IsMember({"allow", "prevent", "prohibit"}, CLI::ignore_case));
  auto* const fact =
      command->add_option("--fact", set->facts, "allow: a fact that is needed; may be repeated")
          ->type_name("NAME")
          ->allow_extra_args(false);
  command
      ->add_flag("--no-facts", set->no_facts, "allow: no fact is needed, whatever the policy says")
      ->excludes(fact);
  command->add_flag("--locked", set->locked, "Overrides below it do not count");
  command->add_option("--reason", set->reason, "Why, for the records")->type_name("TEXT");
  command->add_option("--etag", set->etag, "Refuse if it has changed since")->type_name("TEXT");
  set->AddChangeOptions(command);
  OnRun(tool, command, set, RunSetOverride);

  auto remove = std::make_shared<OverrideOptions>();
  command = AddCommand(*group, "remove", "Removes an override.",
                       "provost override remove courses/fire learner discussion.post");
  command->add_option("scope", remove->scope, "Where it stands; or the override's name")
      ->required();
  auto* const role = command->add_option("role", remove->role, "The role that it changes");
  command->add_option("permission", remove->permission, "What")->needs(role);
  command->add_flag("--allow-missing", remove->allow_missing, "Succeed where there is none");
  command->add_option("--etag", remove->etag, "Refuse if it has changed since")->type_name("TEXT");
  remove->AddChangeOptions(command);
  OnRun(tool, command, remove, RunRemoveOverride);

  auto list = std::make_shared<OverrideOptions>();
  command = AddCommand(*group, "list", "Lists the overrides that you may read.",
                       "provost override list --at courses/fire");
  command->add_option("--at", list->scope, "Only those at this scope")->type_name("SCOPE");
  command->add_option("--role", list->role, "Only those of this role")->type_name("ROLE");
  command->add_option("--limit", list->limit, "Stop after this many (default: all)")
      ->type_name("N");
  OnRun(tool, command, list, RunListOverrides);
}

void AddFreezeCommand(Tool& tool, const char* name, const char* summary,
                      absl::StatusOr<int> (*run)(Context&, const FreezeOptions&)) {
  auto options = std::make_shared<FreezeOptions>();
  CLI::App* const command =
      AddCommand(tool.app, name, summary, absl::StrCat("provost ", name, " courses/fire archive"));
  command->group("Roles");
  command->add_option("scope", options->scope, "Where: courses/fire, or `.` for the tenant")
      ->required();
  command->add_option("freeze", options->freeze, "archive or hold")
      ->required()
      ->check(CLI::IsMember({"archive", "hold"}, CLI::ignore_case));
  command->add_option("--reason", options->reason, "Why, for the records")->type_name("TEXT");
  options->AddChangeOptions(command);
  OnRun(tool, command, options, run);
}

absl::StatusOr<int> RunFreezeScope(Context& context, const FreezeOptions& options) {
  return RunFreeze<v1::FreezeScopeRequest>(context, options, "RoleService.FreezeScope");
}

absl::StatusOr<int> RunUnfreezeScope(Context& context, const FreezeOptions& options) {
  return RunFreeze<v1::UnfreezeScopeRequest>(context, options, "RoleService.UnfreezeScope");
}

}  // namespace

void AddRoleCommands(Tool& tool) {
  auto roles = std::make_shared<RolesOptions>();
  CLI::App* const command =
      AddCommand(tool.app, "roles", "The roles of the policy, the cells of one, or somebody's.",
                 "provost roles course_admin");
  command->group("Roles");
  auto* const role = command->add_option("role", roles->role, "Show what this role may do");
  command->add_option("--of", roles->subject, "Show the roles that this subject holds")
      ->type_name("SUBJECT")
      ->excludes(role);
  OnRun(tool, command, roles, RunRoles);
  AddGrantCommands(tool);
  AddOverrideCommands(tool);
  AddFreezeCommand(tool, "freeze", "Freezes a scope: nothing there can be written.",
                   RunFreezeScope);
  AddFreezeCommand(tool, "unfreeze", "Lifts a freeze, at the scope where it was laid.",
                   RunUnfreezeScope);
}

}  // namespace provost::cli
