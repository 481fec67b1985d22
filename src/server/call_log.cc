#include "server/call_log.h"

#include <grpc/support/log.h>
#include <spdlog/async.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/mutex.h"
#include "server/patient_sink.h"

namespace provost {
namespace {

// A string as JSON has it.
std::string Json(absl::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
  return out;
}

spdlog::level::level_enum LevelOf(const CallRecord& record) {
  switch (record.status.code()) {
    case absl::StatusCode::kOk:
      return record.is_change ? spdlog::level::info : spdlog::level::debug;
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kUnknown:
      return spdlog::level::err;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
      return spdlog::level::warn;
    default:
      return spdlog::level::info;
  }
}

// The log of the server that was started last.
Mutex& GrpcLogMutex() {
  static Mutex* const mutex = new Mutex();
  return *mutex;
}
std::weak_ptr<spdlog::logger>& GrpcLog() {
  static auto* const log = new std::weak_ptr<spdlog::logger>();
  return *log;
}

void PassOn(gpr_log_func_args* line) {
  std::shared_ptr<spdlog::logger> log;
  {
    MutexLock lock(&GrpcLogMutex());
    log = GrpcLog().lock();
  }
  if (log == nullptr) return;
  LogEvent(*log, spdlog::level::debug, "grpc", {{"message", line->message}});
}

}  // namespace

void TakeGrpcLog(const std::shared_ptr<spdlog::logger>& log) {
  {
    MutexLock lock(&GrpcLogMutex());
    GrpcLog() = log;
  }
  gpr_set_log_function(&PassOn);
}

std::shared_ptr<spdlog::logger> MakeLog(const std::string& level) {
  constexpr size_t kQueuedLines = 8192;
  static const auto pool = std::make_shared<spdlog::details::thread_pool>(kQueuedLines, 1);
  auto sink = std::make_shared<PatientSink>(STDERR_FILENO);
  // A burst beyond the queue loses its oldest lines rather than holding up calls.
  auto log = std::make_shared<spdlog::async_logger>("provostd", std::move(sink), pool,
                                                    spdlog::async_overflow_policy::overrun_oldest);
  log->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})",
                   spdlog::pattern_time_type::utc);
  log->set_level(spdlog::level::from_str(level));
  if (log->level() == spdlog::level::off && level != "off") log->set_level(spdlog::level::info);
  log->flush_on(spdlog::level::info);
  return log;
}

void LogEvent(spdlog::logger& log, spdlog::level::level_enum level, absl::string_view event,
              std::initializer_list<std::pair<absl::string_view, std::string>> fields) {
  if (!log.should_log(level)) return;
  std::string line = absl::StrCat("\"event\":", Json(event));
  for (const auto& [name, value] : fields)
    absl::StrAppend(&line, ",", Json(name), ":", Json(value));
  log.log(level, "{}", line);
}

void LogCall(spdlog::logger& log, const CallRecord& record) {
  const spdlog::level::level_enum level = LevelOf(record);
  if (!log.should_log(level)) return;
  std::string line = absl::StrCat(
      "\"event\":\"call\",\"method\":", Json(record.method), ",\"actor\":", Json(record.actor),
      ",\"tenant\":", Json(record.tenant), ",\"call_id\":", Json(record.call_id),
      ",\"code\":", Json(absl::StatusCodeToString(record.status.code())),
      ",\"micros\":", absl::ToInt64Microseconds(record.duration));
  if (record.is_change) absl::StrAppend(&line, ",\"revision\":", record.revision);
  if (record.replayed) absl::StrAppend(&line, ",\"replayed\":true");
  if (!record.status.ok()) absl::StrAppend(&line, ",\"message\":", Json(record.status.message()));
  log.log(level, "{}", line);
}

}  // namespace provost
