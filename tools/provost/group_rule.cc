#include "tools/provost/group_rule.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tools/provost/enum_words.h"

namespace provost::cli {
namespace {

using Condition = v1::GroupRule::Condition;

absl::Status NoCondition(absl::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("`", text, "` is no condition: wanted ", kConditionForm,
                   ", like `time_zone any-of Europe/Vienna,Europe/Berlin`"));
}

// Splits at commas that are not within double quotes, and takes the quotes off.
absl::StatusOr<std::vector<std::string>> SplitValues(absl::string_view text) {
  std::vector<std::string> values(1);
  bool is_quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' && is_quoted && i + 1 < text.size() && text[i + 1] == '"') {
      values.back() += text[++i];
    } else if (c == '"') {
      is_quoted = !is_quoted;
    } else if (c == ',' && !is_quoted) {
      values.emplace_back();
    } else {
      values.back() += c;
    }
  }
  if (is_quoted) return absl::InvalidArgumentError("a double quote has no end");
  return values;
}

std::string ValueText(const std::string& value) {
  if (value.find_first_of(",\"") == std::string::npos) return value;
  return absl::StrCat("\"", absl::StrReplaceAll(value, {{"\"", "\"\""}}), "\"");
}

}  // namespace

absl::StatusOr<Condition> ReadCondition(const Names& names, absl::string_view text) {
  const std::vector<absl::string_view> parts =
      absl::StrSplit(absl::StripAsciiWhitespace(text), absl::MaxSplits(' ', 2));
  if (parts.size() < 2) return NoCondition(text);
  const int comparison = EnumNumber(*Condition::Comparison_descriptor(), parts[1]);
  if (comparison == 0) return NoCondition(text);
  Condition condition;
  condition.set_field(std::string(parts[0]));
  condition.set_comparison(static_cast<Condition::Comparison>(comparison));
  if (parts.size() < 3) return condition;
  absl::StatusOr<std::vector<std::string>> values = SplitValues(parts[2]);
  if (!values.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", text, "` is no condition: ", values.status().message()));
  }
  for (std::string& value : *values) {
    if (condition.field() == "manager") {
      absl::StatusOr<std::string> name = names.Full(value, "users");
      if (!name.ok()) return name.status();
      value = *std::move(name);
    }
    condition.add_values(std::move(value));
  }
  return condition;
}

std::string RuleText(const v1::GroupRule& rule, const Names& names) {
  std::vector<std::string> conditions;
  for (const Condition& condition : rule.conditions()) {
    std::vector<std::string> values;
    for (const std::string& value : condition.values()) {
      values.push_back(ValueText(condition.field() == "manager" ? names.Short(value) : value));
    }
    conditions.push_back(absl::StrCat(condition.field(), " ",
                                      EnumWord(Condition::Comparison_Name(condition.comparison())),
                                      values.empty() ? "" : " ", absl::StrJoin(values, ",")));
  }
  return absl::StrJoin(conditions, " and ");
}

}  // namespace provost::cli
