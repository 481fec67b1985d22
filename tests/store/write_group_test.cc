#include "store/write_group.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "tests/store/support.h"

namespace provost::store {
namespace {

using Words = std::vector<std::string>;

class WriteGroupTest : public ::testing::Test {
 protected:
  WriteGroupTest() : database_(OpenOrDie(folder_.path())), group_(database_.get()) {}

  TempFolder folder_;
  std::unique_ptr<Database> database_;
  WriteGroup group_;
};

TEST_F(WriteGroupTest, ShowsItsOwnRowsAndThoseBeneath) {
  ASSERT_THAT(PutAll(*database_, Table::kUsers, {{"a", "old"}, {"b", "old"}, {"c", "old"}}),
              IsOk());
  group_.Put(Table::kUsers, "a", "new");
  group_.Delete(Table::kUsers, "b");
  EXPECT_EQ(ValueOf(group_, Table::kUsers, "a"), "new");
  EXPECT_EQ(ValueOf(group_, Table::kUsers, "b"), "-");
  EXPECT_EQ(ValueOf(group_, Table::kUsers, "c"), "old");
  EXPECT_EQ(AllRows(group_, Table::kUsers), (Rows{{"a", "new"}, {"c", "old"}}));
  EXPECT_EQ(ValueOf(*database_, Table::kUsers, "a"), "old");
}

TEST_F(WriteGroupTest, CommitWritesAllTables) {
  ASSERT_THAT(PutAll(*database_, Table::kUsers, {{"gone", "x"}}), IsOk());
  group_.Put(Table::kUsers, "a", "user");
  group_.Put(Table::kIndexes, "a", "index");
  group_.Delete(Table::kUsers, "gone");
  group_.Delete(Table::kUsers, "never there");
  ASSERT_THAT(database_->Commit(group_), IsOk());
  EXPECT_EQ(AllRows(*database_, Table::kUsers), (Rows{{"a", "user"}}));
  EXPECT_EQ(AllRows(*database_, Table::kIndexes), (Rows{{"a", "index"}}));
}

TEST_F(WriteGroupTest, CountsRowsAndBytesOnceEach) {
  EXPECT_EQ(group_.count(), 0u);
  group_.Put(Table::kUsers, "key", "12345");
  EXPECT_EQ(group_.count(), 1u);
  EXPECT_EQ(group_.bytes(), 8u);
  group_.Put(Table::kUsers, "key", "1");
  EXPECT_EQ(group_.count(), 1u);
  EXPECT_EQ(group_.bytes(), 4u);
  group_.Delete(Table::kUsers, "key");
  EXPECT_EQ(group_.count(), 1u);
  EXPECT_EQ(group_.bytes(), 3u);
  group_.Put(Table::kGroups, "key", "");
  EXPECT_EQ(group_.count(), 2u);
  EXPECT_EQ(group_.bytes(), 6u);
  EXPECT_EQ(group_.edits(), 4u);
  group_.Clear();
  EXPECT_EQ(group_.count(), 0u);
  EXPECT_EQ(group_.bytes(), 0u);
  EXPECT_EQ(group_.edits(), 5u);
  EXPECT_EQ(AllRows(group_, Table::kUsers), Rows{});
}

TEST_F(WriteGroupTest, VisitsRowsByTableAndKey) {
  group_.Put(Table::kGroups, "b", "2");
  group_.Put(Table::kUsers, "z", "3");
  group_.Delete(Table::kGroups, "a");
  std::vector<std::string> seen;
  group_.ForEach(
      [&](Table table, absl::string_view key, const std::optional<absl::string_view>& value) {
        seen.push_back(std::string(TableName(table)) + "/" + std::string(key) + "=" +
                       std::string(value.value_or("-")));
      });
  EXPECT_EQ(seen, (Words{"users/z=3", "groups/a=-", "groups/b=2"}));
}

TEST_F(WriteGroupTest, AKeyThatNoRowCanHaveIsRefusedWithAllOfTheGroup) {
  for (const std::string& bad : {std::string(), std::string(kMaxKeyBytes + 1, 'x'),
                                 std::string(8, '\xff'), std::string(9, '\xff')}) {
    group_.Clear();
    group_.Put(Table::kUsers, "good", "x");
    EXPECT_THAT(group_.status(), IsOk());
    group_.Put(Table::kUsers, bad, "x");
    EXPECT_THAT(group_.status(),
                IsError(absl::StatusCode::kInternal, Words{"users[", "4096", "bytes"}));
    EXPECT_THAT(database_->Commit(group_),
                IsError(absl::StatusCode::kInternal, Words{"no row can have the key"}));
  }
  EXPECT_EQ(AllRows(*database_, Table::kUsers), Rows{});
  group_.Clear();
  group_.Put(Table::kUsers, std::string(kMaxKeyBytes, 'x'), "longest");
  group_.Put(Table::kUsers, KeyWriter(kTenantNumberLimit - 1).bytes(), "last tenant");
  EXPECT_THAT(database_->Commit(group_), IsOk());
  EXPECT_EQ(AllRows(*database_, Table::kUsers).size(), 2u);
}

TEST_F(WriteGroupTest, ACursorOverAChangedGroupSaysSo) {
  group_.Put(Table::kUsers, "a", "1");
  group_.Put(Table::kUsers, "b", "2");
  Cursor cursor = group_.Scan(Table::kUsers, KeyRange::All());
  ASSERT_TRUE(cursor.Next());
  group_.Delete(Table::kUsers, "b");
  EXPECT_FALSE(cursor.Next());
  EXPECT_THAT(cursor.status(), IsError(absl::StatusCode::kFailedPrecondition,
                                       Words{"changed while it was read", "users[a]"}));
}

TEST_F(WriteGroupTest, AGroupMayLieOverASnapshotOrAnotherGroup) {
  ASSERT_THAT(PutAll(*database_, Table::kUsers, {{"a", "1"}, {"b", "1"}}), IsOk());
  group_.Put(Table::kUsers, "b", "2");
  WriteGroup upper(&group_);
  upper.Put(Table::kUsers, "c", "3");
  upper.Delete(Table::kUsers, "a");
  EXPECT_EQ(AllRows(upper, Table::kUsers), (Rows{{"b", "2"}, {"c", "3"}}));
}

// The merge of a group over a database against a std::map that does the same.
TEST_F(WriteGroupTest, ReadsLikeAMapThatWasChanged) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  std::map<std::string, std::string> model;
  const auto key = [&] {
    std::string bytes;
    for (size_t size = 1 + random() % 3; size > 0; --size) bytes.push_back("abc"[random() % 3]);
    return bytes;
  };
  for (int round = 0; round < 300; ++round) {
    for (uint64_t changes = random() % 20; changes > 0; --changes) {
      const std::string changed = key();
      if (random() % 3 == 0) {
        group_.Delete(Table::kUsers, changed);
        model.erase(changed);
      } else {
        group_.Put(Table::kUsers, changed, std::to_string(round));
        model[changed] = std::to_string(round);
      }
    }
    for (int i = 0; i < 10; ++i) {
      const KeyRange range{key(), key()};
      ScanOptions options;
      options.reverse = random() % 2 == 0;
      options.limit = random() % 4 == 0 ? random() % 5 : ScanOptions::kNoLimit;
      Rows wanted;
      for (const auto& row : model) {
        if (range.begin <= row.first && row.first < range.end) wanted.push_back(row);
      }
      if (options.reverse) std::reverse(wanted.begin(), wanted.end());
      if (wanted.size() > options.limit) wanted.resize(options.limit);
      ASSERT_EQ(Collect(group_.Scan(Table::kUsers, range, options)), wanted);
      const std::string asked = key();
      const auto row = model.find(asked);
      ASSERT_EQ(ValueOf(group_, Table::kUsers, asked), row == model.end() ? "-" : row->second);
    }
    if (random() % 5 == 0) {
      ASSERT_THAT(database_->Commit(group_), IsOk());
      group_.Clear();
    }
  }
}

}  // namespace
}  // namespace provost::store
