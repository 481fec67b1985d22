#include "store/synced_sizes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace provost::store {
namespace {

namespace fs = std::filesystem;
using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

constexpr char kName[] = "synced-sizes";
// One sector, which a disk writes whole or not at all.
constexpr size_t kNoteBytes = 512;
constexpr size_t kSumBytes = 17;  // sixteen digits and a line break

// FNV-1a: against damage, not against anybody.
std::string Sum(absl::string_view text) {
  uint64_t sum = 14695981039346656037u;
  for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return absl::StrFormat("%016x\n", sum);
}

std::string NameOf(absl::string_view path) {
  const size_t slash = path.rfind('/');
  return std::string(slash == absl::string_view::npos ? path : path.substr(slash + 1));
}

}  // namespace

SyncedSizes::SyncedSizes(std::string folder)
    : folder_(std::move(folder)), path_(absl::StrCat(folder_, "/", kName)) {}

SyncedSizes::~SyncedSizes() {
  MutexLock lock(&mutex_);
  if (file_ >= 0) close(file_);
}

absl::StatusOr<std::unique_ptr<SyncedSizes>> SyncedSizes::Read(const std::string& folder) {
  auto sizes = absl::WrapUnique(new SyncedSizes(folder));
  MutexLock lock(&sizes->mutex_);
  const int file = open(sizes->path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return sizes;
  char bytes[kNoteBytes + 1];
  const ssize_t size = file < 0 ? -1 : pread(file, bytes, sizeof(bytes), 0);
  const int error = errno;
  if (file >= 0) close(file);
  if (size < 0) {
    return absl::UnavailableError(
        absl::StrCat("`", sizes->path_, "` cannot be read: ", strerror(error)));
  }
  const absl::string_view note(bytes, static_cast<size_t>(size));
  // One that was made and whose content the power took.
  if (note.find_first_not_of('\0') == absl::string_view::npos) return sizes;
  const absl::Status damaged = absl::DataLossError(
      absl::StrCat("`", sizes->path_, "` is damaged: it says how much of each log of the database ",
                   "there has to be, and can be deleted if all of them are known to be sound"));
  if (note.size() != kNoteBytes) return damaged;
  const absl::string_view text = note.substr(0, kNoteBytes - kSumBytes);
  if (Sum(text) != note.substr(text.size())) return damaged;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipWhitespace())) {
    const std::vector<absl::string_view> parts = absl::StrSplit(line, ' ');
    uint64_t bytes_synced = 0;
    if (parts.size() != 2 || !absl::SimpleAtoi(parts[1], &bytes_synced)) return damaged;
    sizes->sizes_[std::string(parts[0])] = bytes_synced;
  }
  sizes->durable_ = sizes->sizes_;
  return sizes;
}

absl::Status SyncedSizes::Check() const {
  MutexLock lock(&mutex_);
  for (const auto& [name, bytes] : sizes_) {
    std::error_code error;
    const std::string path = absl::StrCat(folder_, "/", name);
    const uintmax_t size = fs::file_size(path, error);
    if (!error && size >= bytes) continue;
    return absl::DataLossError(absl::StrCat(
        "the database in `", folder_, "` is damaged: `", path, "` ",
        error ? std::string("is missing") : absl::StrCat("has ", size, " bytes"), ", and ", bytes,
        " bytes of it had been written for good; put it back from a backup (if another tool than "
        "provostd changed the database, delete `",
        path_, "`)"));
  }
  return absl::OkStatus();
}

bool SyncedSizes::empty() const {
  MutexLock lock(&mutex_);
  return sizes_.empty();
}

bool SyncedSizes::has_log() const {
  MutexLock lock(&mutex_);
  for (const auto& [name, bytes] : sizes_) {
    if (absl::EndsWith(name, ".log")) return true;
  }
  return false;
}

bool SyncedSizes::LogsAreWhole() const {
  MutexLock lock(&mutex_);
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() != ".log") continue;
    const auto noted = sizes_.find(entry->path().filename().string());
    const uint64_t size = entry->file_size(error);
    if (size != (noted == sizes_.end() ? 0 : noted->second)) return false;
  }
  return !error;
}

absl::Status SyncedSizes::BeginWriting() {
  MutexLock lock(&mutex_);
  file_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0 || !Write(/*sync=*/true)) {
    return absl::UnavailableError(
        absl::StrCat("`", path_, "` cannot be written: ", strerror(errno)));
  }
  return absl::OkStatus();
}

bool SyncedSizes::IsNoted(absl::string_view path) const {
  const std::string name = NameOf(path);
  if (!absl::StartsWith(name, "MANIFEST-") && !absl::EndsWith(name, ".log")) return false;
  // A checkpoint lies in a folder of its own. RocksDB may double a slash.
  return fs::path(std::string(path)).parent_path() == (fs::path(folder_) / "x").parent_path();
}

void SyncedSizes::Synced(absl::string_view path, uint64_t bytes) {
  const std::string name = NameOf(path);
  MutexLock lock(&mutex_);
  if (bytes == 0 || bytes == sizes_[name]) return;
  sizes_[name] = bytes;
  Write(/*sync=*/bytes >= 2 * durable_[name]);
}

bool SyncedSizes::Forget(absl::string_view path) {
  MutexLock lock(&mutex_);
  const std::string name = NameOf(path);
  if (sizes_.erase(name) + durable_.erase(name) == 0) return true;
  return Write(/*sync=*/true);
}

bool SyncedSizes::Write(bool sync) {
  if (file_ < 0) return false;
  // The newest have the highest numbers. There are two or three; what does not fit is not noted.
  std::string text;
  for (auto entry = sizes_.rbegin(); entry != sizes_.rend(); ++entry) {
    if (entry->second == 0) continue;
    const std::string line = absl::StrCat(entry->first, " ", entry->second, "\n");
    if (text.size() + line.size() > kNoteBytes - kSumBytes) break;
    text += line;
  }
  text.resize(kNoteBytes - kSumBytes, '\n');
  text += Sum(text);
  if (pwrite(file_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) return false;
  if (!sync) return true;
  if (fdatasync(file_) != 0) return false;
  durable_ = sizes_;
  return true;
}

namespace {

class NotingFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  NotingFile(std::unique_ptr<rocksdb::FSWritableFile> file,
             std::shared_ptr<rocksdb::FileSystem> system, SyncedSizes* sizes, std::string path)
      : rocksdb::FSWritableFileOwnerWrapper(std::move(file)),
        system_(std::move(system)),
        sizes_(sizes),
        path_(std::move(path)) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  IODebugContext* debug) override {
    return Count(data.size(), target()->Append(data, options, debug));
  }

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& verification,
                  IODebugContext* debug) override {
    return Count(data.size(), target()->Append(data, options, verification, debug));
  }

  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return Note(options, debug, target()->Sync(options, debug));
  }

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Note(options, debug, target()->Fsync(options, debug));
  }

 private:
  IOStatus Count(size_t bytes, IOStatus status) {
    if (status.ok()) bytes_ += bytes;
    return status;
  }

  IOStatus Note(const IOOptions& options, IODebugContext* debug, IOStatus status) {
    if (!status.ok() || bytes_ == 0) return status;
    if (!name_is_durable_) {
      std::unique_ptr<rocksdb::FSDirectory> folder;
      status =
          system_->NewDirectory(fs::path(path_).parent_path().string(), options, &folder, debug);
      if (status.ok()) {
        status =
            folder->FsyncWithDirOptions(options, debug, rocksdb::DirFsyncOptions(NameOf(path_)));
      }
      if (!status.ok()) return status;
      name_is_durable_ = true;
    }
    sizes_->Synced(path_, bytes_);
    return status;
  }

  const std::shared_ptr<rocksdb::FileSystem> system_;
  SyncedSizes* const sizes_;
  const std::string path_;
  uint64_t bytes_ = 0;
  bool name_is_durable_ = false;
};

class NotingSystem : public rocksdb::FileSystemWrapper {
 public:
  NotingSystem(std::shared_ptr<rocksdb::FileSystem> target, SyncedSizes* sizes)
      : rocksdb::FileSystemWrapper(target), base_(std::move(target)), sizes_(sizes) {}
  const char* Name() const override { return "NotingFileSystem"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext* debug) override {
    if (!sizes_->IsNoted(path)) return target()->NewWritableFile(path, options, file, debug);
    if (!sizes_->Forget(path)) return CannotForget(path);
    std::unique_ptr<rocksdb::FSWritableFile> real;
    IOStatus status = target()->NewWritableFile(path, options, &real, debug);
    if (status.ok()) {
      *file = std::make_unique<NotingFile>(std::move(real), base_, sizes_, path);
    }
    return status;
  }

  IOStatus ReopenWritableFile(const std::string& path, const FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* file,
                              IODebugContext* debug) override {
    if (sizes_->IsNoted(path) && !sizes_->Forget(path)) return CannotForget(path);
    return target()->ReopenWritableFile(path, options, file, debug);
  }

  IOStatus DeleteFile(const std::string& path, const IOOptions& options,
                      IODebugContext* debug) override {
    if (sizes_->IsNoted(path) && !sizes_->Forget(path)) return CannotForget(path);
    return target()->DeleteFile(path, options, debug);
  }

 private:
  static IOStatus CannotForget(const std::string& path) {
    return IOStatus::IOError(path, "the note of its size cannot be changed");
  }

  const std::shared_ptr<rocksdb::FileSystem> base_;
  SyncedSizes* const sizes_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> NotingFileSystem(std::shared_ptr<rocksdb::FileSystem> target,
                                                      SyncedSizes* sizes) {
  return std::make_shared<NotingSystem>(std::move(target), sizes);
}

}  // namespace provost::store
