// A provostd of its own process, for tests that kill it.
#ifndef PROVOST_TESTS_CRASH_SERVER_PROCESS_H_
#define PROVOST_TESTS_CRASH_SERVER_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include <grpcpp/channel.h>

#include "absl/time/time.h"

namespace provost {

// Starts provostd on a free port of the loopback; kills it, if it still runs, when it goes away.
class ServerProcess {
 public:
  // Starts it on the data folder `data`; what it logs is appended to `log`. Waits until it serves.
  // Aborts the test program where it cannot be started within `timeout`.
  // `options` stand behind these on its command line.
  ServerProcess(const std::string& data, const std::string& log,
                absl::Duration timeout = absl::Seconds(60),
                const std::vector<std::string>& options = {});
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  // SIGKILL, and waits for the end.
  void Kill();
  // SIGTERM, waits for the end, and returns the exit code; -1 if a signal ended it.
  int Terminate();

 private:
  int Wait();

  pid_t pid_ = 0;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace provost

#endif  // PROVOST_TESTS_CRASH_SERVER_PROCESS_H_
