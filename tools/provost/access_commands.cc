#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "provost/v1/access_service.pb.h"
#include "tools/provost/command.h"
#include "tools/provost/explain_tree.h"
#include "tools/provost/table.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

// What a question may say besides who, what and where.
struct Circumstances {
  std::vector<std::string> facts;
  std::string time;
  std::string role;
  std::string role_scope;
  size_t limit = 0;
};

struct Question : Circumstances {
  std::string subject;
  std::string permission;
  std::string scope;
  std::string kind;
};

void AddCircumstances(CLI::App* command, Circumstances& options) {
  command->add_option("--fact", options.facts, "A fact that holds, such as self; may be repeated")
      ->type_name("NAME")
      ->allow_extra_args(false);
  command->add_option("--time", options.time, "The time to ask about: 2026-11-03, now, +30d")
      ->type_name("TIME");
}

void AddActingAs(CLI::App* command, Circumstances& options) {
  auto* const role =
      command->add_option("--acting-as", options.role, "Ask as who holds this role alone")
          ->type_name("ROLE");
  command->add_option("--acting-at", options.role_scope, "Where that role is taken on")
      ->needs(role)
      ->type_name("SCOPE");
}

void AddLimit(CLI::App* command, Circumstances& options) {
  command->add_option("--limit", options.limit, "Stop after this many (default: all)")
      ->type_name("N");
}

CLI::Option* AddSubject(CLI::App* command, std::string& subject) {
  return command->add_option("subject", subject, "Who: users/bob, groups/ops, anonymous");
}

CLI::Option* AddPermission(CLI::App* command, std::string& permission) {
  return command->add_option("permission", permission, "What, such as course.update")->required();
}

CLI::Option* AddScope(CLI::App* command, std::string& scope) {
  return command->add_option("scope", scope, "Where: courses/fire, or `.` for the tenant")
      ->required();
}

template <typename Request>
absl::Status FillCircumstances(const Circumstances& options, Request& request) {
  for (const std::string& fact : options.facts) request.add_facts(fact);
  if (!options.time.empty()) {
    auto time = ReadTime("--time", options.time);
    if (!time.ok()) return time.status();
    *request.mutable_time() = *std::move(time);
  }
  return absl::OkStatus();
}

template <typename Request>
absl::Status FillActingAs(const Names& names, const Circumstances& options,
                          const std::string& scope, Request& request) {
  if (options.role.empty()) return absl::OkStatus();
  auto at = names.Full(options.role_scope.empty() ? scope : options.role_scope);
  if (!at.ok()) return at.status();
  request.mutable_acting_as()->set_role(options.role);
  request.mutable_acting_as()->set_scope(*std::move(at));
  return absl::OkStatus();
}

// `subject` as the request wants it; left out, it is whoever asks.
absl::StatusOr<std::string> SubjectOf(Context& context, const std::string& subject) {
  return subject.empty() ? context.Actor() : context.names().Subject(subject);
}

template <typename Request>
absl::Status FillSubject(Context& context, const Question& options, Request& request) {
  auto subject = SubjectOf(context, options.subject);
  if (!subject.ok()) return subject.status();
  request.set_subject(*std::move(subject));
  return absl::OkStatus();
}

template <typename Request>
absl::Status FillScope(Context& context, const Question& options, Request& request) {
  auto scope = context.names().Full(options.scope);
  if (!scope.ok()) return scope.status();
  request.set_scope(*std::move(scope));
  return absl::OkStatus();
}

// A question as Check and Explain are asked it.
template <typename Request>
absl::StatusOr<Request> MakeQuestion(Context& context, const Question& options) {
  Request request;
  request.set_permission(options.permission);
  absl::Status status = FillSubject(context, options, request);
  status.Update(FillScope(context, options, request));
  status.Update(FillCircumstances(options, request));
  status.Update(FillActingAs(context.names(), options, options.scope, request));
  if (!status.ok()) return status;
  return request;
}

absl::StatusOr<int> RunCheck(Context& context, const Question& options) {
  const auto request = MakeQuestion<v1::CheckRequest>(context, options);
  if (!request.ok()) return request.status();
  v1::CheckResponse response;
  if (auto status = context.Call("AccessService.Check", *request, response); !status.ok()) {
    return status;
  }
  const Look look = context.look();
  context.Answer(response, response.allowed()
                               ? absl::StrCat(Paint(look, Tone::kGood, "allowed"), "\n")
                               : absl::StrCat(Paint(look, Tone::kBad, "denied"), ": ",
                                              DescribeReason(response.reason()), " (",
                                              v1::Decision::Reason_Name(response.reason()), ")\n"));
  return response.allowed() ? kExitOk : kExitDenied;
}

absl::StatusOr<int> RunExplain(Context& context, const Question& options) {
  const auto request = MakeQuestion<v1::ExplainRequest>(context, options);
  if (!request.ok()) return request.status();
  v1::ExplainResponse response;
  if (auto status = context.Call("AccessService.Explain", *request, response); !status.ok()) {
    return status;
  }
  context.Answer(response, RenderExplanation(response.explanation(), context.names(),
                                             context.look(), !options.time.empty()));
  return response.explanation().allowed() ? kExitOk : kExitDenied;
}

// Prints names one a line, or a sentence where there are none and a person is reading.
template <typename Response>
int AnswerNames(Context& context, const Response& response,
                const google::protobuf::RepeatedPtrField<std::string>& names,
                absl::string_view none) {
  std::string text;
  for (const std::string& name : names) {
    absl::StrAppend(&text, Printable(context.names().Short(name)), "\n");
  }
  if (names.empty() && context.look().aligned) text = absl::StrCat(none, "\n");
  context.Answer(response, text);
  return kExitOk;
}

absl::StatusOr<int> RunCan(Context& context, const Question& options) {
  v1::ListPermissionsRequest request;
  absl::Status status = FillSubject(context, options, request);
  status.Update(FillScope(context, options, request));
  status.Update(FillCircumstances(options, request));
  status.Update(FillActingAs(context.names(), options, options.scope, request));
  v1::ListPermissionsResponse response;
  if (status.ok()) {
    status = context.CallPages("AccessService.ListPermissions", request, response, options.limit);
  }
  if (!status.ok()) return status;
  return AnswerNames(context, response, response.permissions(), "nothing");
}

absl::StatusOr<int> RunWho(Context& context, const Question& options) {
  v1::ListSubjectsRequest request;
  request.set_permission(options.permission);
  absl::Status status = FillScope(context, options, request);
  status.Update(FillCircumstances(options, request));
  v1::ListSubjectsResponse response;
  if (status.ok()) {
    status = context.CallPages("AccessService.ListSubjects", request, response, options.limit);
  }
  if (!status.ok()) return status;
  return AnswerNames(context, response, response.subjects(), "nobody");
}

absl::StatusOr<int> RunWhere(Context& context, const Question& options) {
  v1::ListScopesRequest request;
  request.set_permission(options.permission);
  const auto tenant = context.names().Tenant();
  if (!tenant.ok()) return tenant.status();
  request.set_parent(*tenant);
  v1::Scope::Kind kind = v1::Scope::KIND_UNSPECIFIED;
  if (!options.kind.empty()) v1::Scope::Kind_Parse(options.kind, &kind);
  request.set_kind(kind);
  absl::Status status = FillSubject(context, options, request);
  status.Update(FillCircumstances(options, request));
  status.Update(FillActingAs(context.names(), options, ".", request));
  v1::ListScopesResponse response;
  if (status.ok()) {
    status = context.CallPages("AccessService.ListScopes", request, response, options.limit);
  }
  if (!status.ok()) return status;
  return AnswerNames(context, response, response.scopes(), "nowhere");
}

CLI::App* AddAccessCommand(Tool& tool, const std::string& name, const std::string& summary,
                           const std::string& example, Question& options) {
  CLI::App* const command = AddCommand(tool.app, name, summary, example);
  command->group("Access");
  AddCircumstances(command, options);
  return command;
}

}  // namespace

void AddAccessCommands(Tool& tool) {
  auto check = std::make_shared<Question>();
  CLI::App* command =
      AddAccessCommand(tool, "check", "May somebody do something somewhere? Exits with 0 or 1.",
                       "provost check users/bob course.update courses/fire --fact creator", *check);
  AddSubject(command, check->subject)->required();
  AddPermission(command, check->permission);
  AddScope(command, check->scope);
  AddActingAs(command, *check);
  OnRun(tool, command, check, RunCheck);

  auto explain = std::make_shared<Question>();
  command =
      AddAccessCommand(tool, "explain", "Why may somebody do something, or not? Exits with 0 or 1.",
                       "provost explain users/bob course.update courses/fire", *explain);
  AddSubject(command, explain->subject)->required();
  AddPermission(command, explain->permission);
  AddScope(command, explain->scope);
  AddActingAs(command, *explain);
  OnRun(tool, command, explain, RunExplain);

  auto can = std::make_shared<Question>();
  command = AddAccessCommand(tool, "can", "What can I do here? Or somebody else, with --subject.",
                             "provost can courses/fire --subject users/bob", *can);
  AddScope(command, can->scope);
  command->add_option("--subject", can->subject, "Who (default: --as)")->type_name("SUBJECT");
  AddActingAs(command, *can);
  AddLimit(command, *can);
  OnRun(tool, command, can, RunCan);

  auto who = std::make_shared<Question>();
  command = AddAccessCommand(tool, "who", "Who may do something somewhere? Groups are left out.",
                             "provost who course.update courses/fire", *who);
  AddPermission(command, who->permission);
  AddScope(command, who->scope);
  AddLimit(command, *who);
  OnRun(tool, command, who, RunWho);

  auto where = std::make_shared<Question>();
  command =
      AddAccessCommand(tool, "where", "Where may I do something? Or somebody else.",
                       "provost where course.update --subject users/bob --kind COURSE", *where);
  AddPermission(command, where->permission);
  command->add_option("--subject", where->subject, "Who (default: --as)")->type_name("SUBJECT");
  command->add_option("--kind", where->kind, "Only scopes of this kind")
      ->check(CLI::IsMember({"TENANT", "CATALOG", "COURSE", "SESSION"}, CLI::ignore_case))
      ->type_name("KIND");
  AddActingAs(command, *where);
  AddLimit(command, *where);
  OnRun(tool, command, where, RunWhere);
}

}  // namespace provost::cli
