// Completions that stay though what their training asks for has changed.
#include "learning/kept.h"

#include <vector>

#include "gmock/gmock.h"
#include "tests/learning/events.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Attendance = rows::RecordEventRow::Attendance;
using Override = rows::RecordEventRow::Override;

constexpr uint64_t kPage = 1;
constexpr uint64_t kQuiz = 2;

TEST(Kept, ThatTheRuleDecidesWasSaidOfTheRuleOfThen) {
  const auto log = Log({ByHand(5, Override::OUTCOME_UNSPECIFIED), ByHand(10, Override::FAILED),
                        ByHand(20, Override::OUTCOME_UNSPECIFIED),
                        ByHand(30, Override::OUTCOME_UNSPECIFIED), Retract(40, 4)});
  EXPECT_THAT(OutdatedByKeeping(log, 1, At(20)), ElementsAre(3));
  EXPECT_THAT(OutdatedByKeeping(log, 2, At(20)), IsEmpty());
}

TEST(Kept, UntilWhatItRestsOnIsTakenBack) {
  const auto log = Log({Progress(10, kPage, 100), Score(20, kQuiz, 80, true), Sign(21, true),
                        Mark(22, 1, Attendance::PRESENT), Kept(30), Progress(40, 3, 100),
                        Award(10, 100), ByHand(5, Override::FAILED)});
  const auto gone = [&](const std::vector<rows::RecordEventRow>& added) {
    return NoLongerKept(log, 1, added);
  };
  EXPECT_THAT(gone({Retract(50, 1)}), ElementsAre(5));
  EXPECT_THAT(gone({Retract(50, 1), Progress(10, kPage, 50)}), ElementsAre(5));
  EXPECT_THAT(gone({Retract(50, 2), Score(20, kQuiz, 79, true)}), ElementsAre(5));
  EXPECT_THAT(gone({Retract(50, 2), Score(20, kQuiz, 80, false)}), ElementsAre(5));
  EXPECT_THAT(gone({Sign(50, false)}), ElementsAre(5));
  EXPECT_THAT(gone({Retract(50, 4), Mark(22, 1, Attendance::ABSENT)}), ElementsAre(5));

  EXPECT_THAT(gone({Retract(50, 1), Progress(10, kPage, 100)}), IsEmpty());
  EXPECT_THAT(gone({Score(20, kQuiz, 90, true), Retract(50, 2)}), IsEmpty()) << "graded again";
  EXPECT_THAT(gone({Retract(50, 4), Mark(22, 1, Attendance::LATE)}), IsEmpty());
  EXPECT_THAT(gone({Retract(50, 6)}), IsEmpty()) << "done later";
  EXPECT_THAT(gone({Retract(50, 7)}), IsEmpty()) << "credit is given by somebody";
  EXPECT_THAT(gone({Retract(50, 8)}), IsEmpty());
  EXPECT_THAT(gone({Score(50, kQuiz, 10, false)}), IsEmpty());
  EXPECT_THAT(gone({Retract(50, 5)}), IsEmpty()) << "that is corrected itself";
  EXPECT_THAT(NoLongerKept(log, 2, {Retract(50, 1)}), IsEmpty());
}

}  // namespace
}  // namespace provost
