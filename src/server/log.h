#ifndef PROVOST_SERVER_LOG_H_
#define PROVOST_SERVER_LOG_H_

#include <string>

#include "absl/strings/string_view.h"
#include "service/door.h"

namespace provost {

/// Logs go to standard error, one JSON object a line, so that a collector needs no pattern. `level`
/// is one of ServerOptions::log_level. Call once, before anything is logged.
void StartLog(const std::string& level);

/// A line about the server itself. Thread-safe.
void LogInfo(absl::string_view message);
void LogError(absl::string_view message);

/// A line about a call: those that change something or fail by a fault of the server at their
/// level, the others for debugging. Thread-safe; quick.
void LogCall(const CallRecord& call);

}  // namespace provost

#endif  // PROVOST_SERVER_LOG_H_
