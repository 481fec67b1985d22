// Epoch reclamation: what a pin may still see is not freed under it, and everything is freed after.
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "policy/world/epoch.h"

namespace provost {
namespace {

std::atomic<int> freed{0};

std::vector<Garbage> OnePiece() {
  return {{new int(0), [](void* memory) {
             delete static_cast<int*>(memory);
             freed.fetch_add(1);
           }}};
}

class EpochTest : public testing::Test {
 protected:
  void SetUp() override {
    EXPECT_EQ(domain_.Reclaim(), 0u);
    freed = 0;
  }
  EpochDomain& domain_ = EpochDomain::Get();
};

TEST_F(EpochTest, FreedAtOnceWithoutPins) {
  domain_.Retire(OnePiece());
  EXPECT_EQ(freed, 1);
}

TEST_F(EpochTest, NothingIsFreedUnderAPinTakenBefore) {
  {
    EpochPin pin;
    domain_.Retire(OnePiece());
    domain_.Retire(OnePiece());
    EXPECT_EQ(domain_.Reclaim(), 2u);
    EXPECT_EQ(freed, 0);
  }
  EXPECT_EQ(freed, 0) << "an unpin frees nothing by itself";
  EXPECT_EQ(domain_.Reclaim(), 0u);
  EXPECT_EQ(freed, 2);
}

TEST_F(EpochTest, NestedPinsLastUntilTheOutermostGoes) {
  {
    EpochPin outer;
    domain_.Retire(OnePiece());
    { EpochPin inner; }
    EXPECT_EQ(domain_.Reclaim(), 1u);
  }
  EXPECT_EQ(domain_.Reclaim(), 0u);
}

TEST_F(EpochTest, AYoungerPinKeepsOnlyWhatIsRetiredAfterIt) {
  const uint64_t first = domain_.Hold();
  domain_.Retire(OnePiece());
  const uint64_t second = domain_.Hold();
  domain_.Retire(OnePiece());
  EXPECT_EQ(freed, 0);
  domain_.Release(first);
  EXPECT_EQ(freed, 1);
  domain_.Release(second);
  EXPECT_EQ(freed, 2);
}

TEST_F(EpochTest, HoldsMayBeReleasedByAnotherThread) {
  const uint64_t held = domain_.Hold();
  domain_.Retire(OnePiece());
  std::thread([&] { domain_.Release(held); }).join();
  EXPECT_EQ(freed, 1);
}

TEST_F(EpochTest, APinOfAnotherThreadCounts) {
  std::atomic<int> step{0};
  std::thread reader([&] {
    EpochPin pin;
    step = 1;
    while (step != 2) std::this_thread::yield();
  });
  while (step != 1) std::this_thread::yield();
  domain_.Retire(OnePiece());
  EXPECT_EQ(freed, 0);
  step = 2;
  reader.join();
  EXPECT_EQ(domain_.Reclaim(), 0u);
  EXPECT_EQ(freed, 1);
}

TEST_F(EpochTest, ThreadsThatEndLeaveTheirSlotsToOthers) {
  const EpochDomain::Slot* first = nullptr;
  const EpochDomain::Slot* second = nullptr;
  const auto pin = [&](const EpochDomain::Slot** slot) {
    EpochDomain::Slot* taken = domain_.Pin();
    *slot = taken;
    EpochDomain::Unpin(taken);
  };
  std::thread(pin, &first).join();
  std::thread(pin, &second).join();
  EXPECT_EQ(first, second);
}

}  // namespace
}  // namespace provost
