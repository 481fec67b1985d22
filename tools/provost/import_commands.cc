// `provost import`: documents that come in as streams, and how far they are.
#include <memory>
#include <ostream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "provost/v1/group_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tools/provost/command.h"
#include "tools/provost/files.h"
#include "tools/provost/progress.h"
#include "tools/provost/render_message.h"

namespace provost::cli {
namespace {

constexpr size_t kBlockBytes = 256 << 10;
constexpr int kErrorsInAnswer = 100;

// The document, and how all kinds of it are imported.
struct DocumentOptions {
  std::string file;
  std::vector<std::string> columns;
  std::vector<std::string> ignored;
  bool all_or_nothing = false;
  bool dry_run = false;
  std::string resume;
};

struct ImportUsersOptions {
  DocumentOptions document;
  std::string home;
  std::string key = "user_id";
  std::string missing = "create";
  std::string existing = "update";
};

struct ImportIdOptions {
  std::string id;
  size_t limit = 0;
};

std::string RandomUuid() {
  std::random_device random;
  const auto word = [&] { return static_cast<uint32_t>(random()); };
  const uint32_t b = word();
  const uint32_t c = word();
  return absl::StrFormat("%08x-%04x-4%03x-%04x-%04x%08x", word(), b >> 16, b & 0xfff,
                         (c >> 16 & 0x3fff) | 0x8000, c & 0xffff, word());
}

v1::ImportUsersRequest::Action ActionOf(const std::string& word) {
  if (word == "skip") return v1::ImportUsersRequest::SKIP;
  if (word == "refuse") return v1::ImportUsersRequest::ACTION_UNSPECIFIED;
  return v1::ImportUsersRequest::APPLY;
}

absl::Status FillOptions(const DocumentOptions& options, v1::ImportOptions& how) {
  how.set_import_id(options.resume.empty() ? RandomUuid() : options.resume);
  how.set_mode(options.all_or_nothing ? v1::ImportOptions::ALL_OR_NOTHING
                                      : v1::ImportOptions::BEST_EFFORT);
  how.set_dry_run(options.dry_run);
  for (const std::string& mapping : options.columns) {
    const size_t at = mapping.rfind('=');
    if (at == std::string::npos || at == 0 || at + 1 == mapping.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--column `", mapping, "`: wanted a column and its field, like Mail=email"));
    }
    v1::ImportOptions::Column& column = *how.add_columns();
    column.set_header(mapping.substr(0, at));
    column.set_field(mapping.substr(at + 1));
  }
  for (const std::string& column : options.ignored) how.add_ignored_columns(column);
  return absl::OkStatus();
}

// How many bytes of the document an earlier stream of the same import brought.
absl::StatusOr<int64_t> BytesDone(Context& context, const std::string& id) {
  v1::GetImportRequest request;
  auto name = context.names().Full(id, "imports");
  if (!name.ok()) return name.status();
  request.set_name(*std::move(name));
  v1::Import import;
  absl::Status status = context.Call("UserService.GetImport", request, import);
  // It broke off before anything of it was kept.
  if (absl::IsNotFound(status)) return 0;
  if (!status.ok()) return status;
  return import.offset();
}

// Wrong rows as compilers tell of wrong lines.
std::string TextOf(const google::protobuf::RepeatedPtrField<v1::ImportError>& errors,
                   const std::string& file) {
  std::string text;
  for (const v1::ImportError& error : errors) {
    absl::StrAppend(&text, Printable(file), ":", error.line(), ":");
    if (error.column() > 0) absl::StrAppend(&text, error.column(), ":");
    absl::StrAppend(&text, " ", error.field().empty() ? "" : absl::StrCat(error.field(), ": "),
                    Printable(error.message()), "\n");
  }
  return text;
}

// What was done, in a sentence.
std::string Summary(const v1::Import& import) {
  std::string text;
  if (import.state() == v1::Import::FAILED) {
    absl::StrAppend(&text, import.mode() == v1::ImportOptions::ALL_OR_NOTHING
                               ? "nothing was done: "
                               : "not all of it was read: ");
  }
  const char* const would = import.dry_run() ? "would be " : "";
  return absl::StrCat(text, import.created(), " ", would, "created, ", import.updated(), " ", would,
                      "updated, ", import.skipped(), " left as they are, ", import.failed(),
                      " wrong\n");
}

// All errors that the server kept of an import whose answer has the first of them.
absl::Status CompleteErrors(Context& context, v1::Import& import) {
  if (import.dry_run() || import.errors_size() < kErrorsInAnswer) return absl::OkStatus();
  v1::ListImportErrorsRequest request;
  request.set_name(import.name());
  v1::ListImportErrorsResponse response;
  absl::Status status =
      context.CallPages("UserService.ListImportErrors", request, response, /*limit=*/0);
  if (status.ok()) *import.mutable_errors() = response.errors();
  return status;
}

// Calls an import. `request` has all but how it is done and the document.
template <typename Request>
absl::StatusOr<int> RunImport(Context& context, absl::string_view method,
                              const DocumentOptions& options, Request request) {
  v1::ImportOptions& how = *request.mutable_options();
  if (absl::Status status = context.names().SetTenant(*request.mutable_parent()); !status.ok()) {
    return status;
  }
  if (absl::Status status = FillOptions(options, how); !status.ok()) return status;
  InputFile file;
  if (absl::Status status = file.Open(context, options.file); !status.ok()) return status;
  if (!options.resume.empty() && !options.dry_run) {
    const auto done = BytesDone(context, options.resume);
    if (!done.ok()) return done.status();
    if (absl::Status status = file.Skip(*done); !status.ok()) return status;
    how.set_offset(*done);
  }
  const std::string id = how.import_id();
  const std::string file_name = options.file == "-" ? "stdin" : options.file;
  v1::Import import;
  absl::Status status;
  {
    // Shows the id, for whoever breaks the import off.
    Progress progress(context, absl::StrCat("import ", id), file.size());
    bool is_first = true;
    const auto next = [&]() -> absl::StatusOr<bool> {
      if (std::exchange(is_first, false)) return true;
      const auto block = file.Read(kBlockBytes);
      if (!block.ok()) return block.status();
      request.Clear();
      request.set_data(block->data(), block->size());
      progress.Add(static_cast<int64_t>(block->size()));
      return !block->empty();
    };
    status = context.SendStream(method, request, next, import);
  }
  if (absl::IsUnavailable(status) || absl::IsAborted(status) || absl::IsResourceExhausted(status)) {
    if (options.dry_run) return status;
    return absl::Status(status.code(),
                        absl::StrCat(status.message(), "; the same command with --resume ", id,
                                     " goes on, and does no row twice"));
  }
  if (!status.ok()) return status;
  if (status = CompleteErrors(context, import); !status.ok()) return status;
  std::string text = TextOf(import.errors(), file_name);
  // A row may be wrong in several ways.
  int64_t untold = import.failed();
  int64_t line = 0;
  for (const v1::ImportError& error : import.errors()) {
    if (error.line() != line) --untold;
    line = error.line();
  }
  if (untold > 0) absl::StrAppend(&text, file_name, ": and ", untold, " more wrong rows\n");
  context.Answer(import, absl::StrCat(text, Summary(import)));
  return import.failed() == 0 && import.state() != v1::Import::FAILED ? kExitOk : kExitDenied;
}

absl::StatusOr<int> RunImportUsers(Context& context, const ImportUsersOptions& options) {
  v1::ImportUsersRequest request;
  if (!options.home.empty()) {
    absl::StatusOr<std::string> home = context.names().Full(options.home);
    if (!home.ok()) return home.status();
    request.set_home_scope(*std::move(home));
  }
  request.set_key(options.key == "email" ? v1::ImportUsersRequest::EMAIL
                                         : v1::ImportUsersRequest::USER_ID);
  request.set_missing(ActionOf(options.missing));
  request.set_existing(ActionOf(options.existing));
  return RunImport(context, "UserService.ImportUsers", options.document, std::move(request));
}

absl::StatusOr<int> RunImportMembers(Context& context, const DocumentOptions& options) {
  return RunImport(context, "GroupService.ImportMembers", options, v1::ImportMembersRequest());
}

absl::StatusOr<int> RunImportAssignments(Context& context, const DocumentOptions& options) {
  return RunImport(context, "RoleService.ImportAssignments", options,
                   v1::ImportAssignmentsRequest());
}

absl::StatusOr<int> RunGet(Context& context, const ImportIdOptions& options) {
  v1::GetImportRequest request;
  auto name = context.names().Full(options.id, "imports");
  if (!name.ok()) return name.status();
  request.set_name(*std::move(name));
  v1::Import import;
  absl::Status status = context.Call("UserService.GetImport", request, import);
  if (!status.ok()) return status;
  // A row each is for `errors`.
  v1::Import shown = import;
  shown.clear_errors();
  context.Answer(import, RenderMessage(shown, context.names(), context.look()));
  return kExitOk;
}

absl::StatusOr<int> RunErrors(Context& context, const ImportIdOptions& options) {
  v1::ListImportErrorsRequest request;
  auto name = context.names().Full(options.id, "imports");
  if (!name.ok()) return name.status();
  request.set_name(*std::move(name));
  v1::ListImportErrorsResponse response;
  absl::Status status =
      context.CallPages("UserService.ListImportErrors", request, response, options.limit);
  if (!status.ok()) return status;
  context.Answer(response, RenderList(response, context.names(), context.look()));
  return kExitOk;
}

void AddDocument(CLI::App* command, DocumentOptions& document) {
  command->add_option("file", document.file, "The file; - is standard input")->required();
  command->add_option("--column", document.columns, "A column and what it is; again for more")
      ->type_name("NAME=FIELD")
      ->allow_extra_args(false);
  command->add_option("--ignore", document.ignored, "A column to leave out; again for more")
      ->type_name("NAME")
      ->allow_extra_args(false);
}

void AddDocumentOptions(CLI::App* command, DocumentOptions& document) {
  command->add_flag("--all-or-nothing", document.all_or_nothing, "Do nothing where a row is wrong");
  command->add_flag("--dry-run", document.dry_run, "Do everything but the change");
  command->add_option("--resume", document.resume, "Go on with an import that broke off")
      ->type_name("UUID");
}

}  // namespace

void AddImportCommands(Tool& tool) {
  CLI::App* const group = AddGroup(tool.app, "import", "Brings documents in, as streams.",
                                   "provost import users docs/sample/people.csv --dry-run");
  group->group("Resources");

  auto users = std::make_shared<ImportUsersOptions>();
  CLI::App* command =
      AddCommand(*group, "users", "Makes and changes users from a CSV file.",
                 "provost import users people.csv --column Mail=email --ignore Note");
  AddDocument(command, users->document);
  command->add_option("--home", users->home, "The home of new users (the tenant)")
      ->type_name("SCOPE");
  command->add_option("--key", users->key, "What users are found by: user_id or email")
      ->check(CLI::IsMember({"user_id", "email"}))
      ->type_name("FIELD")
      ->capture_default_str();
  command->add_option("--missing", users->missing, "Who is new: create, skip or refuse")
      ->check(CLI::IsMember({"create", "skip", "refuse"}))
      ->type_name("WHAT")
      ->capture_default_str();
  command->add_option("--existing", users->existing, "Who is there: update, skip or refuse")
      ->check(CLI::IsMember({"update", "skip", "refuse"}))
      ->type_name("WHAT")
      ->capture_default_str();
  AddDocumentOptions(command, users->document);
  OnRun(tool, command, users, RunImportUsers);

  auto members = std::make_shared<DocumentOptions>();
  command = AddCommand(*group, "members", "Adds and removes members of groups by a CSV file.",
                       "provost import members members.csv --column Team=group --ignore Note");
  AddDocument(command, *members);
  AddDocumentOptions(command, *members);
  OnRun(tool, command, members, RunImportMembers);

  auto assignments = std::make_shared<DocumentOptions>();
  command = AddCommand(*group, "assignments", "Gives and takes back roles by a CSV file.",
                       "provost import assignments roles.csv --dry-run");
  AddDocument(command, *assignments);
  AddDocumentOptions(command, *assignments);
  OnRun(tool, command, assignments, RunImportAssignments);

  constexpr char kExample[] = " 7f3c0f5e-3a55-4f0e-9d0a-0d6a2b1c4e5f";
  auto got = std::make_shared<ImportIdOptions>();
  command = AddCommand(*group, "get", "Shows how far an import is.",
                       absl::StrCat("provost import get", kExample));
  command->add_option("id", got->id, "Its UUID")->required();
  OnRun(tool, command, got, RunGet);

  auto errors = std::make_shared<ImportIdOptions>();
  command = AddCommand(*group, "errors", "Lists the rows of an import that were wrong.",
                       absl::StrCat("provost import errors", kExample));
  command->add_option("id", errors->id, "Its UUID")->required();
  command->add_option("--limit", errors->limit, "Stop after this many (default: all)")
      ->type_name("N");
  OnRun(tool, command, errors, RunErrors);
}

}  // namespace provost::cli
