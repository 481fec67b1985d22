#include "learning/course_fold.h"

#include <optional>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "tests/learning/events.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Attendance = rows::RecordEventRow::Attendance;
using Override = rows::RecordEventRow::Override;
using Kind = Unmet::Kind;

constexpr uint64_t kPage = 1;
constexpr uint64_t kFilm = 2;
constexpr uint64_t kQuiz = 3;
constexpr uint64_t kTask = 4;

CourseTerms::Item Item(uint64_t uid, bool required = false) {
  return {uid, required, uid == kQuiz || uid == kTask};
}

CourseTerms Course(std::vector<CourseTerms::Item> items) {
  CourseTerms terms;
  terms.items = std::move(items);
  return terms;
}

LearningState Fold(const CourseTerms& terms, std::vector<rows::RecordEventRow> events) {
  return FoldCourse(terms, Log(std::move(events)), 1, At(0));
}

std::vector<Kind> KindsOf(const LearningState& state) {
  std::vector<Kind> kinds;
  for (const Unmet& unmet : state.unmet) kinds.push_back(unmet.kind);
  return kinds;
}

TEST(CourseFold, NothingWasDone) {
  const LearningState state = Fold(Course({Item(kPage), Item(kQuiz)}), {});
  EXPECT_EQ(state.state, v1::Enrollment::ENROLLED);
  EXPECT_EQ(state.start_time, std::nullopt);
  EXPECT_EQ(state.progress_percent, 0);
  EXPECT_THAT(state.unmet,
              ElementsAre(Unmet{Kind::kItem, {kPage}, 0, 100}, Unmet{Kind::kItem, {kQuiz}, 0, 0}));
}

TEST(CourseFold, AllItemsAreNeededWhereNoneIsRequired) {
  const CourseTerms terms = Course({Item(kPage), Item(kFilm)});
  LearningState state = Fold(terms, {Progress(10, kPage, 100), Progress(20, kFilm, 40)});
  EXPECT_EQ(state.state, v1::Enrollment::IN_PROGRESS);
  EXPECT_EQ(state.start_time, At(10));
  EXPECT_EQ(state.progress_percent, 70);
  state = Fold(terms, {Progress(10, kPage, 100), Progress(20, kFilm, 100)});
  EXPECT_EQ(state.state, v1::Enrollment::COMPLETED);
  EXPECT_EQ(state.complete_time, At(20));
  EXPECT_EQ(state.progress_percent, 100);
  EXPECT_THAT(state.unmet, IsEmpty());
}

TEST(CourseFold, RequiredItemsAloneAreNeededAndNamedOnesBeforeThem) {
  CourseTerms terms = Course({Item(kPage, true), Item(kFilm)});
  EXPECT_EQ(Fold(terms, {Progress(10, kPage, 100)}).state, v1::Enrollment::COMPLETED);
  terms.rule_items = {kFilm};
  EXPECT_EQ(Fold(terms, {Progress(10, kPage, 100)}).state, v1::Enrollment::IN_PROGRESS);
  EXPECT_EQ(Fold(terms, {Progress(10, kFilm, 100)}).state, v1::Enrollment::COMPLETED);
}

TEST(CourseFold, SoManyOfThem) {
  CourseTerms terms = Course({Item(kPage), Item(kFilm), Item(kQuiz)});
  terms.rule.set_required_count(2);
  LearningState state = Fold(terms, {Progress(10, kFilm, 100)});
  EXPECT_EQ(state.progress_percent, 50);
  EXPECT_THAT(state.unmet, ElementsAre(Unmet{Kind::kItems, {kPage, kQuiz}, 1, 2}));
  state = Fold(terms, {Progress(10, kFilm, 100), Score(20, kQuiz, 80, true)});
  EXPECT_EQ(state.complete_time, At(20));
}

TEST(CourseFold, WhatIsScoredIsDoneByAScoreThatPassed) {
  const CourseTerms terms = Course({Item(kQuiz)});
  LearningState state = Fold(terms, {Progress(10, kQuiz, 100)});
  EXPECT_EQ(state.state, v1::Enrollment::IN_PROGRESS);
  EXPECT_EQ(state.progress_percent, 99);
  state = Fold(terms, {Score(10, kQuiz, 40, false), Score(20, kQuiz, 90, true),
                       Score(30, kQuiz, 20, false)});
  EXPECT_EQ(state.complete_time, At(20));
  EXPECT_EQ(state.score_hundredths, 9000);
  EXPECT_THAT(state.items, ElementsAre(ItemFigures{kQuiz, 100, 9000, 3, At(20)}));
}

TEST(CourseFold, PassMarkIsOfTheMeanOfTheBestScores) {
  CourseTerms terms = Course({Item(kQuiz), Item(kTask)});
  terms.rule.set_pass_percent(75);
  LearningState state = Fold(terms, {Score(10, kQuiz, 60, true), Score(20, kTask, 80, true)});
  EXPECT_EQ(state.state, v1::Enrollment::IN_PROGRESS);
  EXPECT_THAT(state.unmet, ElementsAre(Unmet{Kind::kScore, {}, 7000, 7500}));
  state = Fold(
      terms, {Score(10, kQuiz, 60, true), Score(20, kTask, 80, true), Score(30, kQuiz, 70, true)});
  EXPECT_EQ(state.complete_time, At(30));
}

TEST(CourseFold, PassMarkIsOfAsManyAsAreNeeded) {
  CourseTerms terms = Course({Item(kQuiz), Item(kTask)});
  terms.rule.set_pass_percent(75);
  terms.rule.set_required_count(1);
  const LearningState state =
      Fold(terms, {Score(10, kQuiz, 80, true), Score(20, kTask, 10, false)});
  EXPECT_EQ(state.complete_time, At(10)) << "a worse one beside it takes nothing away";
  EXPECT_EQ(state.score_hundredths, 4500);
}

TEST(CourseFold, PassMarkAsksForNothingWhereNothingIsScored) {
  CourseTerms terms = Course({Item(kPage)});
  terms.rule.set_pass_percent(100);
  EXPECT_EQ(Fold(terms, {Progress(10, kPage, 100)}).state, v1::Enrollment::COMPLETED);
}

TEST(CourseFold, AttendanceIsAShareOfTheSessions) {
  CourseTerms terms;
  terms.rule.set_attendance_percent(60);
  terms.sessions = {{1, At(100)}, {2, At(200)}, {3, At(300)}};
  LearningState state = Fold(terms, {Mark(100, 1, Attendance::PRESENT)});
  EXPECT_THAT(state.unmet, ElementsAre(Unmet{Kind::kAttendance, {}, 1, 2}));
  EXPECT_EQ(state.progress_percent, 50);
  state = Fold(terms, {Mark(100, 1, Attendance::PRESENT), Mark(200, 2, Attendance::LATE)});
  EXPECT_EQ(state.complete_time, At(200));
  state = Fold(terms, {Mark(100, 1, Attendance::PRESENT), Mark(200, 2, Attendance::EXCUSED),
                       Mark(300, 3, Attendance::ABSENT)});
  EXPECT_THAT(state.unmet, ElementsAre(Unmet{Kind::kAttendance, {}, 1, 2}));
}

TEST(CourseFold, WhoIsExcusedFromEverySessionNeedsNone) {
  CourseTerms terms;
  terms.rule.set_attendance_percent(100);
  terms.sessions = {{1, At(100)}};
  EXPECT_EQ(Fold(terms, {Mark(100, 1, Attendance::EXCUSED)}).complete_time, At(100));
}

TEST(CourseFold, SessionsBeforeTheCycleOrWithRegistrationCountForThoseMarked) {
  CourseTerms terms;
  terms.rule.set_attendance_percent(100);
  terms.sessions = {{1, At(-5)}, {2, At(100), /*registration=*/true}, {3, At(200)}};
  EXPECT_EQ(Fold(terms, {Mark(200, 3, Attendance::PRESENT)}).complete_time, At(200));
  EXPECT_EQ(
      Fold(terms, {Mark(100, 2, Attendance::ABSENT), Mark(200, 3, Attendance::PRESENT)}).state,
      v1::Enrollment::IN_PROGRESS);
  terms.sessions.pop_back();
  EXPECT_THAT(Fold(terms, {}).unmet, ElementsAre(Unmet{Kind::kAttendance, {}, 0, 1}));
}

TEST(CourseFold, ALaterMarkTakesTheTimeOfCompletionWithIt) {
  CourseTerms terms;
  terms.rule.set_attendance_percent(100);
  terms.sessions = {{1, At(100)}};
  LearningState state =
      Fold(terms, {Mark(100, 1, Attendance::PRESENT), Mark(110, 1, Attendance::ABSENT)});
  EXPECT_EQ(state.complete_time, std::nullopt);
  state = Fold(terms, {Mark(100, 1, Attendance::PRESENT), Mark(110, 1, Attendance::ABSENT),
                       Mark(120, 1, Attendance::LATE)});
  EXPECT_EQ(state.complete_time, At(120)) << "for good since then";
}

TEST(CourseFold, SignatureCanBeTakenBack) {
  CourseTerms terms = Course({Item(kPage)});
  terms.rule.set_sign_off(true);
  LearningState state = Fold(terms, {Progress(10, kPage, 100)});
  EXPECT_THAT(KindsOf(state), ElementsAre(Kind::kSignOff));
  EXPECT_EQ(state.progress_percent, 50);
  state = Fold(terms, {Sign(5, true), Progress(10, kPage, 100)});
  EXPECT_EQ(state.complete_time, At(10));
  state = Fold(terms, {Sign(5, true), Progress(10, kPage, 100), Sign(20, false)});
  EXPECT_EQ(state.state, v1::Enrollment::IN_PROGRESS);
}

TEST(CourseFold, ARuleThatAsksForNothingIsMetByNobody) {
  LearningState state = Fold(CourseTerms(), {});
  EXPECT_THAT(KindsOf(state), ElementsAre(Kind::kNothingAsked));
  state = Fold(CourseTerms(), {ByHand(10, Override::COMPLETED)});
  EXPECT_EQ(state.complete_time, At(10));
  EXPECT_FALSE(state.rule_met);
  EXPECT_TRUE(state.has_earned_credit());
}

TEST(CourseFold, WhatIsSaidByHandBeatsTheRule) {
  const CourseTerms terms = Course({Item(kPage)});
  LearningState state = Fold(terms, {Progress(10, kPage, 100), ByHand(20, Override::FAILED)});
  EXPECT_EQ(state.state, v1::Enrollment::FAILED);
  EXPECT_TRUE(state.rule_met);
  EXPECT_THAT(KindsOf(state), ElementsAre(Kind::kFailedByHand));
  state = Fold(terms, {Progress(10, kPage, 100), ByHand(20, Override::FAILED),
                       ByHand(30, Override::OUTCOME_UNSPECIFIED)});
  EXPECT_EQ(state.complete_time, At(30));
  state = Fold(terms, {Progress(10, kPage, 100), ByHand(20, Override::COMPLETED)});
  EXPECT_EQ(state.complete_time, At(10));
  state = Fold(terms, {ByHand(5, Override::COMPLETED), Progress(10, kPage, 100)});
  EXPECT_EQ(state.complete_time, At(5));
}

TEST(CourseFold, WhatIsKeptIsCompletedSinceThen) {
  const CourseTerms terms = Course({Item(kPage)});
  EXPECT_EQ(Fold(terms, {Kept(20)}).complete_time, At(20));
  EXPECT_EQ(Fold(terms, {Progress(10, kPage, 100), Kept(20)}).complete_time, At(20));
  EXPECT_EQ(Fold(terms, {Kept(20), Progress(30, kPage, 100)}).complete_time, At(20));
  EXPECT_EQ(Fold(terms, {Kept(20), ByHand(30, Override::OUTCOME_UNSPECIFIED)}).complete_time,
            std::nullopt);
  EXPECT_EQ(Fold(terms, {Kept(20), ByHand(20, Override::FAILED)}).state, v1::Enrollment::FAILED);
}

TEST(CourseFold, NobodyFailsWithoutAttemptsUnlessTheRuleSaysSo) {
  CourseTerms terms = Course({Item(kQuiz), Item(kTask), Item(kPage)});
  const std::vector<rows::RecordEventRow> lost = {Score(10, kQuiz, 10, false, /*last=*/true)};
  EXPECT_EQ(Fold(terms, lost).state, v1::Enrollment::IN_PROGRESS);
  terms.rule.set_fail_without_attempts(true);
  EXPECT_EQ(Fold(terms, lost).state, v1::Enrollment::FAILED);
  terms.rule.set_required_count(2);
  EXPECT_EQ(Fold(terms, lost).state, v1::Enrollment::IN_PROGRESS) << "two others are left";
  terms.rule.set_required_count(0);
  EXPECT_EQ(Fold(terms, {lost[0], Score(20, kQuiz, 90, true)}).state, v1::Enrollment::IN_PROGRESS)
      << "somebody entered a score that passed";
}

TEST(CourseFold, RetractedEventsCountNoMore) {
  const CourseTerms terms = Course({Item(kPage)});
  EXPECT_EQ(Fold(terms, {Progress(10, kPage, 100), Retract(20, 1)}).state,
            v1::Enrollment::ENROLLED);
  EXPECT_EQ(Fold(terms, {Progress(10, kPage, 50), Progress(11, kPage, 100), Retract(20, 2)})
                .progress_percent,
            50);
}

TEST(CourseFold, OfTwoAtOneTimeTheOneThatGivesLessCounts) {
  CourseTerms terms;
  terms.rule.set_attendance_percent(100);
  terms.sessions = {{1, At(100)}};
  EXPECT_EQ(Fold(terms, {Mark(10, 1, Attendance::ABSENT), Mark(10, 1, Attendance::PRESENT)})
                .complete_time,
            std::nullopt);
  terms.rule.set_attendance_percent(0);
  terms.rule.set_sign_off(true);
  EXPECT_EQ(Fold(terms, {Sign(10, false), Sign(10, true)}).complete_time, std::nullopt);
  EXPECT_EQ(Fold(terms, {ByHand(10, Override::FAILED), ByHand(10, Override::COMPLETED)}).state,
            v1::Enrollment::FAILED);
}

TEST(CourseFold, WhatWasDoneInAnotherCycleCountsInThat) {
  const CourseTerms terms = Course({Item(kPage)});
  rows::RecordEventRow old = Progress(-50, kPage, 100);
  rows::RecordEventRow now = Progress(10, kPage, 30);
  now.set_cycle(2);
  const std::vector<NumberedEvent> log =
      Log({old, Award(-40, 150), now, Award(20, 100, 2), Award(30, -25, 2)});
  const LearningState state = FoldCourse(terms, log, 2, At(0));
  EXPECT_EQ(state.state, v1::Enrollment::IN_PROGRESS);
  EXPECT_EQ(state.progress_percent, 30);
  EXPECT_EQ(state.credit_hundredths, 225);
  EXPECT_EQ(state.cycle_credit_hundredths, 75);
}

TEST(CourseFold, WhatTheCourseDoesNotHaveCountsForNothing) {
  CourseTerms terms = Course({Item(kPage)});
  terms.rule.set_attendance_percent(100);
  terms.sessions = {{1, At(100)}};
  const LearningState state =
      Fold(terms, {Progress(10, 77, 100), Mark(20, 78, Attendance::PRESENT)});
  EXPECT_EQ(state.progress_percent, 0);
  EXPECT_THAT(state.items, IsEmpty());
  EXPECT_THAT(state.sessions, SizeIs(1)) << "that they were there is told";
}

}  // namespace
}  // namespace provost
