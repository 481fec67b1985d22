// From a text to a message, with the place of every element.
#ifndef PROVOST_POLICY_COMPILER_READ_SOURCE_H_
#define PROVOST_POLICY_COMPILER_READ_SOURCE_H_

#include <google/protobuf/message.h>

#include "absl/strings/string_view.h"
#include "policy/compiler/source_map.h"
#include "policy/compiler/syntax.h"

namespace provost {

// Fills `message` (of any type whose fields are strings, bools, enums, messages and signed
// integers that are not repeated) from a tree.
// Everything wrong is reported, and what is right is filled in all the same: unknown fields and
// enum names with the nearest, numbers that no enum has, values of the wrong form, fields set
// twice, two members of one oneof, strings that are not UTF-8. `message` must stay where it is for
// as long as `map` is used.
void ReadSource(const SyntaxTree& tree, google::protobuf::Message& message, SourceMap& map,
                Report& report);

// Reports what a message that came without a text can carry and a policy may not: unknown fields,
// numbers that no enum names, strings that are not UTF-8.
void CheckMessage(const google::protobuf::Message& message, Report& report);

}  // namespace provost

#endif  // PROVOST_POLICY_COMPILER_READ_SOURCE_H_
