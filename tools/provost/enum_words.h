// Values of the contract's enums as people type them: `any-of` for ANY_OF.
//
// Everything here is a pure function of its arguments; any thread.
#ifndef PROVOST_TOOLS_PROVOST_ENUM_WORDS_H_
#define PROVOST_TOOLS_PROVOST_ENUM_WORDS_H_

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace provost::cli {

// The word for a value, by its name.
std::string EnumWord(absl::string_view value_name);

// The words for all values but the one that is not set.
std::vector<std::string> EnumWords(const google::protobuf::EnumDescriptor& type);

// The number of the value of such a word; 0, which is not set, for any other.
int EnumNumber(const google::protobuf::EnumDescriptor& type, absl::string_view word);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_ENUM_WORDS_H_
