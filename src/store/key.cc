#include "store/key.h"

#include <limits>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace provost::store {
namespace {

constexpr char kEscape = '\x00';
constexpr char kEscapedZero = '\xff';
constexpr char kTerminator = '\x01';
constexpr uint64_t kSignBit = uint64_t{1} << 63;
// Above any count of nanoseconds within a second, so that the infinite future comes last.
constexpr uint32_t kInfiniteNanoseconds = std::numeric_limits<uint32_t>::max();
constexpr size_t kLongestPrinted = 120;

void AppendBigEndian(uint64_t value, size_t size, std::string* out) {
  char bytes[8];
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(value >> (8 * (size - 1 - i)));
  out->append(bytes, size);
}

uint64_t FromBigEndian(absl::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

}  // namespace

KeyRange KeyRange::Prefix(absl::string_view prefix) {
  KeyRange range{std::string(prefix), std::string(prefix)};
  while (!range.end.empty() && range.end.back() == '\xff') range.end.pop_back();
  if (range.end.empty()) return KeyRange{std::string(prefix), All().end};
  ++range.end.back();
  return range;
}

KeyRange KeyRange::Tenant(uint64_t tenant) { return Prefix(KeyWriter(tenant).bytes()); }

KeyRange KeyRange::All() { return KeyRange{"", std::string(8, '\xff')}; }

KeyWriter& KeyWriter::U8(uint8_t value) {
  bytes_.push_back(static_cast<char>(value));
  return *this;
}

KeyWriter& KeyWriter::U32(uint32_t value) {
  AppendBigEndian(value, 4, &bytes_);
  return *this;
}

KeyWriter& KeyWriter::U64(uint64_t value) {
  AppendBigEndian(value, 8, &bytes_);
  return *this;
}

KeyWriter& KeyWriter::I64(int64_t value) { return U64(static_cast<uint64_t>(value) ^ kSignBit); }

KeyWriter& KeyWriter::StringPrefix(absl::string_view value) {
  size_t begin = 0;
  for (size_t zero = value.find(kEscape); zero != absl::string_view::npos;
       zero = value.find(kEscape, begin)) {
    bytes_.append(value.data() + begin, zero + 1 - begin);
    bytes_.push_back(kEscapedZero);
    begin = zero + 1;
  }
  bytes_.append(value.data() + begin, value.size() - begin);
  return *this;
}

KeyWriter& KeyWriter::String(absl::string_view value) {
  StringPrefix(value);
  bytes_.push_back(kEscape);
  bytes_.push_back(kTerminator);
  return *this;
}

KeyWriter& KeyWriter::Time(absl::Time value) {
  if (value == absl::InfiniteFuture()) {
    return I64(std::numeric_limits<int64_t>::max()).U32(kInfiniteNanoseconds);
  }
  if (value == absl::InfinitePast()) return I64(std::numeric_limits<int64_t>::min()).U32(0);
  const int64_t seconds = absl::ToUnixSeconds(value);
  const absl::Duration within = value - absl::FromUnixSeconds(seconds);
  return I64(seconds).U32(static_cast<uint32_t>(absl::ToInt64Nanoseconds(within)));
}

bool KeyReader::Take(size_t size, absl::string_view* bytes, absl::string_view what) {
  if (rest_.size() < size || !wrong_.empty()) {
    Fail(what);
    return false;
  }
  *bytes = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return true;
}

void KeyReader::Fail(absl::string_view what) {
  if (wrong_.empty()) {
    wrong_ = absl::StrCat("has no whole ", what, " at byte ", key_.size() - rest_.size());
  }
  rest_ = absl::string_view();
}

uint64_t KeyReader::BigEndian(size_t size, absl::string_view what) {
  absl::string_view bytes;
  return Take(size, &bytes, what) ? FromBigEndian(bytes) : 0;
}

uint8_t KeyReader::U8() { return static_cast<uint8_t>(BigEndian(1, "8-bit number")); }
uint32_t KeyReader::U32() { return static_cast<uint32_t>(BigEndian(4, "32-bit number")); }
uint64_t KeyReader::U64() { return BigEndian(8, "64-bit number"); }

int64_t KeyReader::I64() {
  absl::string_view bytes;
  if (!Take(8, &bytes, "signed 64-bit number")) return 0;
  return static_cast<int64_t>(FromBigEndian(bytes) ^ kSignBit);
}

std::string KeyReader::String() {
  std::string value;
  size_t begin = 0;
  while (wrong_.empty()) {
    const size_t zero = rest_.find(kEscape, begin);
    if (zero == absl::string_view::npos || zero + 1 >= rest_.size()) break;
    value.append(rest_.data() + begin, zero - begin);
    const char next = rest_[zero + 1];
    begin = zero + 2;
    if (next == kTerminator) {
      rest_.remove_prefix(begin);
      return value;
    }
    if (next != kEscapedZero) break;
    value.push_back(kEscape);
  }
  Fail("string");
  return std::string();
}

absl::Time KeyReader::Time() {
  absl::string_view bytes;
  if (!Take(12, &bytes, "time")) return absl::UnixEpoch();
  const int64_t seconds = static_cast<int64_t>(FromBigEndian(bytes.substr(0, 8)) ^ kSignBit);
  const uint32_t nanoseconds = static_cast<uint32_t>(FromBigEndian(bytes.substr(8)));
  if (nanoseconds == kInfiniteNanoseconds) return absl::InfiniteFuture();
  if (seconds == std::numeric_limits<int64_t>::min()) return absl::InfinitePast();
  return absl::FromUnixSeconds(seconds) + absl::Nanoseconds(nanoseconds);
}

absl::Status KeyReader::Finish() const {
  if (!wrong_.empty()) {
    return absl::DataLossError(
        absl::StrCat("damaged key `", PrintableKey(table_, key_), "`: it ", wrong_));
  }
  if (!rest_.empty()) {
    return absl::DataLossError(absl::StrCat("damaged key `", PrintableKey(table_, key_),
                                            "`: it has ", rest_.size(), " bytes too many"));
  }
  return absl::OkStatus();
}

std::string PrintableKey(Table table, absl::string_view key) {
  std::string printed = absl::StrCat(TableName(table), "[");
  if (table != Table::kMeta && key.size() >= 8) {
    absl::StrAppend(&printed, FromBigEndian(key.substr(0, 8)), "/");
    key.remove_prefix(8);
  }
  const bool cut = key.size() > kLongestPrinted;
  absl::StrAppend(&printed, absl::CEscape(key.substr(0, kLongestPrinted)), cut ? "...]" : "]");
  return printed;
}

}  // namespace provost::store
