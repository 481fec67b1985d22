// How text looks on the terminal that it is written to: colours, line drawing, width.
//
// Everything here is a pure function of its arguments; any thread.
#ifndef PROVOST_TOOLS_PROVOST_LOOK_H_
#define PROVOST_TOOLS_PROVOST_LOOK_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace provost::cli {

// What the output can show. The default is what a file or a pipe gets: bare ASCII.
struct Look {
  bool aligned = false;  // tables in aligned columns; else fields separated by tabs
  bool color = false;    // ANSI colours
  bool unicode = false;  // box drawing characters
};

// What a piece of text means; the colours are chosen in one place.
enum class Tone { kPlain, kStrong, kFaint, kGood, kBad, kWarning };

// `text` in the colour of `tone`, or as it is where there are no colours.
std::string Paint(const Look& look, Tone tone, absl::string_view text);

// Columns that UTF-8 text takes on a terminal: code points, combining marks left out, and two for
// East Asian wide ones. Bytes that are not UTF-8 count one each.
size_t DisplayWidth(absl::string_view text);

// Text from elsewhere, with each control character as `\x1b` and the like: a name that somebody
// else chose must not move the cursor or change colours. Newlines and tabs are escaped too.
std::string Printable(absl::string_view text);

// The same of a text of several lines, whose ends it keeps.
std::string PrintableLines(absl::string_view text);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_LOOK_H_
