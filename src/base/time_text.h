#ifndef PROVOST_BASE_TIME_TEXT_H_
#define PROVOST_BASE_TIME_TEXT_H_

#include <string>

#include "absl/time/time.h"

namespace provost {

/// `2026-11-03T09:00:00Z`: a time as RFC 3339 and the JSON of protobuf have it, in UTC, with as
/// many digits of the second's fraction as it has. It is read back as the same time.
inline std::string TimeText(absl::Time time) {
  return absl::FormatTime("%E4Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

}  // namespace provost

#endif  // PROVOST_BASE_TIME_TEXT_H_
