// Times in textproto as people write them: `open_time: "2026-11-03T09:00:00Z"`.
#ifndef PROVOST_TOOLS_PROVOST_TEXT_TIMES_H_
#define PROVOST_TOOLS_PROVOST_TEXT_TIMES_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/text_format.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace provost::cli {

// The zone that a day is meant in, asked for when there is one; null: UTC.
using ZoneSource = std::function<absl::StatusOr<absl::TimeZone>()>;

// Puts into the form of textproto what stands for a google.protobuf.Timestamp as a string. Not
// thread-safe.
class TextTimes {
 public:
  TextTimes(const google::protobuf::Descriptor& root, ZoneSource zone);

  // `text`, a message of type `root`, in that form. A string is what ParseTime takes; a day is its
  // first second in the zone, and as a due time its last. What is no textproto is left for its
  // parser to refuse. INVALID_ARGUMENT has the place of the string, `1:7: `.
  absl::StatusOr<std::string> Rewrite(absl::string_view text);

  // Where in the text that was rewritten stands what is now at `column` of `line`, both from 0.
  int ColumnBefore(int line, int column) const;

 private:
  struct Rewritten {
    int line = 0;
    int column = 0;  // where it ends now
    int grown = 0;   // by so many columns
  };

  const google::protobuf::Descriptor& root_;
  const ZoneSource zone_;
  std::vector<Rewritten> rewritten_;
};

// Has `printer` print the times in messages of type `root` as strings of that form.
void PrintTimesAsText(google::protobuf::TextFormat::Printer& printer,
                      const google::protobuf::Descriptor& root);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_TEXT_TIMES_H_
