#ifndef PROVOST_STORE_OPEN_H_
#define PROVOST_STORE_OPEN_H_

#include <rocksdb/env.h>
#include <rocksdb/options.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/database.h"
#include "store/migration.h"
#include "store/open_log.h"

namespace provost::store {

/// The steps of `Database::Open`, in their order: first everything that can refuse the folder, so
/// that a folder which is refused is left as it was.
class DatabaseOpener {
 public:
  explicit DatabaseOpener(const DatabaseOptions& options);

  absl::StatusOr<std::unique_ptr<Database>> Open();
  absl::StatusOr<std::unique_ptr<Database>> OpenReadOnly();

 private:
  absl::Status CheckOptions() const;
  // Takes the folder, looks what is in it and refuses what cannot be read.
  absl::Status Prepare();
  // Finds or makes the folder and takes its lock.
  absl::Status TakeFolder();
  // Whether a database is in the folder. Pieces of one without its CURRENT file are DATA_LOSS.
  absl::StatusOr<bool> FindDatabase() const;
  // Refuses what a newer version wrote, without writing anything.
  absl::Status CheckReadable();
  // Refuses a database of which some tables, or the rows about itself, are gone.
  absl::Status CheckWhole(bool has_version) const;
  absl::Status OpenTables();
  // Only those that are there, which have to be all of this version's format.
  absl::Status OpenTablesReadOnly();
  // Reads the format version, runs the migrations, writes the version.
  absl::Status BringUpToDate(bool is_new);
  absl::Status Migrate(uint32_t from);
  // Writes the version, and which tables there are.
  absl::Status WriteFormat(uint32_t version);
  absl::StatusOr<bool> HasRows() const;

  // The path of the MANIFEST in use, for errors.
  std::string ManifestPath() const;
  absl::Status NewerFormat(uint32_t version) const;
  // RocksDB's status, with the folder, and with the file where RocksDB leaves it out.
  absl::Status Refusal(const rocksdb::Status& status) const;

  const DatabaseOptions& options_;
  uint32_t format_version_;
  const std::vector<Migration>& migrations_;
  std::shared_ptr<OpenLog> log_;
  rocksdb::DBOptions db_options_;
  rocksdb::ColumnFamilyOptions table_options_;
  // Whether there is a database in the folder.
  bool is_found_ = false;
  // The format that the rows say they have; 0 where they do not say.
  uint32_t found_version_ = 0;
  // The names of the families on disk.
  std::vector<std::string> found_tables_;
  // The names of the tables that the database says it has; nothing where it does not say.
  std::vector<std::string> listed_tables_;
  std::unique_ptr<Database> database_;
};

}  // namespace provost::store

#endif  // PROVOST_STORE_OPEN_H_
