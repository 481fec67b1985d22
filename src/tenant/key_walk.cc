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

}  // namespace provost
