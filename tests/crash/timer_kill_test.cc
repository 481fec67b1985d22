// provostd is killed while it tells people of what is overdue (KA4): everybody is told once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/crash/crew.h"
#include "tests/verify/verified_store.h"

namespace provost {
namespace {

using ::testing::Each;
using ::testing::Pair;
using ::testing::SizeIs;

// Several commits of the timekeeper.
constexpr size_t kPeople = 1000;
// From the assignment until it is due.
constexpr absl::Duration kUntilDue = absl::Seconds(3);

class TimerKillTest : public CrewTest {
 protected:
  // How often each person was told.
  std::map<std::string, int> Told() {
    std::map<std::string, int> told;
    for (const v1::OutboxMessage& message : Messages()) ++told[message.recipient()];
    return told;
  }
};

TEST_F(TimerKillTest, KA4_EverybodyIsToldOnceThoughTheServerIsKilled) {
  Start();
  ASSERT_NO_FATAL_FAILURE(SetUpTenant());
  ASSERT_NO_FATAL_FAILURE(MakeCourse("fire"));
  ASSERT_NO_FATAL_FAILURE(MakeRule(v1::NotificationRule::OVERDUE));
  ASSERT_NO_FATAL_FAILURE(MakeCrew(kPeople));
  ASSERT_NO_FATAL_FAILURE(AssignToCrew("fire", absl::Now() + kUntilDue));
  // Killed before it is due, and again and again as soon as more of them were told.
  server_->Kill();
  Start();
  size_t told = 0;
  int kills = 0;
  const absl::Time give_up = absl::Now() + absl::Seconds(120);
  while (told < kPeople) {
    ASSERT_LT(absl::Now(), give_up);
    const size_t now = Told().size();
    if (now == told) continue;
    told = now;
    server_->Kill();
    ++kills;
    Start();
  }
  EXPECT_GE(kills, 1);
  const std::map<std::string, int> all = Told();
  EXPECT_THAT(all, SizeIs(kPeople));
  EXPECT_THAT(all, Each(Pair(testing::_, 1)));
  server_->Kill();
  ExpectVerified(data());
}

}  // namespace
}  // namespace provost
