#include "tools/provost/enum_words.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"

namespace provost::cli {

using google::protobuf::EnumDescriptor;

std::string EnumWord(absl::string_view value_name) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(value_name), {{"_", "-"}});
}

std::vector<std::string> EnumWords(const EnumDescriptor& type) {
  std::vector<std::string> words;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) words.push_back(EnumWord(type.value(i)->name()));
  }
  return words;
}

int EnumNumber(const EnumDescriptor& type, absl::string_view word) {
  for (int i = 0; i < type.value_count(); ++i) {
    if (EnumWord(type.value(i)->name()) == word) return type.value(i)->number();
  }
  return 0;
}

}  // namespace provost::cli
