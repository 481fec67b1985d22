// What people have done in trainings, and what follows from it: LE1, LE3, KA2, CA5, I1, I3, PI1,
// PI2, M4, rule 21.
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "provost/v1/training_record_service.grpc.pb.h"
#include "tests/service/training_records.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using v1::Enrollment;
using Outcome = v1::OverrideCompletionRequest;
using Missing = v1::MissingRequirement;

std::vector<Missing::Kind> KindsOf(const v1::TrainingRecord& record) {
  std::vector<Missing::Kind> kinds;
  for (const Missing& missing : record.missing()) kinds.push_back(missing.kind());
  return kinds;
}

// Under lms365: kai administers the catalog safety, cora the course fire in it, olga the catalog
// office.
class TrainingRecordTest : public RecordTest {
 protected:
  TrainingRecordTest() : RecordTest("lms365", "users/kai") {
    MakePeople({"kai", "cora", "olga"});
    MakeCatalog("office");
    Assign("users/olga", "catalog_admin", "catalogs/office");
    Assign("users/kai", "catalog_admin", "catalogs/safety");
    Assign("users/cora", "course_admin", "courses/fire");
    MakeCourses();
  }
};

TEST_F(TrainingRecordTest, LE1_ALearnerPassesAndCompletesACourse) {
  EXPECT_EQ(StateOf(lea_), Enrollment::ENROLLED);
  auto record = Progress("users/lea", lea_, "pages/doors", 40, "position: 'p. 3' seconds: 60");
  ASSERT_TRUE(record.ok()) << record.message();
  EXPECT_EQ(record.value.enrollment().state(), Enrollment::IN_PROGRESS);
  EXPECT_TRUE(record.value.enrollment().has_start_time());
  EXPECT_EQ(record.value.enrollment().progress_percent(), 13);
  ASSERT_THAT(record.value.items(), SizeIs(3));
  EXPECT_EQ(record.value.items(0).position(), "p. 3");
  EXPECT_EQ(record.value.items(0).display_name(), "doors");

  // Never backwards; where to go on is another matter.
  record = Progress("users/lea", lea_, "pages/doors", 20, "position: 'p. 1' seconds: 30");
  EXPECT_EQ(record.value.items(0).percent(), 40);
  EXPECT_EQ(record.value.items(0).position(), "p. 1");
  EXPECT_EQ(record.value.items(0).seconds(), 90);

  See("users/lea", lea_, {"pages/doors", "pages/exits"});
  EXPECT_THAT(KindsOf(RecordOf(lea_)), ElementsAre(Missing::ITEM));
  EXPECT_THAT(Progress("users/lea", lea_, "quizzes/heat", 100).violations(),
              ElementsAre("SCORED_ITEM"));
  ASSERT_TRUE(Score("users/cora", lea_, "score_hundredths: 8000 passed: true").ok());
  const auto done = Read("users/lea", lea_);
  ASSERT_TRUE(done.ok()) << done.message();
  EXPECT_EQ(done.value.enrollment().state(), Enrollment::COMPLETED);
  EXPECT_TRUE(done.value.enrollment().has_complete_time());
  EXPECT_EQ(done.value.enrollment().progress_percent(), 100);
  EXPECT_EQ(done.value.enrollment().score_hundredths(), 8000);
  EXPECT_THAT(done.value.missing(), IsEmpty());
  EXPECT_EQ(StateOf(leo_), Enrollment::ENROLLED) << "nobody else's";
}

TEST_F(TrainingRecordTest, LE1_NobodyLearnsForSomebodyElse) {
  for (const char* actor : {"users/leo", "users/eve", "users/kai", "users/cora", "users/olga"}) {
    EXPECT_EQ(Progress(actor, lea_, "pages/doors", 100).code(), kDenied) << actor;
  }
  EXPECT_EQ(StateOf(lea_), Enrollment::ENROLLED);
}

TEST_F(TrainingRecordTest, LE1_WhoHasLeftLearnsNoMore) {
  v1::DeleteEnrollmentRequest leave;
  leave.set_name(lea_);
  ASSERT_TRUE(Call<Empty>("users/kai", leave).ok());
  EXPECT_EQ(Progress("users/lea", lea_, "pages/doors", 100).code(), kDenied);
  EXPECT_THAT(Score("users/cora", lea_, "score_hundredths: 1").violations(),
              ElementsAre("NOT_ENROLLED"));
  // Who comes back goes on where they left.
  Enroll("users/lea", "courses/fire");
  See("users/lea", lea_, {"pages/doors"});
  ASSERT_TRUE(Call<Empty>("users/kai", leave).ok());
  Enroll("users/lea", "courses/fire");
  EXPECT_EQ(StateOf(lea_), Enrollment::IN_PROGRESS);
}

TEST_F(TrainingRecordTest, PL3_RecordsAreReadByTheirOwnersAndThoseWhoMayReadThem) {
  for (const char* actor : {"users/lea", "users/kai", "users/cora"}) {
    EXPECT_TRUE(Read(actor, lea_).ok()) << actor;
  }
  for (const char* actor : {"users/leo", "users/eve", "users/olga"}) {
    EXPECT_EQ(Read(actor, lea_).code(), kDenied) << actor;
    v1::ListRecordEventsRequest log;
    log.set_training_record(lea_);
    EXPECT_EQ(Call<v1::ListRecordEventsResponse>(actor, log).code(), kDenied) << actor;
  }
}

TEST_F(TrainingRecordTest, PL3_ARecordIsFoundWithoutReadingOthers) {
  const auto rows = [&] {
    const uint64_t before = server().rows_read();
    EXPECT_TRUE(Read("users/lea", lea_).ok());
    return server().rows_read() - before;
  };
  const uint64_t few = rows();
  for (int i = 0; i < 20; ++i) {
    const std::string user = absl::StrCat("u", i);
    MakePeople({user});
    Enroll(absl::StrCat("users/", user), "courses/fire");
  }
  EXPECT_EQ(rows(), few);
  EXPECT_LT(few, 40u);
}

TEST_F(TrainingRecordTest, BadInput_OfProgressIsToldFieldByField) {
  const auto bad = Progress("users/lea", lea_, "courses/fire", 101, "seconds: -1");
  EXPECT_THAT(bad.bad_fields(), UnorderedElementsAre(Key("item"), Key("percent"), Key("seconds")));
  EXPECT_THAT(Progress("users/lea", lea_, "pages/run", 10).bad_fields(), ElementsAre(Key("item")))
      << "an item of another course";
  EXPECT_THAT(Progress("users/lea", lea_, "pages/none", 10).bad_fields(), ElementsAre(Key("item")));
  EXPECT_THAT(Log(lea_), SizeIs(1));
}

TEST_F(TrainingRecordTest, BadInput_OfFactsIsToldFieldByField) {
  EXPECT_THAT(Score("users/cora", lea_, "score_hundredths: 10001").bad_fields(),
              ElementsAre(Key("score_hundredths")));
  EXPECT_THAT(Score("users/cora", lea_, "score_hundredths: -1", "pages/run").bad_fields(),
              ElementsAre(Key("score_hundredths")));
  EXPECT_THAT(Score("users/cora", lea_, "score_hundredths: 1", "pages/run").bad_fields(),
              ElementsAre(Key("item")));
  // Times before the enrollment, and in the future.
  for (const char* seconds : {"1000000000", "4102444800"}) {
    EXPECT_THAT(Score("users/cora", lea_,
                      absl::StrCat("score_hundredths: 1 time { seconds: ", seconds, " }"))
                    .bad_fields(),
                ElementsAre(Key("time")))
        << seconds;
  }
  EXPECT_THAT(Override("users/cora", lea_, Outcome::OUTCOME_UNSPECIFIED, "").bad_fields(),
              UnorderedElementsAre(Key("outcome"), Key("reason")));
  EXPECT_THAT(
      Award("users/cora", "users/lea", "credit_hundredths: -2000000 override: true").bad_fields(),
      UnorderedElementsAre(Key("credit_hundredths"), Key("reason")));
  EXPECT_THAT(Award("users/cora", "users/eve", "").bad_fields(), ElementsAre(Key("learner")))
      << "not enrolled";
  EXPECT_EQ(Sign("users/cora", lea_).violations(), std::vector<std::string>{"NO_SIGN_OFF"});
  EXPECT_THAT(Log(lea_), SizeIs(1)) << "nothing half done";
}

TEST_F(TrainingRecordTest, LE3_APlanCompletesFromItsStepsAndACorrectionTakesThatBack) {
  auto plan = Parse<v1::CreateTrainingPlanRequest>(
      "parent: '$T' training_plan_id: 'path' training_plan { display_name: 'Path' "
      "parent_scope: '$T/catalogs/safety' steps { courses: '$T/courses/fire' } "
      "steps { courses: '$T/courses/drill' } }");
  ASSERT_TRUE(Call<v1::TrainingPlan>("users/kai", plan).ok());
  See("users/lea", lea_, {"pages/doors", "pages/exits"});
  ASSERT_TRUE(Score("users/cora", lea_, "score_hundredths: 8000 passed: true").ok());
  const std::string path = Enroll("users/lea", "plans/path");
  auto record = RecordOf(path);
  EXPECT_EQ(record.enrollment().state(), Enrollment::IN_PROGRESS);
  EXPECT_EQ(record.enrollment().progress_percent(), 50);
  ASSERT_THAT(record.missing(), SizeIs(1));
  EXPECT_EQ(record.missing(0).kind(), Missing::STEP);
  EXPECT_THAT(record.missing(0).items(), ElementsAre(Full("courses/drill")));

  const std::string drill = Enroll("users/lea", "courses/drill");
  See("users/lea", drill, {"pages/run"});
  EXPECT_EQ(StateOf(path), Enrollment::COMPLETED);
  EXPECT_TRUE(Read("users/lea", path).ok());
  EXPECT_EQ(Read("users/leo", path).code(), kDenied);

  const std::string score = LastOf(lea_, v1::RecordEvent::kScore).name();
  ASSERT_TRUE(Correct("users/cora", score).ok());
  EXPECT_EQ(StateOf(lea_), Enrollment::IN_PROGRESS);
  record = RecordOf(path);
  EXPECT_EQ(record.enrollment().state(), Enrollment::IN_PROGRESS);
  EXPECT_FALSE(record.enrollment().has_complete_time());

  ASSERT_TRUE(Score("users/cora", lea_, "score_hundredths: 9000 passed: true").ok());
  EXPECT_EQ(StateOf(path), Enrollment::COMPLETED);
  // Nobody of the catalog deletes records (d1).
  v1::DeleteTrainingRecordRequest gone;
  gone.set_name(drill);
  gone.set_reason("made twice");
  EXPECT_EQ(Call<Empty>("users/kai", gone).code(), kDenied);
}

TEST_F(TrainingRecordTest, LE3_APlanFollowsTheStepsThatItHas) {
  auto plan = Parse<v1::CreateTrainingPlanRequest>(
      "parent: '$T' training_plan_id: 'path' training_plan { display_name: 'Path' "
      "parent_scope: '$T/catalogs/safety' steps { courses: '$T/courses/fire' } "
      "steps { courses: '$T/courses/drill' } }");
  ASSERT_TRUE(Call<v1::TrainingPlan>("users/kai", plan).ok());
  See("users/lea", Enroll("users/lea", "courses/drill"), {"pages/run"});
  const std::string path = Enroll("users/lea", "plans/path");
  EXPECT_EQ(StateOf(path), Enrollment::IN_PROGRESS);
  auto update = Parse<v1::UpdateTrainingPlanRequest>(
      "training_plan { name: '$T/plans/path' steps { courses: '$T/courses/drill' } } "
      "update_mask { paths: 'steps' }");
  ASSERT_TRUE(Call<v1::TrainingPlan>("users/kai", update).ok());
  server().Advance(absl::ZeroDuration());
  EXPECT_EQ(StateOf(path), Enrollment::COMPLETED);
}

TEST_F(TrainingRecordTest, CA1_RulesAndItemsThatChangeAreFollowed) {
  See("users/lea", lea_, {"pages/doors", "pages/exits"});
  EXPECT_EQ(StateOf(lea_), Enrollment::IN_PROGRESS);
  SetCompletion("courses/fire", "required_count: 2 sign_off: true");
  EXPECT_THAT(KindsOf(RecordOf(lea_)), ElementsAre(Missing::SIGN_OFF));
  ASSERT_TRUE(Place("users/kai", "courses/fire", {"pages/doors"}).ok());
  server().Advance(absl::ZeroDuration());
  EXPECT_EQ(RecordOf(lea_).enrollment().progress_percent(), 50);
  SetCompletion("courses/fire", "required_count: 1");
  EXPECT_EQ(StateOf(lea_), Enrollment::COMPLETED);
}

TEST_F(TrainingRecordTest, CA1_NobodyLosesACompletionBecauseTheRulesChange) {
  SetCompletion("courses/fire", "required_count: 2");
  See("users/lea", lea_, {"pages/doors", "pages/exits"});
  See("users/leo", leo_, {"pages/doors"});
  const v1::Enrollment completed = RecordOf(lea_).enrollment();
  ASSERT_EQ(completed.state(), Enrollment::COMPLETED);
  const size_t events = Log(lea_).size();

  SetCompletion("courses/fire", "required_count: 3 sign_off: true");
  const v1::Enrollment kept = RecordOf(lea_).enrollment();
  EXPECT_EQ(kept.state(), Enrollment::COMPLETED);
  EXPECT_EQ(kept.complete_time().seconds(), completed.complete_time().seconds());
  EXPECT_EQ(kept.complete_time().nanos(), completed.complete_time().nanos());
  EXPECT_THAT(Log(lea_), SizeIs(events + 1)) << "the log says that it stays";
  const v1::RecordEvent event = LastOf(lea_, v1::RecordEvent::kOverride);
  EXPECT_EQ(event.reason(), "it was completed before what it asks for changed");
  EXPECT_EQ(event.actor(), "");
  EXPECT_THAT(KindsOf(RecordOf(leo_)), Contains(Missing::SIGN_OFF)) << "the others follow";

  // It is said once, and for items like for rules.
  ASSERT_TRUE(Place("users/kai", "courses/fire", {"quizzes/heat"}).ok());
  server().Advance(absl::ZeroDuration());
  EXPECT_EQ(StateOf(lea_), Enrollment::COMPLETED);
  EXPECT_THAT(Log(lea_), SizeIs(events + 1));

  // Somebody can say that the rules of now decide.
  ASSERT_TRUE(Override("users/cora", lea_, Outcome::RULE, "all do it again").ok());
  EXPECT_EQ(StateOf(lea_), Enrollment::IN_PROGRESS);
}

TEST_F(TrainingRecordTest, LE3_NobodyLosesAPlanBecauseItsStepsChange) {
  auto plan = Parse<v1::CreateTrainingPlanRequest>(
      "parent: '$T' training_plan_id: 'path' training_plan { display_name: 'Path' "
      "parent_scope: '$T/catalogs/safety' steps { courses: '$T/courses/drill' } }");
  ASSERT_TRUE(Call<v1::TrainingPlan>("users/kai", plan).ok());
  const std::string drill = Enroll("users/lea", "courses/drill");
  See("users/lea", drill, {"pages/run"});
  const std::string path = Enroll("users/lea", "plans/path");
  ASSERT_EQ(StateOf(path), Enrollment::COMPLETED);
  auto update = Parse<v1::UpdateTrainingPlanRequest>(
      "training_plan { name: '$T/plans/path' steps { courses: '$T/courses/drill' } "
      "steps { courses: '$T/courses/fire' } } update_mask { paths: 'steps' }");
  ASSERT_TRUE(Call<v1::TrainingPlan>("users/kai", update).ok());
  server().Advance(absl::ZeroDuration());
  EXPECT_EQ(StateOf(path), Enrollment::COMPLETED);
  EXPECT_EQ(StateOf(Enroll("users/leo", "plans/path")), Enrollment::ENROLLED);
}

TEST_F(TrainingRecordTest, CA5_CorrectionsKeepWhatWasSaidBefore) {
  ASSERT_TRUE(Score("users/kai", lea_, "score_hundredths: 3000 reason: 'on paper'").ok());
  const v1::RecordEvent score = LastOf(lea_, v1::RecordEvent::kScore);
  EXPECT_EQ(score.actor(), Full("users/kai"));
  EXPECT_EQ(score.reason(), "on paper");
  EXPECT_EQ(score.score().item(), Full("quizzes/heat"));
  for (const char* actor : {"users/lea", "users/leo", "users/eve", "users/olga"}) {
    EXPECT_EQ(Correct(actor, score.name()).code(), kDenied) << actor;
  }
  EXPECT_THAT(Correct("users/cora", score.name(), "", "").bad_fields(), ElementsAre(Key("reason")));
  EXPECT_THAT(Correct("users/cora", score.name(), "progress { percent: 10 }").bad_fields(),
              ElementsAre(Key("replacement")));
  EXPECT_THAT(Correct("users/cora", score.name(), "score { score_hundredths: 20000 }").bad_fields(),
              ElementsAre(Key("replacement.score.score_hundredths")));
  EXPECT_THAT(
      Correct("users/cora", score.name(), "score { item: '$T/pages/doors' score_hundredths: 2 }")
          .bad_fields(),
      ElementsAre(Key("replacement.score.item")));
  EXPECT_THAT(Correct("users/cora", score.name(),
                      "time { seconds: 4102444800 } score { score_hundredths: 2 }")
                  .bad_fields(),
              ElementsAre(Key("replacement.time")));

  const auto corrected = Correct("users/cora", score.name(),
                                 "score { score_hundredths: 9000 passed: true }", "misread");
  ASSERT_TRUE(corrected.ok()) << corrected.message();
  EXPECT_EQ(corrected.value.enrollment().score_hundredths(), 9000);
  const std::vector<v1::RecordEvent> log = Log(lea_, /*page_size=*/2);
  std::string retraction;
  for (const v1::RecordEvent& event : log) {
    if (event.has_retraction()) retraction = event.name();
  }
  for (const v1::RecordEvent& event : log) {
    if (event.name() != score.name()) continue;
    EXPECT_EQ(event.score().score_hundredths(), 3000) << "what it was is still told";
    EXPECT_EQ(event.retracted_by(), retraction);
  }
  const v1::RecordEvent now = LastOf(lea_, v1::RecordEvent::kScore);
  EXPECT_EQ(now.score().score_hundredths(), 9000);
  EXPECT_EQ(now.actor(), Full("users/cora"));
  EXPECT_EQ(now.reason(), "misread");
  EXPECT_EQ(now.time().seconds(), score.time().seconds());
  EXPECT_THAT(Correct("users/cora", score.name()).violations(), ElementsAre("RETRACTED"));
  EXPECT_THAT(Correct("users/cora", LastOf(lea_, v1::RecordEvent::kTransition).name()).violations(),
              ElementsAre("NO_FACT"));
  EXPECT_EQ(Correct("users/cora", absl::StrCat(score.name(), "9")).code(), kDenied)
      << "what is missing is refused like what is hidden";
}

TEST_F(TrainingRecordTest, KA2_CompletionsAreSetByHandAndTakenBack) {
  for (const char* actor : {"users/lea", "users/leo", "users/eve", "users/olga"}) {
    EXPECT_EQ(Override(actor, lea_, Outcome::COMPLETED).code(), kDenied) << actor;
  }
  auto record = Override("users/cora", lea_, Outcome::COMPLETED, "passed it elsewhere");
  ASSERT_TRUE(record.ok()) << record.message();
  EXPECT_EQ(record.value.enrollment().state(), Enrollment::COMPLETED);
  EXPECT_EQ(LastOf(lea_, v1::RecordEvent::kTransition).reason(), "passed it elsewhere");
  record = Override("users/kai", lea_, Outcome::FAILED, "cheated");
  EXPECT_EQ(record.value.enrollment().state(), Enrollment::FAILED);
  EXPECT_THAT(KindsOf(record.value), Contains(Missing::FAILED_BY_HAND));
  record = Override("users/kai", lea_, Outcome::RULE, "it was somebody else");
  EXPECT_EQ(record.value.enrollment().state(), Enrollment::ENROLLED);
  EXPECT_FALSE(record.value.enrollment().has_complete_time());
}

TEST_F(TrainingRecordTest, KA2_CreditIsForWhatIsCompleted) {
  SetCompletion("courses/fire", "credit_hundredths: 150");
  const auto refused = Award("users/cora", "users/lea");
  EXPECT_THAT(refused.violations(), ElementsAre("CREDIT_NOT_EARNED"));
  EXPECT_THAT(refused.message(), HasSubstr("pages/doors"));
  EXPECT_THAT(refused.message(), HasSubstr("quizzes/heat"));
  for (const char* actor : {"users/leo", "users/eve", "users/olga"}) {
    EXPECT_EQ(Award(actor, "users/lea").code(), kDenied) << actor;
  }
  ASSERT_TRUE(Override("users/cora", lea_, Outcome::COMPLETED).ok());
  auto record = Award("users/cora", "users/lea");
  ASSERT_TRUE(record.ok()) << record.message();
  EXPECT_EQ(record.value.enrollment().credit_hundredths(), 150);
  EXPECT_THAT(Award("users/cora", "users/lea").violations(), ElementsAre("NO_CREDIT_LEFT"));
  record = Award("users/cora", "users/lea", "credit_hundredths: -50 reason: 'late'");
  EXPECT_EQ(record.value.cycle_credit_hundredths(), 100);
  EXPECT_THAT(Award("users/cora", "users/lea", "credit_hundredths: -101 reason: 'x'").bad_fields(),
              ElementsAre(Key("credit_hundredths")));
  record = Award("users/cora", "users/leo", "override: true reason: 'helped to teach it'");
  ASSERT_TRUE(record.ok()) << record.message();
  EXPECT_TRUE(LastOf(leo_, v1::RecordEvent::kCredit).credit().overridden());
}

TEST_F(TrainingRecordTest, KA4_CompetenciesAreGainedLapseAndAreLost) {
  MakeCompetency("courses/fire");
  SetRules("courses/fire", v1::TrainingRules::RECERTIFICATION,
           "recertification { valid_days: 30 }");
  ASSERT_TRUE(Override("users/cora", lea_, Outcome::COMPLETED).ok());
  for (const char* actor : {"users/lea", "users/kai", "users/cora"}) {
    const std::vector<v1::HeldCompetency> held = Held(actor, "users/lea");
    ASSERT_THAT(held, SizeIs(1)) << actor;
    EXPECT_EQ(held[0].competency(), Full("competencies/warden"));
    EXPECT_EQ(held[0].level(), "one");
    EXPECT_EQ(held[0].course(), Full("courses/fire"));
    EXPECT_FALSE(held[0].expired());
    EXPECT_EQ(held[0].expire_time().seconds() - held[0].gain_time().seconds(), 30 * 86400);
  }
  for (const char* actor : {"users/leo", "users/eve", "users/olga"}) {
    EXPECT_THAT(Held(actor, "users/lea"), IsEmpty()) << actor;
  }
  server().Advance(absl::Hours(24) * 31);
  ASSERT_THAT(Held("users/lea", "users/lea"), SizeIs(1));
  EXPECT_TRUE(Held("users/lea", "users/lea")[0].expired());
  EXPECT_EQ(StateOf(lea_), Enrollment::EXPIRED);

  // A correction takes it away, but not what another course gave.
  MakeCompetency("courses/drill");
  ASSERT_TRUE(Override("users/cora", leo_, Outcome::COMPLETED).ok());
  See("users/leo", Enroll("users/leo", "courses/drill"), {"pages/run"});
  EXPECT_THAT(Held("users/leo", "users/leo"), SizeIs(2));
  ASSERT_TRUE(Override("users/cora", leo_, Outcome::RULE).ok());
  ASSERT_THAT(Held("users/leo", "users/leo"), SizeIs(1));
  EXPECT_EQ(Held("users/leo", "users/leo")[0].course(), Full("courses/drill"));
  v1::DeleteCompetencyRequest gone;
  gone.set_name(Full("competencies/warden"));
  gone.set_force(true);
  ASSERT_TRUE(Call<Empty>("users/kai", gone).ok());
  EXPECT_THAT(Held("users/leo", "users/leo"), IsEmpty());
}

TEST_F(TrainingRecordTest, Rule21_NobodyTouchesTheirOwnRecord) {
  SetCompletion("courses/fire", "sign_off: true credit_hundredths: 100");
  const std::string own = Enroll("users/cora", "courses/fire");
  const auto is_own = [](const auto& answer) {
    return answer.code() == kDenied &&
           answer.message().find("their own record") != std::string::npos;
  };
  EXPECT_TRUE(is_own(Score("users/cora", own, "score_hundredths: 9999 passed: true")));
  EXPECT_TRUE(is_own(Sign("users/cora", own)));
  EXPECT_TRUE(is_own(Override("users/cora", own, Outcome::COMPLETED)));
  EXPECT_TRUE(is_own(Award("users/cora", "users/cora", "override: true reason: 'x'")));
  ASSERT_TRUE(Score("users/kai", own, "score_hundredths: 100").ok());
  EXPECT_TRUE(is_own(Correct("users/cora", LastOf(own, v1::RecordEvent::kScore).name())));
  EXPECT_TRUE(is_own(Call<v1::ExternalTraining>(
      "users/kai", Parse<v1::CreateExternalTrainingRequest>(
                       "parent: '$T' external_training { learner: '$T/users/kai' title: 'x' "
                       "home_scope: '$T/catalogs/safety' complete_time { seconds: 1 } }"))));
  EXPECT_EQ(StateOf(own), Enrollment::IN_PROGRESS);
}

TEST_F(TrainingRecordTest, M4_RecordsAreExported) {
  ASSERT_TRUE(Override("users/cora", lea_, Outcome::COMPLETED).ok());
  const auto exported = [&](absl::string_view actor, absl::string_view scope,
                            grpc::StatusCode code) {
    v1::ExportRecordsRequest request;
    request.set_parent(Full(""));
    request.set_scope(Full(scope));
    const auto stub = v1::TrainingRecordService::NewStub(channel());
    grpc::ClientContext context;
    SetActor(actor, &context);
    const auto reader = stub->ExportRecords(&context, request);
    std::string document;
    for (v1::ExportRecordsResponse response; reader->Read(&response);) {
      document += response.data();
    }
    EXPECT_EQ(reader->Finish().error_code(), code) << actor;
    return document;
  };
  for (const char* scope : {"catalogs/safety", "courses/fire"}) {
    const std::string document = exported("users/kai", scope, grpc::StatusCode::OK);
    EXPECT_THAT(document, HasSubstr("learner,training,state,cycle"));
    EXPECT_THAT(document, HasSubstr("users/lea,courses/fire,COMPLETED,1"));
    EXPECT_THAT(document, HasSubstr("users/leo,courses/fire,ENROLLED,1"));
  }
  EXPECT_THAT(exported("users/cora", "courses/fire", grpc::StatusCode::OK),
              HasSubstr("users/lea,courses/fire,COMPLETED,1"));
  for (const char* actor : {"users/lea", "users/eve", "users/olga"}) {
    EXPECT_EQ(exported(actor, "courses/fire", kDenied), "") << actor;
  }
}

// The same facts, entered for two people in different orders, give the same record.
TEST_F(TrainingRecordTest, LE1_FactsGiveTheSameRecordInAnyOrderOfArrival) {
  SetCompletion("courses/fire", "pass_percent: 60 sign_off: true fail_without_attempts: true");
  server().Advance(absl::Hours(24) * 10);
  const int64_t start = RecordOf(leo_).enrollment().cycle_start_time().seconds() + 60;
  struct Fact {
    int kind;
    int second;
    int value;
  };
  std::mt19937 random(20261122);
  for (const size_t count : {40u, 200u}) {
    std::vector<Fact> facts;
    for (size_t i = 0; i < count; ++i) {
      facts.push_back({static_cast<int>(random() % 5), static_cast<int>(random() % 86400),
                       static_cast<int>(random() % 10001)});
    }
    // Facts at one time that say different things are told apart by what they say.
    facts.push_back({3, 5, 0});
    facts.push_back({3, 5, 1});
    const auto enter = [&](const std::string& name) {
      for (const Fact& fact : facts) {
        const std::string time = absl::StrCat("time { seconds: ", start + fact.second, " } ");
        grpc::Status status;
        if (fact.kind < 3) {
          const char* const items[] = {"pages/doors", "pages/exits", "quizzes/heat"};
          status = Score("users/cora", name,
                         absl::StrCat(time, "score_hundredths: ", fact.value,
                                      " passed: ", fact.value > 5000 ? "true" : "false"),
                         items[fact.kind])
                       .status;
        } else if (fact.kind == 3) {
          auto request = Parse<v1::SignOffRequest>(time);
          request.set_name(name);
          request.set_take_back(fact.value % 2 == 0);
          status = Call<v1::TrainingRecord>("users/cora", request).status;
        } else {
          auto request = Parse<v1::OverrideCompletionRequest>(time + "reason: 'x'");
          request.set_name(name);
          request.set_outcome(static_cast<Outcome::Outcome>(1 + fact.value % 3));
          status = Call<v1::TrainingRecord>("users/cora", request).status;
        }
        ASSERT_TRUE(status.ok()) << status.error_message();
      }
    };
    enter(lea_);
    std::shuffle(facts.begin(), facts.end(), random);
    enter(leo_);
    const auto told = [&](const std::string& name) {
      v1::TrainingRecord record = RecordOf(name);
      record.clear_name();
      Enrollment& enrollment = *record.mutable_enrollment();
      for (const char* field :
           {"name", "learner", "etag", "create_time", "update_time", "cycle_start_time"}) {
        enrollment.GetReflection()->ClearField(&enrollment,
                                               enrollment.GetDescriptor()->FindFieldByName(field));
      }
      return record.DebugString();
    };
    EXPECT_EQ(told(lea_), told(leo_));
    EXPECT_NE(StateOf(lea_), Enrollment::ENROLLED);
  }
}

}  // namespace
}  // namespace provost
