#ifndef PROVOST_SERVICE_WIRE_CHECK_H_
#define PROVOST_SERVICE_WIRE_CHECK_H_

#include <google/protobuf/descriptor.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace provost {

/// Why `bytes` could not be read as a message of `type`: INVALID_ARGUMENT with a BadRequest that
/// names the first string field that is not UTF-8, with its path; else without a field, saying that
/// the bytes are no such message.
absl::Status ExplainUnreadable(const google::protobuf::Descriptor& type, absl::string_view bytes);

/// True for well-formed UTF-8 (no surrogates, nothing overlong).
bool IsUtf8(absl::string_view text);

}  // namespace provost

#endif  // PROVOST_SERVICE_WIRE_CHECK_H_
