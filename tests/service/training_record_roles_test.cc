// Training records by the roles of the other presets (I1, I3, A1, PI1, PI2, RE2), and trainings
// from elsewhere (KA2).
#include <string>
#include <vector>

#include "tests/service/training_records.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using Outcome = v1::OverrideCompletionRequest;

// Under lms365: kai administers the catalog safety, cora the course fire in it, olga the catalog
// office.
class ExternalTrainingTest : public RecordTest {
 protected:
  ExternalTrainingTest() : RecordTest("lms365", "users/kai") {
    MakePeople({"kai", "cora", "olga"});
    MakeCatalog("office");
    Assign("users/olga", "catalog_admin", "catalogs/office");
    Assign("users/kai", "catalog_admin", "catalogs/safety");
    Assign("users/cora", "course_admin", "courses/fire");
  }
};

TEST_F(ExternalTrainingTest, KA2_TrainingsFromElsewhereAreEnteredByHand) {
  const auto wanted = Parse<v1::CreateExternalTrainingRequest>(
      "parent: '$T' external_training { learner: '$T/users/lea' home_scope: '$T/catalogs/safety' "
      "title: 'First aid' provider: 'Red Cross' complete_time { seconds: 1700000000 } "
      "credit_hundredths: 200 evidence: 'https://aid.example/17\\nseen by kai' }");
  for (const char* actor : {"users/cora", "users/leo", "users/olga"}) {
    EXPECT_EQ(Call<v1::ExternalTraining>(actor, wanted).code(), kDenied) << actor;
  }
  auto made = Call<v1::ExternalTraining>("users/kai", wanted);
  ASSERT_TRUE(made.ok()) << made.message();
  EXPECT_EQ(made.value.entered_by(), Full("users/kai"));
  const auto get = [&](absl::string_view actor) {
    v1::GetExternalTrainingRequest request;
    request.set_name(made.value.name());
    return Call<v1::ExternalTraining>(actor, request);
  };
  EXPECT_TRUE(get("users/lea").ok());
  EXPECT_EQ(get("users/leo").code(), kDenied);
  const auto list = [&](absl::string_view actor) {
    v1::ListExternalTrainingsRequest request;
    request.set_parent(Full(""));
    request.set_learner(Full("users/lea"));
    return Call<v1::ListExternalTrainingsResponse>(actor, request).value.external_trainings_size();
  };
  EXPECT_EQ(list("users/lea"), 1);
  EXPECT_EQ(list("users/kai"), 1);
  EXPECT_EQ(list("users/leo"), 0);

  v1::UpdateExternalTrainingRequest update;
  update.mutable_external_training()->set_name(made.value.name());
  update.mutable_external_training()->set_etag(made.value.etag());
  update.mutable_external_training()->set_title("First aid, refreshed");
  EXPECT_THAT(Call<v1::ExternalTraining>("users/kai", update).bad_fields(),
              ElementsAre(Key("reason")));
  update.set_reason("the wrong one");
  EXPECT_EQ(Call<v1::ExternalTraining>("users/lea", update).code(), kDenied);
  made = Call<v1::ExternalTraining>("users/kai", update);
  ASSERT_TRUE(made.ok()) << made.message();
  ASSERT_THAT(made.value.before(), SizeIs(1));
  EXPECT_EQ(made.value.before(0).title(), "First aid");
  EXPECT_EQ(made.value.reason(), "the wrong one");
  EXPECT_EQ(Call<v1::ExternalTraining>("users/kai", update).code(), grpc::StatusCode::ABORTED);

  v1::DeleteExternalTrainingRequest gone;
  gone.set_name(made.value.name());
  EXPECT_EQ(Call<Empty>("users/kai", gone).code(), kDenied) << "d1";
}

TEST_F(ExternalTrainingTest, BadInput_OfTrainingsFromElsewhereIsToldFieldByField) {
  const auto bad = Call<v1::ExternalTraining>(
      "users/kai", Parse<v1::CreateExternalTrainingRequest>(
                       "parent: '$T' external_training { learner: '$T/groups/x' "
                       "home_scope: '$T/catalogs/safety' credit_hundredths: -1 "
                       "complete_time { seconds: 20 } expire_time { seconds: 10 } }"));
  EXPECT_THAT(bad.bad_fields(),
              UnorderedElementsAre(Key("external_training.learner"), Key("external_training.title"),
                                   Key("external_training.expire_time"),
                                   Key("external_training.credit_hundredths")));
  const auto future = Call<v1::ExternalTraining>(
      "users/kai", Parse<v1::CreateExternalTrainingRequest>(
                       "parent: '$T' external_training { learner: '$T/users/lea' title: 'x' "
                       "home_scope: '$T/catalogs/safety' "
                       "complete_time { seconds: 4102444800 } }"));
  EXPECT_THAT(future.bad_fields(), ElementsAre(Key("external_training.complete_time")));
}

// Under coreachieve: ina instructs in the course fire; ann is the administrator.
class CoreAchieveRecordTest : public RecordTest {
 protected:
  CoreAchieveRecordTest() : RecordTest("coreachieve", "users/ann") {
    MakePeople({"ina"});
    Assign("users/ina", "instructor", "courses/fire");
    MakeCourses();
  }
};

TEST_F(CoreAchieveRecordTest, I3_CreditIsGivenToThoseWhoMeetTheStandards) {
  SetCompletion("courses/fire", "credit_hundredths: 100");
  EXPECT_THAT(Award("users/ina", "users/lea").violations(), ElementsAre("CREDIT_NOT_EARNED"));
  EXPECT_EQ(Award("users/leo", "users/lea").code(), kDenied);
  EXPECT_EQ(Award("users/eve", "users/lea").code(), kDenied);
  See("users/lea", lea_, {"pages/doors", "pages/exits"});
  ASSERT_TRUE(Score("users/ina", lea_, "score_hundredths: 7000 passed: true").ok());
  const auto given = Award("users/ina", "users/lea");
  ASSERT_TRUE(given.ok()) << given.message();
  EXPECT_EQ(given.value.enrollment().credit_hundredths(), 100);
  EXPECT_TRUE(Award("users/ina", "users/leo", "override: true reason: 'showed it'").ok());
}

TEST_F(CoreAchieveRecordTest, I3_CreditIsGivenAtASessionOfTheCourse) {
  auto session = Parse<v1::CreateSessionRequest>(
      "parent: '$T' session_id: 'monday' session { display_name: 'Monday' "
      "parent_scope: '$T/courses/fire' }");
  ASSERT_TRUE(Call<v1::Session>("users/ann", session).ok());
  const auto given = Award("users/ina", "users/lea",
                           "credit_hundredths: 10 override: true reason: 'x'", "sessions/monday");
  ASSERT_TRUE(given.ok()) << given.message();
  EXPECT_EQ(given.value.name(), lea_);
  EXPECT_EQ(Award("users/eve", "users/lea", "", "sessions/monday").code(), kDenied);
}

TEST_F(CoreAchieveRecordTest, I1_InstructorsGradeAndSignOff) {
  SetCompletion("courses/fire", "sign_off: true");
  EXPECT_TRUE(Score("users/ina", lea_, "score_hundredths: 7000 passed: true").ok());
  EXPECT_TRUE(Sign("users/ina", lea_).ok());
  EXPECT_TRUE(Sign("users/ina", lea_, /*take_back=*/true).ok());
  EXPECT_FALSE(RecordOf(lea_).signed_off());
  for (const char* actor : {"users/leo", "users/eve"}) {
    EXPECT_EQ(Score(actor, lea_, "score_hundredths: 1").code(), kDenied) << actor;
    EXPECT_EQ(Sign(actor, lea_).code(), kDenied) << actor;
  }
}

TEST_F(CoreAchieveRecordTest, A1_TheAdministratorDeletesRecords) {
  v1::DeleteTrainingRecordRequest request;
  request.set_name(lea_);
  EXPECT_THAT(Call<Empty>("users/ann", request).bad_fields(), ElementsAre(Key("reason")));
  request.set_reason("made twice");
  for (const char* actor : {"users/ina", "users/lea", "users/eve"}) {
    EXPECT_EQ(Call<Empty>(actor, request).code(), kDenied) << actor;
  }
  const auto gone = Call<Empty>("users/ann", request);
  ASSERT_TRUE(gone.ok()) << gone.message();
  EXPECT_EQ(Read("users/ann", lea_).code(), kMissing);
  EXPECT_EQ(Progress("users/lea", lea_, "pages/doors", 10).code(), kDenied);
  EXPECT_EQ(Call<Empty>("users/ann", request).code(), kMissing);
}

TEST_F(CoreAchieveRecordTest, RecordsGoWithTheirPersonAndTheirCourse) {
  MakeCompetency("courses/fire");
  ASSERT_TRUE(Override("users/ann", lea_, Outcome::COMPLETED).ok());
  ASSERT_TRUE(Override("users/ann", leo_, Outcome::COMPLETED).ok());
  v1::DeleteUserRequest user;
  user.set_name(Full("users/lea"));
  const auto erased = Call<Empty>("users/ann", user);
  ASSERT_TRUE(erased.ok()) << erased.message();
  EXPECT_EQ(Read("users/ann", lea_).code(), kMissing);
  v1::DeleteCourseRequest course;
  course.set_name(Full("courses/fire"));
  course.set_force(true);
  const auto deleted = Call<Empty>("users/ann", course);
  ASSERT_TRUE(deleted.ok()) << deleted.message();
  EXPECT_EQ(Read("users/ann", leo_).code(), kMissing);
  EXPECT_THAT(Held("users/leo", "users/leo"), IsEmpty());
}

// Under plutolms: ivy instructs in the course fire; ann is the administrator.
class PlutoRecordTest : public RecordTest {
 protected:
  PlutoRecordTest() : RecordTest("plutolms", "users/ann") {
    MakePeople({"ivy", "rae"});
    Assign("users/ivy", "instructor", "courses/fire");
    Assign("users/rae", "reporter", "");
    MakeCourses();
  }
};

TEST_F(PlutoRecordTest, PI1_PI2_InstructorsAssessAndMonitor) {
  EXPECT_TRUE(Score("users/ivy", lea_, "score_hundredths: 7000 passed: true").ok());
  EXPECT_TRUE(Read("users/ivy", lea_).ok());
  EXPECT_EQ(Score("users/lea", leo_, "score_hundredths: 1").code(), kDenied);
  // They give credit for what is completed, and do not say by hand that it is.
  EXPECT_EQ(Override("users/ivy", lea_, Outcome::COMPLETED).code(), kDenied);
  EXPECT_EQ(
      Award("users/ivy", "users/lea", "credit_hundredths: 1 override: true reason: 'x'").code(),
      kDenied);
  EXPECT_THAT(Award("users/ivy", "users/lea", "credit_hundredths: 1").violations(),
              ElementsAre("CREDIT_NOT_EARNED"));
  ASSERT_TRUE(Override("users/ann", lea_, Outcome::COMPLETED).ok());
  EXPECT_TRUE(Award("users/ivy", "users/lea", "credit_hundredths: 1").ok());
}

TEST_F(PlutoRecordTest, RE2_AReporterReadsAndChangesNothing) {
  EXPECT_TRUE(Read("users/rae", lea_).ok());
  EXPECT_EQ(Score("users/rae", lea_, "score_hundredths: 1").code(), kDenied);
  EXPECT_EQ(Override("users/rae", lea_, Outcome::COMPLETED).code(), kDenied);
  EXPECT_EQ(Award("users/rae", "users/lea", "credit_hundredths: 1").code(), kDenied);
}

}  // namespace
}  // namespace provost
