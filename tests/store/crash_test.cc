// A machine that loses its power while it writes: whatever was acknowledged is there afterwards,
// and nothing is there in part.

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "store/testing/fault_disk.h"
#include "tests/store/support.h"

namespace provost::store {
namespace {

constexpr int kRowsEach = 3;
constexpr Table kTables[kRowsEach] = {Table::kUsers, Table::kIndexes, Table::kChanges};

// What the writer knows when the power goes.
struct Knowledge {
  uint64_t submitted = 0;
  std::set<uint64_t> acknowledged;
};

class CrashTest : public ::testing::Test {
 protected:
  DatabaseOptions Options() const {
    DatabaseOptions options = OptionsFor(folder_.path());
    options.write_buffer_bytes = write_buffer_bytes_;
    return options;
  }

  // Writes until the power goes: each mutation puts a row of the same number in each of the tables.
  void WriteUntilDark(uint64_t seed, Knowledge* known) {
    std::mt19937_64 random(seed);
    FaultDisk disk;
    DatabaseOptions options = Options();
    options.hooks = disk.hooks();
    disk.CutPowerAfter(1 + random() % 400);
    if (auto database = Database::Open(options); database.ok()) {
      Mutex mutex;
      LaneOptions lane_options;
      lane_options.max_waiting = 40;
      CommitLane lane(database->get(), lane_options, LaneHooks());
      while (lane.status().ok()) {
        for (uint64_t burst = 1 + random() % 20; burst > 0; --burst) {
          const uint64_t number = known->submitted++;
          const size_t size = random() % 2000;
          lane.Submit({[number, size](WriteGroup& group) {
                         for (const Table table : kTables) {
                           group.Put(table, KeyWriter(7).U64(number).bytes(),
                                     absl::StrCat(number, std::string(size, 'v')));
                         }
                         return absl::OkStatus();
                       },
                       [number, known, &mutex](const absl::Status& status) {
                         if (!status.ok()) return;
                         MutexLock lock(&mutex);
                         known->acknowledged.insert(number);
                       }});
        }
        // Now and then the queue runs dry, so that groups of all sizes are cut.
        if (random() % 4 == 0) {
          Make(lane, [](WriteGroup&) { return absl::OkStatus(); }).IgnoreError();
        }
      }
      lane.Stop();
    }
    EXPECT_TRUE(disk.power_is_cut());
    disk.LoseUnsynced(random());
  }

  void Check(const Knowledge& known) {
    auto database = OpenOrDie(Options());
    ASSERT_NE(database, nullptr);
    ASSERT_THAT(database->VerifyChecksums(), IsOk());
    const Rows rows = AllRows(*database, kTables[0]);
    for (const Table table : kTables) EXPECT_EQ(AllRows(*database, table), rows);
    std::set<uint64_t> found;
    for (const auto& [key, value] : rows) {
      KeyReader reader(kTables[0], key);
      reader.U64();
      const uint64_t number = reader.U64();
      found.insert(number);
      EXPECT_EQ(value.substr(0, absl::StrCat(number).size()), absl::StrCat(number));
      EXPECT_LT(number, known.submitted);
    }
    for (const uint64_t number : known.acknowledged) {
      ASSERT_EQ(found.count(number), 1u)
          << "mutation " << number << " was acknowledged and is lost";
    }
  }

  TempFolder folder_;
  size_t write_buffer_bytes_ = DatabaseOptions().write_buffer_bytes;
};

TEST_F(CrashTest, WhatWasAcknowledgedIsThereAndNothingIsHalfThere) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  Knowledge known;
  for (int round = 0; round < 24 && !HasFailure(); ++round) {
    // A small buffer makes the power go within flushes and compactions too. Fewer of these, because
    // RocksDB waits for a second when one fails.
    write_buffer_bytes_ = round % 4 == 0 ? 64 << 10 : DatabaseOptions().write_buffer_bytes;
    WriteUntilDark(random(), &known);
    Check(known);
  }
  EXPECT_GT(known.acknowledged.size(), 100u);
}

// The test above is worth something only if the disk loses what was not synced.
TEST_F(CrashTest, TheDiskOfTheTestLosesWhatWasNotSynced) {
  bool lost = false;
  for (uint64_t seed = 0; seed < 20 && !lost; ++seed) {
    TempFolder folder;
    FaultDisk disk;
    DatabaseOptions options = OptionsFor(folder.path());
    options.hooks = disk.hooks();
    options.sync = false;
    {
      auto database = OpenOrDie(options);
      for (int i = 0; i < 20; ++i) {
        ASSERT_THAT(PutAll(*database, Table::kUsers, {{absl::StrCat("key", 10 + i), "value"}}),
                    IsOk());
      }
      disk.CutPowerAfter(0);
    }
    disk.LoseUnsynced(seed);
    const Rows rows = AllRows(*OpenOrDie(folder.path()), Table::kUsers);
    // What is left is a beginning: groups are taken up in their order.
    for (size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i].first, absl::StrCat("key", 10 + i));
    lost = rows.size() < 20;
  }
  EXPECT_TRUE(lost);
}

}  // namespace
}  // namespace provost::store
