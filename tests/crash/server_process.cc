#include "tests/crash/server_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/channel.h"

namespace provost {
namespace {

// A port that is free now. Another process may take it before the server does; starting the server
// then fails, and the test with it, which has not been seen.
int FreePort() {
  const int socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (bind(socket_fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(socket_fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::perror("no free port");
    std::abort();
  }
  close(socket_fd);
  return ntohs(address.sin_port);
}

bool IsListening(int port) {
  const int socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  const bool connected =
      connect(socket_fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(socket_fd);
  return connected;
}

}  // namespace

ServerProcess::ServerProcess(const std::string& data, const std::string& log,
                             absl::Duration timeout, const std::vector<std::string>& options) {
  const int port = FreePort();
  const std::string server = absl::StrCat("127.0.0.1:", port);
  std::vector<std::string> command = {PROVOST_BIN_DIR "/provostd", "--listen=" + server,
                                      "--data=" + data};
  command.insert(command.end(), options.begin(), options.end());
  std::vector<char*> argv;
  for (std::string& argument : command) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    const int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    execv(argv[0], argv.data());
    std::perror("cannot start " PROVOST_BIN_DIR "/provostd");
    _exit(127);
  }
  const absl::Time give_up = absl::Now() + timeout;
  const auto fail_if_over = [&] {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_ || absl::Now() > give_up) {
      std::fprintf(stderr, "the server did not start; see %s\n", log.c_str());
      std::abort();
    }
  };
  // A channel that finds nobody waits a second before it tries again.
  while (!IsListening(port)) {
    fail_if_over();
    absl::SleepFor(absl::Milliseconds(5));
  }
  channel_ = MakeChannel(server);
  while (!channel_->WaitForConnected(std::chrono::system_clock::now() +
                                     std::chrono::milliseconds(20))) {
    fail_if_over();
  }
}

ServerProcess::~ServerProcess() {
  if (pid_ != 0) Kill();
}

int ServerProcess::Wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void ServerProcess::Kill() {
  kill(pid_, SIGKILL);
  Wait();
}

int ServerProcess::Terminate() {
  kill(pid_, SIGTERM);
  return Wait();
}

}  // namespace provost
