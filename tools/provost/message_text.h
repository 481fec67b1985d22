// Messages of the contract as text in files: what people write and edit.
#ifndef PROVOST_TOOLS_PROVOST_MESSAGE_TEXT_H_
#define PROVOST_TOOLS_PROVOST_MESSAGE_TEXT_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tools/provost/text_times.h"

namespace provost::cli {

// Reads `message` from what a file named `path` holds: textproto, in which times may stand as
// TextTimes takes them; JSON where it begins with a brace. INVALID_ARGUMENT has the place of the
// first error, `file:line:column: text`.
absl::Status ReadMessageText(const std::string& path, absl::string_view text,
                             google::protobuf::Message& message, const ZoneSource& zone = nullptr);

// `message` as textproto, which ReadMessageText reads, a line for each field or all in one.
std::string MessageText(const google::protobuf::Message& message, bool is_one_line = false);

// What can be written in each field of `sections` that is a message, for a command's help.
std::string FieldsHelp(const google::protobuf::Descriptor& sections);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_MESSAGE_TEXT_H_
