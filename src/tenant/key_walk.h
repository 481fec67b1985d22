#ifndef PROVOST_TENANT_KEY_WALK_H_
#define PROVOST_TENANT_KEY_WALK_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/key.h"
#include "store/reader.h"
#include "store/table.h"

namespace provost {

/// Calls `visit` for each key in a range of one tenant's, in order, with a reader that stands after
/// the tenant's number; `visit` reads the rest. DATA_LOSS for a key that has something else.
absl::Status ForEachKey(const store::Reader& reader, store::Table table,
                        const store::KeyRange& range, const store::ScanOptions& options,
                        absl::FunctionRef<void(store::KeyReader&)> visit);

/// The same for all of a range of kIndexes; the reader stands after the part that says which index
/// it is (index_parts.h).
absl::Status ForEachIndex(const store::Reader& reader, const store::KeyRange& range,
                          absl::FunctionRef<void(store::KeyReader&)> visit);

/// The number that ends the last key of a range whose keys all end with one (KeyWriter::U64); 0
/// where there is no key. Reads one row.
absl::StatusOr<uint64_t> LastNumber(const store::Reader& reader, store::Table table,
                                    const store::KeyRange& range);

}  // namespace provost

#endif  // PROVOST_TENANT_KEY_WALK_H_
