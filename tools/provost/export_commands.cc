// `provost export`: documents that go out as streams.
#include <memory>
#include <string>
#include <vector>

#include "provost/v1/user_service.pb.h"
#include "tools/provost/command.h"
#include "tools/provost/files.h"
#include "tools/provost/progress.h"

namespace provost::cli {
namespace {

struct ExportUsersOptions {
  std::string home;
  std::string format = "csv";
  std::string output;
  std::vector<std::string> fields;
  bool spreadsheet = false;
};

absl::StatusOr<int> RunExportUsers(Context& context, const ExportUsersOptions& options) {
  v1::ExportUsersRequest request;
  const Names names = context.names();
  if (absl::Status status = names.SetTenant(*request.mutable_parent()); !status.ok()) return status;
  if (!options.home.empty()) {
    absl::StatusOr<std::string> home = names.Full(options.home);
    if (!home.ok()) return home.status();
    request.set_home_scope(*std::move(home));
  }
  // What the global flag asks for is JSON in any case.
  const bool is_json = options.format == "jsonl" || context.options().json;
  request.mutable_options()->set_format(is_json ? v1::ExportOptions::JSON_LINES
                                                : v1::ExportOptions::CSV);
  request.mutable_options()->set_spreadsheet(options.spreadsheet);
  for (const std::string& field : options.fields) request.add_fields(field);

  OutputFile file(context, options.output);
  v1::ExportUsersResponse piece;
  absl::Status status;
  {
    Progress progress(context, "export", 0);
    status = context.ReadStream("UserService.ExportUsers", request, piece, [&] {
      // A line that is written over would stand between lines that are printed.
      if (!file.is_standard()) progress.Add(static_cast<int64_t>(piece.data().size()));
      return file.Write(piece.data());
    });
  }
  if (status.ok()) status = file.Keep();
  if (!status.ok()) return status;
  return kExitOk;
}

}  // namespace

void AddExportCommands(Tool& tool) {
  CLI::App* const group = AddGroup(tool.app, "export", "Writes documents, as streams.",
                                   "provost export users --format jsonl");
  group->group("Resources");

  auto users = std::make_shared<ExportUsersOptions>();
  CLI::App* const command =
      AddCommand(*group, "users", "Writes users as CSV or JSON lines.",
                 "provost export users --home catalogs/safety --output people.csv");
  command->add_option("--home", users->home, "Those at this scope and below (the tenant)")
      ->type_name("SCOPE");
  command->add_option("--format", users->format, "csv or jsonl")
      ->check(CLI::IsMember({"csv", "jsonl"}))
      ->type_name("FORMAT")
      ->capture_default_str();
  command->add_option("--fields", users->fields, "Which fields, in order (all)")
      ->type_name("FIELD,...")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_flag("--spreadsheet", users->spreadsheet,
                    "Write no cell that a spreadsheet would take for a formula");
  command->add_option("--output", users->output, "The file to write (standard output)")
      ->type_name("FILE");
  OnRun(tool, command, users, RunExportUsers);
}

}  // namespace provost::cli
