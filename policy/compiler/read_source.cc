#include "policy/compiler/read_source.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/unknown_field_set.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

namespace provost {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;
using google::protobuf::Reflection;

// The names of an enum that say something: its zero stands for "unset".
std::vector<absl::string_view> ValueNames(const EnumDescriptor& type) {
  std::vector<absl::string_view> names;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) names.push_back(type.value(i)->name());
  }
  return names;
}

std::string MemberNames(const OneofDescriptor& oneof) {
  std::vector<std::string> names;
  for (int i = 0; i < oneof.field_count(); ++i) {
    names.push_back(absl::StrCat("`", oneof.field(i)->name(), "`"));
  }
  return absl::StrJoin(names, ", ");
}

// A whole number as protobuf's text format writes it: decimal, octal behind `0`, hexadecimal behind
// `0x`, each with `-` or without.
bool ParseInteger(absl::string_view text, int64_t least, int64_t most, int64_t& number) {
  const bool negative = absl::ConsumePrefix(&text, "-");
  unsigned base = 10;
  if (text.size() > 1 && text[0] == '0') {
    base = text[1] == 'x' || text[1] == 'X' ? 16 : 8;
    text.remove_prefix(base == 16 ? 2 : 1);
  }
  if (text.empty()) return false;
  const uint64_t limit =
      negative ? uint64_t{0} - static_cast<uint64_t>(least) : static_cast<uint64_t>(most);
  uint64_t magnitude = 0;
  for (char c : text) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) return false;
    const auto digit = static_cast<unsigned>(
        absl::ascii_isdigit(static_cast<unsigned char>(c)) ? c - '0' : (c | 0x20) - 'a' + 10);
    if (digit >= base || digit > limit || magnitude > (limit - digit) / base) return false;
    magnitude = magnitude * base + digit;
  }
  number = static_cast<int64_t>(negative ? uint64_t{0} - magnitude : magnitude);
  return true;
}

class SourceReader {
 public:
  SourceReader(SourceMap& map, Report& report) : map_(map), report_(report) {}

  void ReadFields(const std::vector<SyntaxField>& fields, Message& message) {
    std::set<int> seen;
    std::map<const OneofDescriptor*, const FieldDescriptor*> members;  // what is set of each
    const Descriptor& type = *message.GetDescriptor();
    for (const SyntaxField& field : fields) {
      const FieldDescriptor* descriptor = type.FindFieldByName(field.name);
      if (descriptor == nullptr) {
        std::vector<absl::string_view> names;
        for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
        report_.ErrorAt(field.at, absl::StrCat("unknown field `", field.name, "` in ", type.name(),
                                               report_.DidYouMean(field.name, names)));
        continue;
      }
      if (!descriptor->is_repeated()) {
        if (!seen.insert(descriptor->number()).second) {
          report_.ErrorAt(field.at, absl::StrCat("field `", field.name, "` is set twice"));
          continue;
        }
        if (field.is_list) {
          report_.ErrorAt(field.at,
                          absl::StrCat("field `", field.name, "` takes one value, not a list"));
          continue;
        }
      }
      if (const OneofDescriptor* oneof = descriptor->real_containing_oneof()) {
        const auto [first, is_first] = members.emplace(oneof, descriptor);
        if (!is_first) {
          report_.ErrorAt(field.at,
                          absl::StrCat("`", field.name, "` stands beside `", first->second->name(),
                                       "`; wanted one of ", MemberNames(*oneof)));
          continue;
        }
      }
      map_.Put({&message, descriptor->number(), -1}, field.at);
      for (const SyntaxValue& value : field.values) ReadValue(field, value, *descriptor, message);
    }
  }

 private:
  void ReadValue(const SyntaxField& field, const SyntaxValue& value,
                 const FieldDescriptor& descriptor, Message& message) {
    const Reflection& reflection = *message.GetReflection();
    const int index = descriptor.is_repeated() ? reflection.FieldSize(message, &descriptor) : -1;
    switch (descriptor.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE: {
        if (value.kind != SyntaxValue::Kind::kMessage) return Wanted(field, value, "`{ ... }`");
        Message* child = index >= 0 ? reflection.AddMessage(&message, &descriptor)
                                    : reflection.MutableMessage(&message, &descriptor);
        map_.Put({child, 0, -1}, field.is_list ? value.at : field.at);
        return ReadFields(value.fields, *child);
      }
      case FieldDescriptor::CPPTYPE_STRING: {
        if (value.kind != SyntaxValue::Kind::kString) {
          return Wanted(field, value, "a text in quotes");
        }
        if (FirstBadUtf8(value.text) != absl::string_view::npos) {
          report_.ErrorAt(value.at, absl::StrCat("`", field.name, "` is not UTF-8: `",
                                                 Printable(value.text), "`"));
          return;
        }
        if (index >= 0) {
          reflection.AddString(&message, &descriptor, value.text);
        } else {
          reflection.SetString(&message, &descriptor, value.text);
        }
        break;
      }
      case FieldDescriptor::CPPTYPE_BOOL: {
        const std::string& text = value.text;
        const bool is_word = value.kind == SyntaxValue::Kind::kIdentifier;
        int64_t number = 0;
        const bool is_number = value.kind == SyntaxValue::Kind::kNumber && text[0] != '-' &&
                               ParseInteger(text, 0, 1, number);
        const bool yes = (is_word && (text == "true" || text == "True" || text == "t")) ||
                         (is_number && number == 1);
        const bool no = (is_word && (text == "false" || text == "False" || text == "f")) ||
                        (is_number && number == 0);
        if (!yes && !no) return Wanted(field, value, "`true` or `false`");
        reflection.SetBool(&message, &descriptor, yes);
        break;
      }
      case FieldDescriptor::CPPTYPE_ENUM: {
        const EnumDescriptor& type = *descriptor.enum_type();
        const std::vector<absl::string_view> names = ValueNames(type);
        const EnumValueDescriptor* found = nullptr;
        int64_t number = 0;
        if (value.kind == SyntaxValue::Kind::kIdentifier) {
          found = type.FindValueByName(value.text);
        } else if (value.kind == SyntaxValue::Kind::kNumber &&
                   ParseInteger(value.text, INT32_MIN, INT32_MAX, number)) {
          found = type.FindValueByNumber(static_cast<int>(number));
        }
        if (found == nullptr && value.kind != SyntaxValue::Kind::kIdentifier) {
          return Wanted(field, value, absl::StrCat("one of ", absl::StrJoin(names, ", ")));
        }
        if (found == nullptr) {
          std::string hint = report_.DidYouMean(value.text, names);
          if (hint.empty()) hint = absl::StrCat("; wanted one of ", absl::StrJoin(names, ", "));
          report_.ErrorAt(value.at,
                          absl::StrCat("unknown `", field.name, "` `", value.text, "`", hint));
          return;
        }
        if (index >= 0) {
          reflection.AddEnum(&message, &descriptor, found);
        } else {
          reflection.SetEnum(&message, &descriptor, found);
        }
        break;
      }
      case FieldDescriptor::CPPTYPE_INT64:
      case FieldDescriptor::CPPTYPE_INT32: {
        // The two fields of a Timestamp.
        const bool is_64 = descriptor.cpp_type() == FieldDescriptor::CPPTYPE_INT64;
        int64_t number = 0;
        const bool fits = ParseInteger(value.text, is_64 ? INT64_MIN : INT32_MIN,
                                       is_64 ? INT64_MAX : INT32_MAX, number);
        if (value.kind != SyntaxValue::Kind::kNumber || !fits) {
          return Wanted(field, value, absl::StrCat("a whole number of ", is_64 ? 64 : 32, " bits"));
        }
        if (is_64) {
          reflection.SetInt64(&message, &descriptor, number);
        } else {
          reflection.SetInt32(&message, &descriptor, static_cast<int32_t>(number));
        }
        break;
      }
      default:
        report_.ErrorAt(value.at, absl::StrCat("field `", field.name, "` cannot be read"));
        return;
    }
    map_.Put({&message, descriptor.number(), index}, value.at);
    // What is asked of a singular field is its value's place rather than its name's.
    if (index < 0) map_.Replace({&message, descriptor.number(), -1}, value.at);
  }

  void Wanted(const SyntaxField& field, const SyntaxValue& value, absl::string_view wanted) {
    std::string found = "a message";
    if (value.kind == SyntaxValue::Kind::kString) {
      found = absl::StrCat("`\"", Printable(value.text), "\"`");
    } else if (value.kind != SyntaxValue::Kind::kMessage) {
      found = absl::StrCat("`", value.text, "`");
    }
    report_.ErrorAt(value.at, absl::StrCat("`", field.name, "` wants ", wanted, ", not ", found));
  }

  SourceMap& map_;
  Report& report_;
};

}  // namespace

void ReadSource(const SyntaxTree& tree, Message& message, SourceMap& map, Report& report) {
  map.Put({&message, 0, -1}, {1, 1});
  SourceReader(map, report).ReadFields(tree.fields, message);
}

void CheckMessage(const Message& message, Report& report) {
  const Reflection& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty()) {
    report.Error({&message, 0, -1},
                 absl::StrCat("unknown field number ",
                              reflection.GetUnknownFields(message).field(0).number(), " in ",
                              message.GetDescriptor()->name()));
  }
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int size = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < size; ++i) {
      const SourceElement element{&message, field->number(), field->is_repeated() ? i : -1};
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        CheckMessage(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                          : reflection.GetMessage(message, field),
                     report);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        const std::string text = field->is_repeated()
                                     ? reflection.GetRepeatedString(message, field, i)
                                     : reflection.GetString(message, field);
        if (FirstBadUtf8(text) != absl::string_view::npos) {
          report.Error(element,
                       absl::StrCat("`", field->name(), "` is not UTF-8: `", Printable(text), "`"));
        }
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
        const int number = field->is_repeated() ? reflection.GetRepeatedEnumValue(message, field, i)
                                                : reflection.GetEnumValue(message, field);
        if (field->enum_type()->FindValueByNumber(number) == nullptr) {
          report.Error(element,
                       absl::StrCat("unknown `", field->name(), "` `", number, "`; wanted one of ",
                                    absl::StrJoin(ValueNames(*field->enum_type()), ", ")));
        }
      }
    }
  }
}

}  // namespace provost
