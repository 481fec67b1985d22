#include "tools/provost/message_text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace provost::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

// What a parser says, in the words of whoever writes the text: of a field that there is none of,
// with those that there are.
std::string InWords(const std::string& problem) {
  constexpr absl::string_view kType = "Message type \"";
  constexpr absl::string_view kNoField = "\" has no field named \"";
  absl::string_view rest = problem;
  const size_t middle = rest.find(kNoField);
  if (!absl::ConsumePrefix(&rest, kType) || middle == absl::string_view::npos) return problem;
  const std::string type(rest.substr(0, middle - kType.size()));
  rest = absl::string_view(problem).substr(middle + kNoField.size());
  const absl::string_view field = rest.substr(0, rest.find('"'));
  const Descriptor* const descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(type);
  if (descriptor == nullptr) return problem;
  std::vector<std::string> fields;
  for (int i = 0; i < descriptor->field_count(); ++i)
    fields.push_back(descriptor->field(i)->name());
  return absl::StrCat("there is no field `", field, "`; wanted one of `",
                      absl::StrJoin(fields, "`, `"), "`");
}

// The first enum that a field called `name` has, in `type` or below it; null: none.
const EnumDescriptor* EnumOf(const Descriptor& type, absl::string_view name,
                             std::set<const Descriptor*>& seen) {
  if (!seen.insert(&type).second) return nullptr;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.enum_type() != nullptr && field.name() == name) return field.enum_type();
    if (field.message_type() == nullptr) continue;
    const EnumDescriptor* const found = EnumOf(*field.message_type(), name, seen);
    if (found != nullptr) return found;
  }
  return nullptr;
}

// All values but the one that is not set.
std::vector<std::string> ValuesOf(const EnumDescriptor& type) {
  std::vector<std::string> values;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) values.push_back(type.value(i)->name());
  }
  return values;
}

// The same of a value that an enum of a field of `root` does not have.
std::string InWords(const std::string& problem, const Descriptor& root) {
  constexpr absl::string_view kUnknown = "Unknown enumeration value of \"";
  constexpr absl::string_view kOfField = "\" for field \"";
  absl::string_view rest = problem;
  const size_t middle = rest.find(kOfField);
  if (!absl::ConsumePrefix(&rest, kUnknown) || middle == absl::string_view::npos) {
    return InWords(problem);
  }
  const absl::string_view value = rest.substr(0, middle - kUnknown.size());
  rest = absl::string_view(problem).substr(middle + kOfField.size());
  const absl::string_view field = rest.substr(0, rest.find('"'));
  std::set<const Descriptor*> seen;
  const EnumDescriptor* const type = EnumOf(root, field, seen);
  if (type == nullptr) return problem;
  return absl::StrCat(field, ": `", value, "`: wanted one of `",
                      absl::StrJoin(ValuesOf(*type), "`, `"), "`");
}

class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  FirstError(const Descriptor& root, const TextTimes& times) : root_(root), times_(times) {}

  void AddError(int line, int column, const std::string& problem) override {
    if (!text.empty()) return;
    text = absl::StrCat(line + 1, ":", times_.ColumnBefore(line, column) + 1, ": ",
                        InWords(problem, root_));
  }
  std::string text;

 private:
  const Descriptor& root_;
  const TextTimes& times_;
};

// `pass_percent: N`
std::string FieldHelp(const FieldDescriptor& field) {
  std::string form;
  if (field.enum_type() != nullptr) {
    form = absl::StrCat(": ", absl::StrJoin(ValuesOf(*field.enum_type()), "|"));
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
    form = ": true|false";
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    form = ": \"TEXT\"";
  } else if (field.message_type() == nullptr) {
    form = ": N";
  } else if (field.message_type()->full_name() == "google.protobuf.Timestamp") {
    form = ": \"TIME\"";
  } else {
    std::vector<std::string> fields;
    for (int i = 0; i < field.message_type()->field_count(); ++i) {
      fields.push_back(FieldHelp(*field.message_type()->field(i)));
    }
    form = absl::StrCat(" { ", absl::StrJoin(fields, " "), " }");
  }
  return absl::StrCat(field.name(), form, field.is_repeated() ? " ..." : "");
}

}  // namespace

absl::Status ReadMessageText(const std::string& path, absl::string_view text, Message& message,
                             const ZoneSource& zone) {
  if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "{")) {
    const auto status = google::protobuf::util::JsonStringToMessage(std::string(text), &message);
    if (status.ok()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", std::string(status.message())));
  }
  TextTimes times(*message.GetDescriptor(), zone);
  const absl::StatusOr<std::string> rewritten = times.Rewrite(text);
  if (!rewritten.ok()) {
    return absl::Status(rewritten.status().code(),
                        absl::StrCat(path, ":", rewritten.status().message()));
  }
  FirstError error(*message.GetDescriptor(), times);
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (parser.ParseFromString(*rewritten, &message)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(path, ":", error.text));
}

std::string MessageText(const Message& message, bool is_one_line) {
  TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  printer.SetSingleLineMode(is_one_line);
  PrintTimesAsText(printer, *message.GetDescriptor());
  std::string text;
  printer.PrintToString(message, &text);
  if (is_one_line) absl::StripTrailingAsciiWhitespace(&text);
  return text;
}

std::string FieldsHelp(const Descriptor& sections) {
  constexpr size_t kWidth = 98;
  std::string help;
  for (int i = 0; i < sections.field_count(); ++i) {
    const FieldDescriptor& section = *sections.field(i);
    if (section.message_type() == nullptr || section.message_type()->file() != sections.file()) {
      continue;
    }
    absl::StrAppend(&help, help.empty() ? "" : "\n", "  ",
                    absl::StrReplaceAll(section.name(), {{"_", "-"}}), "\n    ");
    size_t column = 4;
    for (int f = 0; f < section.message_type()->field_count(); ++f) {
      const FieldDescriptor& field = *section.message_type()->field(f);
      const auto* const oneof = field.real_containing_oneof();
      const bool is_next = oneof != nullptr && oneof->field(0) != &field;
      const std::string word = absl::StrCat(is_next ? "or " : "", FieldHelp(field));
      if (f > 0 && column + 1 + word.size() > kWidth) {
        help += "\n    ";
        column = 4;
      } else if (f > 0) {
        help += " ";
        ++column;
      }
      help += word;
      column += word.size();
    }
  }
  return help;
}

}  // namespace provost::cli
