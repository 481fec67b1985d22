#include "learning/plan_fold.h"

#include <optional>
#include <vector>

#include "gmock/gmock.h"
#include "tests/learning/events.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Override = rows::RecordEventRow::Override;
using Kind = Unmet::Kind;

PlanTerms::Course Started(int percent, int second) {
  PlanTerms::Course course;
  course.start_time = At(second);
  course.progress_percent = percent;
  return course;
}

PlanTerms::Course Done(int second) {
  PlanTerms::Course course = Started(100, second - 1);
  course.complete_time = At(second);
  return course;
}

// Course 1, then one of 2 and 3.
PlanTerms Plan() {
  PlanTerms terms;
  terms.steps = {{{1}, 0}, {{2, 3}, 1}};
  return terms;
}

LearningState Fold(const PlanTerms& terms, std::vector<rows::RecordEventRow> events = {},
                   std::optional<absl::Time> completed = std::nullopt) {
  return FoldPlan(terms, Log(std::move(events)), 1, At(0), completed);
}

TEST(PlanFold, CompletesFromItsSteps) {
  PlanTerms terms = Plan();
  EXPECT_EQ(Fold(terms).state, v1::Enrollment::ENROLLED);
  terms.courses[1] = Done(10);
  terms.courses[3] = Started(40, 15);
  LearningState state = Fold(terms);
  EXPECT_EQ(state.state, v1::Enrollment::IN_PROGRESS);
  EXPECT_EQ(state.start_time, At(9));
  EXPECT_EQ(state.progress_percent, 70);
  EXPECT_THAT(state.unmet, ElementsAre(Unmet{Kind::kStep, {2, 3}, 0, 1, 1}));
  terms.courses[3] = Done(20);
  state = Fold(terms);
  EXPECT_EQ(state.state, v1::Enrollment::COMPLETED);
  EXPECT_EQ(state.complete_time, At(20));
  EXPECT_THAT(state.unmet, IsEmpty());
  terms.courses[2] = Done(15);
  EXPECT_EQ(Fold(terms).complete_time, At(15)) << "the first of the two that are enough";
}

TEST(PlanFold, WhatLapsedBeforeDoesNotCountAndWhatLapsesAfterwardsDoes) {
  PlanTerms terms = Plan();
  terms.courses[1] = Done(10);
  terms.courses[1].lapsed = true;
  terms.courses[2] = Done(20);
  EXPECT_EQ(Fold(terms).state, v1::Enrollment::IN_PROGRESS);
  EXPECT_EQ(Fold(terms, {}, At(20)).complete_time, At(20));
}

TEST(PlanFold, ACourseThatIsDoneAgainDoesNotMoveThePlan) {
  PlanTerms terms = Plan();
  terms.courses[1] = Done(500);
  terms.courses[1].recertified = true;
  terms.courses[2] = Done(20);
  EXPECT_EQ(Fold(terms, {}, At(30)).complete_time, At(30));
  EXPECT_EQ(Fold(terms).complete_time, At(500));
}

TEST(PlanFold, ACorrectionTakesTheCompletionAway) {
  PlanTerms terms = Plan();
  terms.courses[1] = Started(50, 5);
  terms.courses[2] = Done(20);
  EXPECT_EQ(Fold(terms, {}, At(20)).state, v1::Enrollment::IN_PROGRESS);
}

TEST(PlanFold, ASecondTimeItsCoursesAreDoneAgain) {
  PlanTerms terms = Plan();
  terms.courses[1] = Done(10);
  terms.courses[2] = Done(20);
  LearningState state = FoldPlan(terms, {}, 2, At(100), std::nullopt);
  EXPECT_EQ(state.state, v1::Enrollment::ENROLLED);
  EXPECT_EQ(state.progress_percent, 0);
  terms.courses[1] = Done(110);
  terms.courses[2] = Done(120);
  state = FoldPlan(terms, {}, 2, At(100), std::nullopt);
  EXPECT_EQ(state.complete_time, At(120));
}

TEST(PlanFold, WhatIsSaidByHandBeatsTheSteps) {
  PlanTerms terms = Plan();
  EXPECT_EQ(Fold(terms, {ByHand(5, Override::COMPLETED)}).complete_time, At(5));
  terms.courses[1] = Done(10);
  terms.courses[2] = Done(20);
  EXPECT_EQ(Fold(terms, {ByHand(30, Override::COMPLETED)}).complete_time, At(20));
  EXPECT_EQ(Fold(terms, {ByHand(15, Override::FAILED)}).state, v1::Enrollment::FAILED);
  EXPECT_EQ(Fold(terms, {ByHand(15, Override::FAILED), ByHand(40, Override::OUTCOME_UNSPECIFIED)})
                .complete_time,
            At(40));
}

TEST(PlanFold, WhatIsKeptIsCompletedSinceThen) {
  PlanTerms terms = Plan();
  EXPECT_EQ(Fold(terms, {Kept(30)}).complete_time, At(30));
  terms.courses[1] = Done(10);
  terms.courses[2] = Done(20);
  EXPECT_EQ(Fold(terms, {Kept(30)}).complete_time, At(30));
  terms.courses[2] = Done(40);
  EXPECT_EQ(Fold(terms, {Kept(30)}).complete_time, At(30));
  EXPECT_EQ(Fold(terms, {Kept(30), ByHand(35, Override::OUTCOME_UNSPECIFIED)}).complete_time,
            At(40));
}

TEST(PlanFold, APlanWithoutStepsIsCompletedByNobody) {
  const LearningState state = Fold(PlanTerms(), {Award(5, 100)});
  EXPECT_THAT(state.unmet, ElementsAre(Unmet{Kind::kNothingAsked, {}}));
  EXPECT_EQ(state.credit_hundredths, 100);
}

}  // namespace
}  // namespace provost
