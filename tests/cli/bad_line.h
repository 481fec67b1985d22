// A way to a server on which connections are lost.
#ifndef PROVOST_TESTS_CLI_BAD_LINE_H_
#define PROVOST_TESTS_CLI_BAD_LINE_H_

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace provost::cli {

// A port on the loopback interface that hands connections on to `server`, `127.0.0.1:PORT`, but
// closes the first `lost` of them as soon as they are made.
class BadLine {
 public:
  BadLine(const std::string& server, int lost);
  ~BadLine();

  std::string address() const;
  // How many connections were made.
  int connections() const { return connections_; }

 private:
  void Accept();
  // Carries bytes both ways until one side closes.
  static void Carry(int client, int server);

  const int server_port_;
  const int lost_;
  const int listener_;
  std::atomic<int> connections_{0};
  std::vector<std::thread> carriers_;  // The accepting thread's alone.
  std::thread accepting_;
};

}  // namespace provost::cli

#endif  // PROVOST_TESTS_CLI_BAD_LINE_H_
