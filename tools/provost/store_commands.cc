// `provost store`: works on a database that no server has open.
#include <google/protobuf/struct.pb.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "store/read_only.h"
#include "tenant/verify.h"
#include "tools/provost/command.h"
#include "tools/provost/table.h"

namespace provost::cli {
namespace {

struct VerifyCommand {
  std::string folder;
  size_t problems = 100;
};

google::protobuf::Value Number(uint64_t number) {
  google::protobuf::Value value;
  value.set_number_value(static_cast<double>(number));
  return value;
}

google::protobuf::Value Text(absl::string_view text) {
  google::protobuf::Value value;
  value.set_string_value(std::string(text));
  return value;
}

google::protobuf::Struct ToJson(const VerifyReport& report) {
  google::protobuf::Struct json;
  auto& fields = *json.mutable_fields();
  fields["tenants"] = Number(report.tenants);
  fields["references"] = Number(report.references);
  fields["derived"] = Number(report.derived);
  fields["problemCount"] = Number(report.problem_count);
  auto& rows = *(*fields["rows"].mutable_struct_value()).mutable_fields();
  for (store::Table table : store::AllTables()) {
    rows[std::string(store::TableName(table))] = Number(report.rows[static_cast<size_t>(table)]);
  }
  google::protobuf::ListValue& problems = *fields["problems"].mutable_list_value();
  for (const VerifyProblem& problem : report.problems) {
    auto& of = *problems.add_values()->mutable_struct_value()->mutable_fields();
    of["kind"] = Text(VerifyKindName(problem.kind));
    of["table"] = Text(store::TableName(problem.table));
    of["row"] = Text(problem.row);
    of["text"] = Text(problem.text);
  }
  return json;
}

std::string ToText(const VerifyReport& report, const Look& look) {
  Table rows({"table", "rows"});
  uint64_t total = 0;
  for (store::Table table : store::AllTables()) {
    const uint64_t count = report.rows[static_cast<size_t>(table)];
    if (count > 0) rows.AddRow({{std::string(store::TableName(table))}, {absl::StrCat(count)}});
    total += count;
  }
  std::string text = rows.Render(look);
  absl::StrAppend(&text, "\n", report.tenants, report.tenants == 1 ? " tenant, " : " tenants, ",
                  total, " rows, ", report.references, " references, ", report.derived,
                  " entries of indexes and figures\n");
  if (report.ok()) {
    text += "no problems\n";
    return text;
  }
  absl::StrAppend(&text, report.problem_count,
                  report.problem_count == 1 ? " problem" : " problems");
  if (report.problems.size() < report.problem_count) {
    absl::StrAppend(&text, ", the first ", report.problems.size());
  }
  text += ":\n";
  for (const VerifyProblem& problem : report.problems) {
    absl::StrAppend(&text, problem.ToString(), "\n");
  }
  return text;
}

absl::StatusOr<int> RunVerify(Context& context, const VerifyCommand& command) {
  store::DatabaseOptions options;
  options.path = command.folder;
  absl::StatusOr<std::unique_ptr<store::Database>> database = store::OpenReadOnly(options);
  if (!database.ok()) return database.status();
  VerifyOptions verify;
  verify.max_problems = command.problems;
  const absl::StatusOr<VerifyReport> report = VerifyStore(**database, verify);
  if (!report.ok()) return report.status();
  context.Answer(ToJson(*report), ToText(*report, context.look()));
  return report->ok() ? kExitOk : kExitDenied;
}

}  // namespace

void AddStoreCommands(Tool& tool) {
  CLI::App* const group =
      AddGroup(tool.app, "store", "Works on the database of a server that does not run.",
               "provost store verify /var/lib/provost");
  group->group("Server");
  auto options = std::make_shared<VerifyCommand>();
  CLI::App* const verify = AddCommand(
      *group, "verify",
      "Reads every row of a database and tells what does not fit: rows that cannot be read, names\n"
      "of what is not there, entries of indexes and figures that do not follow from the rows.\n"
      "Changes nothing. The exit code is 0 where nothing is wrong and 1 where something is.",
      "provost store verify /var/lib/provost");
  verify->add_option("folder", options->folder, "The server's data folder (provostd --data)")
      ->required()
      ->type_name("FOLDER");
  verify->add_option("--problems", options->problems, "How many problems to print; all are counted")
      ->type_name("N")
      ->capture_default_str();
  OnRun(tool, verify, options, RunVerify);
}

}  // namespace provost::cli
