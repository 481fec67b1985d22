#include "store/lane.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "store/testing/fault_disk.h"
#include "tests/store/support.h"

namespace provost::store {
namespace {

using Words = std::vector<std::string>;

// What happened on the lane, in order. Written by the lane's thread, and read after Stop.
using Events = std::vector<std::string>;

class LaneTest : public ::testing::Test {
 protected:
  void Start(LaneOptions options = LaneOptions()) {
    DatabaseOptions database_options = OptionsFor(folder_.path());
    database_options.hooks = disk_.hooks();
    database_options.on_unhealthy = [this](const absl::Status& status) {
      unhealthy_ = status;
      ++unhealthy_calls_;
      became_unhealthy_.Notify();
    };
    database_ = OpenOrDie(database_options);
    LaneHooks hooks;
    hooks.before_write = [this](WriteGroup& group) {
      events_.push_back(absl::StrCat("before_write ", group.count()));
      return before_write_ ? before_write_(group) : absl::OkStatus();
    };
    hooks.publish = [this] { events_.push_back("publish"); };
    hooks.drop = [this] { events_.push_back("drop"); };
    lane_ = std::make_unique<CommitLane>(database_.get(), options, std::move(hooks));
  }

  void SubmitNamed(const std::string& name, absl::AnyInvocable<absl::Status(WriteGroup&)> prepare,
                   absl::Time deadline = absl::InfiniteFuture()) {
    lane_->Submit({[this, name, prepare = std::move(prepare)](WriteGroup& group) mutable {
                     events_.push_back("prepare " + name);
                     return prepare(group);
                   },
                   [this, name](const absl::Status& status) {
                     events_.push_back(
                         absl::StrCat(name, " ", absl::StatusCodeToString(status.code())));
                   },
                   deadline});
  }

  static absl::AnyInvocable<absl::Status(WriteGroup&)> Putting(const std::string& key) {
    return [key](WriteGroup& group) {
      group.Put(Table::kUsers, key, "x");
      return absl::OkStatus();
    };
  }

  // Holds the lane up, so that what is submitted meanwhile makes up one group.
  class Gate {
   public:
    explicit Gate(CommitLane& lane) {
      lane.Submit({[](WriteGroup&) { return absl::OkStatus(); },
                   [this](const absl::Status&) {
                     reached_.Notify();
                     open_.Wait();
                   }});
      reached_.Wait();
    }
    void Open() { open_.Notify(); }

   private:
    Signal reached_;
    Signal open_;
  };

  TempFolder folder_;
  FaultDisk disk_;
  absl::Status unhealthy_;
  std::atomic<int> unhealthy_calls_{0};
  Signal became_unhealthy_;
  std::unique_ptr<Database> database_;
  Events events_;
  std::function<absl::Status(WriteGroup&)> before_write_;
  std::unique_ptr<CommitLane> lane_;
};

TEST_F(LaneTest, CommitsWhatIsSubmitted) {
  Start();
  EXPECT_THAT(Make(*lane_, Putting("a")), IsOk());
  EXPECT_EQ(AllRows(*database_, Table::kUsers), (Rows{{"a", "x"}}));
  EXPECT_THAT(lane_->status(), IsOk());
}

TEST_F(LaneTest, AGroupIsPreparedWrittenPublishedAndTold) {
  Start();
  Gate gate(*lane_);
  events_.clear();
  SubmitNamed("one", Putting("1"));
  SubmitNamed("two", Putting("2"));
  SubmitNamed("three", Putting("3"));
  const uint64_t syncs = disk_.syncs(".log");
  gate.Open();
  lane_->Stop();
  EXPECT_EQ(events_, (Events{"prepare one", "prepare two", "prepare three", "before_write 3",
                             "publish", "one OK", "two OK", "three OK"}));
  EXPECT_EQ(disk_.syncs(".log"), syncs + 1) << "one sync for the group";
  const LaneStats stats = lane_->stats();
  EXPECT_EQ(stats.groups, 2u);
  EXPECT_EQ(stats.mutations, 4u);
  EXPECT_EQ(stats.rows, 3u);
  EXPECT_EQ(stats.waiting, 0u);
}

TEST_F(LaneTest, APrepareSeesThoseBeforeItInTheGroup) {
  Start();
  Gate gate(*lane_);
  SubmitNamed("one", Putting("a"));
  std::string seen;
  SubmitNamed("two", [&](WriteGroup& group) {
    seen = ValueOf(group, Table::kUsers, "a");
    return absl::OkStatus();
  });
  gate.Open();
  lane_->Stop();
  EXPECT_EQ(seen, "x");
}

TEST_F(LaneTest, TheWriteIsDoneWhenItIsPublished) {
  Start();
  std::string at_publication = "?";
  LaneHooks hooks;
  hooks.publish = [&] { at_publication = ValueOf(*database_, Table::kUsers, "a"); };
  lane_ = nullptr;
  lane_ = std::make_unique<CommitLane>(database_.get(), LaneOptions(), std::move(hooks));
  ASSERT_THAT(Make(*lane_, Putting("a")), IsOk());
  EXPECT_EQ(at_publication, "x");
}

TEST_F(LaneTest, HooksMayBeLeftOut) {
  Start();
  lane_ = nullptr;
  lane_ = std::make_unique<CommitLane>(database_.get(), LaneOptions(), LaneHooks());
  EXPECT_THAT(Make(*lane_, Putting("a")), IsOk());
  EXPECT_THAT(Make(*lane_, [](WriteGroup&) { return absl::NotFoundError("no"); }),
              IsError(absl::StatusCode::kNotFound, Words{"no"}));
}

TEST_F(LaneTest, BeforeWriteAddsRows) {
  Start();
  before_write_ = [](WriteGroup& group) {
    group.Put(Table::kTenants, "revision", std::to_string(group.count()));
    return absl::OkStatus();
  };
  ASSERT_THAT(Make(*lane_, Putting("a")), IsOk());
  EXPECT_EQ(AllRows(*database_, Table::kTenants), (Rows{{"revision", "1"}}));
}

TEST_F(LaneTest, BeforeWriteMayRefuseTheGroup) {
  Start();
  before_write_ = [](WriteGroup& group) {
    group.Put(Table::kTenants, "revision", "1");
    return absl::DataLossError("a damaged index");
  };
  EXPECT_THAT(Make(*lane_, Putting("a")),
              IsError(absl::StatusCode::kDataLoss, Words{"a damaged index"}));
  before_write_ = nullptr;
  EXPECT_THAT(Make(*lane_, Putting("b")), IsOk());
  EXPECT_EQ(AllRows(*database_, Table::kUsers), (Rows{{"b", "x"}}));
  EXPECT_EQ(AllRows(*database_, Table::kTenants), Rows{});
  lane_->Stop();
  EXPECT_EQ(events_, (Events{"before_write 1", "drop", "before_write 1", "publish"}));
}

TEST_F(LaneTest, APrepareThatFailsConcernsNobodyElse) {
  Start();
  Gate gate(*lane_);
  events_.clear();
  SubmitNamed("one", Putting("1"));
  SubmitNamed("two", [](WriteGroup&) { return absl::AlreadyExistsError("there"); });
  SubmitNamed("three", Putting("3"));
  gate.Open();
  lane_->Stop();
  // Its answer as well comes after the publication, and in its turn.
  EXPECT_EQ(events_, (Events{"prepare one", "prepare two", "prepare three", "before_write 2",
                             "publish", "one OK", "two ALREADY_EXISTS", "three OK"}));
  EXPECT_EQ(AllRows(*database_, Table::kUsers), (Rows{{"1", "x"}, {"3", "x"}}));
}

TEST_F(LaneTest, AGroupInWhichAllFailIsNotWritten) {
  Start();
  const uint64_t syncs = disk_.syncs(".log");
  EXPECT_THAT(Make(*lane_, [](WriteGroup&) { return absl::NotFoundError("no"); }),
              IsError(absl::StatusCode::kNotFound, Words{"no"}));
  lane_->Stop();
  EXPECT_EQ(events_, (Events{"drop"}));
  EXPECT_EQ(disk_.syncs(".log"), syncs);
}

TEST_F(LaneTest, AMutationWithoutRowsIsOkAndWritesNothing) {
  Start();
  const uint64_t syncs = disk_.syncs(".log");
  EXPECT_THAT(Make(*lane_, [](WriteGroup&) { return absl::OkStatus(); }), IsOk());
  lane_->Stop();
  EXPECT_EQ(events_, (Events{"before_write 0", "publish"}));
  EXPECT_EQ(disk_.syncs(".log"), syncs);
}

TEST_F(LaneTest, APrepareThatFailsHavingTouchedTheGroupDropsIt) {
  Start();
  Gate gate(*lane_);
  events_.clear();
  SubmitNamed("one", Putting("1"));
  SubmitNamed("two", [](WriteGroup&) { return absl::NotFoundError("it saw one"); });
  absl::Status third;
  SubmitNamed("three", [](WriteGroup& group) {
    // The same row with the same value as before: touched all the same.
    group.Put(Table::kUsers, "1", "x");
    return absl::AlreadyExistsError("too late");
  });
  SubmitNamed("four", Putting("4"));
  gate.Open();
  lane_->Stop();
  EXPECT_EQ(events_, (Events{"prepare one", "prepare two", "prepare three", "drop", "one INTERNAL",
                             "two INTERNAL", "three INTERNAL", "prepare four", "before_write 1",
                             "publish", "four OK"}));
  EXPECT_EQ(AllRows(*database_, Table::kUsers), (Rows{{"4", "x"}}));
}

TEST_F(LaneTest, ARowThatCannotBeWrittenDropsItsGroup) {
  Start();
  EXPECT_THAT(Make(*lane_, Putting(std::string(kMaxKeyBytes + 1, 'k'))),
              IsError(absl::StatusCode::kInternal, Words{"4097 bytes"}));
  EXPECT_THAT(Make(*lane_, Putting("a")), IsOk());
  EXPECT_EQ(AllRows(*database_, Table::kUsers), (Rows{{"a", "x"}}));
  EXPECT_TRUE(database_->healthy());
}

TEST_F(LaneTest, AMutationPastItsDeadlineIsNotPrepared) {
  Start();
  Gate gate(*lane_);
  events_.clear();
  SubmitNamed("late", Putting("late"), absl::Now() - absl::Seconds(1));
  SubmitNamed("early", Putting("early"), absl::Now() + absl::Hours(1));
  SubmitNamed("never", Putting("never"), absl::InfinitePast());
  gate.Open();
  lane_->Stop();
  EXPECT_EQ(events_, (Events{"prepare early", "before_write 1", "publish", "late DEADLINE_EXCEEDED",
                             "early OK", "never DEADLINE_EXCEEDED"}));
  EXPECT_EQ(AllRows(*database_, Table::kUsers), (Rows{{"early", "x"}}));
}

TEST_F(LaneTest, AGroupEndsAtItsMostMutations) {
  LaneOptions options;
  options.max_group_mutations = 2;
  Start(options);
  Gate gate(*lane_);
  events_.clear();
  for (const char* name : {"1", "2", "3"}) SubmitNamed(name, Putting(name));
  gate.Open();
  lane_->Stop();
  EXPECT_EQ(events_, (Events{"prepare 1", "prepare 2", "before_write 2", "publish", "1 OK", "2 OK",
                             "prepare 3", "before_write 1", "publish", "3 OK"}));
}

TEST_F(LaneTest, AGroupEndsAtItsMostBytes) {
  LaneOptions options;
  options.max_group_bytes = 100;
  Start(options);
  Gate gate(*lane_);
  events_.clear();
  for (const char* name : {"1", "2", "3"}) {
    SubmitNamed(name, [name](WriteGroup& group) {
      group.Put(Table::kUsers, name, std::string(60, 'v'));
      return absl::OkStatus();
    });
  }
  gate.Open();
  lane_->Stop();
  EXPECT_EQ(events_, (Events{"prepare 1", "prepare 2", "before_write 2", "publish", "1 OK", "2 OK",
                             "prepare 3", "before_write 1", "publish", "3 OK"}));
}

TEST_F(LaneTest, OneMoreThanMayWaitIsRefusedAtOnce) {
  LaneOptions options;
  options.max_waiting = 3;
  Start(options);
  Gate gate(*lane_);
  for (const char* name : {"1", "2", "3"}) SubmitNamed(name, Putting(name));
  EXPECT_EQ(lane_->stats().waiting, 3u);
  absl::Status refused;
  lane_->Submit({Putting("4"), [&](const absl::Status& status) { refused = status; }});
  EXPECT_THAT(refused, IsError(absl::StatusCode::kResourceExhausted, Words{"3, the most"}));
  gate.Open();
  lane_->Stop();
  EXPECT_EQ(AllRows(*database_, Table::kUsers).size(), 3u);
}

TEST_F(LaneTest, StopMakesWhatWasAcceptedAndTakesNoMore) {
  Start();
  Gate gate(*lane_);
  for (int i = 0; i < 1000; ++i) SubmitNamed(absl::StrCat(i), Putting(absl::StrCat(i)));
  std::thread stopping([&] { lane_->Stop(); });
  while (lane_->status().ok()) std::this_thread::yield();
  absl::Status refused;
  lane_->Submit({Putting("late"), [&](const absl::Status& status) { refused = status; }});
  EXPECT_THAT(refused, IsError(absl::StatusCode::kUnavailable, Words{"shutting down"}));
  gate.Open();
  stopping.join();
  lane_->Stop();
  EXPECT_EQ(AllRows(*database_, Table::kUsers).size(), 1000u);
  EXPECT_EQ(std::count(events_.begin(), events_.end(), "999 OK"), 1);
  EXPECT_EQ(ValueOf(*database_, Table::kUsers, "late"), "-");
}

TEST_F(LaneTest, SeveralMayStopIt) {
  Start();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { lane_->Stop(); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(lane_->status(), IsError(absl::StatusCode::kUnavailable, Words{"shutting down"}));
}

TEST_F(LaneTest, DoneMaySubmit) {
  Start();
  Signal told;
  lane_->Submit({Putting("a"), [&](const absl::Status&) {
                   lane_->Submit({Putting("b"), [&](const absl::Status&) { told.Notify(); }});
                 }});
  told.Wait();
  EXPECT_EQ(AllRows(*database_, Table::kUsers).size(), 2u);
}

TEST_F(LaneTest, WhatPrepareCapturedIsGoneBeforeDone) {
  Start();
  auto captured = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = captured;
  bool gone = false;
  Signal told;
  lane_->Submit({[captured = std::move(captured)](WriteGroup&) { return absl::OkStatus(); },
                 [&](const absl::Status&) {
                   gone = watched.expired();
                   told.Notify();
                 }});
  told.Wait();
  EXPECT_TRUE(gone);
}

class FailingDiskTest : public LaneTest, public ::testing::WithParamInterface<const char*> {
 protected:
  void Fail() {
    if (GetParam() == std::string("write")) {
      disk_.FailWrites(".log");
    } else {
      disk_.FailSyncs(".log");
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Lane, FailingDiskTest, ::testing::Values("write", "sync"),
                         [](const auto& what) { return what.param; });

TEST_P(FailingDiskTest, AFailedWriteFailsItsGroupAndAllThatFollowsWhileReadsGoOn) {
  Start();
  ASSERT_THAT(Make(*lane_, Putting("before")), IsOk());
  Gate gate(*lane_);
  events_.clear();
  SubmitNamed("one", Putting("1"));
  SubmitNamed("two", [](WriteGroup&) { return absl::AlreadyExistsError("it saw one"); });
  SubmitNamed("late", Putting("late"), absl::InfinitePast());
  Fail();
  gate.Open();
  ASSERT_TRUE(became_unhealthy_.WaitFor(absl::Seconds(30)));
  EXPECT_THAT(Make(*lane_, Putting("3")),
              IsError(absl::StatusCode::kUnavailable, Words{"no longer be written"}));
  EXPECT_FALSE(database_->healthy());
  EXPECT_THAT(database_->health(),
              IsError(absl::StatusCode::kUnavailable, Words{"can no longer be written to"}));
  EXPECT_THAT(lane_->status(),
              IsError(absl::StatusCode::kUnavailable, Words{"until it is opened"}));
  EXPECT_EQ(unhealthy_calls_, 1);
  EXPECT_EQ(unhealthy_, database_->health());

  // The disk has recovered; what the failed write left behind is still not known.
  disk_.FailWrites("");
  disk_.FailSyncs("");
  EXPECT_THAT(Make(*lane_, Putting("4")), IsError(absl::StatusCode::kUnavailable, Words{}));
  EXPECT_EQ(AllRows(*database_, Table::kUsers), (Rows{{"before", "x"}}));
  EXPECT_EQ(ValueOf(*database_->NewSnapshot(), Table::kUsers, "before"), "x");
  lane_->Stop();
  EXPECT_EQ(Events(events_.begin(), events_.begin() + 3),
            (Events{"prepare one", "prepare two", "before_write 1"}));
  EXPECT_EQ(std::count(events_.begin(), events_.end(), "drop"), 1);
  EXPECT_EQ(std::count(events_.begin(), events_.end(), "publish"), 0);
  EXPECT_EQ(std::count(events_.begin(), events_.end(), "one UNAVAILABLE"), 1);
  EXPECT_EQ(std::count(events_.begin(), events_.end(), "two UNAVAILABLE"), 1);
  EXPECT_EQ(std::count(events_.begin(), events_.end(), "late DEADLINE_EXCEEDED"), 1);

  lane_ = nullptr;
  database_ = nullptr;
  Start();
  EXPECT_TRUE(database_->healthy());
  EXPECT_EQ(ValueOf(*database_, Table::kUsers, "before"), "x");
  EXPECT_THAT(Make(*lane_, Putting("after")), IsOk());
}

// A table file that cannot be written is noticed by no caller, and stops the writes all the same.
TEST_F(LaneTest, AFailureInTheBackgroundStopsTheWritesWhileReadsGoOn) {
  DatabaseOptions options = OptionsFor(folder_.path());
  options.hooks = disk_.hooks();
  options.write_buffer_bytes = 256 << 10;
  Signal failed;
  options.on_unhealthy = [&](const absl::Status&) { failed.Notify(); };
  auto database = OpenOrDie(options);
  CommitLane lane(database.get(), LaneOptions(), LaneHooks());
  ASSERT_THAT(Make(lane, Putting("before")), IsOk());
  disk_.FailWrites(".sst");
  absl::Status status;
  for (int i = 0; i < 1000 && status.ok(); ++i) {
    status = Make(lane, [i](WriteGroup& group) {
      group.Put(Table::kUsers, absl::StrCat("filler", i), std::string(10000, 'v'));
      return absl::OkStatus();
    });
  }
  EXPECT_THAT(status, IsError(absl::StatusCode::kUnavailable, Words{"no longer be written"}));
  ASSERT_TRUE(failed.WaitFor(absl::Seconds(10)));
  EXPECT_FALSE(database->healthy());
  EXPECT_EQ(ValueOf(*database, Table::kUsers, "before"), "x");
}

// 32 threads count up rows that they share. The lane's order makes each of them gapless, and the
// sums of what was told must be what is there.
TEST_F(LaneTest, ThirtyTwoThreadsMakeOneOrder) {
  constexpr int kThreads = 32;
  constexpr int kMutations = 300;
  constexpr int kCounters = 5;
  Start();
  std::atomic<int> acknowledged[kCounters] = {};
  std::atomic<int> refused{0};
  Signal told(kThreads * kMutations);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937_64 random(t);
      for (int i = 0; i < kMutations; ++i) {
        const int counter = static_cast<int>(random() % kCounters);
        const bool refuse = random() % 4 == 0;
        lane_->Submit({[counter, refuse](WriteGroup& group) -> absl::Status {
                         const std::string key = absl::StrCat("counter", counter);
                         const auto value = group.Get(Table::kUsers, key);
                         if (!value.ok()) return value.status();
                         if (refuse) return absl::FailedPreconditionError("not this one");
                         const int next = std::stoi(value->value_or("0")) + 1;
                         group.Put(Table::kUsers, key, std::to_string(next));
                         group.Put(Table::kChanges, KeyWriter(counter).U64(next).bytes(), "change");
                         return absl::OkStatus();
                       },
                       [&, counter](const absl::Status& status) {
                         ++(status.ok() ? acknowledged[counter] : refused);
                         told.Notify();
                       }});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  told.Wait();
  int sum = refused;
  for (int counter = 0; counter < kCounters; ++counter) {
    const int count = acknowledged[counter];
    sum += count;
    EXPECT_EQ(ValueOf(*database_, Table::kUsers, absl::StrCat("counter", counter)),
              std::to_string(count));
    uint64_t revision = 0;
    for (const auto& row : Collect(database_->Scan(Table::kChanges, KeyRange::Tenant(counter)))) {
      EXPECT_EQ(row.first, KeyWriter(counter).U64(++revision).bytes());
    }
    EXPECT_EQ(revision, static_cast<uint64_t>(count));
  }
  EXPECT_EQ(sum, kThreads * kMutations);
  EXPECT_LT(lane_->stats().groups, lane_->stats().mutations) << "groups were made";
}

// No reader sees a part of a group, and no snapshot changes.
TEST_F(LaneTest, ReadersSeeWholeGroups) {
  Start();
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        const auto snapshot = database_->NewSnapshot();
        const std::string first = ValueOf(*snapshot, Table::kUsers, "pair");
        EXPECT_EQ(ValueOf(*snapshot, Table::kGroups, "pair"), first);
        EXPECT_EQ(ValueOf(*snapshot, Table::kUsers, "pair"), first);
      }
    });
  }
  for (int i = 0; i < 500; ++i) {
    ASSERT_THAT(Make(*lane_,
                     [i](WriteGroup& group) {
                       group.Put(Table::kUsers, "pair", std::to_string(i));
                       group.Put(Table::kGroups, "pair", std::to_string(i));
                       return absl::OkStatus();
                     }),
                IsOk());
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace provost::store
