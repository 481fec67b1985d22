#include "service/growth.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "provost/v1/tenant_service.pb.h"
#include "service/lookup.h"
#include "store/key.h"
#include "tenant/errors.h"
#include "tenant/growth.h"

namespace provost {
namespace {

using store::Table;

constexpr uint32_t kMaxMonths = 120;

// `2026-11` as MonthOf has it; nothing for what is no month.
std::optional<uint32_t> ParseMonth(absl::string_view text) {
  uint32_t year = 0;
  uint32_t month = 0;
  const bool is_month = text.size() == 7 && text[4] == '-' &&
                        text.find_first_not_of("0123456789-") == absl::string_view::npos &&
                        absl::SimpleAtoi(text.substr(0, 4), &year) &&
                        absl::SimpleAtoi(text.substr(5), &month) && year >= 1 && month >= 1 &&
                        month <= 12;
  return is_month ? std::optional<uint32_t>(year * 12 + month - 1) : std::nullopt;
}

std::string FormatMonth(uint32_t month) {
  return absl::StrFormat("%04d-%02d", month / 12, month % 12 + 1);
}

absl::Status Validate(const v1::GetGrowthRequest& request) {
  absl::Status status = ParseNameIn(Collection::kTenant, "tenant", request.tenant()).status();
  if (!status.ok()) return status;
  const auto check = [&](absl::string_view field, absl::string_view month) {
    if (month.empty() || ParseMonth(month).has_value()) return;
    AddBadField(&status, field, month, "wanted a month, like `2026-11`");
  };
  check("first_month", request.first_month());
  check("last_month", request.last_month());
  return status;
}

// What had been counted by the end of a month.
using Totals = std::map<std::string, rows::GrowthRow>;

void AddMonth(uint32_t month, const Totals& in_month, const Totals& by_then,
              v1::GetGrowthResponse* response) {
  v1::GetGrowthResponse::Month& added = *response->add_months();
  added.set_month(FormatMonth(month));
  for (const auto& [role, total] : by_then) {
    const auto found = in_month.find(role);
    const rows::GrowthRow row = found == in_month.end() ? rows::GrowthRow() : found->second;
    if (role.empty()) {
      added.set_joined(row.joined());
      added.set_left(row.left());
      added.set_suspended(row.suspended());
      added.set_reactivated(row.reactivated());
      added.set_people(total.joined() - total.left());
      continue;
    }
    v1::GetGrowthResponse::Role& of_role = *added.add_roles();
    of_role.set_role(role);
    of_role.set_given(row.joined());
    of_role.set_taken(row.left());
    of_role.set_assignments(total.joined() - total.left());
  }
}

// Reads a row for each month of the tenant's life, and for each role in it: what there is at a
// month's end is the sum of what came and went.
absl::Status GetGrowth(ReadCall& call, const v1::GetGrowthRequest& request,
                       v1::GetGrowthResponse* response) {
  const uint32_t last =
      request.last_month().empty() ? MonthOf(call.now) : *ParseMonth(request.last_month());
  const uint32_t first = request.first_month().empty() ? last : *ParseMonth(request.first_month());
  if (first > last || last - first >= kMaxMonths) {
    return BadField(
        "first_month", request.first_month(),
        absl::StrCat("wanted one of the ", kMaxMonths, " months up to `", FormatMonth(last), "`"));
  }
  const uint64_t tenant = call.tenant->number();
  store::Cursor cursor = call.reader().Scan(Table::kStatistics, GrowthKeys(tenant, last));
  Totals by_then;
  Totals in_month;
  uint32_t month = first;
  while (cursor.Next()) {
    store::KeyReader key(Table::kStatistics, cursor.key());
    key.U64();
    const uint32_t of = key.U32();
    const std::string role = key.String();
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    absl::StatusOr<rows::GrowthRow> row =
        ParseRow<rows::GrowthRow>(Table::kStatistics, cursor.key(), cursor.value());
    if (!row.ok()) return row.status();
    for (; month < of; ++month) {
      AddMonth(month, in_month, by_then, response);
      in_month.clear();
    }
    AddGrowth(*row, &by_then[role]);
    if (of == month) in_month[role] = *std::move(row);
  }
  if (!cursor.status().ok()) return cursor.status();
  for (; month <= last; ++month) {
    AddMonth(month, in_month, by_then, response);
    in_month.clear();
  }
  return absl::OkStatus();
}

}  // namespace

void RegisterGrowth(Methods& methods) {
  Methods::ValidateBy<v1::GetGrowthRequest>(
      methods.Scan<v1::GetGrowthRequest, v1::GetGrowthResponse>(GetGrowth), Validate);
}

}  // namespace provost
