#include "store/database.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "store/folder_lock.h"
#include "store/health.h"
#include "store/rocks.h"
#include "store/synced_sizes.h"
#include "store/write_group.h"

namespace provost::store {
namespace {

constexpr size_t kReadAheadBytes = size_t{2} << 20;

// A range of one table, over an iterator of RocksDB that is held to the range by its bounds.
class TableSource : public RowSource {
 public:
  TableSource(const std::string& folder, rocksdb::DB* db, rocksdb::ColumnFamilyHandle* handle,
              const rocksdb::Snapshot* snapshot, const KeyRange& range, const ScanOptions& options)
      : folder_(folder),
        range_(range),
        begin_(AsSlice(range_.begin)),
        end_(AsSlice(range_.end)),
        reverse_(options.reverse) {
    rocksdb::ReadOptions read;
    read.snapshot = snapshot;
    read.iterate_lower_bound = &begin_;
    read.iterate_upper_bound = &end_;
    if (options.bulk) {
      read.fill_cache = false;
      read.readahead_size = kReadAheadBytes;
    }
    rows_.reset(db->NewIterator(read, handle));
  }

  bool Next() override {
    if (!started_) {
      started_ = true;
      reverse_ ? rows_->SeekToLast() : rows_->SeekToFirst();
    } else {
      reverse_ ? rows_->Prev() : rows_->Next();
    }
    return rows_->Valid();
  }

  absl::string_view key() const override { return AsView(rows_->key()); }
  absl::string_view value() const override { return AsView(rows_->value()); }
  absl::Status status() const override {
    return WithoutFolder(ReadStatus(rows_->status(), ""), folder_);
  }

 private:
  const std::string& folder_;
  // The iterator points into all of these.
  const KeyRange range_;
  const rocksdb::Slice begin_;
  const rocksdb::Slice end_;
  const bool reverse_;
  bool started_ = false;
  std::unique_ptr<rocksdb::Iterator> rows_;
};

std::string ReadingRow(Table table, absl::string_view key) {
  return absl::StrCat("reading row `", PrintableKey(table, key), "`");
}

}  // namespace

Database::Database() = default;

Database::~Database() {
  if (db_ == nullptr) return;
  // So that what an orderly end leaves behind is noted in full (store/synced_sizes.h).
  if (!sync_ && healthy()) db_->SyncWAL().PermitUncheckedError();
  for (rocksdb::ColumnFamilyHandle* handle : handles_) {
    if (handle != nullptr) db_->DestroyColumnFamilyHandle(handle);
  }
  // Nothing is lost by a failure here: what was committed is in the log.
  db_->Close().PermitUncheckedError();
}

std::unique_ptr<Snapshot> Database::NewSnapshot() const {
  return absl::WrapUnique(new Snapshot(this));
}

absl::Status Database::Commit(const WriteGroup& group) {
  if (!group.status().ok()) return group.status();
  if (!healthy()) return health();
  if (group.count() == 0) return absl::OkStatus();

  constexpr size_t kBatchHeaderBytes = 12;
  constexpr size_t kRowHeaderBytes = 16;
  rocksdb::WriteBatch batch(kBatchHeaderBytes + group.bytes() + group.count() * kRowHeaderBytes);
  rocksdb::Status status;
  group.ForEach(
      [&](Table table, absl::string_view key, const std::optional<absl::string_view>& value) {
        if (!status.ok()) return;
        status = value.has_value() ? batch.Put(handle(table), AsSlice(key), AsSlice(*value))
                                   : batch.Delete(handle(table), AsSlice(key));
      });
  if (!status.ok()) {
    return absl::InternalError(absl::StrCat(
        "a group of ", group.count(), " rows could not be put together: ", status.ToString()));
  }

  rocksdb::WriteOptions write;
  write.sync = sync_;
  status = db_->Write(write, &batch);
  if (status.ok()) return absl::OkStatus();
  health_->Fail(
      WithoutFolder(absl::UnavailableError(absl::StrCat(
                        "the database can no longer be written to, until it is opened again: ",
                        status.ToString())),
                    path_));
  return health();
}

bool Database::healthy() const { return health_->ok(); }

absl::Status Database::health() const { return health_->status(); }

absl::Status Database::VerifyChecksums() const {
  return ReadStatus(db_->VerifyChecksum(rocksdb::ReadOptions()),
                    absl::StrCat("verifying the database in `", path_, "`"));
}

absl::Status Database::Checkpoint(const std::string& folder) const {
  rocksdb::Checkpoint* raw = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(db_.get(), &raw);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
  if (status.ok()) status = checkpoint->CreateCheckpoint(folder);
  return ReadStatus(status, absl::StrCat("making a checkpoint in `", folder, "`"));
}

absl::StatusOr<std::optional<std::string>> Database::ReadRow(Table table,
                                                             absl::string_view key) const {
  return ReadRowAt(nullptr, table, key);
}

absl::StatusOr<std::vector<std::optional<std::string>>> Database::ReadRows(
    Table table, absl::Span<const std::string> keys) const {
  return ReadRowsAt(nullptr, table, keys);
}

std::unique_ptr<RowSource> Database::ReadRange(Table table, const KeyRange& range,
                                               const ScanOptions& options) const {
  return ReadRangeAt(nullptr, table, range, options);
}

absl::StatusOr<std::optional<std::string>> Database::ReadRowAt(const rocksdb::Snapshot* snapshot,
                                                               Table table,
                                                               absl::string_view key) const {
  rocksdb::ReadOptions read;
  read.snapshot = snapshot;
  std::string value;
  const rocksdb::Status status = db_->Get(read, handle(table), AsSlice(key), &value);
  if (status.ok()) return value;
  if (status.IsNotFound()) return std::optional<std::string>();
  return WithoutFolder(ReadStatus(status, ReadingRow(table, key)), path_);
}

absl::StatusOr<std::vector<std::optional<std::string>>> Database::ReadRowsAt(
    const rocksdb::Snapshot* snapshot, Table table, absl::Span<const std::string> keys) const {
  rocksdb::ReadOptions read;
  read.snapshot = snapshot;
  std::vector<rocksdb::Slice> slices;
  slices.reserve(keys.size());
  for (const std::string& key : keys) slices.push_back(AsSlice(key));
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  db_->MultiGet(read, handle(table), keys.size(), slices.data(), values.data(), statuses.data());

  std::vector<std::optional<std::string>> rows(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].ok()) {
      rows[i] = values[i].ToString();
    } else if (!statuses[i].IsNotFound()) {
      return WithoutFolder(ReadStatus(statuses[i], ReadingRow(table, keys[i])), path_);
    }
  }
  return rows;
}

std::unique_ptr<RowSource> Database::ReadRangeAt(const rocksdb::Snapshot* snapshot, Table table,
                                                 const KeyRange& range,
                                                 const ScanOptions& options) const {
  return std::make_unique<TableSource>(path_, db_.get(), handle(table), snapshot, range, options);
}

Snapshot::Snapshot(const Database* database)
    : database_(database), snapshot_(database->db_->GetSnapshot()) {}

Snapshot::~Snapshot() { database_->db_->ReleaseSnapshot(snapshot_); }

absl::StatusOr<std::optional<std::string>> Snapshot::ReadRow(Table table,
                                                             absl::string_view key) const {
  return database_->ReadRowAt(snapshot_, table, key);
}

absl::StatusOr<std::vector<std::optional<std::string>>> Snapshot::ReadRows(
    Table table, absl::Span<const std::string> keys) const {
  return database_->ReadRowsAt(snapshot_, table, keys);
}

std::unique_ptr<RowSource> Snapshot::ReadRange(Table table, const KeyRange& range,
                                               const ScanOptions& options) const {
  return database_->ReadRangeAt(snapshot_, table, range, options);
}

}  // namespace provost::store
