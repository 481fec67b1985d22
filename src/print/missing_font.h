#ifndef PROVOST_PRINT_MISSING_FONT_H_
#define PROVOST_PRINT_MISSING_FONT_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace provost {

/// That no font of this machine has `character`, which stands in the text called `where`:
/// FAILED_PRECONDITION whose message says which character and script that is, and which package of
/// Debian 12 has fonts of that script, where one is known: "no font has U+AC00 (script Hangul),
/// which stands in `name`; the Debian package `fonts-noto-cjk` has fonts of that script". A pure
/// function.
absl::Status MissingFont(uint32_t character, absl::string_view where);

}  // namespace provost

#endif  // PROVOST_PRINT_MISSING_FONT_H_
