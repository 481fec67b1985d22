#include "service/export_users.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "provost/v1/user_service.pb.h"
#include "service/export_run.h"
#include "service/import_users.h"
#include "service/lookup.h"
#include "service/subject_resource.h"

namespace provost {
namespace {

using store::Table;

std::vector<std::string> AllColumns() {
  std::vector<std::string> columns = UserTextFields();
  columns.push_back("home_scope");
  columns.push_back("suspended");
  return columns;
}

// The users of a scope: those of the tenant in the order of their names, those of a catalog by
// their uids.
class UserExport : public ExportKind {
 public:
  UserExport(const ReadCall& call, const v1::ExportUsersRequest& request)
      : columns_(request.fields().empty()
                     ? AllColumns()
                     : std::vector<std::string>(request.fields().begin(), request.fields().end())),
        scope_(call.state.FindScope(call.subject.places[0].name.Relative())) {}

  std::vector<std::string> Columns() const override { return columns_; }
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
    const ScopeId home = state.HomeOf(user).value == 0 ? state.root() : state.HomeOf(user);
    // What is allowed at the scope may be forbidden below it.
    if (!state.IsOnPath(scope_, home) || !asked.May(call, "user.export", home)) return cells;
    cells.emplace();
    for (const std::string& column : columns_) {
      cells->push_back(Cell(call, column, state.SubjectName(user), home, *row));
    }
    return cells;
  }

 private:
  static std::string Cell(const ReadCall& call, const std::string& column,
                          absl::string_view relative, ScopeId home, const rows::UserRow& row) {
    if (column == "user_id") return std::string(SplitRelative(relative)->id);
    if (column == "home_scope") return ScopeFullName(call.state, call.tenant->id(), home);
    if (column == "suspended") return row.user().suspended() ? "true" : "false";
    if (column == "manager") {
      const SubjectId manager(row.manager());
      if (!call.state.HasSubject(manager)) return "";
      return std::string(SplitRelative(call.state.SubjectName(manager))->id);
    }
    return v1::User::GetReflection()->GetString(row.user(),
                                                v1::User::descriptor()->FindFieldByName(column));
  }

  const std::vector<std::string> columns_;
  const ScopeId scope_;
};

absl::Status Validate(const v1::ExportUsersRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  CheckHome("home_scope", request.home_scope(), request.parent(), ScopeKind::kCatalog, &status);
  CheckExport(request.options(), AllColumns(),
              std::vector<std::string>(request.fields().begin(), request.fields().end()), &status);
  return status;
}

}  // namespace

void RegisterExportUsers(Methods& methods) {
  Method& method = methods.Send<v1::ExportUsersRequest, v1::ExportUsersResponse>(
      [](ReadCall& call,
         const v1::ExportUsersRequest& request) -> absl::StatusOr<Source<v1::ExportUsersResponse>> {
        return OpenExport<v1::ExportUsersResponse>(
            call, std::make_unique<const UserExport>(call, request), request.options());
      });
  Methods::ValidateBy<v1::ExportUsersRequest>(method, Validate);
}

}  // namespace provost
