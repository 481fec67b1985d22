#ifndef PROVOST_STORE_KEY_H_
#define PROVOST_STORE_KEY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "store/table.h"

namespace provost::store {

/// The longest key that a row may have, in bytes.
inline constexpr size_t kMaxKeyBytes = 4096;

/// The first tenant number that is not a tenant's: with it, every key sorts before eight bytes
/// 0xff, which is where a range over everything ends.
inline constexpr uint64_t kTenantNumberLimit = UINT64_MAX;

/// The keys from `begin` on that sort before `end`. A scan always has one, so that no read walks
/// into the rows of another tenant or through the tombstones behind the last row.
struct KeyRange {
  std::string begin;  ///< Included.
  std::string end;    ///< Not included.

  /// All keys that begin with `prefix`, which is not empty and not 0xff bytes alone.
  static KeyRange Prefix(absl::string_view prefix);
  /// All keys of one tenant.
  static KeyRange Tenant(uint64_t tenant);
  /// All keys of a table.
  static KeyRange All();
};

/// Writes keys whose bytewise order is the order of the values written, first one first.
///
///     std::string key = KeyWriter(tenant).String("acme").U64(7).Take();
///
/// | value       | bytes                                                                          |
/// | ----------- | ------------------------------------------------------------------------------ |
/// | U8, U32, U64| big-endian                                                                     |
/// | I64         | big-endian, with the sign bit turned over                                      |
/// | String      | the bytes, each 0x00 as 0x00 0xff, then 0x00 0x01; so "a" sorts before "a\0"   |
/// | Time        | I64 of the whole seconds since 1970, U32 of the nanoseconds within the second  |
///
/// The form is part of the format on disk. Not thread-safe; a writer is a value.
class KeyWriter {
 public:
  /// A key without a tenant: the rows of `Table::kMeta`, and parts of keys.
  KeyWriter() = default;
  /// A key of a tenant, whose number is below `kTenantNumberLimit`: the number, as U64.
  explicit KeyWriter(uint64_t tenant) { U64(tenant); }

  KeyWriter& U8(uint8_t value);
  KeyWriter& U32(uint32_t value);
  KeyWriter& U64(uint64_t value);
  KeyWriter& I64(int64_t value);
  /// Any bytes, of any length.
  KeyWriter& String(absl::string_view value);
  /// A string's beginning, without its end: for ranges over the strings that begin with `value`.
  /// Nothing can be written after it.
  KeyWriter& StringPrefix(absl::string_view value);
  /// To the nanosecond, rounded down; the infinite past and future sort where they belong.
  KeyWriter& Time(absl::Time value);

  const std::string& bytes() const { return bytes_; }
  /// The key; the writer is empty afterwards.
  std::string Take() { return std::exchange(bytes_, std::string()); }
  /// All keys that begin with what was written.
  KeyRange Range() const { return KeyRange::Prefix(bytes_); }

 private:
  std::string bytes_;
};

/// Reads what a `KeyWriter` wrote, in the same order:
///
///     KeyReader reader(Table::kUsers, key);
///     const uint64_t tenant = reader.U64();
///     const std::string id = reader.String();
///     if (absl::Status status = reader.Finish(); !status.ok()) return status;
///
/// A value that is not there reads as zero or empty, and so does all after it; `Finish` tells. The
/// reader keeps a view of `key`, which has to outlive it. Not thread-safe.
class KeyReader {
 public:
  KeyReader(Table table, absl::string_view key) : table_(table), key_(key), rest_(key) {}

  uint8_t U8();
  uint32_t U32();
  uint64_t U64();
  int64_t I64();
  std::string String();
  absl::Time Time();

  /// True when nothing is left to read, or when a value was missing.
  bool AtEnd() const { return rest_.empty(); }

  /// OK if every value was there and nothing is left over; otherwise DATA_LOSS with the table, the
  /// key and the byte where it went wrong.
  absl::Status Finish() const;

 private:
  bool Take(size_t size, absl::string_view* bytes, absl::string_view what);
  void Fail(absl::string_view what);
  uint64_t BigEndian(size_t size, absl::string_view what);

  const Table table_;
  const absl::string_view key_;
  absl::string_view rest_;
  std::string wrong_;
};

/// The key as people can read it: the table's name, the tenant's number, then the bytes that
/// follow, escaped where they do not print: `users[7/fire\000\001]`. Long keys are cut, and say so.
std::string PrintableKey(Table table, absl::string_view key);

}  // namespace provost::store

#endif  // PROVOST_STORE_KEY_H_
