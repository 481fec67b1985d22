#include "tenant/key_walk.h"

namespace provost {

absl::Status ForEachKey(const store::Reader& reader, store::Table table,
                        const store::KeyRange& range, const store::ScanOptions& options,
                        absl::FunctionRef<void(store::KeyReader&)> visit) {
  store::Cursor cursor = reader.Scan(table, range, options);
  while (cursor.Next()) {
    store::KeyReader key(table, cursor.key());
    key.U64();
    visit(key);
    if (absl::Status status = key.Finish(); !status.ok()) return status;
  }
  return cursor.status();
}

absl::Status ForEachIndex(const store::Reader& reader, const store::KeyRange& range,
                          absl::FunctionRef<void(store::KeyReader&)> visit) {
  return ForEachKey(reader, store::Table::kIndexes, range, store::ScanOptions(),
                    [&](store::KeyReader& key) {
                      key.U8();
                      visit(key);
                    });
}

absl::StatusOr<uint64_t> LastNumber(const store::Reader& reader, store::Table table,
                                    const store::KeyRange& range) {
  store::ScanOptions options;
  options.limit = 1;
  options.reverse = true;
  store::Cursor cursor = reader.Scan(table, range, options);
  uint64_t number = 0;
  if (cursor.Next()) {
    const absl::string_view key = cursor.key();
    for (char c : key.substr(key.size() - sizeof(number))) {
      number = number << 8 | static_cast<unsigned char>(c);
    }
  }
  if (!cursor.status().ok()) return cursor.status();
  return number;
}

}  // namespace provost
