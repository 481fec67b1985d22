// The options --from and --until of whatever counts for a time.
#ifndef PROVOST_TOOLS_PROVOST_WINDOW_OPTIONS_H_
#define PROVOST_TOOLS_PROVOST_WINDOW_OPTIONS_H_

#include <CLI/CLI.hpp>
#include <string>

#include "absl/status/status.h"
#include "tools/provost/times.h"

namespace provost::cli {

inline void AddWindowOptions(CLI::App* command, std::string& from, std::string& until) {
  command->add_option("--from", from, "Counts from then on: 2026-11-03, now, +2d")
      ->type_name("TIME");
  command->add_option("--until", until, "Counts up to then: 2026-11-03, +30d")->type_name("TIME");
}

// Sets `not_before` and `expires` of `message` to what is not empty.
template <typename Message>
absl::Status FillWindow(const std::string& from, const std::string& until, Message& message) {
  if (!from.empty()) {
    auto time = ReadTime("--from", from);
    if (!time.ok()) return time.status();
    *message.mutable_not_before() = *time;
  }
  if (!until.empty()) {
    auto time = ReadTime("--until", until);
    if (!time.ok()) return time.status();
    *message.mutable_expires() = *time;
  }
  return absl::OkStatus();
}

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_WINDOW_OPTIONS_H_
