// What the calls by which people come into trainings answer is what the commit has made of them
// (CA1, LE2), under the lms365 preset.
#include <string>

#include "gmock/gmock.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/training_record_service.pb.h"
#include "tests/service/enrollment_life.h"

namespace provost {
namespace {

using v1::Enrollment;

// The plan path has the course fire as its only step.
class EnrollmentAnswerTest : public EnrollmentLife {
 protected:
  EnrollmentAnswerTest() {
    v1::CreateTrainingPlanRequest create;
    create.set_parent(Full(""));
    create.set_training_plan_id("path");
    create.mutable_training_plan()->set_display_name("Path");
    create.mutable_training_plan()->set_parent_scope(Full("catalogs/safety"));
    create.mutable_training_plan()->add_steps()->add_courses(Full("courses/fire"));
    const auto made = Call<v1::TrainingPlan>("users/kai", create);
    EXPECT_TRUE(made.ok()) << made.message();
  }
  void OpenPlan(const std::string& rules) {
    const auto set = SetRules("users/kai", "plans/path", "enrollment { " + rules + " }");
    ASSERT_TRUE(set.ok()) << set.message();
    v1::PublishTrainingPlanRequest publish;
    publish.set_name(Full("plans/path"));
    ASSERT_TRUE(Call<v1::TrainingPlan>("users/kai", publish).ok());
  }
  // Enrolls somebody into fire, who has completed it at once. Returns the enrollment's name.
  std::string CompleteFire(absl::string_view learner) {
    const auto enrolled = Enroll("users/kai", learner);
    EXPECT_TRUE(enrolled.ok()) << enrolled.message();
    Complete(enrolled.value.name());
    return enrolled.value.name();
  }
  void Complete(const std::string& enrollment) {
    v1::OverrideCompletionRequest request;
    request.set_name(enrollment);
    request.set_outcome(v1::OverrideCompletionRequest::COMPLETED);
    request.set_reason("knows it");
    const auto completed = Call<v1::TrainingRecord>("users/kai", request);
    ASSERT_TRUE(completed.ok()) << completed.message();
  }
  // What was answered is what is there.
  void ExpectIs(const Answer<Enrollment>& answer, Enrollment::State state) {
    ASSERT_TRUE(answer.ok()) << answer.message();
    EXPECT_EQ(Enrollment::State_Name(answer.value.state()), Enrollment::State_Name(state));
    EXPECT_EQ(answer.value.DebugString(), Get(answer.value.name()).DebugString());
  }
};

TEST_F(EnrollmentAnswerTest, CA1_WhoHasDoneAllOfAPlanHasCompletedItByComingIn) {
  for (const char* user : {"users/lea", "users/leo", "users/eve", "users/mo"}) CompleteFire(user);
  ExpectIs(Enroll("users/kai", "users/lea", "plans/path"), Enrollment::COMPLETED);
  OpenPlan("self_enrollment: true applications: true capacity: 2 waiting_list: true");
  ExpectIs(EnrollSelf("users/leo", "plans/path"), Enrollment::COMPLETED);
  v1::RequestEnrollmentRequest apply;
  apply.set_training(Full("plans/path"));
  const auto applied = Call<Enrollment>("users/eve", apply);
  ExpectIs(applied, Enrollment::REQUESTED);
  ASSERT_TRUE(SetRules("users/kai", "plans/path",
                       "enrollment { self_enrollment: true capacity: 3 waiting_list: true }")
                  .ok());
  ExpectIs(Move<v1::ApproveEnrollmentRequest>("users/kai", applied.value.name()),
           Enrollment::COMPLETED);
  const auto waits = EnrollSelf("users/mo", "plans/path");
  ExpectIs(waits, Enrollment::WAITING);
  ExpectIs(Move<v1::PromoteEnrollmentRequest>("users/kai", waits.value.name()),
           Enrollment::COMPLETED);
}

TEST_F(EnrollmentAnswerTest, CA1_WhoComesBackGoesOnWhereTheyLeft) {
  Open("self_enrollment: true");
  const std::string lea = CompleteFire("users/lea");
  ASSERT_TRUE(Move<v1::WithdrawEnrollmentRequest>("users/lea", lea).ok());
  ExpectIs(EnrollSelf("users/lea"), Enrollment::COMPLETED);
  ExpectIs(EnrollSelf("users/leo"), Enrollment::ENROLLED);
}

}  // namespace
}  // namespace provost
