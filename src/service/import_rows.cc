#include "service/import_rows.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "provost/v1/user_service.pb.h"
#include "service/pages.h"
#include "service/subject_resource.h"
#include "store/key.h"

namespace provost {
namespace {

using store::KeyWriter;
using store::Table;

constexpr uint8_t kImportPart = 0;
constexpr uint8_t kErrorPart = 1;

template <typename Request>
absl::Status ValidateName(const Request& request) {
  absl::Status status;
  CheckNameIn(Collection::kImports, "name", request.name(), &status);
  return status;
}

// What lets others than its owner know of an import; nothing for one of assignments, whose rows
// are judged by rule 11 alone.
absl::string_view PermissionOf(absl::string_view method) {
  if (method == "UserService.ImportUsers") return "user.import";
  if (method == "GroupService.ImportMembers") return "group.members.manage";
  return "";
}

// The import, for whoever may know of it. What is hidden and what is missing is told in the same
// words.
absl::StatusOr<rows::ImportRow> FindReadable(const ReadCall& call, absl::string_view name) {
  absl::StatusOr<std::optional<rows::ImportRow>> row =
      FindImport(call.reader(), call.tenant->number(), IdOf(name));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound("import", name);
  const ScopeId at((*row)->scope());
  const bool readable =
      SubjectId((*row)->owner()) == call.self() ||
      IsAllowed(call.state, call.self(), PermissionOf((*row)->progress().method()),
                call.state.HasScope(at) ? at : call.state.root(), /*about_self=*/false, call.now);
  if (!readable) return NotFound("import", name);
  return **std::move(row);
}

absl::Status GetImport(ReadCall& call, const v1::GetImportRequest& request, v1::Import* response) {
  if (absl::Status status = CheckActive(call.state, call.actor); !status.ok()) return status;
  absl::StatusOr<rows::ImportRow> row = FindReadable(call, request.name());
  if (!row.ok()) return row.status();
  *response = std::move(*row->mutable_progress());
  return absl::OkStatus();
}

absl::Status ListImportErrors(ReadCall& call, const v1::ListImportErrorsRequest& request,
                              v1::ListImportErrorsResponse* response) {
  if (absl::Status status = CheckActive(call.state, call.actor); !status.ok()) return status;
  absl::StatusOr<rows::ImportRow> row = FindReadable(call, request.name());
  if (!row.ok()) return row.status();
  absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
      request, absl::StrCat(call.actor.name, "#", call.actor.subject.value), call.tenant, call.now);
  if (!page.ok()) return page.status();
  uint32_t first = 0;
  if (!page->cursor.empty() && !absl::SimpleAtoi(page->cursor, &first)) {
    return BadField("page_token", request.page_token(), "wanted a `next_page_token`");
  }
  const uint64_t tenant = call.tenant->number();
  store::KeyRange range = KeyWriter(tenant).U8(kErrorPart).String(IdOf(request.name())).Range();
  range.begin = ImportErrorKey(tenant, IdOf(request.name()), first);
  store::ScanOptions options;
  options.limit = static_cast<uint64_t>(page->limit) + 1;
  store::Cursor cursor = call.reader().Scan(Table::kJobs, range, options);
  while (cursor.Next()) {
    if (response->errors_size() == page->limit) {
      response->set_next_page_token(call.backend.pages->TokenAfter(
          *page, absl::StrCat(first + static_cast<uint32_t>(page->limit))));
      break;
    }
    absl::StatusOr<rows::ImportErrorRow> error =
        ParseRow<rows::ImportErrorRow>(Table::kJobs, cursor.key(), cursor.value());
    if (!error.ok()) return error.status();
    *response->add_errors() = std::move(*error->mutable_error());
  }
  return cursor.status();
}

}  // namespace

std::string ImportKey(uint64_t tenant, absl::string_view id) {
  return KeyWriter(tenant).U8(kImportPart).String(id).Take();
}

std::string ImportErrorKey(uint64_t tenant, absl::string_view id, uint32_t number) {
  return KeyWriter(tenant).U8(kErrorPart).String(id).U32(number).Take();
}

absl::StatusOr<std::optional<rows::ImportRow>> FindImport(const store::Reader& reader,
                                                          uint64_t tenant, absl::string_view id) {
  return ReadRow<rows::ImportRow>(reader, Table::kJobs, ImportKey(tenant, id));
}

void RegisterImportProgress(Methods& methods) {
  Method& get = methods.Read<v1::GetImportRequest, v1::Import>(GetImport);
  Methods::ValidateBy<v1::GetImportRequest>(get, ValidateName<v1::GetImportRequest>);
  Method& list =
      methods.Scan<v1::ListImportErrorsRequest, v1::ListImportErrorsResponse>(ListImportErrors);
  Methods::ValidateBy<v1::ListImportErrorsRequest>(list, ValidateName<v1::ListImportErrorsRequest>);
}

}  // namespace provost
