#include "store/key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <tuple>

#include "store/record.h"
#include "store/table.h"
#include "tests/store/support.h"

namespace provost::store {
namespace {

using Words = std::vector<std::string>;

TEST(Table, NamesAreDistinctAndFoundAgain) {
  for (const Table table : AllTables()) {
    EXPECT_EQ(TableOfName(TableName(table)), table) << TableName(table);
  }
  EXPECT_EQ(AllTables().size(), kTableCount);
  EXPECT_EQ(TableOfName("default"), std::nullopt);
  EXPECT_EQ(TableOfName(""), std::nullopt);
}

TEST(Table, NamesOnDiskAreTheFormat) {
  Words names;
  for (const Table table : AllTables()) names.emplace_back(TableName(table));
  EXPECT_EQ(names, (Words{"meta",
                          "tenants",
                          "policies",
                          "users",
                          "groups",
                          "members",
                          "catalogs",
                          "courses",
                          "plans",
                          "sessions",
                          "assignments",
                          "overrides",
                          "indexes",
                          "changes",
                          "audit",
                          "requests",
                          "settings",
                          "content",
                          "content_versions",
                          "content_chunks",
                          "jobs",
                          "competencies",
                          "notifications",
                          "enrollments",
                          "training_assignments",
                          "statistics",
                          "outbox",
                          "training_records",
                          "timers",
                          "certificates",
                          "attempts",
                          "submissions",
                          "discussions",
                          "reports"}));
}

TEST(Key, BytesAreTheFormat) {
  EXPECT_EQ(KeyWriter(7).bytes(), std::string("\0\0\0\0\0\0\0\7", 8));
  EXPECT_EQ(KeyWriter().U8(0xfe).U32(0x01020304).bytes(), "\xfe\x01\x02\x03\x04");
  EXPECT_EQ(KeyWriter().I64(-1).bytes(), "\x7f\xff\xff\xff\xff\xff\xff\xff");
  EXPECT_EQ(KeyWriter().String(std::string("a\0b", 3)).bytes(), std::string("a\0\xff"
                                                                            "b\0\1",
                                                                            6));
  EXPECT_EQ(KeyWriter().StringPrefix("ab").bytes(), "ab");
  EXPECT_EQ(KeyWriter().Time(absl::FromUnixSeconds(1) + absl::Nanoseconds(2)).bytes(),
            std::string("\x80\0\0\0\0\0\0\1\0\0\0\2", 12));
}

// Values that lie close together and at the ends, where an order goes wrong if it does.
struct Tuple {
  uint64_t tenant;
  std::string name;
  int64_t number;
  absl::Time time;
  uint32_t small;

  auto Ordered() const { return std::tie(tenant, name, number, time, small); }
  std::string Key() const {
    return KeyWriter(tenant).String(name).I64(number).Time(time).U32(small).Take();
  }
};

class TupleSource {
 public:
  explicit TupleSource(uint64_t seed) : random_(seed) {}

  Tuple Next() {
    return {Pick<uint64_t>({0, 1, 255, 256, uint64_t{1} << 63, kTenantNumberLimit - 1}), Name(),
            Pick<int64_t>({std::numeric_limits<int64_t>::min(), -256, -1, 0, 1, 255, 256,
                           std::numeric_limits<int64_t>::max()}),
            Time(), Pick<uint32_t>({0, 1, 0xff, 0x100, 0xffffffff})};
  }

 private:
  template <typename T>
  T Pick(const std::vector<T>& values) {
    return values[random_() % values.size()];
  }

  std::string Name() {
    std::string name;
    for (size_t size = random_() % 4; size > 0; --size) {
      name.push_back(Pick<char>({'\0', '\1', 'a', 'b', '\xfe', '\xff'}));
    }
    return name;
  }

  absl::Time Time() {
    return Pick<absl::Time>({absl::InfinitePast(), absl::FromUnixSeconds(-62135596800),
                             absl::FromUnixNanos(-1), absl::UnixEpoch(), absl::FromUnixNanos(1),
                             absl::FromUnixSeconds(253402300799) + absl::Nanoseconds(999999999),
                             absl::InfiniteFuture()});
  }

  std::mt19937_64 random_;
};

TEST(Key, BytewiseOrderIsTheOrderOfTheValues) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  TupleSource source(seed);
  for (int i = 0; i < 200000; ++i) {
    const Tuple a = source.Next();
    const Tuple b = source.Next();
    ASSERT_EQ(a.Key() < b.Key(), a.Ordered() < b.Ordered());
    ASSERT_EQ(a.Key() == b.Key(), a.Ordered() == b.Ordered());
  }
}

TEST(Key, ReadsWhatWasWritten) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  TupleSource source(seed);
  for (int i = 0; i < 20000; ++i) {
    const Tuple wanted = source.Next();
    const std::string key = wanted.Key();
    KeyReader reader(Table::kUsers, key);
    Tuple read;
    read.tenant = reader.U64();
    read.name = reader.String();
    read.number = reader.I64();
    read.time = reader.Time();
    read.small = reader.U32();
    ASSERT_THAT(reader.Finish(), IsOk());
    ASSERT_TRUE(reader.AtEnd());
    ASSERT_TRUE(read.Ordered() == wanted.Ordered());
  }
}

// Every key cut short and every key with a byte more is refused, and no reading runs past the end.
TEST(Key, DamagedKeysAreRefused) {
  const std::string key = Tuple{7, std::string("a\0b", 3), -5, absl::UnixEpoch(), 9}.Key();
  const auto read = [](absl::string_view bytes) {
    KeyReader reader(Table::kUsers, bytes);
    reader.U64();
    reader.String();
    reader.I64();
    reader.Time();
    reader.U32();
    return reader.Finish();
  };
  EXPECT_THAT(read(key), IsOk());
  for (size_t size = 0; size < key.size(); ++size) {
    EXPECT_THAT(read(absl::string_view(key).substr(0, size)),
                IsError(absl::StatusCode::kDataLoss, Words{"damaged key", "users[", "byte"}))
        << size;
  }
  EXPECT_THAT(read(key + "x"),
              IsError(absl::StatusCode::kDataLoss, Words{"users[7/a", "1 bytes too many"}));
}

TEST(Key, AnEscapeThatMeansNothingIsRefused) {
  const std::string key = std::string("a\0\2", 3);
  KeyReader reader(Table::kMeta, key);
  EXPECT_EQ(reader.String(), "");
  EXPECT_THAT(reader.Finish(),
              IsError(absl::StatusCode::kDataLoss, Words{"meta[a", "no whole string at byte 0"}));
}

TEST(Key, TimesAreRoundedDownToTheNanosecond) {
  const std::string key =
      KeyWriter().Time(absl::FromUnixNanos(-1) - absl::Nanoseconds(1) / 4).Take();
  EXPECT_EQ(KeyReader(Table::kMeta, key).Time(), absl::FromUnixNanos(-2));
}

TEST(KeyRange, APrefixHoldsWhatBeginsWithItAndNothingElse) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  const auto word = [&](size_t least) {
    std::string bytes;
    for (size_t size = least + random() % 4; size > 0; --size) {
      bytes.push_back("\0\1a\xfe\xff"[random() % 5]);
    }
    return bytes;
  };
  for (int i = 0; i < 100000; ++i) {
    const std::string prefix = word(1);
    if (prefix.find_first_not_of('\xff') == std::string::npos) continue;
    const std::string key = word(0);
    const KeyRange range = KeyRange::Prefix(prefix);
    ASSERT_EQ(range.begin <= key && key < range.end, key.compare(0, prefix.size(), prefix) == 0);
  }
}

TEST(KeyRange, TenantsDoNotOverlapAndAllHoldsThem) {
  const uint64_t last = kTenantNumberLimit - 1;
  EXPECT_EQ(KeyRange::Tenant(7).end, KeyRange::Tenant(8).begin);
  EXPECT_LT(KeyWriter(last).String("\xff\xff\xff").bytes(), KeyRange::All().end);
  EXPECT_LE(KeyRange::Tenant(last).end, KeyRange::All().end);
  EXPECT_EQ(KeyRange::All().begin, "");
}

TEST(PrintableKey, ShowsTableTenantAndEscapedRest) {
  EXPECT_EQ(PrintableKey(Table::kUsers, KeyWriter(7).String("fire").bytes()),
            "users[7/fire\\000\\001]");
  EXPECT_EQ(PrintableKey(Table::kMeta, "format_version"), "meta[format_version]");
  EXPECT_EQ(PrintableKey(Table::kUsers, "abc"), "users[abc]");
  EXPECT_LT(PrintableKey(Table::kUsers, std::string(kMaxKeyBytes, 'x')).size(), 200u);
}

TEST(Record, HasOneFormatByteBeforeThePayload) {
  EXPECT_EQ(MakeRecord("payload"), "\1payload");
  const auto payload = RecordPayload(Table::kUsers, "key", "\1payload");
  ASSERT_THAT(payload, IsOk());
  EXPECT_EQ(*payload, "payload");
  EXPECT_EQ(*RecordPayload(Table::kUsers, "key", MakeRecord("")), "");
}

TEST(Record, AnUnknownFormatIsRefusedByTableAndKey) {
  const std::string key = KeyWriter(7).String("ann").Take();
  EXPECT_THAT(RecordPayload(Table::kUsers, key, "\2payload"),
              IsError(absl::StatusCode::kDataLoss, Words{"users[7/ann", "format byte 2", "1 was"}));
  EXPECT_THAT(RecordPayload(Table::kUsers, key, ""),
              IsError(absl::StatusCode::kDataLoss, Words{"users[7/ann", "empty"}));
}

}  // namespace
}  // namespace provost::store
