#include "service/export_users.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "provost/v1/user_service.pb.h"
#include "service/authorize.h"
#include "service/export_run.h"
#include "service/import_users.h"
#include "service/lookup.h"
#include "service/subject_resource.h"
#include "service/user_fields.h"
#include "tenant/errors.h"

namespace provost {
namespace {

using store::Table;

constexpr absl::string_view kOwnPrefix = "fields.";

// What everybody in the tenant may see of a person, of the fields that all tenants have.
constexpr absl::string_view kPublicFields[] = {"user_id", "display_name"};

// Of the fields that all tenants have.
std::vector<std::string> SharedColumns() {
  std::vector<std::string> columns = UserTextFields();
  columns.push_back("home_scope");
  columns.push_back("suspended");
  return columns;
}

struct Column {
  std::string name;
  std::optional<uint32_t> own_field;  // The number of one that the tenant defines.
  bool is_public = false;
};

// INVALID_ARGUMENT for a field that the tenant does not have.
absl::StatusOr<std::vector<Column>> ColumnsOf(const v1::ExportUsersRequest& request,
                                              const UserFields& own) {
  std::vector<std::string> names(request.fields().begin(), request.fields().end());
  if (names.empty()) {
    names = SharedColumns();
    for (const UserFields::Field& field : own.all()) {
      names.push_back(absl::StrCat(kOwnPrefix, field.definition.id()));
    }
  }
  std::vector<Column> columns;
  absl::Status status;
  for (size_t i = 0; i < names.size(); ++i) {
    absl::string_view id = names[i];
    if (!absl::ConsumePrefix(&id, kOwnPrefix)) {
      const bool is_public = std::find(std::begin(kPublicFields), std::end(kPublicFields), id) !=
                             std::end(kPublicFields);
      columns.push_back({names[i], std::nullopt, is_public});
      continue;
    }
    const UserFields::Field* const field = own.Find(id);
    if (field == nullptr) {
      AddBadField(&status, absl::StrCat("fields[", i, "]"), names[i],
                  "is no field of this tenant; `ListUserFields` has them");
      continue;
    }
    columns.push_back(
        {names[i], field->number, field->definition.visibility() == v1::UserField::PUBLIC});
  }
  if (!status.ok()) return status;
  return columns;
}

// The users of a scope: those of the tenant in the order of their names, those of a catalog by
// their uids.
class UserExport : public ExportKind {
 public:
  UserExport(const ReadCall& call, std::vector<Column> columns)
      : columns_(std::move(columns)),
        scope_(call.state.FindScope(call.subject.places[0].name.Relative())) {}

  std::vector<std::string> Columns() const override {
    std::vector<std::string> names;
    for (const Column& column : columns_) names.push_back(column.name);
    return names;
  }
  Table table() const override { return Table::kUsers; }
  std::optional<store::KeyRange> Range(const ReadCall& call) const override {
    if (scope_ != call.state.root()) return std::nullopt;
    return store::KeyWriter(call.tenant->number()).StringPrefix("users/").Range();
  }
  std::vector<uint64_t> List(const ReadCall& call) const override {
    return SubjectsAt(call.state, scope_, SubjectKind::kUser);
  }
  std::optional<std::string> KeyOf(const ReadCall& call, uint64_t id) const override {
    return SubjectKeyOf(call, SubjectId(static_cast<uint32_t>(id)));
  }

  absl::StatusOr<std::optional<std::vector<std::string>>> Cells(
      const ReadCall& call, Asked& asked, absl::string_view key,
      absl::string_view value) const override {
    const WorldState& state = call.state;
    absl::StatusOr<rows::UserRow> row = ParseRow<rows::UserRow>(table(), key, value);
    if (!row.ok()) return row.status();
    const SubjectId user(row->uid());
    std::optional<std::vector<std::string>> cells;
    // Rows are a moment newer than the state.
    if (!state.HasSubject(user) || state.KindOf(user) != SubjectKind::kUser) return cells;
    const ScopeId home = state.HomeOf(user);
    // What is allowed at the scope may be forbidden below it.
    if (!state.IsOnPath(scope_, home) || !asked.May(call, "user.export", home)) return cells;
    // Whoever exports need not be one who may read profiles (P1).
    const bool is_readable = asked.May(call, "user.read", home) ||
                             (user == call.self() && IsAllowed(state, user, "user.read", home,
                                                               /*about_self=*/true, call.now));
    cells.emplace();
    for (const Column& column : columns_) {
      const bool is_shown = is_readable || column.is_public;
      cells->push_back(is_shown ? Cell(call, column, state.SubjectName(user), home, *row) : "");
    }
    return cells;
  }

 private:
  static std::string Cell(const ReadCall& call, const Column& column, absl::string_view relative,
                          ScopeId home, const rows::UserRow& row) {
    if (column.own_field.has_value()) {
      const auto value = row.values().find(*column.own_field);
      return value == row.values().end() ? "" : value->second;
    }
    const std::string& name = column.name;
    if (name == "user_id") return std::string(SplitRelative(relative)->id);
    if (name == "home_scope") return ScopeFullName(call.state, call.tenant->id(), home);
    if (name == "suspended") return row.user().suspended() ? "true" : "false";
    if (name == "manager") {
      const SubjectId manager(row.manager());
      if (!call.state.HasSubject(manager)) return "";
      return std::string(SplitRelative(call.state.SubjectName(manager))->id);
    }
    return v1::User::GetReflection()->GetString(row.user(),
                                                v1::User::descriptor()->FindFieldByName(name));
  }

  const std::vector<Column> columns_;
  const ScopeId scope_;
};

absl::Status Validate(const v1::ExportUsersRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  CheckHome("home_scope", request.home_scope(), request.parent(), ScopeKind::kCatalog, &status);
  // Those of the tenant are known where the export begins.
  std::vector<std::string> known = SharedColumns();
  const std::vector<std::string> fields(request.fields().begin(), request.fields().end());
  for (const std::string& field : fields) {
    if (absl::StartsWith(field, kOwnPrefix)) known.push_back(field);
  }
  CheckExport(request.options(), known, fields, &status);
  return status;
}

}  // namespace

void RegisterExportUsers(Methods& methods) {
  Method& method = methods.Send<v1::ExportUsersRequest, v1::ExportUsersResponse>(
      [](ReadCall& call,
         const v1::ExportUsersRequest& request) -> absl::StatusOr<Source<v1::ExportUsersResponse>> {
        absl::StatusOr<UserFields> own = UserFields::Read(call.reader(), call.tenant->number());
        if (!own.ok()) return own.status();
        absl::StatusOr<std::vector<Column>> columns = ColumnsOf(request, *own);
        if (!columns.ok()) return columns.status();
        return OpenExport<v1::ExportUsersResponse>(
            call, std::make_unique<const UserExport>(call, *std::move(columns)), request.options());
      });
  Methods::ValidateBy<v1::ExportUsersRequest>(method, Validate);
}

}  // namespace provost
