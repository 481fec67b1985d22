// Protobuf's JSON mapping, read with positions.
//
// protobuf's own reader gives no line, and lets trailing commas, unquoted and duplicate keys and
// numeric enums pass. This one reads RFC 8259 strictly and gives the same tree as the text format
// does, so that everything after it is shared.
#ifndef PROVOST_POLICY_SCENARIO_JSON_H_
#define PROVOST_POLICY_SCENARIO_JSON_H_

#include <google/protobuf/descriptor.h>

#include "absl/strings/string_view.h"
#include "policy/compiler/syntax.h"

namespace provost {

// Reads `text` as a message of `type`, whose fields are strings, bools, enums, messages and
// Timestamps. Keys may be lowerCamelCase or the fields' own names; `null` leaves a field out. Keys
// that name no field are kept, for ReadSource to refuse. Never fails on any bytes: what is wrong is
// in the tree's problems. At most kMaxSyntaxDepth messages deep. Cost: linear in `text`.
SyntaxTree ParseJson(absl::string_view text, const google::protobuf::Descriptor& type);

}  // namespace provost

#endif  // PROVOST_POLICY_SCENARIO_JSON_H_
