// What every reader promises (store/reader.h), asked of each kind of reader.

#include "store/reader.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "store/database.h"
#include "store/write_group.h"
#include "tests/store/support.h"

namespace provost::store {
namespace {

struct ReaderKind {
  const char* name;
  // A reader with `rows` in Table::kUsers, over a database that this may fill; none where it is the
  // database itself.
  std::function<std::unique_ptr<Reader>(Database&, const Rows& rows)> make;
};

std::unique_ptr<Reader> SnapshotOf(Database& database, const Rows& rows) {
  EXPECT_THAT(PutAll(database, Table::kUsers, rows), IsOk());
  std::unique_ptr<Snapshot> snapshot = database.NewSnapshot();
  // What comes later must not show.
  WriteGroup later(&database);
  for (const auto& [key, value] : rows) later.Delete(Table::kUsers, key);
  later.Put(Table::kUsers, "c+", "later");
  EXPECT_THAT(database.Commit(later), IsOk());
  return snapshot;
}

std::unique_ptr<Reader> GroupWithAllRows(Database& database, const Rows& rows) {
  auto group = std::make_unique<WriteGroup>(&database);
  for (const auto& [key, value] : rows) group->Put(Table::kUsers, key, value);
  return group;
}

// Every second row is in the database, the others in the group, which also takes rows away that the
// database has, and changes one.
std::unique_ptr<Reader> GroupOverRows(Database& database, const Rows& rows) {
  WriteGroup beneath(&database);
  auto group = std::make_unique<WriteGroup>(&database);
  for (size_t i = 0; i < rows.size(); ++i) {
    beneath.Put(Table::kUsers, rows[i].first + "+", "taken away");
    group->Delete(Table::kUsers, rows[i].first + "+");
    const bool in_group = i % 2 == 0;
    (in_group ? *group : beneath).Put(Table::kUsers, rows[i].first, rows[i].second);
    if (in_group) beneath.Put(Table::kUsers, rows[i].first, "replaced");
  }
  EXPECT_THAT(database.Commit(beneath), IsOk());
  return group;
}

class EveryReader : public ::testing::TestWithParam<ReaderKind> {
 protected:
  EveryReader() : database_(OpenOrDie(folder_.path())) {}

  const Reader* With(const Rows& rows) {
    reader_ = GetParam().make(*database_, rows);
    return reader_ == nullptr ? database_.get() : reader_.get();
  }

  TempFolder folder_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Reader> reader_;
};

const Rows kRows = {{"a", "1"}, {"b", "2"}, {"c", ""}, {"d", "4"}, {"e", std::string("\0x", 2)}};

INSTANTIATE_TEST_SUITE_P(
    Reader, EveryReader,
    ::testing::Values(
        ReaderKind{"Database",
                   [](Database& database, const Rows& rows) -> std::unique_ptr<Reader> {
                     EXPECT_THAT(PutAll(database, Table::kUsers, rows), IsOk());
                     return nullptr;
                   }},
        ReaderKind{"Snapshot", SnapshotOf}, ReaderKind{"GroupAlone", GroupWithAllRows},
        ReaderKind{"GroupOverDatabase", GroupOverRows}),
    [](const auto& kind) { return kind.param.name; });

TEST_P(EveryReader, GetAnswersTheValueOrNothing) {
  const Reader* reader = With(kRows);
  for (const auto& [key, value] : kRows) EXPECT_EQ(ValueOf(*reader, Table::kUsers, key), value);
  EXPECT_EQ(ValueOf(*reader, Table::kUsers, "a0"), "-");
  EXPECT_EQ(ValueOf(*reader, Table::kUsers, "c+"), "-");
  EXPECT_EQ(ValueOf(*reader, Table::kGroups, "a"), "-");
}

TEST_P(EveryReader, MultiGetAnswersInTheOrderOfTheKeys) {
  const Reader* reader = With(kRows);
  const std::vector<std::string> keys = {"e", "nobody", "a", "c", "a"};
  const auto values = reader->MultiGet(Table::kUsers, keys);
  ASSERT_THAT(values, IsOk());
  using Values = std::vector<std::optional<std::string>>;
  EXPECT_EQ(*values, (Values{std::string("\0x", 2), std::nullopt, "1", "", "1"}));
  EXPECT_EQ(*reader->MultiGet(Table::kUsers, {}), Values{});
}

TEST_P(EveryReader, ScanAnswersTheRangeInOrder) {
  const Reader* reader = With(kRows);
  EXPECT_EQ(AllRows(*reader, Table::kUsers), kRows);
  EXPECT_EQ(Collect(reader->Scan(Table::kUsers, {"b", "d"})), (Rows{{"b", "2"}, {"c", ""}}));
  EXPECT_EQ(Collect(reader->Scan(Table::kUsers, {"a0", "b0"})), (Rows{{"b", "2"}}));
  EXPECT_EQ(Collect(reader->Scan(Table::kUsers, {"f", "z"})), Rows{});
  EXPECT_EQ(Collect(reader->Scan(Table::kGroups, KeyRange::All())), Rows{});
}

TEST_P(EveryReader, ScanInReverseBeginsWithTheLastRow) {
  const Reader* reader = With(kRows);
  ScanOptions options;
  options.reverse = true;
  EXPECT_EQ(Collect(reader->Scan(Table::kUsers, KeyRange::All(), options)),
            Rows(kRows.rbegin(), kRows.rend()));
  options.limit = 1;
  EXPECT_EQ(Collect(reader->Scan(Table::kUsers, {"a", "d"}, options)), (Rows{{"c", ""}}));
}

TEST_P(EveryReader, ScanEndsAtItsLimit) {
  const Reader* reader = With(kRows);
  ScanOptions options;
  options.limit = 2;
  EXPECT_EQ(Collect(reader->Scan(Table::kUsers, KeyRange::All(), options)),
            (Rows{{"a", "1"}, {"b", "2"}}));
  options.limit = 0;
  EXPECT_EQ(Collect(reader->Scan(Table::kUsers, KeyRange::All(), options)), Rows{});
  options.limit = kRows.size() + 1;
  EXPECT_EQ(Collect(reader->Scan(Table::kUsers, KeyRange::All(), options)), kRows);
}

TEST_P(EveryReader, BulkChangesNoAnswer) {
  const Reader* reader = With(kRows);
  ScanOptions options;
  options.bulk = true;
  EXPECT_EQ(Collect(reader->Scan(Table::kUsers, KeyRange::All(), options)), kRows);
}

TEST_P(EveryReader, ARangeWithoutAnEndIsRefused) {
  const Reader* reader = With(kRows);
  Cursor cursor = reader->Scan(Table::kUsers, {"a", ""});
  EXPECT_FALSE(cursor.Next());
  EXPECT_THAT(cursor.status(), IsError(absl::StatusCode::kInvalidArgument,
                                       std::vector<std::string>{"`users`", "no end"}));
}

TEST_P(EveryReader, ARangeThatEndsBeforeItBeginsHasNoRows) {
  const Reader* reader = With(kRows);
  EXPECT_EQ(Collect(reader->Scan(Table::kUsers, {"d", "b"})), Rows{});
  EXPECT_EQ(Collect(reader->Scan(Table::kUsers, {"b", "b"})), Rows{});
}

TEST_P(EveryReader, ACursorThatHasEndedStaysAtTheEnd) {
  const Reader* reader = With(kRows);
  Cursor cursor = reader->Scan(Table::kUsers, {"e", "z"});
  EXPECT_TRUE(cursor.Next());
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(cursor.Next());
  EXPECT_THAT(cursor.status(), IsOk());
}

TEST_P(EveryReader, CountsTheRowsThatItRead) {
  const Reader* reader = With(kRows);
  const uint64_t before = reader->rows_read();
  ValueOf(*reader, Table::kUsers, "a");
  ValueOf(*reader, Table::kUsers, "nobody");
  EXPECT_EQ(reader->rows_read() - before, 2u);
  ASSERT_THAT(reader->MultiGet(Table::kUsers, {"a", "b", "c"}), IsOk());
  EXPECT_EQ(reader->rows_read() - before, 5u);
  Collect(reader->Scan(Table::kUsers, {"b", "e"}));
  EXPECT_EQ(reader->rows_read() - before, 8u);
  ScanOptions one;
  one.limit = 1;
  Collect(reader->Scan(Table::kUsers, KeyRange::All(), one));
  EXPECT_EQ(reader->rows_read() - before, 9u);
}

}  // namespace
}  // namespace provost::store
