// `provost export`: documents that go out as streams.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "provost/v1/group_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/training_record_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tools/provost/command.h"
#include "tools/provost/files.h"
#include "tools/provost/progress.h"

namespace provost::cli {
namespace {

// How all kinds of documents are written.
struct DocumentOptions {
  std::string format = "csv";
  std::string output;
  bool spreadsheet = false;
};

struct ExportUsersOptions {
  DocumentOptions document;
  std::string home;
  std::vector<std::string> fields;
};

struct ExportGroupsOptions {
  DocumentOptions document;
  std::string home;
  bool members = false;
};

struct ExportAssignmentsOptions {
  DocumentOptions document;
  std::string scope;
};

// The full name of a scope that may be left out.
absl::StatusOr<std::string> ScopeOf(const Names& names, const std::string& given) {
  return given.empty() ? std::string() : names.Full(given);
}

// Calls an export, whose pieces are of the type `Piece`. `request` has all but how it is written.
template <typename Piece, typename Request>
absl::StatusOr<int> RunExport(Context& context, absl::string_view method,
                              const DocumentOptions& options, Request request) {
  if (absl::Status status = context.names().SetTenant(*request.mutable_parent()); !status.ok()) {
    return status;
  }
  // What the global flag asks for is JSON in any case.
  const bool is_json = options.format == "jsonl" || context.options().json;
  request.mutable_options()->set_format(is_json ? v1::ExportOptions::JSON_LINES
                                                : v1::ExportOptions::CSV);
  request.mutable_options()->set_spreadsheet(options.spreadsheet);
  OutputFile file(context, options.output);
  Piece piece;
  absl::Status status;
  {
    Progress progress(context, "export", 0);
    status = context.ReadStream(method, request, piece, [&] {
      // A line that is written over would stand between lines that are printed.
      if (!file.is_standard()) progress.Add(static_cast<int64_t>(piece.data().size()));
      return file.Write(piece.data());
    });
  }
  if (status.ok()) status = file.KeepAndSay();
  if (!status.ok()) return status;
  return kExitOk;
}

absl::StatusOr<int> RunExportUsers(Context& context, const ExportUsersOptions& options) {
  v1::ExportUsersRequest request;
  absl::StatusOr<std::string> home = ScopeOf(context.names(), options.home);
  if (!home.ok()) return home.status();
  request.set_home_scope(*std::move(home));
  for (const std::string& field : options.fields) request.add_fields(field);
  return RunExport<v1::ExportUsersResponse>(context, "UserService.ExportUsers", options.document,
                                            std::move(request));
}

absl::StatusOr<int> RunExportGroups(Context& context, const ExportGroupsOptions& options) {
  v1::ExportGroupsRequest request;
  absl::StatusOr<std::string> home = ScopeOf(context.names(), options.home);
  if (!home.ok()) return home.status();
  request.set_home_scope(*std::move(home));
  request.set_members(options.members);
  return RunExport<v1::ExportGroupsResponse>(context, "GroupService.ExportGroups", options.document,
                                             std::move(request));
}

absl::StatusOr<int> RunExportAssignments(Context& context,
                                         const ExportAssignmentsOptions& options) {
  v1::ExportAssignmentsRequest request;
  absl::StatusOr<std::string> scope = ScopeOf(context.names(), options.scope);
  if (!scope.ok()) return scope.status();
  request.set_scope(*std::move(scope));
  return RunExport<v1::ExportAssignmentsResponse>(context, "RoleService.ExportAssignments",
                                                  options.document, std::move(request));
}

absl::StatusOr<int> RunExportRecords(Context& context, const ExportAssignmentsOptions& options) {
  v1::ExportRecordsRequest request;
  absl::StatusOr<std::string> scope = ScopeOf(context.names(), options.scope);
  if (!scope.ok()) return scope.status();
  request.set_scope(*std::move(scope));
  return RunExport<v1::ExportRecordsResponse>(context, "TrainingRecordService.ExportRecords",
                                              options.document, std::move(request));
}

void AddDocumentOptions(CLI::App* command, DocumentOptions& document) {
  command->add_option("--format", document.format, "csv or jsonl")
      ->check(CLI::IsMember({"csv", "jsonl"}))
      ->type_name("FORMAT")
      ->capture_default_str();
  command->add_flag("--spreadsheet", document.spreadsheet,
                    "Write no cell that a spreadsheet would take for a formula");
  command->add_option("--output", document.output, "The file to write (standard output)")
      ->type_name("FILE");
}

}  // namespace

void AddExportCommands(Tool& tool) {
  CLI::App* const group = AddGroup(tool.app, "export", "Writes documents, as streams.",
                                   "provost export users --format jsonl");
  group->group("Resources");

  auto users = std::make_shared<ExportUsersOptions>();
  CLI::App* command = AddCommand(*group, "users", "Writes users as CSV or JSON lines.",
                                 "provost export users --home catalogs/safety --output people.csv");
  command->add_option("--home", users->home, "Those at this scope and below (the tenant)")
      ->type_name("SCOPE");
  command->add_option("--fields", users->fields, "Which fields, in order (all)")
      ->type_name("FIELD,...")
      ->delimiter(',')
      ->allow_extra_args(false);
  AddDocumentOptions(command, users->document);
  OnRun(tool, command, users, RunExportUsers);

  auto groups = std::make_shared<ExportGroupsOptions>();
  command = AddCommand(*group, "groups", "Writes groups, or who is in them, as CSV or JSON lines.",
                       "provost export groups --members --output members.csv");
  command->add_option("--home", groups->home, "Those at this scope and below (the tenant)")
      ->type_name("SCOPE");
  command->add_flag("--members", groups->members,
                    "A row for each member, as `import members` reads them");
  AddDocumentOptions(command, groups->document);
  OnRun(tool, command, groups, RunExportGroups);

  auto assignments = std::make_shared<ExportAssignmentsOptions>();
  command = AddCommand(*group, "assignments", "Writes who holds which role as CSV or JSON lines.",
                       "provost export assignments --at catalogs/safety --output roles.csv");
  command->add_option("--at", assignments->scope, "Those at this scope and below (the tenant)")
      ->type_name("SCOPE");
  AddDocumentOptions(command, assignments->document);
  OnRun(tool, command, assignments, RunExportAssignments);

  auto records = std::make_shared<ExportAssignmentsOptions>();
  command = AddCommand(*group, "records", "Writes training records as CSV or JSON lines.",
                       "provost export records --at courses/fire --output records.csv");
  command->add_option("--at", records->scope, "Those at this scope and below (the tenant)")
      ->type_name("SCOPE");
  AddDocumentOptions(command, records->document);
  OnRun(tool, command, records, RunExportRecords);
}

}  // namespace provost::cli
