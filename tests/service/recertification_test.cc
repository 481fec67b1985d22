// Due dates, and completions that expire and are done again (CA1), as time passes.
#include <google/protobuf/empty.pb.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/training_record_service.pb.h"
#include "tests/service/timers.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using v1::Enrollment;

// courses/fire is completed by dan's signature; that is valid for a year, and can be done again
// from 30 days before its end on.
class RecertificationTest : public TimerTest {
 protected:
  RecertificationTest() {
    SetRules("COMPLETION", "completion { sign_off: true }");
    SetRecertification("valid_days: 365 window_days: 30 grace_days: 10 automatic: true");
  }

  Answer<v1::UpdateTrainingRulesResponse> SetRulesAs(absl::string_view actor,
                                                     absl::string_view section,
                                                     absl::string_view rules) {
    return Call<v1::UpdateTrainingRulesResponse>(
        actor,
        Parse<v1::UpdateTrainingRulesRequest>(absl::StrCat(
            "training: 'tenants/acme/courses/fire' section: ", section, " rules { ", rules, " }")));
  }
  void SetRules(absl::string_view section, absl::string_view rules) {
    const auto set = SetRulesAs("users/dan", section, rules);
    ASSERT_TRUE(set.ok()) << set.message();
    Settle();  // Records follow the rules.
  }
  void SetRecertification(absl::string_view rule) {
    SetRules("RECERTIFICATION", absl::StrCat("recertification { ", rule, " }"));
  }
  Enrollment Of(absl::string_view learner) {
    v1::ListEnrollmentsRequest request;
    request.set_parent(Full(""));
    request.set_learner(Full(absl::StrCat("users/", learner)));
    const auto list = Call<v1::ListEnrollmentsResponse>("users/ann", request);
    EXPECT_TRUE(list.ok()) << list.message();
    EXPECT_EQ(list.value.enrollments_size(), 1);
    return list.value.enrollments_size() == 1 ? list.value.enrollments(0) : Enrollment();
  }
  // `RECERTIFYING 2`: state and cycle.
  std::string Where(absl::string_view learner) {
    const Enrollment enrollment = Of(learner);
    return absl::StrCat(Enrollment::State_Name(enrollment.state()), " ", enrollment.cycle());
  }
  // The states that it came to, oldest first, with who did it: `ENROLLED ann`, `EXPIRED`.
  std::vector<std::string> History(absl::string_view learner) {
    v1::ListEnrollmentTransitionsRequest request;
    request.set_name(Of(learner).name());
    const auto list = Call<v1::ListEnrollmentTransitionsResponse>("users/ann", request);
    EXPECT_TRUE(list.ok()) << list.message();
    std::vector<std::string> states;
    for (const auto& transition : list.value.transitions()) {
      const std::string actor = absl::StrReplaceAll(transition.actor(), {{Full("users/"), ""}});
      states.push_back(
          absl::StrCat(Enrollment::State_Name(transition.to()), actor.empty() ? "" : " ", actor));
    }
    return states;
  }
  void Complete(absl::string_view learner) {
    v1::SignOffRequest request;
    request.set_name(Of(learner).name());
    const auto signed_off = Call<v1::TrainingRecord>("users/dan", request);
    ASSERT_TRUE(signed_off.ok()) << signed_off.message();
  }
};

TEST_F(RecertificationTest, CA1_WhoHasCompletedBeginsAnewAsTheWindowOpens) {
  Enroll("lea", "fire");
  Complete("lea");
  EXPECT_EQ(Where("lea"), "COMPLETED 1");
  const absl::Time expires = FromTimestamp(Of("lea").expire_time());
  EXPECT_GE(expires, At(365));
  EXPECT_LT(expires, At(365.1));
  GoTo(334.9);
  EXPECT_EQ(Where("lea"), "COMPLETED 1");
  Restart();
  GoTo(335.1);
  EXPECT_EQ(Where("lea"), "RECERTIFYING 2");
  EXPECT_EQ(FromTimestamp(Of("lea").due_time()), expires);
  Restart();
  GoTo(340);
  Complete("lea");
  EXPECT_EQ(Where("lea"), "COMPLETED 2");
  EXPECT_GE(FromTimestamp(Of("lea").expire_time()), At(340 + 365));
  GoTo(380);
  EXPECT_EQ(Where("lea"), "COMPLETED 2") << "what the first completion said counts no more";
  GoTo(700);
  EXPECT_EQ(Where("lea"), "RECERTIFYING 3");
  EXPECT_THAT(History("lea"), ElementsAre("ENROLLED ann", "COMPLETED dan", "RECERTIFYING",
                                          "COMPLETED dan", "RECERTIFYING"));
}

TEST_F(RecertificationTest, CA1_WhoDoesNotDoItAgainHasExpiredBehindTheGrace) {
  Enroll("lea", "fire");
  Complete("lea");
  GoTo(374.9);
  EXPECT_EQ(Where("lea"), "RECERTIFYING 2");
  Restart();
  GoTo(375.1);
  EXPECT_EQ(Where("lea"), "EXPIRED 2");
  Restart();
  GoTo(800);
  EXPECT_EQ(Where("lea"), "EXPIRED 2");
  EXPECT_THAT(History("lea"),
              ElementsAre("ENROLLED ann", "COMPLETED dan", "RECERTIFYING", "EXPIRED"));
}

TEST_F(RecertificationTest, CA1_NobodyBeginsAnewWhereTheRulesDoNotSaySo) {
  SetRecertification("valid_days: 365 window_days: 30 grace_days: 10");
  Enroll("lea", "fire");
  Complete("lea");
  GoTo(374.9);
  EXPECT_EQ(Where("lea"), "COMPLETED 1");
  GoTo(375.1);
  EXPECT_EQ(Where("lea"), "EXPIRED 1");
}

TEST_F(RecertificationTest, CA1_WithoutWindowAndGraceItBeginsAnewAsItExpires) {
  SetRecertification("valid_days: 365 automatic: true");
  Enroll("lea", "fire");
  Complete("lea");
  GoTo(364.9);
  EXPECT_EQ(Where("lea"), "COMPLETED 1");
  GoTo(365.1);
  EXPECT_EQ(Where("lea"), "RECERTIFYING 2");
  GoTo(400);
  EXPECT_EQ(Where("lea"), "RECERTIFYING 2");
}

TEST_F(RecertificationTest, CA1_RulesThatChangeCountForWhoeverHasCompleted) {
  Enroll("lea", "fire");
  Complete("lea");
  GoTo(100);
  SetRecertification("valid_days: 365 window_days: 60 grace_days: 10 automatic: true");
  GoTo(304.9);
  EXPECT_EQ(Where("lea"), "COMPLETED 1");
  GoTo(305.1);
  EXPECT_EQ(Where("lea"), "RECERTIFYING 2");
}

TEST_F(RecertificationTest, CA1_TwoYearsOfDowntimeEndAsTheyWouldHave) {
  MustAddRule("soon", "DUE_SOON", "recipients: LEARNER lead_days: 7");
  MustAddRule("expiring", "EXPIRING", "recipients: LEARNER lead_days: 20");
  Enroll("lea", "fire");
  Enroll("leo", "fire");
  Complete("lea");
  Stop();
  Start();
  GoTo(730);
  EXPECT_EQ(Where("lea"), "EXPIRED 1") << "nobody was there to do it again";
  EXPECT_EQ(Where("leo"), "ENROLLED 1");
  EXPECT_THAT(Told(), IsEmpty()) << "all of it is past";
}

TEST_F(RecertificationTest, KA4_PeopleAreToldThatACompletionWillExpire) {
  MustAddRule("done", "COMPLETED", "recipients: LEARNER recipients: MANAGER");
  MustAddRule("expiring", "EXPIRING", "recipients: LEARNER lead_days: 20");
  MustAddRule("soon", "DUE_SOON", "recipients: LEARNER lead_days: 7");
  Enroll("lea", "fire");
  Complete("lea");
  EXPECT_THAT(Told(), ElementsAre("lea: COMPLETED fire", "mo: COMPLETED fire"));
  GoTo(344.9);
  EXPECT_THAT(Told(), SizeIs(2));
  GoTo(345.1);
  EXPECT_THAT(Told(),
              ElementsAre("lea: COMPLETED fire", "mo: COMPLETED fire", "lea: EXPIRING fire"))
      << "though it is being done again by then";
  GoTo(358.1);
  EXPECT_THAT(Told(), SizeIs(4)) << "doing it again is due as it expires";
  EXPECT_EQ(Told().back(), "lea: DUE_SOON fire");
}

TEST_F(RecertificationTest, Rule19_UnderAFreezeNothingBeginsAnewOrLapses) {
  Enroll("lea", "fire");
  Complete("lea");
  Archive("courses/fire");
  GoTo(340);
  EXPECT_EQ(Where("lea"), "COMPLETED 1");
  Unarchive("courses/fire");
  GoTo(340);
  EXPECT_EQ(Where("lea"), "RECERTIFYING 2") << "at once, and not an hour later";
}

TEST_F(RecertificationTest, CA1_DueDatesAreFixedOrGoByTheEnrollmentOrTheDayOfHiring) {
  MustAddRule("late", "OVERDUE", "recipients: LEARNER");
  SetUser("leo", absl::StrCat("time_zone: 'Asia/Tokyo' hire_date: '",
                              absl::FormatTime("%Y-%m-%d", At(-2), absl::UTCTimeZone()), "'"));
  SetRules("DUE", absl::StrCat("due { time { seconds: ", absl::ToUnixSeconds(At(20)), " } }"));
  Enroll("lea", "fire");
  EXPECT_EQ(FromTimestamp(Of("lea").due_time()), At(20));
  GoTo(1);
  SetRules("DUE", "due { days_after_hire: 10 }");
  Enroll("leo", "fire");
  absl::TimeZone tokyo;
  ASSERT_TRUE(absl::LoadTimeZone("Asia/Tokyo", &tokyo));
  const absl::CivilDay hired = absl::ToCivilDay(At(-2), absl::UTCTimeZone());
  EXPECT_EQ(FromTimestamp(Of("leo").due_time()), absl::FromCivil(hired + 11, tokyo));
  SetRules("DUE", "due { days_after_enrollment: 30 }");
  Enroll("mo", "fire");
  EXPECT_GE(FromTimestamp(Of("mo").due_time()), At(31));
  EXPECT_LT(FromTimestamp(Of("mo").due_time()), At(31.1));
  GoTo(9.9);
  EXPECT_THAT(Told(), ElementsAre("leo: OVERDUE fire"));
  GoTo(20);
  EXPECT_THAT(Told(), ElementsAre("leo: OVERDUE fire", "lea: OVERDUE fire"));
  GoTo(32);
  EXPECT_THAT(Told(), ElementsAre("leo: OVERDUE fire", "lea: OVERDUE fire", "mo: OVERDUE fire"));
}

TEST_F(RecertificationTest, CA1_WhoMayNotIsRefused) {
  for (const char* other : {"users/lea", "users/olga", "users/otto"}) {
    EXPECT_EQ(SetRulesAs(other, "RECERTIFICATION", "recertification { valid_days: 1 }").code(),
              grpc::StatusCode::PERMISSION_DENIED)
        << other;
  }
}

TEST_F(RecertificationTest, CA5_WhoFailsItByMistakeGoesOnDoingItAgain) {
  Enroll("lea", "fire");
  Complete("lea");
  GoTo(340);
  const auto decide = [&](v1::OverrideCompletionRequest::Outcome outcome) {
    v1::OverrideCompletionRequest request;
    request.set_name(Of("lea").name());
    request.set_outcome(outcome);
    request.set_reason("a mistake");
    const auto done = Call<v1::TrainingRecord>("users/dan", request);
    EXPECT_TRUE(done.ok()) << done.message();
  };
  const absl::Time due = FromTimestamp(Of("lea").due_time());
  decide(v1::OverrideCompletionRequest::FAILED);
  EXPECT_EQ(Where("lea"), "FAILED 2");
  decide(v1::OverrideCompletionRequest::RULE);
  EXPECT_EQ(Where("lea"), "RECERTIFYING 2") << "what was completed is still valid";
  EXPECT_EQ(FromTimestamp(Of("lea").due_time()), due);
  GoTo(375.1);
  EXPECT_EQ(Where("lea"), "EXPIRED 2");
}

TEST_F(RecertificationTest, CA1_WhoComesBackWhileItIsValidGoesOnWhereTheyLeft) {
  Enroll("lea", "fire");
  Complete("lea");
  GoTo(340);
  v1::DeleteEnrollmentRequest leave;
  leave.set_name(Of("lea").name());
  ASSERT_TRUE(Call<google::protobuf::Empty>("users/ann", leave).ok());
  EnrollDue("lea", "fire", 350);
  EXPECT_EQ(Where("lea"), "RECERTIFYING 2");
  EXPECT_EQ(FromTimestamp(Of("lea").due_time()), At(350)) << "as was said by hand";
  GoTo(375.1);
  EXPECT_EQ(Where("lea"), "EXPIRED 2");
}

// What is no longer valid does not become so again by leaving.
TEST_F(RecertificationTest, LE3_APlanIsNotCompletedByWhatWasLeftAsItHadExpired) {
  SetRecertification("valid_days: 365 grace_days: 10");
  v1::CreateTrainingPlanRequest plan;
  plan.set_parent(Full(""));
  plan.set_training_plan_id("path");
  *plan.mutable_training_plan() = Parse<v1::TrainingPlan>(
      "display_name: 'Path' parent_scope: 'tenants/acme/catalogs/safety' "
      "steps { courses: 'tenants/acme/courses/fire' }");
  const auto made = Call<v1::TrainingPlan>("users/kim", plan);
  ASSERT_TRUE(made.ok()) << made.message();
  Enroll("lea", "fire");
  Complete("lea");
  GoTo(380);
  ASSERT_EQ(Where("lea"), "EXPIRED 1");
  const std::string course = Of("lea").name();
  v1::CreateEnrollmentRequest enroll;
  enroll.set_parent(Full(""));
  enroll.mutable_enrollment()->set_learner(Full("users/lea"));
  enroll.mutable_enrollment()->set_training(Full("plans/path"));
  const auto begun = Call<v1::Enrollment>("users/ann", enroll);
  ASSERT_TRUE(begun.ok()) << begun.message();
  v1::DeleteEnrollmentRequest leave;
  leave.set_name(course);
  ASSERT_TRUE(Call<google::protobuf::Empty>("users/ann", leave).ok());
  v1::GetEnrollmentRequest get;
  get.set_name(begun.value.name());
  const auto state = [&] {
    const auto found = Call<v1::Enrollment>("users/ann", get);
    return absl::StrCat(Enrollment::State_Name(found.value.state()), " ",
                        found.value.progress_percent());
  };
  EXPECT_EQ(state(), "IN_PROGRESS 0");
  // The records of the plan are worked out again.
  v1::UpdateTrainingPlanRequest update;
  update.mutable_training_plan()->set_name(Full("plans/path"));
  *update.mutable_training_plan()->add_steps() = made.value.steps(0);
  update.mutable_training_plan()->mutable_steps(0)->set_display_name("First");
  update.mutable_update_mask()->add_paths("steps");
  const auto updated = Call<v1::TrainingPlan>("users/kim", update);
  ASSERT_TRUE(updated.ok()) << updated.message();
  server().Advance(absl::ZeroDuration());
  EXPECT_EQ(state(), "IN_PROGRESS 0");
}

}  // namespace
}  // namespace provost
