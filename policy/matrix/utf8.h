// Text that comes from outside: is it UTF-8, and how to show it when it is not.
#ifndef PROVOST_POLICY_MATRIX_UTF8_H_
#define PROVOST_POLICY_MATRIX_UTF8_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace provost {

// Offset of the first byte of `text` that is not UTF-8 (overlong forms, surrogates and what lies
// beyond Unicode are not), or npos. Linear, no allocation.
size_t FirstBadUtf8(absl::string_view text);

// `text` with each control character and each byte that is not UTF-8 as `\xNN`: valid UTF-8 that a
// terminal shows and does not obey. For error texts that quote what somebody sent.
std::string Printable(absl::string_view text);

}  // namespace provost

#endif  // PROVOST_POLICY_MATRIX_UTF8_H_
