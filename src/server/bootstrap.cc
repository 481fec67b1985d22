#include "server/bootstrap.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "tenant/sealer.h"

namespace provost {
namespace {

constexpr size_t kSecretBytes = 24;

}  // namespace

std::string BootstrapFile(absl::string_view data) {
  return absl::StrCat(data, "/bootstrap-secret");
}

absl::StatusOr<std::string> TakeBootstrapSecret(absl::string_view data) {
  const std::string path = BootstrapFile(data);
  std::ifstream in(path);
  std::string secret;
  if (in >> secret && !secret.empty()) return secret;

  secret = absl::WebSafeBase64Escape(Sealer::RandomBytes(kSecretBytes));
  // Written aside and renamed: nobody ever sees half of it, or sees it with other permissions.
  const std::string aside = path + ".new";
  const int fd = open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const std::string line = secret + "\n";
  const bool written = fd >= 0 &&
                       write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
                       fsync(fd) == 0;
  const int error = errno;
  if (fd >= 0) close(fd);
  if (!written || rename(aside.c_str(), path.c_str()) != 0) {
    return absl::UnavailableError(absl::StrCat("cannot write the bootstrap secret to `", path,
                                               "`: ", std::strerror(written ? errno : error)));
  }
  return secret;
}

void RemoveBootstrapSecret(absl::string_view data) { unlink(BootstrapFile(data).c_str()); }

}  // namespace provost
