#include "service/user_fields.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "service/settings_rows.h"
#include "tenant/errors.h"

namespace provost {
namespace {

constexpr size_t kMaxFieldBytes = 4096;
constexpr int kMaxChoicesTold = 10;
constexpr char kFields[] = "user.fields";

absl::Status Wanted(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("wanted ", what));
}

bool IsDay(absl::string_view value) {
  absl::CivilDay day;
  return absl::ParseCivilTime(value, &day) && absl::FormatCivilTime(day) == value &&
         value.size() == 10;
}

absl::Status WantedChoice(const v1::UserField& field) {
  const int told = std::min(field.choices_size(), kMaxChoicesTold);
  std::string choices =
      absl::StrJoin(field.choices().begin(), field.choices().begin() + told, "`, `");
  return Wanted(absl::StrCat("one of `", choices, told < field.choices_size() ? "`, ..." : "`"));
}

}  // namespace

absl::Status CheckFieldValue(const v1::UserField& field, absl::string_view value) {
  if (value.size() > kMaxFieldBytes) {
    return Wanted(absl::StrCat("at most ", kMaxFieldBytes, " bytes, got ", value.size()));
  }
  switch (field.type()) {
    case v1::UserField::INTEGER: {
      int64_t number = 0;
      if (absl::SimpleAtoi(value, &number) && absl::StrCat(number) == value) break;
      return Wanted("a whole number, like `-12`");
    }
    case v1::UserField::BOOLEAN:
      if (value == "true" || value == "false") break;
      return Wanted("`true` or `false`");
    case v1::UserField::DATE:
      if (IsDay(value)) break;
      return Wanted("a day of the calendar, like `2026-11-22`");
    case v1::UserField::CHOICE: {
      const auto& choices = field.choices();
      if (std::find(choices.begin(), choices.end(), value) != choices.end()) break;
      return WantedChoice(field);
    }
    case v1::UserField::TEXT:
    default:
      break;
  }
  return absl::OkStatus();
}

absl::StatusOr<UserFields> UserFields::Read(const store::Reader& reader, uint64_t tenant) {
  absl::StatusOr<rows::SettingsRow> row = ReadSettings(reader, tenant);
  if (!row.ok()) return row.status();
  UserFields result;
  const auto& definitions = row->settings().user_fields().fields();
  for (int i = 0; i < definitions.size() && i < row->field_numbers_size(); ++i) {
    result.fields_.push_back({row->field_numbers(i), definitions.Get(i)});
  }
  return result;
}

const UserFields::Field* UserFields::Find(absl::string_view id) const {
  for (const Field& field : fields_) {
    if (field.definition.id() == id) return &field;
  }
  return nullptr;
}

void UserFields::Show(const rows::UserRow& row, bool public_only, v1::User* user) const {
  for (const Field& field : fields_) {
    if (public_only && field.definition.visibility() != v1::UserField::PUBLIC) continue;
    const auto value = row.values().find(field.number);
    if (value == row.values().end()) continue;
    v1::UserFieldValue& shown = *user->add_fields();
    shown.set_field(field.definition.id());
    shown.set_value(value->second);
  }
}

absl::Status UserFields::Fill(const v1::User& wanted, absl::string_view only,
                              rows::UserRow* row) const {
  absl::Status status;
  auto& values = *row->mutable_values();
  const auto before = values;
  if (only.empty()) {
    values.clear();
  } else if (const Field* field = Find(only); field != nullptr) {
    values.erase(field->number);
  } else {
    AddBadField(&status, absl::StrCat(kFields, ".", only), only,
                "is no field of this tenant; `ListUserFields` has them");
  }
  std::set<std::string> seen;
  for (int i = 0; i < wanted.fields_size(); ++i) {
    const v1::UserFieldValue& given = wanted.fields(i);
    const std::string path = absl::StrCat(kFields, "[", i, "]");
    if (!only.empty() && given.field() != only) continue;
    const Field* const field = Find(given.field());
    if (field == nullptr) {
      if (only.empty()) {
        AddBadField(&status, absl::StrCat(path, ".field"), given.field(),
                    "is no field of this tenant; `ListUserFields` has them");
      }
      continue;
    }
    if (!seen.insert(given.field()).second) {
      AddBadField(&status, absl::StrCat(path, ".field"), given.field(),
                  "is there already; wanted each once");
    }
    if (given.value().empty()) continue;
    // A choice that is offered no longer can be kept.
    const auto kept = before.find(field->number);
    const bool is_kept = kept != before.end() && kept->second == given.value();
    absl::Status fits =
        is_kept ? absl::OkStatus() : CheckFieldValue(field->definition, given.value());
    if (!fits.ok()) {
      AddBadField(&status, absl::StrCat(path, ".value"), given.value(), fits.message());
    }
    values[field->number] = given.value();
  }
  return status;
}

absl::Status UserFields::CheckRequired(const rows::UserRow& row) const {
  absl::Status status;
  for (const Field& field : fields_) {
    if (field.definition.required() && !row.values().contains(field.number)) {
      AddBadField(&status, absl::StrCat(kFields, ".", field.definition.id()), "",
                  absl::StrCat("wanted a value; `", field.definition.display_name(),
                               "` has to be filled in"));
    }
  }
  return status;
}

}  // namespace provost
