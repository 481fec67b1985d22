#include "store/testing/fault_disk.h"

#include <rocksdb/file_system.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "base/mutex.h"

namespace provost::store {
namespace {

namespace fs = std::filesystem;
using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

void SetContent(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

}  // namespace

class FaultFileSystem : public rocksdb::FileSystemWrapper {
 public:
  FaultFileSystem() : rocksdb::FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FaultFileSystem"; }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext* debug) override;
  IOStatus NewDirectory(const std::string& name, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* folder,
                        IODebugContext* debug) override;
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override;
  IOStatus DeleteFile(const std::string& name, const IOOptions& options,
                      IODebugContext* debug) override;

  void FailWrites(absl::string_view name_ending);
  void FailSyncs(absl::string_view name_ending);
  void CutPowerAfter(uint64_t operations);
  bool power_is_cut() const;
  void LoseUnsynced(uint64_t seed);
  uint64_t syncs(absl::string_view name_ending) const;
  uint64_t operations() const;

  // How much of a write of `size` bytes reaches the disk; the status is what the writer is told.
  IOStatus BeginWrite(const std::string& name, size_t size, size_t* reaches);
  IOStatus BeginSync(const std::string& name);
  void Written(const std::string& name, size_t size);
  void Synced(const std::string& name);
  void Truncated(const std::string& name, uint64_t size);
  void FolderSynced(const std::string& folder);

 private:
  struct FileState {
    uint64_t written = 0;
    uint64_t synced = 0;
    bool name_is_durable = false;
    // What stood under the name before a rename, as long as that is not durable.
    std::optional<std::string> replaced;
  };

  IOStatus Fault(const std::string& name, const std::string& ending, const char* what)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  std::string fail_writes_ ABSL_GUARDED_BY(mutex_);
  std::string fail_syncs_ ABSL_GUARDED_BY(mutex_);
  std::optional<uint64_t> left_ ABSL_GUARDED_BY(mutex_);
  uint64_t operations_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, FileState> files_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, uint64_t> syncs_ ABSL_GUARDED_BY(mutex_);
};

namespace {

class FaultFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultFile(FaultFileSystem* disk, std::string name, std::unique_ptr<rocksdb::FSWritableFile> file)
      : rocksdb::FSWritableFileOwnerWrapper(std::move(file)), disk_(disk), name_(std::move(name)) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  IODebugContext* debug) override {
    size_t reaches = 0;
    IOStatus fault = disk_->BeginWrite(name_, data.size(), &reaches);
    if (reaches > 0) {
      IOStatus status = target()->Append(rocksdb::Slice(data.data(), reaches), options, debug);
      if (!status.ok()) return status;
      disk_->Written(name_, reaches);
    }
    return fault;
  }

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& /*verification*/,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }

  IOStatus Truncate(uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    disk_->Truncated(name_, size);
    return target()->Truncate(size, options, debug);
  }

  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    IOStatus fault = disk_->BeginSync(name_);
    if (!fault.ok()) return fault;
    IOStatus status = target()->Flush(options, debug);
    if (status.ok()) disk_->Synced(name_);
    return status;
  }

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Sync(options, debug);
  }

  IOStatus RangeSync(uint64_t /*offset*/, uint64_t /*size*/, const IOOptions& /*options*/,
                     IODebugContext* /*debug*/) override {
    return IOStatus::OK();
  }

 private:
  FaultFileSystem* const disk_;
  const std::string name_;
};

class FaultFolder : public rocksdb::FSDirectoryWrapper {
 public:
  FaultFolder(FaultFileSystem* disk, std::string name, std::unique_ptr<rocksdb::FSDirectory> folder)
      : rocksdb::FSDirectoryWrapper(std::move(folder)), disk_(disk), name_(std::move(name)) {}

  IOStatus Fsync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    IOStatus fault = disk_->BeginSync(name_);
    if (fault.ok()) disk_->FolderSynced(name_);
    return fault;
  }

  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions& /*which*/) override {
    return Fsync(options, debug);
  }

 private:
  FaultFileSystem* const disk_;
  const std::string name_;
};

}  // namespace

IOStatus FaultFileSystem::NewWritableFile(const std::string& name, const FileOptions& options,
                                          std::unique_ptr<rocksdb::FSWritableFile>* file,
                                          IODebugContext* debug) {
  {
    MutexLock lock(&mutex_);
    IOStatus fault = Fault(name, fail_writes_, "cannot be made");
    if (!fault.ok()) return fault;
    files_[name] = FileState();
  }
  std::unique_ptr<rocksdb::FSWritableFile> real;
  IOStatus status = target()->NewWritableFile(name, options, &real, debug);
  if (status.ok()) *file = std::make_unique<FaultFile>(this, name, std::move(real));
  return status;
}

IOStatus FaultFileSystem::NewDirectory(const std::string& name, const IOOptions& options,
                                       std::unique_ptr<rocksdb::FSDirectory>* folder,
                                       IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSDirectory> real;
  IOStatus status = target()->NewDirectory(name, options, &real, debug);
  if (status.ok()) *folder = std::make_unique<FaultFolder>(this, name, std::move(real));
  return status;
}

IOStatus FaultFileSystem::RenameFile(const std::string& from, const std::string& to,
                                     const IOOptions& options, IODebugContext* debug) {
  MutexLock lock(&mutex_);
  IOStatus fault = Fault(to, fail_writes_, "cannot be renamed");
  if (!fault.ok()) return fault;
  std::optional<std::string> replaced;
  if (fs::exists(to)) replaced = ContentOf(to);
  IOStatus status = target()->RenameFile(from, to, options, debug);
  if (!status.ok()) return status;
  FileState state = files_[from];
  state.name_is_durable = false;
  state.replaced = std::move(replaced);
  files_.erase(from);
  files_[to] = std::move(state);
  return status;
}

IOStatus FaultFileSystem::DeleteFile(const std::string& name, const IOOptions& options,
                                     IODebugContext* debug) {
  MutexLock lock(&mutex_);
  IOStatus fault = Fault(name, fail_writes_, "cannot be deleted");
  if (!fault.ok()) return fault;
  files_.erase(name);
  return target()->DeleteFile(name, options, debug);
}

void FaultFileSystem::FailWrites(absl::string_view name_ending) {
  MutexLock lock(&mutex_);
  fail_writes_ = std::string(name_ending);
}

void FaultFileSystem::FailSyncs(absl::string_view name_ending) {
  MutexLock lock(&mutex_);
  fail_syncs_ = std::string(name_ending);
}

void FaultFileSystem::CutPowerAfter(uint64_t operations) {
  MutexLock lock(&mutex_);
  left_ = operations;
}

bool FaultFileSystem::power_is_cut() const {
  MutexLock lock(&mutex_);
  return left_ == 0u;
}

uint64_t FaultFileSystem::syncs(absl::string_view name_ending) const {
  MutexLock lock(&mutex_);
  uint64_t sum = 0;
  for (const auto& [name, syncs] : syncs_) {
    if (absl::EndsWith(name, name_ending)) sum += syncs;
  }
  return sum;
}

uint64_t FaultFileSystem::operations() const {
  MutexLock lock(&mutex_);
  return operations_;
}

IOStatus FaultFileSystem::Fault(const std::string& name, const std::string& ending,
                                const char* what) {
  if (left_ == 0u) return IOStatus::IOError(name, "the power is cut");
  if (!ending.empty() && absl::EndsWith(name, ending)) return IOStatus::IOError(name, what);
  return IOStatus::OK();
}

IOStatus FaultFileSystem::BeginWrite(const std::string& name, size_t size, size_t* reaches) {
  MutexLock lock(&mutex_);
  *reaches = 0;
  IOStatus fault = Fault(name, fail_writes_, "cannot be written");
  if (!fault.ok()) return fault;
  ++operations_;
  if (left_.has_value() && --*left_ == 0) {
    *reaches = size / 2;
    return IOStatus::IOError(name, "the power is cut");
  }
  *reaches = size;
  return fault;
}

IOStatus FaultFileSystem::BeginSync(const std::string& name) {
  MutexLock lock(&mutex_);
  IOStatus fault = Fault(name, fail_writes_, "cannot be synced");
  if (fault.ok()) fault = Fault(name, fail_syncs_, "cannot be synced");
  if (!fault.ok()) return fault;
  ++operations_;
  if (left_.has_value() && --*left_ == 0) return IOStatus::IOError(name, "the power is cut");
  return fault;
}

void FaultFileSystem::Written(const std::string& name, size_t size) {
  MutexLock lock(&mutex_);
  files_[name].written += size;
}

void FaultFileSystem::Synced(const std::string& name) {
  MutexLock lock(&mutex_);
  files_[name].synced = files_[name].written;
  ++syncs_[name];
}

void FaultFileSystem::Truncated(const std::string& name, uint64_t size) {
  MutexLock lock(&mutex_);
  FileState& file = files_[name];
  file.written = std::min(file.written, size);
  file.synced = std::min(file.synced, size);
}

void FaultFileSystem::FolderSynced(const std::string& folder) {
  // RocksDB names the folder with and without a slash at its end.
  const fs::path within = (fs::path(folder) / "x").parent_path();
  MutexLock lock(&mutex_);
  for (auto& [name, file] : files_) {
    if (fs::path(name).parent_path() != within) continue;
    file.name_is_durable = true;
    file.replaced.reset();
  }
}

void FaultFileSystem::LoseUnsynced(uint64_t seed) {
  MutexLock lock(&mutex_);
  std::mt19937_64 random(seed);
  for (const auto& [name, file] : files_) {
    if (!fs::exists(name)) continue;
    if (!file.name_is_durable && random() % 2 == 0) {
      if (file.replaced.has_value()) {
        SetContent(name, *file.replaced);
      } else {
        fs::remove(name);
      }
      continue;
    }
    const uint64_t unsynced = file.written - file.synced;
    fs::resize_file(name, file.synced + (unsynced == 0 ? 0 : random() % (unsynced + 1)));
  }
  files_.clear();
}

FaultDisk::FaultDisk() : file_system_(std::make_shared<FaultFileSystem>()) {
  auto hooks = std::make_shared<OpenHooks>();
  hooks->file_system = file_system_;
  hooks_ = std::move(hooks);
}

FaultDisk::~FaultDisk() = default;

void FaultDisk::FailWrites(absl::string_view name_ending) { file_system_->FailWrites(name_ending); }
void FaultDisk::FailSyncs(absl::string_view name_ending) { file_system_->FailSyncs(name_ending); }
void FaultDisk::CutPowerAfter(uint64_t operations) { file_system_->CutPowerAfter(operations); }
bool FaultDisk::power_is_cut() const { return file_system_->power_is_cut(); }
void FaultDisk::LoseUnsynced(uint64_t seed) { file_system_->LoseUnsynced(seed); }
uint64_t FaultDisk::operations() const { return file_system_->operations(); }

uint64_t FaultDisk::syncs(absl::string_view name_ending) const {
  return file_system_->syncs(name_ending);
}

}  // namespace provost::store
