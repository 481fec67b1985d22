#include "service/method_rule.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace provost {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::string ScalarOf(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  const bool repeated = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return repeated ? reflection.GetRepeatedString(message, &field, index)
                      : reflection.GetString(message, &field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return (repeated ? reflection.GetRepeatedEnum(message, &field, index)
                       : reflection.GetEnum(message, &field))
          ->name();
    case FieldDescriptor::CPPTYPE_BOOL:
      return (repeated ? reflection.GetRepeatedBool(message, &field, index)
                       : reflection.GetBool(message, &field))
                 ? "true"
                 : "false";
    default:
      return "";
  }
}

}  // namespace

absl::StatusOr<FieldPath> FieldPath::Parse(const google::protobuf::Descriptor& type,
                                           absl::string_view path) {
  FieldPath result;
  const google::protobuf::Descriptor* at = &type;
  for (absl::string_view part : absl::StrSplit(path, '.')) {
    const FieldDescriptor* field = at == nullptr ? nullptr : at->FindFieldByName(std::string(part));
    if (field == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", type.full_name(), "` has no field `", path, "`"));
    }
    result.fields_.push_back(field);
    at = field->message_type();
  }
  return result;
}

std::vector<FieldPath::Value> FieldPath::Read(const Message& message) const {
  std::vector<Value> values;
  if (!fields_.empty()) ReadFrom(message, 0, "", &values);
  return values;
}

void FieldPath::ReadFrom(const Message& message, size_t depth, const std::string& prefix,
                         std::vector<Value>* values) const {
  const FieldDescriptor& field = *fields_[depth];
  const Reflection& reflection = *message.GetReflection();
  const std::string path = absl::StrCat(prefix, prefix.empty() ? "" : ".", field.name());
  const bool last = depth + 1 == fields_.size();
  if (field.is_repeated()) {
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      const std::string element = absl::StrCat(path, "[", i, "]");
      if (!last) {
        ReadFrom(reflection.GetRepeatedMessage(message, &field, i), depth + 1, element, values);
      } else {
        values->push_back({element, ScalarOf(message, field, i), true});
      }
    }
    return;
  }
  if (!last) {
    ReadFrom(reflection.GetMessage(message, &field), depth + 1, path, values);
    return;
  }
  if (field.message_type() != nullptr) {
    values->push_back({path, "", reflection.HasField(message, &field)});
    return;
  }
  Value value{path, ScalarOf(message, field, 0), true};
  value.is_set = !value.value.empty();
  values->push_back(std::move(value));
}

absl::StatusOr<MethodRule> MethodRule::Read(const google::protobuf::MethodDescriptor& method) {
  auto wrong = [&](absl::string_view what) {
    return absl::FailedPreconditionError(absl::StrCat("method `", method.full_name(), "`: ", what));
  };
  if (!method.options().HasExtension(v1::authorization)) {
    return wrong("has no `authorization` option, so nobody could say who may call it");
  }
  MethodRule rule;
  rule.option = method.options().GetExtension(v1::authorization);
  const v1::Authorization& option = rule.option;
  if (option.judged_in() == v1::Authorization::TENANCY_UNSPECIFIED ||
      option.scopes() == v1::Authorization::SCOPES_UNSPECIFIED) {
    return wrong("its `authorization` option sets no `judged_in` or no `scopes`");
  }
  if (!rule.AsksNobody() && option.permission().empty() && option.rules().empty()) {
    return wrong("its `authorization` option names neither a permission nor a rule");
  }
  if (option.judged_in() == v1::Authorization::TENANT && option.scope_field().empty()) {
    return wrong("its `authorization` option names no `scope_field`");
  }
  const google::protobuf::Descriptor& request = *method.input_type();
  struct Field {
    const std::string& path;
    FieldPath* into;
  };
  for (const Field& field :
       {Field{option.scope_field(), &rule.scope}, Field{option.subject_field(), &rule.subject}}) {
    if (field.path.empty()) continue;
    absl::StatusOr<FieldPath> path = FieldPath::Parse(request, field.path);
    if (!path.ok()) return wrong(path.status().message());
    *field.into = *std::move(path);
  }
  if (request.FindFieldByName("parent") != nullptr) {
    rule.parent = *FieldPath::Parse(request, "parent");
  }
  for (const v1::Authorization::Case& written : option.cases()) {
    if (written.permission().empty()) return wrong("a case names no permission");
    Case entry{written.at(), written.collection(), FieldPath(), written.equals(),
               written.permission()};
    if (!written.field().empty()) {
      absl::StatusOr<FieldPath> path = FieldPath::Parse(request, written.field());
      if (!path.ok()) return wrong(path.status().message());
      entry.field = *std::move(path);
    }
    rule.cases.push_back(std::move(entry));
  }
  return rule;
}

const std::string& MethodRule::PermissionFor(const Message& request, v1::Scope::Kind kind,
                                             absl::string_view collection) const {
  for (const Case& entry : cases) {
    if (entry.at != v1::Scope::KIND_UNSPECIFIED && entry.at != kind) continue;
    if (!entry.collection.empty() && entry.collection != collection) continue;
    if (!entry.field.empty()) {
      const std::vector<FieldPath::Value> values = entry.field.Read(request);
      if (values.empty() || !values[0].is_set) continue;
      if (!entry.equals.empty() && values[0].value != entry.equals) continue;
    }
    return entry.permission;
  }
  return option.permission();
}

}  // namespace provost
