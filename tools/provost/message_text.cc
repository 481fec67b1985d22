#include "tools/provost/message_text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

namespace provost::cli {
namespace {

using google::protobuf::Descriptor;

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

class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& problem) override {
    if (text.empty()) text = absl::StrCat(line + 1, ":", column + 1, ": ", InWords(problem));
  }
  std::string text;
};

}  // namespace

absl::Status ReadMessageText(const std::string& path, absl::string_view text, Message& message) {
  if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(text), "{")) {
    const auto status = google::protobuf::util::JsonStringToMessage(std::string(text), &message);
    if (status.ok()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", std::string(status.message())));
  }
  FirstError error;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (parser.ParseFromString(std::string(text), &message)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(path, ":", error.text));
}

std::string MessageText(const Message& message) {
  TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(message, &text);
  return text;
}

}  // namespace provost::cli
