#ifndef PROVOST_SERVER_CALL_LOG_H_
#define PROVOST_SERVER_CALL_LOG_H_

#include <memory>
#include <string>

#include <spdlog/logger.h>

#include "service/door.h"

namespace provost {

/// The server's log: one JSON object a line on standard error, written by a thread of its own so
/// that no call waits for it; lines that nobody reads are lost (patient_sink.h). `level` as in
/// ServerOptions; unknown ones count as info.
std::shared_ptr<spdlog::logger> MakeLog(const std::string& level);

/// What gRPC itself has to say goes to `log`, at debug, as long as that lives: it is about
/// connections, and what a server has to be told comes as a status.
void TakeGrpcLog(const std::shared_ptr<spdlog::logger>& log);

/// The line for a call: refusals and changes at info, failures of the server itself at error, reads
/// that succeeded at debug.
void LogCall(spdlog::logger& log, const CallRecord& record);

/// The members of a JSON object: LogEvent(log, spdlog::level::info, "listening", {{"port", "1"}}).
void LogEvent(spdlog::logger& log, spdlog::level::level_enum level, absl::string_view event,
              std::initializer_list<std::pair<absl::string_view, std::string>> fields);

}  // namespace provost

#endif  // PROVOST_SERVER_CALL_LOG_H_
