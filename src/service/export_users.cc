#include "service/export_users.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "provost/v1/user_service.pb.h"
#include "service/authorize.h"
#include "service/export_rows.h"
#include "service/import_users.h"
#include "service/lookup.h"
#include "service/subject_resource.h"
#include "store/key.h"

namespace provost {
namespace {

using store::Table;

// Rows that one message looks at, at most.
constexpr size_t kRowsAtOnce = 500;

std::vector<std::string> Columns() {
  std::vector<std::string> columns = UserTextFields();
  columns.push_back("home_scope");
  columns.push_back("suspended");
  return columns;
}

// The users of a scope, from where the last message ended. Those of the tenant are read in the
// order of their names; those of a catalog by their uids, which are noted at the beginning.
class UserExport {
 public:
  UserExport(const ReadCall& call, const v1::ExportUsersRequest& request)
      : format_(request.options(),
                request.fields().empty()
                    ? Columns()
                    : std::vector<std::string>(request.fields().begin(), request.fields().end())),
        scope_(call.state.FindScope(call.subject.places[0].name.Relative())) {
    if (scope_ == call.state.root()) {
      range_ = store::KeyWriter(call.tenant->number()).StringPrefix("users/").Range();
      return;
    }
    call.state.ForEachInSubtree(scope_, [&](ScopeId scope) {
      call.state.ForEachAtHome(scope, [&](SubjectId subject) {
        if (call.state.KindOf(subject) == SubjectKind::kUser) uids_.push_back(subject);
        return true;
      });
      return true;
    });
    std::sort(uids_.begin(), uids_.end());
  }

  absl::StatusOr<bool> Next(const ReadCall& call, v1::ExportUsersResponse* item) {
    const bool is_first = !std::exchange(began_, true);
    std::string* const data = item->mutable_data();
    if (is_first) format_.AppendHeader(data);
    allowed_.clear();
    while (!over_ && data->size() < kExportBytes) {
      absl::Status status = range_.has_value() ? Scan(call, data) : Pick(call, data);
      if (!status.ok()) return status;
    }
    return !data->empty();
  }

 private:
  absl::Status Scan(const ReadCall& call, std::string* data) {
    store::ScanOptions options;
    options.limit = kRowsAtOnce;
    store::Cursor cursor = call.reader().Scan(Table::kUsers, *range_, options);
    size_t count = 0;
    while (data->size() < kExportBytes) {
      if (!cursor.Next()) {
        over_ = count < kRowsAtOnce;
        break;
      }
      ++count;
      range_->begin = absl::StrCat(cursor.key(), absl::string_view("\0", 1));
      store::KeyReader key(Table::kUsers, cursor.key());
      key.U64();
      const std::string relative = key.String();
      if (absl::Status status = key.Finish(); !status.ok()) return status;
      if (absl::Status status = Append(call, relative, cursor.key(), cursor.value(), data);
          !status.ok()) {
        return status;
      }
    }
    return cursor.status();
  }

  absl::Status Pick(const ReadCall& call, std::string* data) {
    const size_t end = std::min(next_ + kRowsAtOnce, uids_.size());
    while (next_ < end && data->size() < kExportBytes) {
      const SubjectId user = uids_[next_++];
      if (!call.state.HasSubject(user)) continue;
      const std::string relative(call.state.SubjectName(user));
      const std::string key =
          EntityKey(call.tenant->number(), Collection::kUsers, SplitRelative(relative)->id);
      absl::StatusOr<std::optional<std::string>> value = call.reader().Get(Table::kUsers, key);
      if (!value.ok()) return value.status();
      if (!value->has_value()) continue;
      if (absl::Status status = Append(call, relative, key, **value, data); !status.ok()) {
        return status;
      }
    }
    over_ = next_ == uids_.size();
    return absl::OkStatus();
  }

  absl::Status Append(const ReadCall& call, absl::string_view relative, absl::string_view key,
                      absl::string_view value, std::string* data) {
    const WorldState& state = call.state;
    absl::StatusOr<rows::UserRow> row = ParseRow<rows::UserRow>(Table::kUsers, key, value);
    if (!row.ok()) return row.status();
    const SubjectId user = state.FindSubject(relative);
    // Rows are a moment newer than the state.
    if (!state.HasSubject(user) || user.value != row->uid()) return absl::OkStatus();
    const ScopeId home = state.HomeOf(user).value == 0 ? state.root() : state.HomeOf(user);
    if (!state.IsOnPath(scope_, home) || !MayExport(call, home)) return absl::OkStatus();
    std::vector<std::string> cells;
    for (const std::string& column : format_.columns()) {
      cells.push_back(Cell(call, column, relative, home, *row));
    }
    format_.AppendRow(cells, data);
    return absl::OkStatus();
  }

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

  // What is allowed at the scope may be forbidden below it.
  bool MayExport(const ReadCall& call, ScopeId home) {
    const auto [at, is_new] = allowed_.try_emplace(home.value, false);
    if (is_new) {
      at->second =
          IsAllowed(call.state, call.self(), "user.export", home, /*about_self=*/false, call.now);
    }
    return at->second;
  }

  const ExportFormat format_;
  const ScopeId scope_;
  std::optional<store::KeyRange> range_;
  std::vector<SubjectId> uids_;
  size_t next_ = 0;
  bool began_ = false;
  bool over_ = false;
  absl::flat_hash_map<uint32_t, bool> allowed_;  // By home, in one call.
};

absl::Status Validate(const v1::ExportUsersRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  CheckHome("home_scope", request.home_scope(), request.parent(), ScopeKind::kCatalog, &status);
  CheckExport(request.options(), Columns(),
              std::vector<std::string>(request.fields().begin(), request.fields().end()), &status);
  return status;
}

}  // namespace

void RegisterExportUsers(Methods& methods) {
  Method& method = methods.Send<v1::ExportUsersRequest, v1::ExportUsersResponse>(
      [](ReadCall& call,
         const v1::ExportUsersRequest& request) -> absl::StatusOr<Source<v1::ExportUsersResponse>> {
        auto users = std::make_shared<UserExport>(call, request);
        return Source<v1::ExportUsersResponse>(
            [users](ReadCall& at, v1::ExportUsersResponse* item) { return users->Next(at, item); });
      });
  Methods::ValidateBy<v1::ExportUsersRequest>(method, Validate);
}

}  // namespace provost
