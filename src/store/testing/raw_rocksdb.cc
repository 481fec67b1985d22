#include "store/testing/raw_rocksdb.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "absl/memory/memory.h"
#include "store/rocks.h"

namespace provost::store {

absl::StatusOr<std::unique_ptr<RawRocksDb>> RawRocksDb::Open(const std::string& path) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kLZ4Compression;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, path, &db);
  if (!status.ok()) return ReadStatus(status, path);
  return absl::WrapUnique(new RawRocksDb(std::unique_ptr<rocksdb::DB>(db)));
}

RawRocksDb::RawRocksDb(std::unique_ptr<rocksdb::DB> db) : db_(std::move(db)) {}

RawRocksDb::~RawRocksDb() = default;

absl::Status RawRocksDb::Write(const std::vector<std::pair<std::string, std::string>>& rows) {
  rocksdb::WriteBatch batch;
  for (const auto& [key, value] : rows) batch.Put(key, value).PermitUncheckedError();
  rocksdb::WriteOptions options;
  options.sync = true;
  return ReadStatus(db_->Write(options, &batch), "writing");
}

absl::StatusOr<uint64_t> RawRocksDb::CountRows() const {
  uint64_t count = 0;
  const std::unique_ptr<rocksdb::Iterator> rows(db_->NewIterator(rocksdb::ReadOptions()));
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) ++count;
  if (!rows->status().ok()) return ReadStatus(rows->status(), "counting rows");
  return count;
}

}  // namespace provost::store
