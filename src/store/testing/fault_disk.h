#ifndef PROVOST_STORE_TESTING_FAULT_DISK_H_
#define PROVOST_STORE_TESTING_FAULT_DISK_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "store/testing/open_hooks.h"

namespace provost::store {

class FaultFileSystem;

/// A disk that can fail, for tests: the real one, with faults between it and a database.
///
///     FaultDisk disk;
///     options.hooks = disk.hooks();
///
/// A power cut is `CutPowerAfter`, writing until `power_is_cut`, destroying the database and
/// `LoseUnsynced`; the folder is then what a machine would find that lost its power, and can be
/// opened without the hooks. Syncs are remembered and not passed on to the real disk. Thread-safe.
class FaultDisk {
 public:
  FaultDisk();
  ~FaultDisk();
  FaultDisk(const FaultDisk&) = delete;
  FaultDisk& operator=(const FaultDisk&) = delete;

  /// For `DatabaseOptions::hooks`; may be used for one database at a time.
  std::shared_ptr<const OpenHooks> hooks() const { return hooks_; }

  /// From now on, writing to and syncing a file whose name ends so is an I/O error. Empty: no file.
  void FailWrites(absl::string_view name_ending);

  /// From now on, syncing a file whose name ends so is an I/O error, and writing is not.
  void FailSyncs(absl::string_view name_ending);

  /// After so many writes and syncs from now, the power goes: the last write may reach the disk in
  /// part, and everything after it fails.
  void CutPowerAfter(uint64_t operations);
  bool power_is_cut() const;

  /// Takes from the files what the disk need not have kept: unsynced ends are cut at a place that
  /// `seed` chooses; files and new names whose folder was not synced may be gone. The database has
  /// been destroyed before.
  void LoseUnsynced(uint64_t seed);

  /// How many times a file whose name ends so has been synced.
  uint64_t syncs(absl::string_view name_ending) const;

  /// How many writes and syncs there have been.
  uint64_t operations() const;

 private:
  const std::shared_ptr<FaultFileSystem> file_system_;
  std::shared_ptr<const OpenHooks> hooks_;
};

}  // namespace provost::store

#endif  // PROVOST_STORE_TESTING_FAULT_DISK_H_
