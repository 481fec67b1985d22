#include "server/listen_check.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

#include "absl/strings/str_cat.h"

namespace provost {
namespace {

absl::Status Refused(const std::string& listen, const char* reason) {
  return absl::UnavailableError(
      absl::StrCat("cannot listen on ", listen, ": ", reason, "; wanted a port that is free"));
}

}  // namespace

absl::Status CheckListen(const std::string& listen) {
  const size_t colon = listen.rfind(':');
  std::string host = listen.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  addrinfo wanted = {};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* raw = nullptr;
  const int code = getaddrinfo(host.c_str(), listen.substr(colon + 1).c_str(), &wanted, &raw);
  if (code != 0) return Refused(listen, gai_strerror(code));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> found(raw, &freeaddrinfo);
  const int file = socket(raw->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (file < 0) return Refused(listen, strerror(errno));
  const int yes = 1;
  // As the server does, lest the connections of one that has just ended keep the port.
  setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  const bool is_free = bind(file, raw->ai_addr, raw->ai_addrlen) == 0 && ::listen(file, 1) == 0;
  const int error = errno;
  close(file);
  return is_free ? absl::OkStatus() : Refused(listen, strerror(error));
}

}  // namespace provost
