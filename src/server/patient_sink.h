#ifndef PROVOST_SERVER_PATIENT_SINK_H_
#define PROVOST_SERVER_PATIENT_SINK_H_

#include <spdlog/sinks/base_sink.h>

#include <cstdint>
#include <mutex>

#include "absl/strings/string_view.h"

namespace provost {

/// Writes lines to a file descriptor whose reader may be slow or gone, and waits for it at most
/// `kPatienceMillis`. From then on lines are lost, and counted, until the reader goes on, who is
/// then told how many: so a server ends in time although nobody reads its log.
class PatientSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  static constexpr int kPatienceMillis = 1000;

  /// `file` stays open as long as the sink.
  explicit PatientSink(int file) : file_(file) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}

 private:
  // Whether it was written, or begun: then what is left is kept.
  bool Write(absl::string_view line);

  const int file_;
  bool stalled_ = false;
  // The end of a line that was begun, which goes before any other.
  std::string rest_;
  uint64_t lost_ = 0;
};

}  // namespace provost

#endif  // PROVOST_SERVER_PATIENT_SINK_H_
