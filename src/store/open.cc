#include "store/open.h"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/file_system.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <system_error>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "store/folder_lock.h"
#include "store/health.h"
#include "store/read_only.h"
#include "store/record.h"
#include "store/rocks.h"
#include "store/synced_sizes.h"
#include "store/testing/open_hooks.h"
#include "store/write_group.h"

namespace provost::store {
namespace {

namespace fs = std::filesystem;

// RocksDB insists on this family; nothing is kept in it.
constexpr char kDefaultFamily[] = "default";

const std::string& FormatVersionKey() {
  static const std::string* const kKey = new std::string("format_version");
  return *kKey;
}

// Which tables there are, by name and with commas between: a table that is on the list and not on
// disk was lost, one that is not on it came with a later version.
const std::string& TablesKey() {
  static const std::string* const kKey = new std::string("tables");
  return *kKey;
}

std::string EncodeTables() {
  return MakeRecord(absl::StrJoin(AllTables(), ",", [](std::string* out, Table table) {
    const absl::string_view name = TableName(table);
    out->append(name.data(), name.size());
  }));
}

absl::StatusOr<std::vector<std::string>> DecodeTables(absl::string_view value) {
  absl::StatusOr<absl::string_view> payload = RecordPayload(Table::kMeta, TablesKey(), value);
  if (!payload.ok()) return payload.status();
  return std::vector<std::string>(absl::StrSplit(*payload, ',', absl::SkipEmpty()));
}

// Tells Health of what goes wrong where no caller sees it.
class BackgroundListener : public rocksdb::EventListener {
 public:
  BackgroundListener(std::string path, std::shared_ptr<Health> health)
      : path_(std::move(path)), health_(std::move(health)) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/,
                         rocksdb::Status* error) override {
    health_->Fail(
        WithoutFolder(absl::UnavailableError(absl::StrCat(
                          "the database can no longer be written to, until it is opened again: ",
                          error->ToString())),
                      path_));
  }

  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status /*error*/,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }

 private:
  const std::string path_;
  const std::shared_ptr<Health> health_;
};

std::string EncodeVersion(uint32_t version) { return MakeRecord(KeyWriter().U32(version).bytes()); }

absl::StatusOr<uint32_t> DecodeVersion(absl::string_view value) {
  absl::StatusOr<absl::string_view> payload =
      RecordPayload(Table::kMeta, FormatVersionKey(), value);
  if (!payload.ok()) return payload.status();
  KeyReader reader(Table::kMeta, *payload);
  const uint32_t version = reader.U32();
  if (!reader.Finish().ok() || version == 0) {
    return absl::DataLossError(absl::StrCat("damaged row `",
                                            PrintableKey(Table::kMeta, FormatVersionKey()),
                                            "`: a version was wanted"));
  }
  return version;
}

bool IsDatabaseFile(const std::string& name) {
  return absl::StartsWith(name, "MANIFEST-") || absl::EndsWith(name, ".sst") ||
         absl::EndsWith(name, ".log");
}

rocksdb::DBOptions MakeDbOptions(const DatabaseOptions& options) {
  rocksdb::DBOptions db;
  db.create_if_missing = true;
  db.max_background_jobs = options.background_jobs;
  db.db_write_buffer_size = options.write_buffer_bytes;
  db.max_total_wal_size = 4 * options.write_buffer_bytes;
  db.bytes_per_sync = 1 << 20;
  // The lane is the one writer, so concurrent insertion would only cost.
  db.allow_concurrent_memtable_write = false;
  db.enable_write_thread_adaptive_yield = false;
  // A torn record at the end of the log is a write that was never acknowledged. Anything else that
  // does not add up is damage, and the default would drop all that comes after it without a word.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  db.track_and_verify_wals_in_manifest = true;
  db.max_bgerror_resume_count = 0;
  return db;
}

rocksdb::ColumnFamilyOptions MakeTableOptions(const DatabaseOptions& options) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  rocksdb::ColumnFamilyOptions family;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.write_buffer_size = options.write_buffer_bytes;
  // Small, because many mostly idle tables share one budget.
  family.arena_block_size = 128 << 10;
  const std::vector<rocksdb::CompressionType> compressions = rocksdb::GetSupportedCompressions();
  const bool has_lz4 = std::find(compressions.begin(), compressions.end(),
                                 rocksdb::kLZ4Compression) != compressions.end();
  family.compression = has_lz4 ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
  return family;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const DatabaseOptions& options) {
  return DatabaseOpener(options).Open();
}

absl::StatusOr<std::unique_ptr<Database>> OpenReadOnly(const DatabaseOptions& options) {
  DatabaseOptions existing = options;
  existing.create_if_missing = false;
  existing.sync = true;  // There is nothing to be synced at its end.
  return DatabaseOpener(existing).OpenReadOnly();
}

DatabaseOpener::DatabaseOpener(const DatabaseOptions& options)
    : options_(options),
      format_version_(options.hooks == nullptr ? kFormatVersion : options.hooks->format_version),
      migrations_(options.hooks == nullptr ? Migrations() : options.hooks->migrations),
      database_(absl::WrapUnique(new Database())) {}

absl::StatusOr<std::unique_ptr<Database>> DatabaseOpener::Open() {
  if (absl::Status status = Prepare(); !status.ok()) return status;
  if (absl::Status status = database_->sizes_->BeginWriting(); !status.ok()) return status;
  if (absl::Status status = OpenTables(); !status.ok()) return status;
  if (absl::Status status = BringUpToDate(!is_found_); !status.ok()) return status;
  return std::move(database_);
}

absl::StatusOr<std::unique_ptr<Database>> DatabaseOpener::OpenReadOnly() {
  if (absl::Status status = Prepare(); !status.ok()) return status;
  if (absl::Status status = OpenTablesReadOnly(); !status.ok()) return status;
  return std::move(database_);
}

absl::Status DatabaseOpener::Prepare() {
  if (absl::Status status = CheckOptions(); !status.ok()) return status;
  if (absl::Status status = TakeFolder(); !status.ok()) return status;
  absl::StatusOr<std::unique_ptr<SyncedSizes>> sizes = SyncedSizes::Read(options_.path);
  if (!sizes.ok()) return sizes.status();
  database_->sizes_ = *std::move(sizes);
  const absl::StatusOr<bool> found = FindDatabase();
  if (!found.ok()) return found.status();
  is_found_ = *found;
  if (!is_found_ && !options_.create_if_missing) {
    return absl::NotFoundError(absl::StrCat("there is no database in `", options_.path, "`"));
  }

  database_->path_ = options_.path;
  database_->sync_ = options_.sync;
  database_->health_ = std::make_shared<Health>(options_.on_unhealthy);
  db_options_ = MakeDbOptions(options_);
  table_options_ = MakeTableOptions(options_);
  const bool has_hook = options_.hooks != nullptr && options_.hooks->file_system != nullptr;
  database_->env_ = rocksdb::NewCompositeEnv(
      NotingFileSystem(has_hook ? options_.hooks->file_system : rocksdb::FileSystem::Default(),
                       database_->sizes_.get()));
  db_options_.env = database_->env_.get();
  if (database_->sizes_->LogsAreWhole()) {
    db_options_.wal_recovery_mode = rocksdb::WALRecoveryMode::kAbsoluteConsistency;
  }
  db_options_.listeners.push_back(
      std::make_shared<BackgroundListener>(options_.path, database_->health_));
  log_ = std::make_shared<OpenLog>(options_.path);
  db_options_.info_log = log_;

  return is_found_ ? CheckReadable() : absl::OkStatus();
}

absl::Status DatabaseOpener::CheckOptions() const {
  if (options_.path.empty()) {
    return absl::InvalidArgumentError("a database needs the path of its folder");
  }
  if (options_.background_jobs < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("`background_jobs` is ", options_.background_jobs, "; 1 or more were wanted"));
  }
  constexpr size_t kSmallestBuffer = 64 << 10;
  if (options_.write_buffer_bytes < kSmallestBuffer) {
    return absl::InvalidArgumentError(absl::StrCat("`write_buffer_bytes` is ",
                                                   options_.write_buffer_bytes, "; ",
                                                   kSmallestBuffer, " or more were wanted"));
  }
  return absl::OkStatus();
}

absl::Status DatabaseOpener::TakeFolder() {
  std::error_code error;
  const fs::file_status found = fs::status(options_.path, error);
  if (fs::exists(found) && !fs::is_directory(found)) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", options_.path, "` is a file; a folder was wanted"));
  }
  if (!fs::exists(found)) {
    if (!options_.create_if_missing) {
      return absl::NotFoundError(absl::StrCat("there is no folder `", options_.path, "`"));
    }
    fs::create_directories(options_.path, error);
    if (error) {
      return absl::UnavailableError(
          absl::StrCat("the folder `", options_.path, "` cannot be made: ", error.message()));
    }
  }
  absl::StatusOr<std::unique_ptr<FolderLock>> lock = FolderLock::Take(options_.path);
  if (!lock.ok()) return lock.status();
  database_->lock_ = *std::move(lock);
  return absl::OkStatus();
}

absl::StatusOr<bool> DatabaseOpener::FindDatabase() const {
  std::error_code error;
  bool has_current = false;
  std::string piece;
  for (fs::directory_iterator entry(options_.path, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name == "CURRENT") has_current = true;
    if (piece.empty() && IsDatabaseFile(name)) piece = name;
  }
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("the folder `", options_.path, "` cannot be read: ", error.message()));
  }
  if (piece.empty() && !database_->sizes_->empty()) piece = "synced-sizes";
  if (!has_current && !piece.empty()) {
    return absl::DataLossError(absl::StrCat("the database in `", options_.path, "` has `", piece,
                                            "` but no file `CURRENT`, which says where to begin"));
  }
  return has_current;
}

absl::Status DatabaseOpener::CheckReadable() {
  if (absl::Status status = database_->sizes_->Check(); !status.ok()) return status;
  std::vector<std::string> names;
  rocksdb::Status status = rocksdb::DB::ListColumnFamilies(db_options_, options_.path, &names);
  if (!status.ok()) return Refusal(status);

  found_tables_ = names;
  bool has_version = false;
  const std::string meta(TableName(Table::kMeta));
  if (std::find(names.begin(), names.end(), meta) != names.end()) {
    const std::vector<rocksdb::ColumnFamilyDescriptor> families = {{kDefaultFamily, table_options_},
                                                                   {meta, table_options_}};
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* raw = nullptr;
    status = rocksdb::DB::OpenForReadOnly(db_options_, options_.path, families, &handles, &raw);
    if (!status.ok()) return Refusal(status);
    const std::unique_ptr<rocksdb::DB> db(raw);
    std::string value;
    std::string tables;
    const rocksdb::Status listed =
        db->Get(rocksdb::ReadOptions(), handles[1], TablesKey(), &tables);
    status = db->Get(rocksdb::ReadOptions(), handles[1], FormatVersionKey(), &value);
    for (rocksdb::ColumnFamilyHandle* handle : handles) db->DestroyColumnFamilyHandle(handle);
    if (status.ok()) {
      const absl::StatusOr<uint32_t> version = DecodeVersion(value);
      if (!version.ok()) return version.status();
      if (*version > format_version_) return NewerFormat(*version);
      has_version = true;
      found_version_ = *version;
    } else if (!status.IsNotFound()) {
      return Refusal(status);
    }
    if (listed.ok()) {
      absl::StatusOr<std::vector<std::string>> decoded = DecodeTables(tables);
      if (!decoded.ok()) return decoded.status();
      listed_tables_ = *std::move(decoded);
    } else if (!listed.IsNotFound()) {
      return Refusal(listed);
    }
  }

  for (const std::string& name : names) {
    if (name == kDefaultFamily || TableOfName(name).has_value()) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("the database in `", options_.path, "` has a table `", name,
                     "` that this version does not know; it was written by a newer version"));
  }
  return CheckWhole(has_version);
}

absl::Status DatabaseOpener::CheckWhole(bool has_version) const {
  for (const std::string& name : listed_tables_) {
    if (std::find(found_tables_.begin(), found_tables_.end(), name) != found_tables_.end()) {
      continue;
    }
    return absl::DataLossError(absl::StrCat("the database in `", options_.path,
                                            "` is damaged: its table `", name, "` is not in `",
                                            ManifestPath(), "`, which says what there is"));
  }
  if (has_version) return absl::OkStatus();
  bool has_rows = database_->sizes_->has_log();
  std::error_code error;
  for (fs::directory_iterator entry(options_.path, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".sst") has_rows = true;
  }
  // The process may have ended while it made the database; but then there are no rows yet.
  if (!has_rows) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("the database in `", options_.path, "` is damaged: it has rows, but no row `",
                   PrintableKey(Table::kMeta, FormatVersionKey()), "` according to `",
                   ManifestPath(), "`, which says what there is"));
}

std::string DatabaseOpener::ManifestPath() const {
  std::ifstream current(absl::StrCat(options_.path, "/CURRENT"));
  std::string name;
  std::getline(current, name);
  return absl::StrCat(options_.path, "/", name);
}

absl::Status DatabaseOpener::OpenTables() {
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.emplace_back(kDefaultFamily, table_options_);
  std::vector<Table> found;
  // All in one go, for each creation on its own writes a file with the options of all of them.
  std::vector<rocksdb::ColumnFamilyDescriptor> missing_families;
  std::vector<Table> missing;
  for (const Table table : AllTables()) {
    const std::string name(TableName(table));
    const bool is_found =
        std::find(found_tables_.begin(), found_tables_.end(), name) != found_tables_.end();
    (is_found ? found : missing).push_back(table);
    (is_found ? families : missing_families).emplace_back(name, table_options_);
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(db_options_, options_.path, families, &handles, &raw);
  if (!status.ok()) return Refusal(status);
  database_->db_.reset(raw);
  raw->DestroyColumnFamilyHandle(handles.front());
  handles.erase(handles.begin());
  const auto keep = [&](const std::vector<Table>& tables) {
    for (size_t i = 0; i < handles.size(); ++i) {
      database_->handles_[static_cast<size_t>(tables[i])] = handles[i];
    }
  };
  keep(found);
  handles.clear();
  if (!missing.empty()) status = raw->CreateColumnFamilies(missing_families, &handles);
  keep(missing);
  return status.ok() ? absl::OkStatus() : Refusal(status);
}

absl::Status DatabaseOpener::OpenTablesReadOnly() {
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const Table table : AllTables()) {
    const std::string name(TableName(table));
    if (found_version_ != format_version_ ||
        std::find(found_tables_.begin(), found_tables_.end(), name) == found_tables_.end()) {
      return absl::FailedPreconditionError(
          absl::StrCat("the database in `", options_.path,
                       "` was written by an older version; start provostd on it once, and end it"));
    }
    families.emplace_back(name, table_options_);
  }
  families.emplace_back(kDefaultFamily, table_options_);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::OpenForReadOnly(db_options_, options_.path, families, &handles, &raw);
  if (!status.ok()) return Refusal(status);
  database_->db_.reset(raw);
  raw->DestroyColumnFamilyHandle(handles.back());
  for (size_t i = 0; i < kTableCount; ++i) {
    database_->handles_[static_cast<size_t>(AllTables()[i])] = handles[i];
  }
  return absl::OkStatus();
}

absl::Status DatabaseOpener::BringUpToDate(bool is_new) {
  if (is_new) return WriteFormat(format_version_);
  const auto value = database_->Get(Table::kMeta, FormatVersionKey());
  if (!value.ok()) return value.status();
  if (!value->has_value()) {
    // The process may have ended while it made the database; but then there are no rows yet.
    const absl::StatusOr<bool> has_rows = HasRows();
    if (!has_rows.ok()) return has_rows.status();
    if (!*has_rows) return WriteFormat(format_version_);
    return absl::DataLossError(absl::StrCat("the database in `", options_.path,
                                            "` has rows, but no row `",
                                            PrintableKey(Table::kMeta, FormatVersionKey()), "`"));
  }
  const absl::StatusOr<uint32_t> version = DecodeVersion(**value);
  if (!version.ok()) return version.status();
  if (*version > format_version_) return NewerFormat(*version);
  if (*version < format_version_) return Migrate(*version);
  const bool is_listed = listed_tables_.size() == kTableCount;
  return is_listed ? absl::OkStatus() : WriteFormat(*version);
}

absl::Status DatabaseOpener::Migrate(uint32_t from) {
  std::map<uint32_t, const Migration*> steps;
  for (const Migration& migration : migrations_) steps[migration.from] = &migration;
  for (uint32_t version = from; version < format_version_; ++version) {
    if (steps.count(version) == 0) {
      return absl::FailedPreconditionError(
          absl::StrCat("the database in `", options_.path, "` has format ", from,
                       ", and this version cannot bring format ", version, " to ", version + 1,
                       "; open it with an older version first"));
    }
  }
  // One that is there already is whole, and comes from a migration that was cut off.
  const std::string checkpoint = absl::StrCat(options_.path, "/before-format-", format_version_);
  std::error_code error;
  if (!fs::exists(checkpoint, error)) {
    if (absl::Status status = database_->Checkpoint(checkpoint); !status.ok()) return status;
  }
  for (uint32_t version = from; version < format_version_; ++version) {
    const Migration& step = *steps[version];
    absl::Status status = step.run(*database_);
    if (status.ok()) status = WriteFormat(version + 1);
    if (!status.ok()) {
      return absl::Status(
          status.code(),
          absl::StrCat("the database in `", options_.path, "` could not be brought from format ",
                       version, " to ", version + 1, " (", step.what,
                       "; as it was before, it is in `", checkpoint, "`): ", status.message()));
    }
  }
  return absl::OkStatus();
}

absl::Status DatabaseOpener::WriteFormat(uint32_t version) {
  WriteGroup group(database_.get());
  group.Put(Table::kMeta, FormatVersionKey(), EncodeVersion(version));
  group.Put(Table::kMeta, TablesKey(), EncodeTables());
  return database_->Commit(group);
}

absl::StatusOr<bool> DatabaseOpener::HasRows() const {
  for (const Table table : AllTables()) {
    ScanOptions one;
    one.limit = 1;
    Cursor rows = database_->Scan(table, KeyRange::All(), one);
    if (rows.Next()) return true;
    if (!rows.status().ok()) return rows.status();
  }
  return false;
}

absl::Status DatabaseOpener::NewerFormat(uint32_t version) const {
  return absl::FailedPreconditionError(
      absl::StrCat("the database in `", options_.path, "` has format ", version,
                   "; this version reads up to format ", format_version_));
}

absl::Status DatabaseOpener::Refusal(const rocksdb::Status& status) const {
  const std::string damage = log_->damage();
  if (status.IsCorruption() && !damage.empty() && !absl::StrContains(status.ToString(), "/")) {
    return absl::DataLossError(
        absl::StrCat("the database in `", options_.path, "` is damaged: ", damage));
  }
  // Ours is held, so this is a tool of RocksDB's own.
  if (status.IsIOError() && absl::StrContains(status.ToString(), "/LOCK")) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the folder `", options_.path, "` is in use by another program: ", status.ToString()));
  }
  return ReadStatus(status, absl::StrCat("opening the database in `", options_.path, "`"));
}

}  // namespace provost::store
