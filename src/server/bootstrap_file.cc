#include "server/bootstrap_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "tenant/sealer.h"

namespace provost {
namespace {

constexpr size_t kSecretBytes = 32;

absl::Status Failed(absl::string_view doing, const std::string& path) {
  return absl::UnavailableError(
      absl::StrCat("cannot ", doing, " `", path, "`: ", std::strerror(errno)));
}

}  // namespace

std::string BootstrapPath(const std::string& data) {
  return absl::StrCat(data, "/bootstrap-secret");
}

absl::StatusOr<std::string> ReadOrMakeBootstrapSecret(const std::string& data) {
  const std::string path = BootstrapPath(data);
  {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    const std::string secret(absl::StripAsciiWhitespace(text.str()));
    if (!secret.empty()) return secret;
  }
  const std::string secret = absl::BytesToHexString(Sealer::RandomBytes(kSecretBytes));
  const std::string line = absl::StrCat(secret, "\n");
  // Whole under another name first, so that a file that is there is complete.
  const std::string draft = absl::StrCat(path, ".new");
  unlink(draft.c_str());
  const int file = open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return Failed("make", draft);
  const bool written = write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
                       fsync(file) == 0;
  close(file);
  if (!written) return Failed("write", draft);
  if (rename(draft.c_str(), path.c_str()) != 0) return Failed("make", path);
  return secret;
}

void RemoveBootstrapSecret(const std::string& data) { unlink(BootstrapPath(data).c_str()); }

}  // namespace provost
