#ifndef PROVOST_QUIZ_TEXT_H_
#define PROVOST_QUIZ_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace provost {

/// What two short answers have to have in common to be the same: without white space at the ends,
/// in Unicode's normal form C, and, unless case counts, with case folded. `text` is UTF-8. Pure.
std::string ComparableText(absl::string_view text, bool case_sensitive);

}  // namespace provost

#endif  // PROVOST_QUIZ_TEXT_H_
