#include "tests/cli/bad_line.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace provost::cli {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int Socket() { return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }

int Listen() {
  const int listener = Socket();
  const sockaddr_in address = Loopback(0);
  EXPECT_EQ(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(listen(listener, 16), 0);
  return listener;
}

// False where the bytes of `from` have ended.
bool Hand(int from, int to) {
  char bytes[4096];
  const ssize_t read = recv(from, bytes, sizeof(bytes), 0);
  for (ssize_t sent = 0; sent < read;) {
    const ssize_t some = send(to, bytes + sent, static_cast<size_t>(read - sent), MSG_NOSIGNAL);
    if (some <= 0) return false;
    sent += some;
  }
  return read > 0;
}

}  // namespace

BadLine::BadLine(const std::string& server, int lost)
    : server_port_(std::atoi(server.c_str() + server.rfind(':') + 1)),
      lost_(lost),
      listener_(Listen()),
      accepting_([this] { Accept(); }) {}

BadLine::~BadLine() {
  shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  close(listener_);
}

std::string BadLine::address() const {
  sockaddr_in address = {};
  socklen_t size = sizeof(address);
  EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
  return absl::StrCat("127.0.0.1:", ntohs(address.sin_port));
}

void BadLine::Accept() {
  for (;;) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) break;
    if (connections_++ < lost_) {
      close(client);
      continue;
    }
    const int server = Socket();
    const sockaddr_in address = Loopback(server_port_);
    EXPECT_EQ(connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    carriers_.emplace_back(Carry, client, server);
  }
  for (std::thread& carrier : carriers_) carrier.join();
}

void BadLine::Carry(int client, int server) {
  for (bool open = true; open;) {
    pollfd sides[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    open = poll(sides, 2, -1) > 0;
    if (open && sides[0].revents != 0) open = Hand(client, server);
    if (open && sides[1].revents != 0) open = Hand(server, client);
  }
  close(client);
  close(server);
}

}  // namespace provost::cli
