#include "service/import_people.h"

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "provost/internal/v1/people_rows.pb.h"
#include "service/authorize.h"
#include "service/import_users.h"
#include "service/lookup.h"
#include "tenant/errors.h"
#include "tenant/rows.h"
#include "tenant/times.h"

namespace provost {
namespace {

bool Has(const std::vector<std::string>& all, absl::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

absl::StatusOr<std::optional<SubjectId>> FindByExternalId(const MutateCall& call,
                                                          absl::string_view external_id) {
  absl::StatusOr<std::optional<rows::ExternalIdRow>> row = ReadRow<rows::ExternalIdRow>(
      call.draft.reader(), store::Table::kIndexes, ExternalIdKey(call.draft.number(), external_id));
  if (!row.ok()) return row.status();
  return row->has_value() ? std::optional<SubjectId>(SubjectId((*row)->uid())) : std::nullopt;
}

}  // namespace

std::vector<std::string> PersonColumns(absl::string_view own) {
  return {std::string(own), "user_id", "email", "external_id"};
}

std::string PersonColumn(absl::string_view own, const std::vector<std::string>& fields) {
  for (const std::string& column : PersonColumns(own)) {
    if (Has(fields, column)) return column;
  }
  return "";
}

absl::Status CheckPersonColumns(absl::string_view own, const std::vector<std::string>& wanted,
                                const std::vector<std::string>& fields) {
  for (const std::string& column : wanted) {
    if (!Has(fields, column)) {
      return absl::InvalidArgumentError(
          absl::StrCat("no column is ", Quoted(column), "; wanted one"));
    }
  }
  std::vector<std::string> found;
  for (const std::string& column : PersonColumns(own)) {
    if (Has(fields, column)) found.push_back(column);
  }
  if (found.size() == 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(found.empty() ? "no column says who a row is about"
                                 : absl::StrCat("the columns `", absl::StrJoin(found, "`, `"),
                                                "` all say who a row is about"),
                   "; wanted one of `", absl::StrJoin(PersonColumns(own), "`, `"), "`"));
}

std::string NameOfCell(absl::string_view parent, absl::string_view collection,
                       absl::string_view cell) {
  if (absl::StartsWith(cell, "tenants/")) return std::string(cell);
  if (absl::StrContains(cell, '/')) return absl::StrCat(parent, "/", cell);
  return absl::StrCat(parent, "/", collection, "/", cell);
}

absl::StatusOr<std::string> PersonOfRow(const MutateCall& call, absl::string_view parent,
                                        absl::string_view own, const ImportCells& row) {
  const std::string column = PersonColumn(own, row.fields());
  const absl::string_view cell = row.Get(column);
  if (cell.empty()) return BadField(column, "", "wanted whom the row is about");
  if (column == own || column == "user_id") return NameOfCell(parent, "users", cell);
  const WorldState& state = call.state();
  absl::StatusOr<std::optional<SubjectId>> user =
      column == "email" ? FindUserByEmail(state, call.draft.reader(), call.draft.number(), cell)
                        : FindByExternalId(call, cell);
  if (!user.ok()) return user.status();
  // Whose address or number it is, is told to those who may read the profile.
  if (user->has_value() && state.HasSubject(**user)) {
    if (IsAllowed(state, call.actor(), "user.read", state.HomeOf(**user),
                  /*about_self=*/**user == call.actor(), call.now())) {
      return SubjectFullName(state, call.draft.id(), **user);
    }
  }
  return BadField(column, cell, "is nobody's; wanted that of somebody whom the caller may read");
}

absl::StatusOr<bool> IsRemoval(const ImportCells& row, absl::string_view first) {
  const absl::string_view action = row.Get("action");
  if (action.empty() || action == first) return false;
  if (action == "remove") return true;
  return BadField("action", action, absl::StrCat("wanted ", Quoted(first), " or `remove`"));
}

absl::StatusOr<google::protobuf::Timestamp> TimeOfCell(absl::string_view field,
                                                       absl::string_view cell) {
  absl::Time time;
  if (absl::ParseTime(absl::RFC3339_full, cell, &time, nullptr) && time != absl::InfiniteFuture() &&
      time != absl::InfinitePast()) {
    const google::protobuf::Timestamp timestamp = ToTimestamp(time);
    if (IsValidTimestamp(timestamp)) return timestamp;
  }
  return BadField(field, cell, "wanted a time, like `2026-11-22T08:00:00Z`");
}

}  // namespace provost
