#include "store/folder_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace provost::store {
namespace {

// The number that the holder wrote: a courtesy to whoever is refused, and never relied on.
std::string HolderOf(int file) {
  char text[32];
  const ssize_t size = pread(file, text, sizeof(text), 0);
  if (size <= 0) return std::string();
  const absl::string_view number =
      absl::StripAsciiWhitespace(absl::string_view(text, static_cast<size_t>(size)));
  return number.empty() ? std::string() : absl::StrCat(" (process ", number, ")");
}

}  // namespace

absl::StatusOr<std::unique_ptr<FolderLock>> FolderLock::Take(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/provostd.lock");
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) {
    return absl::UnavailableError(
        absl::StrCat("the lock file `", path, "` cannot be opened: ", strerror(errno)));
  }
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    const std::string holder = HolderOf(file);
    close(file);
    if (error == EWOULDBLOCK) {
      return absl::FailedPreconditionError(
          absl::StrCat("the folder `", folder, "` is in use by another server", holder));
    }
    return absl::UnavailableError(
        absl::StrCat("the lock file `", path, "` cannot be locked: ", strerror(error)));
  }
  const std::string number = absl::StrCat(getpid(), "\n");
  if (ftruncate(file, 0) != 0 ||
      pwrite(file, number.data(), number.size(), 0) != static_cast<ssize_t>(number.size())) {
    const int error = errno;
    close(file);
    return absl::UnavailableError(
        absl::StrCat("the lock file `", path, "` cannot be written: ", strerror(error)));
  }
  return absl::WrapUnique(new FolderLock(file));
}

FolderLock::~FolderLock() { close(file_); }

}  // namespace provost::store
