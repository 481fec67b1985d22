// What stays completed as trainings change (CA1, CA5, LE3).
#include <google/protobuf/empty.pb.h>

#include <string>
#include <vector>

#include "provost/v1/certificate_service.pb.h"
#include "tests/service/assessment.h"
#include "tests/service/training_records.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::SizeIs;
using v1::Enrollment;
using Outcome = v1::OverrideCompletionRequest;

// Under lms365: kai administers the catalog safety, cora the course fire in it.
class KeptCompletionTest : public RecordTest {
 protected:
  KeptCompletionTest() : RecordTest("lms365", "users/kai") {
    MakePeople({"kai", "cora"});
    Assign("users/kai", "catalog_admin", "catalogs/safety");
    Assign("users/cora", "course_admin", "courses/fire");
    MakeCourses();
    const auto made =
        Make("users/kai", v1::ContentItem::CERTIFICATE_TEMPLATE, "plain", "catalogs/safety",
             "certificate_template { title: 'Done' text: 'Done' }");
    EXPECT_TRUE(made.ok()) << made.message();
    Publish("users/kai", "certificateTemplates/plain");
  }
  void SetRule(const std::string& rule) {
    SetCompletion("courses/fire",
                  absl::StrCat(rule, " certificate_template: '$T/certificateTemplates/plain'"));
  }
  // The codes of those that are not revoked.
  std::vector<std::string> Valid(absl::string_view learner) {
    v1::ListCertificatesRequest request;
    request.set_parent(Full(""));
    request.set_learner(Full(learner));
    const auto list = Call<v1::ListCertificatesResponse>("users/kai", request);
    EXPECT_TRUE(list.ok()) << list.message();
    std::vector<std::string> names;
    for (const v1::Certificate& each : list.value.certificates()) {
      if (each.state() == v1::Certificate::VALID) names.push_back(each.name());
    }
    return names;
  }
  // It is completed as it was, with the same certificate.
  void ExpectKept(const Enrollment& was, const std::vector<std::string>& certificates) {
    const Enrollment is = RecordOf(was.name()).enrollment();
    EXPECT_EQ(is.state(), Enrollment::COMPLETED);
    EXPECT_EQ(FromTimestamp(is.complete_time()), FromTimestamp(was.complete_time()));
    EXPECT_EQ(Valid("users/lea"), certificates);
  }
  Enrollment Completed() {
    const Enrollment done = RecordOf(lea_).enrollment();
    EXPECT_EQ(done.state(), Enrollment::COMPLETED);
    EXPECT_THAT(Valid("users/lea"), SizeIs(1));
    return done;
  }
};

TEST_F(KeptCompletionTest, CA1_ARuleThatAsksForLessMovesNoCompletion) {
  SetRule("required_count: 2");
  See("users/lea", lea_, {"pages/doors"});
  server().Advance(absl::Hours(1));
  See("users/lea", lea_, {"pages/exits"});
  const Enrollment was = Completed();
  const auto certificates = Valid("users/lea");
  SetRule("required_count: 1");
  ExpectKept(was, certificates);
  SetRule("required_count: 3");
  ExpectKept(was, certificates);
}

TEST_F(KeptCompletionTest, CA1_WhatWasDoneLaterMovesNoCompletion) {
  SetRule("required_count: 1");
  See("users/lea", lea_, {"pages/doors"});
  const Enrollment was = Completed();
  const auto certificates = Valid("users/lea");
  server().Advance(absl::Hours(1));
  See("users/lea", lea_, {"pages/exits"});
  SetRule("required_count: 2");
  ExpectKept(was, certificates);
}

TEST_F(KeptCompletionTest, CA1_WhatWasDecidedByHandBeforeTakesNothingBack) {
  SetRule("required_count: 1");
  See("users/lea", lea_, {"pages/doors"});
  server().Advance(absl::Hours(1));
  ASSERT_TRUE(Override("users/cora", lea_, Outcome::FAILED, "copied").ok());
  server().Advance(absl::Hours(1));
  ASSERT_TRUE(Override("users/cora", lea_, Outcome::RULE, "not copied").ok());
  const Enrollment was = Completed();
  const auto certificates = Valid("users/lea");
  SetRule("required_count: 2");
  ExpectKept(was, certificates);
}

TEST_F(KeptCompletionTest, CA1_WhatWasCompletedByHandFirstIsNotLost) {
  SetRule("required_count: 1");
  ASSERT_TRUE(Override("users/cora", lea_, Outcome::COMPLETED, "knows it").ok());
  server().Advance(absl::Hours(1));
  See("users/lea", lea_, {"pages/doors"});
  server().Advance(absl::Hours(1));
  ASSERT_TRUE(Override("users/cora", lea_, Outcome::RULE, "has done it").ok());
  const Enrollment was = Completed();
  const auto certificates = Valid("users/lea");
  SetRule("required_count: 2");
  ExpectKept(was, certificates);
}

TEST_F(KeptCompletionTest, CA5_ACorrectionUndoesWhatWasKept) {
  SetRule("required_count: 1");
  ASSERT_TRUE(Score("users/cora", lea_, "score_hundredths: 8000 passed: true").ok());
  const Enrollment was = Completed();
  const auto certificates = Valid("users/lea");
  const std::string score = LastOf(lea_, v1::RecordEvent::kScore).name();
  SetRule("required_count: 2");
  ExpectKept(was, certificates);
  ASSERT_TRUE(Correct("users/cora", score).ok());
  EXPECT_NE(StateOf(lea_), Enrollment::COMPLETED);
  EXPECT_THAT(Valid("users/lea"), SizeIs(0));
}

TEST_F(KeptCompletionTest, CA1_WhoComesBackHasWhatTheyHadCompleted) {
  SetRule("required_count: 1");
  See("users/lea", lea_, {"pages/doors"});
  const Enrollment was = Completed();
  const auto certificates = Valid("users/lea");
  v1::DeleteEnrollmentRequest leave;
  leave.set_name(lea_);
  ASSERT_TRUE(Call<Empty>("users/kai", leave).ok());
  SetRule("required_count: 2");
  Enroll("users/lea", "courses/fire");
  ExpectKept(was, certificates);
}

TEST_F(KeptCompletionTest, CA1_WhatIsKeptStandsUntilWhatItRestsOnIsTakenBack) {
  SetRule("required_count: 1 sign_off: true");
  ASSERT_TRUE(Score("users/cora", lea_, "score_hundredths: 8000 passed: true").ok());
  ASSERT_TRUE(Sign("users/cora", lea_).ok());
  const Enrollment was = Completed();
  const auto certificates = Valid("users/lea");
  SetRule("required_count: 2 sign_off: true");
  ExpectKept(was, certificates);
  ASSERT_TRUE(Correct("users/cora", LastOf(lea_, v1::RecordEvent::kScore).name(),
                      "score { score_hundredths: 9000 passed: true }")
                  .ok());
  ExpectKept(was, certificates);
  ASSERT_TRUE(Sign("users/cora", lea_, true).ok());
  EXPECT_EQ(StateOf(lea_), Enrollment::IN_PROGRESS);
  EXPECT_THAT(Valid("users/lea"), SizeIs(0));
}

TEST_F(KeptCompletionTest, LE3_ACorrectionTakesAFrozenPlanBackWhoseStepsHaveChanged) {
  MakeCatalog("paths");
  Assign("users/kai", "catalog_admin", "catalogs/paths");
  auto plan = Parse<v1::CreateTrainingPlanRequest>(
      "parent: '$T' training_plan_id: 'path' training_plan { display_name: 'Path' "
      "parent_scope: '$T/catalogs/paths' steps { courses: '$T/courses/fire' } "
      "steps { courses: '$T/courses/drill' } }");
  ASSERT_TRUE(Call<v1::TrainingPlan>("users/kai", plan).ok());
  SetRule("required_count: 1");
  ASSERT_TRUE(Score("users/cora", lea_, "score_hundredths: 8000 passed: true").ok());
  See("users/lea", Enroll("users/lea", "courses/drill"), {"pages/run"});
  const std::string path = Enroll("users/lea", "plans/path");
  ASSERT_EQ(StateOf(path), Enrollment::COMPLETED);
  // The records of the plan follow its steps once nothing is frozen.
  Hold("catalogs/paths");
  v1::DeleteCourseRequest gone;
  gone.set_name(Full("courses/drill"));
  gone.set_force(true);
  const auto deleted = Call<Empty>("users/kai", gone);
  ASSERT_TRUE(deleted.ok()) << deleted.message();
  EXPECT_EQ(StateOf(path), Enrollment::COMPLETED);
  ASSERT_TRUE(Correct("users/cora", LastOf(lea_, v1::RecordEvent::kScore).name()).ok());
  EXPECT_EQ(StateOf(path), Enrollment::ENROLLED);
}

TEST_F(KeptCompletionTest, LE3_APlanThatWasKeptIsUndoneWithItsCourse) {
  auto plan = Parse<v1::CreateTrainingPlanRequest>(
      "parent: '$T' training_plan_id: 'path' training_plan { display_name: 'Path' "
      "parent_scope: '$T/catalogs/safety' steps { courses: '$T/courses/fire' } }");
  ASSERT_TRUE(Call<v1::TrainingPlan>("users/kai", plan).ok());
  SetRule("required_count: 1");
  ASSERT_TRUE(Score("users/cora", lea_, "score_hundredths: 8000 passed: true").ok());
  const std::string path = Enroll("users/lea", "plans/path");
  ASSERT_EQ(StateOf(path), Enrollment::COMPLETED);
  auto update = Parse<v1::UpdateTrainingPlanRequest>(
      "training_plan { name: '$T/plans/path' steps { courses: '$T/courses/fire' } "
      "steps { courses: '$T/courses/drill' } } update_mask { paths: 'steps' }");
  ASSERT_TRUE(Call<v1::TrainingPlan>("users/kai", update).ok());
  server().Advance(absl::ZeroDuration());
  ASSERT_EQ(StateOf(path), Enrollment::COMPLETED);
  ASSERT_TRUE(Award("users/cora", "users/lea", "credit_hundredths: 50").ok());
  EXPECT_EQ(StateOf(path), Enrollment::COMPLETED);
  ASSERT_TRUE(Correct("users/cora", LastOf(lea_, v1::RecordEvent::kScore).name()).ok());
  EXPECT_EQ(StateOf(path), Enrollment::ENROLLED);
}

TEST_F(KeptCompletionTest, CA1_ItemsAndSignaturesThatAreWantedLaterTakeNothingBack) {
  SetRule("items: '$T/pages/doors'");
  See("users/lea", lea_, {"pages/doors"});
  const Enrollment was = Completed();
  const auto certificates = Valid("users/lea");
  ASSERT_TRUE(Place("users/kai", "courses/fire", {"pages/doors"}).ok());
  server().Advance(absl::ZeroDuration());
  ExpectKept(was, certificates);
  SetRule("sign_off: true");
  ExpectKept(was, certificates);
  ASSERT_TRUE(Sign("users/cora", lea_).ok());
  ExpectKept(was, certificates);
  ASSERT_TRUE(Sign("users/cora", lea_, true).ok());
  ExpectKept(was, certificates);
}

class KeptWorkTest : public AssessmentTest {
 protected:
  KeptWorkTest() : AssessmentTest(kCoreAchieve) {}

  void SetRule(const std::string& rule) {
    v1::UpdateTrainingRulesRequest request;
    request.set_training(Full("courses/fire"));
    request.set_section(v1::TrainingRules::COMPLETION);
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
        absl::StrCat("completion { ", rule, " }"), request.mutable_rules()));
    const auto set = Call<v1::UpdateTrainingRulesResponse>("users/ann", request);
    ASSERT_TRUE(set.ok()) << set.message();
    server().Advance(absl::ZeroDuration());
  }
  void Grade(const std::string& submission, int64_t point_hundredths) {
    v1::GradeSubmissionRequest request;
    request.set_name(submission);
    request.set_version(1);
    request.set_point_hundredths(point_hundredths);
    request.set_reason("Read again");
    const auto graded = Call<v1::Submission>("users/ira", request);
    ASSERT_TRUE(graded.ok()) << graded.message();
  }
};

TEST_F(KeptWorkTest, I1_WorkIsGradedAgainWhereACompletionWasKept) {
  AddTask("tasks/t", "max_points: 10 pass_percent: 50");
  const std::string work = HandIn("users/lea", "tasks/t").value.name();
  Grade(work, 800);
  ASSERT_EQ(Record(lea_).state(), Enrollment::COMPLETED);
  SetRule("sign_off: true");
  ASSERT_EQ(Record(lea_).state(), Enrollment::COMPLETED);
  // The first takes back what the completion rests on; the second takes the place of the first.
  Grade(work, 700);
  EXPECT_EQ(Record(lea_).state(), Enrollment::IN_PROGRESS);
  EXPECT_EQ(Record(lea_).score_hundredths(), 7000);
  Grade(work, 200);
  EXPECT_EQ(Record(lea_).score_hundredths(), 2000);
}

}  // namespace
}  // namespace provost
