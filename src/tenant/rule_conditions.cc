#include "tenant/rule_conditions.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace provost {
namespace {

using Comparison = v1::GroupRule::Condition;

std::string ValueOf(const rows::GroupRuleRow::Condition& condition, const rows::UserRow& user) {
  const std::string& field = condition.field();
  if (field == kEmailDomainField) return EmailDomain(user.user().email());
  if (field == kExternalIdField) return user.user().external_id();
  if (field == kLocaleField) return user.user().locale();
  if (field == kTimeZoneField) return user.user().time_zone();
  if (field == kManagerField) return user.manager() == 0 ? "" : absl::StrCat(user.manager());
  for (const auto& [number, value] : user.values()) {
    if (field == DefinedField(number)) return value;
  }
  return "";
}

// Days are written so that their order is that of their texts.
int Compare(v1::UserField::Type type, const std::string& a, const std::string& b) {
  int64_t x = 0;
  int64_t y = 0;
  if (type == v1::UserField::INTEGER && absl::SimpleAtoi(a, &x) && absl::SimpleAtoi(b, &y)) {
    return x < y ? -1 : x > y ? 1 : 0;
  }
  return a.compare(b);
}

bool Holds(const rows::GroupRuleRow::Condition& condition, const rows::UserRow& user) {
  const std::string value = ValueOf(condition, user);
  const auto& values = condition.values();
  const bool is_among = std::find(values.begin(), values.end(), value) != values.end();
  switch (condition.comparison()) {
    case Comparison::ANY_OF:
      return !value.empty() && is_among;
    case Comparison::NONE_OF:
      return !is_among;
    case Comparison::STARTS_WITH:
      return values.size() == 1 && absl::StartsWith(value, values.Get(0));
    case Comparison::AT_LEAST:
      return !value.empty() && values.size() == 1 &&
             Compare(condition.type(), value, values.Get(0)) >= 0;
    case Comparison::AT_MOST:
      return !value.empty() && values.size() == 1 &&
             Compare(condition.type(), value, values.Get(0)) <= 0;
    case Comparison::IS_SET:
      return !value.empty();
    default:
      return false;
  }
}

}  // namespace

std::string DefinedField(uint32_t number) { return absl::StrCat("fields/", number); }

std::string EmailDomain(absl::string_view email) {
  const size_t at = email.rfind('@');
  return at == absl::string_view::npos ? "" : absl::AsciiStrToLower(email.substr(at + 1));
}

bool RuleHolds(const rows::GroupRuleRow& rule, const rows::UserRow& user) {
  return std::all_of(rule.conditions().begin(), rule.conditions().end(),
                     [&](const auto& condition) { return Holds(condition, user); });
}

std::set<std::string> RuleFields(const rows::GroupRuleRow& rule) {
  std::set<std::string> fields;
  for (const auto& condition : rule.conditions()) fields.insert(condition.field());
  return fields;
}

std::set<std::string> ChangedRuleFields(const rows::UserRow& before, const rows::UserRow& after) {
  std::set<std::string> fields;
  const auto compare = [&](absl::string_view field, const auto& old, const auto& now) {
    if (old != now) fields.insert(std::string(field));
  };
  compare(kEmailDomainField, EmailDomain(before.user().email()), EmailDomain(after.user().email()));
  compare(kExternalIdField, before.user().external_id(), after.user().external_id());
  compare(kLocaleField, before.user().locale(), after.user().locale());
  compare(kTimeZoneField, before.user().time_zone(), after.user().time_zone());
  compare(kManagerField, before.manager(), after.manager());
  const auto value_of = [](const rows::UserRow& row, uint32_t number) {
    const auto found = row.values().find(number);
    return found == row.values().end() ? std::string() : found->second;
  };
  for (const rows::UserRow* row : {&before, &after}) {
    for (const auto& [number, value] : row->values()) {
      compare(DefinedField(number), value_of(before, number), value_of(after, number));
    }
  }
  return fields;
}

}  // namespace provost
