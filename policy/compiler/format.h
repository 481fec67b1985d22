// The canonical form of a policy's text.
#ifndef PROVOST_POLICY_COMPILER_FORMAT_H_
#define PROVOST_POLICY_COMPILER_FORMAT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace provost {

// Lines are not made longer than this where that can be helped, in characters.
inline constexpr int kFormatColumns = 100;

// `text`, a textproto of PolicySource, with two spaces of indentation, one field a line, lists
// filled up to kFormatColumns, strings in double quotes, no separators. What a person decides is
// kept: the order, every comment, single blank lines, and a short message on one line. Formatting
// twice gives what formatting once gives, and what the text means stays the same. INVALID_ARGUMENT
// with one diagnostic a line, each naming `file_name`, if the text is not well-formed; it need not
// compile. Pure; any thread; linear in the text.
absl::StatusOr<std::string> FormatPolicy(absl::string_view text, absl::string_view file_name);

}  // namespace provost

#endif  // PROVOST_POLICY_COMPILER_FORMAT_H_
