#ifndef PROVOST_BASE_TIME_ZONE_H_
#define PROVOST_BASE_TIME_ZONE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace provost {

/// OK if `name` is a time zone of the IANA database, spelled as there: `UTC`, `Europe/Vienna`.
/// INVALID_ARGUMENT otherwise, whose message goes on from the name of a field.
///
/// Thread-safe. The first time that a zone is asked for reads a file; after that, microseconds.
absl::Status CheckTimeZone(absl::string_view name);

}  // namespace provost

#endif  // PROVOST_BASE_TIME_ZONE_H_
