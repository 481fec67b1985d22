#include "server/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace provost {
namespace {

// A JSON string (RFC 8259): text that comes from callers stands in the lines.
std::string Json(absl::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&out, "\\u%04x", c);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
  return out;
}

bool IsServerFault(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kUnimplemented:
      return true;
    default:
      return false;
  }
}

}  // namespace

void StartLog(const std::string& level) {
  auto logger = spdlog::stderr_logger_mt("provostd");
  logger->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%f%z","level":"%l",%v})");
  logger->set_level(spdlog::level::from_str(level));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

void LogInfo(absl::string_view message) { spdlog::info("\"message\":{}", Json(message)); }

void LogError(absl::string_view message) { spdlog::error("\"message\":{}", Json(message)); }

void LogCall(const CallRecord& call) {
  const spdlog::level::level_enum level = IsServerFault(call.status) ? spdlog::level::err
                                          : call.is_change || !call.status.ok()
                                              ? spdlog::level::info
                                              : spdlog::level::debug;
  if (!spdlog::should_log(level)) return;
  std::string line = absl::StrCat(
      "\"message\":\"call\",\"call\":", Json(call.call_id), ",\"method\":", Json(call.method),
      ",\"actor\":", Json(call.actor), ",\"tenant\":", Json(call.tenant),
      ",\"code\":", Json(absl::StatusCodeToString(call.status.code())),
      ",\"microseconds\":", absl::ToInt64Microseconds(call.duration));
  if (call.revision != 0) absl::StrAppend(&line, ",\"revision\":", call.revision);
  if (call.replayed) absl::StrAppend(&line, ",\"replayed\":true");
  if (!call.status.ok()) absl::StrAppend(&line, ",\"error\":", Json(call.status.message()));
  spdlog::log(level, line);
}

}  // namespace provost
