#include "tools/provost/render_message.h"

#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/json_util.h>

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "provost/v1/group_service.pb.h"
#include "tools/provost/group_rule.h"
#include "tools/provost/message_text.h"
#include "tools/provost/table.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// What a list leaves out; a single resource shows it.
bool IsForDetailAlone(const FieldDescriptor& field) {
  static const auto* const names = new std::set<std::string>{"create_time",
                                                             "update_time",
                                                             "etag",
                                                             "source",
                                                             "digest",
                                                             "given_name",
                                                             "family_name",
                                                             "locale",
                                                             "fields",
                                                             "texts",
                                                             "description",
                                                             "categories",
                                                             "audience",
                                                             "enrollment_flows",
                                                             "offered",
                                                             "steps",
                                                             "time_zone",
                                                             "held_back_reason",
                                                             "learner_name",
                                                             "training_name",
                                                             "issuer",
                                                             "template_version",
                                                             "issued_by",
                                                             "revoked_by",
                                                             "revoke_reason",
                                                             "revoke_time",
                                                             "cycle",
                                                             "cycle_start_time",
                                                             "manager_approved",
                                                             "language",
                                                             "waiting_position"};
  // That of a group; the rule that a mail comes from is a name.
  if (field.message_type() == v1::GroupRule::descriptor() ||
      field.message_type() == v1::TrainingRules::descriptor()) {
    return true;
  }
  return names->count(field.name()) != 0;
}

// A number that is 0 where there is none: a list of rules does not tell a lead that they do not
// have.
bool IsNoneAtZero(const FieldDescriptor& field) {
  static const auto* const names = new std::set<std::string>{
      "capacity",          "credit_hundredths", "draft_version",   "lead_days",
      "published_version", "template_version",  "waiting_position"};
  return names->count(field.name()) != 0;
}

bool IsFlag(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL && !field.is_repeated();
}

std::string DaysText(int32_t days, absl::string_view after) {
  return absl::StrCat(days, days == 1 ? " day after the " : " days after the ", after);
}

std::string DueText(const v1::DueRule& due) {
  switch (due.rule_case()) {
    case v1::DueRule::kTime:
      return FormatTime(due.time());
    case v1::DueRule::kDaysAfterEnrollment:
      return DaysText(due.days_after_enrollment(), "enrollment");
    case v1::DueRule::kDaysAfterHire:
      return DaysText(due.days_after_hire(), "hiring");
    case v1::DueRule::RULE_NOT_SET:
      break;
  }
  return "";
}

// A message as text in one line: a time, a rule, or the strings in it.
std::string MessageText(const Message& message, const Names& names) {
  if (const auto* time = dynamic_cast<const google::protobuf::Timestamp*>(&message)) {
    return FormatTime(*time);
  }
  if (const auto* rule = dynamic_cast<const v1::GroupRule*>(&message)) {
    return RuleText(*rule, names);
  }
  if (const auto* step = dynamic_cast<const v1::PlanStep*>(&message)) {
    return PlanStepText(*step, names);
  }
  if (const auto* due = dynamic_cast<const v1::DueRule*>(&message)) return DueText(*due);
  if (dynamic_cast<const v1::TrainingRules*>(&message) != nullptr) {
    return names.ShortIn(cli::MessageText(message, /*is_one_line=*/true));
  }
  std::vector<std::string> parts;
  const Descriptor* const descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    std::string text = FieldText(message, *descriptor->field(i), names);
    if (!text.empty()) parts.push_back(std::move(text));
  }
  // What has an id of its own and a name for people: a category, a level.
  const FieldDescriptor* const id = descriptor->FindFieldByName("id");
  if (id != nullptr && descriptor->field_count() == 2 && parts.size() == 2) {
    return parts[0] == parts[1] ? parts[0] : absl::StrCat(parts[0], " (", parts[1], ")");
  }
  return parts.empty() ? "none" : absl::StrJoin(parts, ", ");
}

std::string ElementText(const Message& message, const FieldDescriptor& field, int index,
                        const Names& names) {
  const auto* const reflection = message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return names.Short(reflection->GetRepeatedString(message, &field, index));
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection->GetRepeatedEnum(message, &field, index)->name();
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageText(reflection->GetRepeatedMessage(message, &field, index), names);
    default:
      return "";
  }
}

constexpr absl::string_view kHundredths = "_hundredths";

// What is counted in hundredths is shown in whole ones.
std::string Heading(absl::string_view field) {
  absl::ConsumeSuffix(&field, kHundredths);
  return absl::StrReplaceAll(field, {{"_", " "}});
}

std::string NumberText(const FieldDescriptor& field, int32_t number) {
  if (!absl::EndsWith(field.name(), kHundredths)) return absl::StrCat(number);
  return number % 100 == 0 ? absl::StrCat(number / 100) : absl::StrFormat("%.2f", number / 100.0);
}

const FieldDescriptor* ListedField(const Descriptor& answer) {
  for (int i = 0; i < answer.field_count(); ++i) {
    if (answer.field(i)->is_repeated() &&
        answer.field(i)->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      return answer.field(i);
    }
  }
  return nullptr;
}

}  // namespace

std::string FieldText(const Message& message, const FieldDescriptor& field, const Names& names) {
  const auto* const reflection = message.GetReflection();
  if (field.is_repeated()) {
    std::vector<std::string> parts;
    for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
      parts.push_back(ElementText(message, field, i, names));
    }
    // The courses of a step have commas between them.
    return absl::StrJoin(parts, field.message_type() == v1::PlanStep::descriptor() ? "; " : ", ");
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (field.type() == FieldDescriptor::TYPE_BYTES) {
        return absl::BytesToHexString(reflection->GetString(message, &field));
      }
      return names.Short(reflection->GetString(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection->GetBool(message, &field) ? Heading(field.name()) : "";
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection->GetEnumValue(message, &field) == 0
                 ? ""
                 : reflection->GetEnum(message, &field)->name();
    case FieldDescriptor::CPPTYPE_INT32:
      if (field.has_presence() && !reflection->HasField(message, &field)) return "";
      if (IsNoneAtZero(field) && reflection->GetInt32(message, &field) == 0) return "";
      return NumberText(field, reflection->GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(reflection->GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(reflection->GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return reflection->HasField(message, &field)
                 ? MessageText(reflection->GetMessage(message, &field), names)
                 : "";
    default:
      return "";
  }
}

std::string PlanStepText(const v1::PlanStep& step, const Names& names) {
  const std::string courses =
      absl::StrJoin(step.courses(), ", ", [&](std::string* out, const std::string& course) {
        absl::StrAppend(out, names.Short(course));
      });
  const std::string text =
      step.required_count() == 0 ? courses : absl::StrCat(step.required_count(), " of ", courses);
  return step.display_name().empty() ? text : absl::StrCat(step.display_name(), ": ", text);
}

std::string RenderMessage(const Message& message, const Names& names, const Look& look) {
  std::vector<std::pair<std::string, std::string>> fields;
  const Descriptor* const descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor& field = *descriptor->field(i);
    std::string text = FieldText(message, field, names);
    if (IsFlag(field) && !text.empty()) text = "yes";
    fields.emplace_back(Heading(field.name()), std::move(text));
  }
  return RenderFields(fields, look);
}

std::string RenderList(const Message& answer, const Names& names, const Look& look) {
  const FieldDescriptor* const listed = ListedField(*answer.GetDescriptor());
  if (listed == nullptr) return "";
  const Descriptor& item = *listed->message_type();
  std::vector<const FieldDescriptor*> columns;
  std::vector<const FieldDescriptor*> flags;
  std::vector<std::string> header;
  for (int i = 0; i < item.field_count(); ++i) {
    const FieldDescriptor* const field = item.field(i);
    if (IsForDetailAlone(*field)) continue;
    if (IsFlag(*field)) {
      flags.push_back(field);
      continue;
    }
    columns.push_back(field);
    header.push_back(Heading(field->name()));
  }
  // What has a state of its own is said to be more than that.
  const bool has_state = item.FindFieldByName("state") != nullptr;
  if (!flags.empty()) header.push_back(has_state ? "flags" : "state");
  Table table(header);
  const auto* const reflection = answer.GetReflection();
  for (int i = 0; i < reflection->FieldSize(answer, listed); ++i) {
    const Message& message = reflection->GetRepeatedMessage(answer, listed, i);
    std::vector<Table::Cell> row;
    for (const FieldDescriptor* column : columns) {
      row.push_back({FieldText(message, *column, names)});
    }
    std::vector<std::string> set;
    for (const FieldDescriptor* flag : flags) {
      std::string text = FieldText(message, *flag, names);
      if (!text.empty()) set.push_back(std::move(text));
    }
    if (!flags.empty()) row.push_back({absl::StrJoin(set, ", "), Tone::kWarning});
    table.AddRow(std::move(row));
  }
  return table.RenderOr(look, "none that you may read");
}

std::string RenderJson(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  std::string out;
  if (!google::protobuf::util::MessageToJsonString(message, &out, options).ok()) return "{}\n";
  return out;
}

}  // namespace provost::cli
