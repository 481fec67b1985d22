// Times as people type and read them.
#ifndef PROVOST_TOOLS_PROVOST_TIMES_H_
#define PROVOST_TOOLS_PROVOST_TIMES_H_

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace provost::cli {

// Reads `2026-11-03T09:00:00Z` (RFC 3339, any offset), `2026-11-03` (midnight, UTC), `now`, or an
// amount after `now`, `+30d`, `+12h`, `+90m`, `+2w`, or before it, `-7d`. INVALID_ARGUMENT names
// these forms.
absl::StatusOr<google::protobuf::Timestamp> ParseTime(absl::string_view text, absl::Time now);

// The same of what `option` was given, `--due`, as of now. INVALID_ARGUMENT names the option too.
absl::StatusOr<google::protobuf::Timestamp> ReadTime(absl::string_view option,
                                                     absl::string_view text);

// Whether `text` is a day, `2026-11-03`, of the years 1 to 9999; it is put into `day` then.
bool ParseDay(absl::string_view text, absl::CivilDay* day);

// The first and the last second of a day there.
google::protobuf::Timestamp FirstSecondOf(absl::CivilDay day, absl::TimeZone zone);
google::protobuf::Timestamp LastSecondOf(absl::CivilDay day, absl::TimeZone zone);

// Reads `30s`, `90m`, `12h`, `30d`, `2w`; more than zero.
absl::StatusOr<absl::Duration> ParseSpan(absl::string_view text);

// `2026-11-03T09:00:00Z`, for people: to the second that it is in. --json has the whole of it.
std::string FormatTime(const google::protobuf::Timestamp& time);

// How far `time` is from `now`, in its largest unit, rounded down: `in 59 days`, `3 hours ago`.
std::string FormatDistance(const google::protobuf::Timestamp& time,
                           const google::protobuf::Timestamp& now);

google::protobuf::Duration ToProtoDuration(absl::Duration duration);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_TIMES_H_
