// Messages of the contract as text in files: what people write and edit.
#ifndef PROVOST_TOOLS_PROVOST_MESSAGE_TEXT_H_
#define PROVOST_TOOLS_PROVOST_MESSAGE_TEXT_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace provost::cli {

// Reads `message` from what a file named `path` holds: textproto; JSON where it begins with a
// brace. INVALID_ARGUMENT has the place of the first error, `file:line:column: text`.
absl::Status ReadMessageText(const std::string& path, absl::string_view text,
                             google::protobuf::Message& message);

// `message` as textproto, which ReadMessageText reads.
std::string MessageText(const google::protobuf::Message& message);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_MESSAGE_TEXT_H_
