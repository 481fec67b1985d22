#include "server/patient_sink.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace provost {

void PatientSink::sink_it_(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t line;
  formatter_->format(message, line);
  if (!rest_.empty()) {
    const std::string rest = std::move(rest_);
    rest_.clear();
    if (!Write(rest)) rest_ = rest;
  }
  if (rest_.empty() && lost_ > 0) {
    const std::string notice = absl::StrCat(
        "{\"level\":\"warning\",\"event\":\"log_lines_lost\",\"lines\":", lost_, "}\n");
    if (Write(notice)) lost_ = 0;
  }
  if (!rest_.empty() || lost_ > 0 || !Write(absl::string_view(line.data(), line.size()))) ++lost_;
}

bool PatientSink::Write(absl::string_view line) {
  const size_t whole = line.size();
  while (!line.empty()) {
    pollfd ready = {file_, POLLOUT, 0};
    const int events = poll(&ready, 1, stalled_ ? 0 : kPatienceMillis);
    if (events < 0 && errno == EINTR) continue;
    stalled_ = events <= 0;
    // A pipe that is ready takes so much without waiting.
    const ssize_t written =
        stalled_ ? 0 : write(file_, line.data(), std::min<size_t>(line.size(), PIPE_BUF));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      if (line.size() == whole) return false;
      rest_ = std::string(line);
      return true;
    }
    line.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace provost
