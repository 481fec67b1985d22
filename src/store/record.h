#ifndef PROVOST_STORE_RECORD_H_
#define PROVOST_STORE_RECORD_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/table.h"

namespace provost::store {

/// The first byte of a value, which says what the rest is. There is one form so far: a serialised
/// protobuf message, whose type follows from the table and the key. A second form gets a second
/// number, and readers of both; a number is never given a new meaning.
enum class RecordFormat : uint8_t {
  kProto = 1,
};

/// A value for a row: the format byte, then the payload as it is. There is no checksum of its own:
/// RocksDB has one on each block and each record of the log.
std::string MakeRecord(absl::string_view payload);

/// The payload of a row's value, as a view of `value`. An empty value or an unknown format byte is
/// DATA_LOSS, naming table, key and byte. `table` and `key` serve the error alone.
absl::StatusOr<absl::string_view> RecordPayload(Table table, absl::string_view key,
                                                absl::string_view value);

}  // namespace provost::store

#endif  // PROVOST_STORE_RECORD_H_
