// Attempts at quizzes on the real presets: drawn, timed and scored by the server.
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/assessment.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::SizeIs;
using v1::Attempt;
constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;

constexpr char kTwo[] = R"(
  parts { question { id: 'a' text: 'A?' points: 1 true_false: true explanation: 'Because.' } }
  parts { question { id: 'b' text: 'B?' points: 3 true_false: true } })";

class AttemptTest : public AssessmentTest {
 protected:
  AttemptTest() : AssessmentTest(kLms365) {}

  // `kTwo` with further fields.
  void AddTwo(const std::string& rest) {
    AddQuiz("quizzes/q", absl::StrCat(kTwo, " pass_percent: 50 ", rest));
  }
  std::vector<std::string> NamesOf(const v1::ListAttemptsResponse& response) {
    std::vector<std::string> names;
    for (const Attempt& attempt : response.attempts()) names.push_back(attempt.name());
    return names;
  }
};

TEST_F(AttemptTest, LE1_LearnersTakeAQuizOfTheirCourse) {
  AddTwo("feedback: EACH_ATTEMPT");
  EXPECT_EQ(StartQuiz("users/otto", "quizzes/q").code(), kDenied);
  EXPECT_EQ(StartQuiz("users/kim", "quizzes/q").code(), kDenied);
  const Attempt begun = Begin("users/lea", "quizzes/q");
  EXPECT_EQ(begun.state(), Attempt::OPEN);
  EXPECT_EQ(begun.learner(), Full("users/lea"));
  EXPECT_EQ(begun.quiz(), Full("quizzes/q"));
  EXPECT_EQ(begun.number(), 1);
  ASSERT_THAT(begun.questions(), SizeIs(2));
  EXPECT_FALSE(begun.has_score());
  EXPECT_THAT(begun.feedback(), IsEmpty());
  EXPECT_THAT(begun.SerializeAsString(), Not(HasSubstr("Because")));

  ASSERT_TRUE(Save("users/lea", begun.name(), {Truth(0, true)}).ok());
  const auto both = Save("users/lea", begun.name(), {Truth(1, false), Truth(0, true)});
  ASSERT_TRUE(both.ok()) << both.message();
  EXPECT_THAT(both.value.answers(), SizeIs(2));
  v1::Answer none;
  none.set_position(1);
  EXPECT_THAT(Save("users/lea", begun.name(), {none}).value.answers(), SizeIs(1));
  EXPECT_EQ(Record(lea_).state(), v1::Enrollment::ENROLLED);

  const auto ended = SubmitQuiz("users/lea", begun.name());
  ASSERT_TRUE(ended.ok()) << ended.message();
  EXPECT_EQ(ended.value.state(), Attempt::ENDED);
  EXPECT_FALSE(ended.value.timed_out());
  EXPECT_EQ(ended.value.score().points(), 1);
  EXPECT_EQ(ended.value.score().max_points(), 4);
  EXPECT_FALSE(ended.value.score().passed());
  EXPECT_THAT(ended.value.score().question_points(), ElementsAre(1, 0));
  ASSERT_THAT(ended.value.feedback(), SizeIs(2));
  EXPECT_TRUE(ended.value.feedback(0).right());
  EXPECT_EQ(ended.value.feedback(0).explanation(), "Because.");
  EXPECT_FALSE(ended.value.feedback(1).right());
  EXPECT_TRUE(ended.value.feedback(1).correct().truth());

  // Once more gives the same, and counts once.
  EXPECT_EQ(SubmitQuiz("users/lea", begun.name()).value.SerializeAsString(),
            ended.value.SerializeAsString());
  v1::Enrollment record = Record(lea_);
  EXPECT_EQ(record.state(), v1::Enrollment::IN_PROGRESS);
  EXPECT_EQ(record.score_hundredths(), 2500);
  const Attempt passed = Take("users/lea", "quizzes/q", true);
  EXPECT_EQ(passed.number(), 2);
  EXPECT_TRUE(passed.score().passed());
  record = Record(lea_);
  EXPECT_EQ(record.state(), v1::Enrollment::COMPLETED);
  EXPECT_EQ(record.score_hundredths(), 10000);
}

TEST_F(AttemptTest, P1_AnAttemptIsItsLearnersAndOfWhoReadsSubmissions) {
  AddTwo("feedback: NEVER");
  const Attempt own = Begin("users/lea", "quizzes/q");
  EXPECT_TRUE(See("users/lea", own.name()).ok());
  const auto read = See("users/cora", own.name());
  ASSERT_TRUE(read.ok()) << read.message();
  const std::string missing = Full("attempts/999999");
  for (const char* other : {"users/leo", "users/otto", "users/nob"}) {
    SCOPED_TRACE(other);
    const auto hidden = See(other, own.name());
    EXPECT_EQ(hidden.code(), kDenied);
    EXPECT_EQ(See(other, missing).code(), kDenied);
    EXPECT_EQ(Save(other, own.name(), {Truth(0, true)}).code(), kDenied);
    EXPECT_EQ(Save(other, missing, {Truth(0, true)}).code(), kDenied);
    EXPECT_EQ(SubmitQuiz(other, own.name()).code(), kDenied);
    EXPECT_EQ(Attempts(other).code(), kDenied);
    EXPECT_EQ(Attempts(other, "users/lea").code(), kDenied);
    EXPECT_THAT(NamesOf(Attempts(other, other).value), IsEmpty());
  }
  // Reading is not taking part.
  EXPECT_EQ(Save("users/cora", own.name(), {Truth(0, true)}).code(), kDenied);

  const Attempt leos = Take("users/leo", "quizzes/q", true);
  EXPECT_THAT(NamesOf(Attempts("users/cora").value), ElementsAre(own.name(), leos.name()));
  EXPECT_THAT(NamesOf(Attempts("users/cora", "", "quizzes/q").value),
              ElementsAre(own.name(), leos.name()));
  EXPECT_THAT(NamesOf(Attempts("users/cora", "users/leo", "quizzes/q").value),
              ElementsAre(leos.name()));
  EXPECT_THAT(NamesOf(Attempts("users/lea", "users/lea").value), ElementsAre(own.name()));
  v1::ListAttemptsRequest page;
  page.set_course(Full("courses/fire"));
  page.set_page_size(1);
  const auto first = Call<v1::ListAttemptsResponse>("users/cora", page);
  EXPECT_THAT(NamesOf(first.value), ElementsAre(own.name()));
  page.set_page_token(first.value.next_page_token());
  const auto second = Call<v1::ListAttemptsResponse>("users/cora", page);
  EXPECT_THAT(NamesOf(second.value), ElementsAre(leos.name()));
  EXPECT_EQ(second.value.next_page_token(), "");
  EXPECT_THAT(second.value.attempts(0).questions(), IsEmpty());
  EXPECT_EQ(second.value.attempts(0).score().points(), 4);
  EXPECT_THAT(second.value.attempts(0).score().question_points(), IsEmpty());
}

TEST_F(AttemptTest, LE1_AnAttemptIsResumedAfterARestart) {
  ASSERT_TRUE(Make("users/kim", v1::ContentItem::QUESTION_POOL, "pool", "", kPool).ok());
  Publish("users/kim", "questionPools/pool");
  AddQuiz("quizzes/q", absl::StrCat("parts { draw { pool: '", Full("questionPools/pool"),
                                    "' count: 2 } } shuffle_questions: true"));
  const Attempt begun = Begin("users/lea", "quizzes/q");
  ASSERT_THAT(begun.questions(), SizeIs(2));
  EXPECT_THAT(begun.SerializeAsString(), Not(HasSubstr("secret")));
  v1::Answer answer;
  answer.set_position(1);
  answer.set_text(absl::StrCat("secret-", begun.questions(1).text().substr(0, 1)));
  ASSERT_TRUE(Save("users/lea", begun.name(), {answer}).ok());
  const Attempt before = Begin("users/lea", "quizzes/q");
  Restart();
  const Attempt resumed = Begin("users/lea", "quizzes/q");
  EXPECT_EQ(resumed.name(), begun.name());
  EXPECT_EQ(resumed.SerializeAsString(), before.SerializeAsString());
  EXPECT_THAT(resumed.answers(), SizeIs(1));

  // What was drawn stays, whatever becomes of quiz and pool.
  ASSERT_TRUE(Change("users/kim", "quizzes/q", absl::StrCat("quiz { ", kTwo, " }")).ok());
  Publish("users/kim", "quizzes/q");
  EXPECT_EQ(Begin("users/lea", "quizzes/q").SerializeAsString(), before.SerializeAsString());
  const auto ended = SubmitQuiz("users/lea", begun.name());
  ASSERT_TRUE(ended.ok()) << ended.message();
  EXPECT_EQ(ended.value.score().points(), 1);
  EXPECT_EQ(ended.value.quiz_version(), 1);
  const Attempt next = Begin("users/lea", "quizzes/q");
  EXPECT_EQ(next.quiz_version(), 2);
  EXPECT_EQ(next.number(), 2);
}

TEST_F(AttemptTest, LE1_TheServerKeepsTheTime) {
  AddTwo("time_limit { seconds: 600 }");
  const Attempt begun = Begin("users/lea", "quizzes/q");
  const absl::Time deadline = FromTimestamp(begun.deadline());
  EXPECT_EQ(deadline - FromTimestamp(begun.start_time()), absl::Seconds(600));
  server().Advance(absl::Seconds(560));
  ASSERT_TRUE(Save("users/lea", begun.name(), {Truth(1, true)}).ok());
  server().Advance(absl::Seconds(60));
  EXPECT_THAT(Save("users/lea", begun.name(), {Truth(0, true)}).violations(),
              ElementsAre("ATTEMPT_OVER"));
  const auto over = See("users/lea", begun.name());
  EXPECT_EQ(over.value.state(), Attempt::ENDED);
  EXPECT_TRUE(over.value.timed_out());
  EXPECT_EQ(FromTimestamp(over.value.end_time()), deadline);
  EXPECT_EQ(over.value.score().points(), 3);
  EXPECT_EQ(Record(lea_).score_hundredths(), 7500);
  EXPECT_EQ(FromTimestamp(Record(lea_).complete_time()), deadline);
  EXPECT_EQ(SubmitQuiz("users/lea", begun.name()).value.SerializeAsString(),
            over.value.SerializeAsString());
  EXPECT_EQ(Begin("users/lea", "quizzes/q").number(), 2);
}

// Rule 19: timers skip what is frozen. What is read says that the time is up all the same.
TEST_F(AttemptTest, Rule19_UnderAFreezeTimeRunsOutAndIsNotedLater) {
  AddTwo("time_limit { seconds: 600 }");
  const Attempt begun = Begin("users/lea", "quizzes/q");
  ASSERT_TRUE(Save("users/lea", begun.name(), {Truth(0, true), Truth(1, true)}).ok());
  v1::ArchiveCourseRequest archive;
  archive.set_name(Full("courses/fire"));
  ASSERT_TRUE(Call<v1::Course>("users/ann", archive).ok());
  server().Advance(absl::Seconds(900));
  const auto over = See("users/lea", begun.name());
  EXPECT_EQ(over.value.state(), Attempt::ENDED);
  EXPECT_TRUE(over.value.timed_out());
  EXPECT_EQ(over.value.score().points(), 4);
  EXPECT_EQ(NamesOf(Attempts("users/cora").value).size(), 1u);
  EXPECT_FALSE(Record(lea_).has_score_hundredths());
  EXPECT_THAT(SubmitQuiz("users/lea", begun.name()).violations(), ElementsAre("FROZEN"));
  v1::UnarchiveCourseRequest unarchive;
  unarchive.set_name(Full("courses/fire"));
  ASSERT_TRUE(Call<v1::Course>("users/ann", unarchive).ok());
  server().Advance(absl::Seconds(1));
  EXPECT_EQ(Record(lea_).score_hundredths(), 10000);
  EXPECT_EQ(See("users/lea", begun.name()).value.SerializeAsString(),
            over.value.SerializeAsString());
}

TEST_F(AttemptTest, CC2_OnlySoManyAttemptsAsTheQuizAllows) {
  AddTwo("attempts_allowed: 2 feedback: LAST_ATTEMPT");
  const Attempt first = Take("users/lea", "quizzes/q", false);
  EXPECT_THAT(first.feedback(), IsEmpty());
  const Attempt second = Begin("users/lea", "quizzes/q");
  EXPECT_EQ(Begin("users/lea", "quizzes/q").name(), second.name());  // One at a time.
  EXPECT_THAT(See("users/lea", first.name()).value.feedback(), IsEmpty());
  ASSERT_TRUE(SubmitQuiz("users/lea", second.name()).ok());
  const auto third = StartQuiz("users/lea", "quizzes/q");
  EXPECT_THAT(third.violations(), ElementsAre("NO_ATTEMPT_LEFT"));
  EXPECT_THAT(third.message(), HasSubstr("2 attempts"));
  // Now that none is left, all of them tell.
  for (const std::string& name : {first.name(), second.name()}) {
    EXPECT_THAT(See("users/lea", name).value.feedback(), SizeIs(2));
  }
  EXPECT_EQ(Begin("users/leo", "quizzes/q").number(), 1);
}

TEST_F(AttemptTest, P2_AnswersAreToldOnlyAsTheQuizSays) {
  const auto expect = [&](const Attempt& attempt, bool told) {
    SCOPED_TRACE(attempt.quiz());
    const auto own = See("users/lea", attempt.name());
    EXPECT_TRUE(own.value.has_score());
    EXPECT_EQ(own.value.feedback_size(), told ? 2 : 0);
    EXPECT_EQ(own.value.score().question_points_size(), told ? 2 : 0);
    EXPECT_EQ(own.value.questions_size(), 2);
    // Who may read the quiz knows anyway.
    EXPECT_THAT(See("users/cora", attempt.name()).value.feedback(), SizeIs(2));
  };
  for (const char* policy : {"NEVER", "EACH_ATTEMPT", "PASSED", "LAST_ATTEMPT"}) {
    AddQuiz(absl::StrCat("quizzes/", absl::AsciiStrToLower(policy)),
            absl::StrCat(kTwo, " pass_percent: 50 feedback: ", policy));
  }
  expect(Take("users/lea", "quizzes/never", true), false);
  expect(Take("users/lea", "quizzes/each_attempt", false), true);
  const Attempt failed = Take("users/lea", "quizzes/passed", false);
  expect(failed, false);
  const Attempt passed = Take("users/lea", "quizzes/passed", true);
  expect(passed, true);
  expect(failed, true);                                            // The learner has passed by now.
  expect(Take("users/lea", "quizzes/last_attempt", true), false);  // There are always more.
}

TEST_F(AttemptTest, BadInputNamesEachField) {
  AddTwo("");
  AddQuiz("quizzes/other", kTwo);
  const Attempt begun = Begin("users/lea", "quizzes/q");
  v1::Answer text;
  text.set_text("yes");
  EXPECT_THAT(
      Save("users/lea", begun.name(), {text, Truth(1, true), Truth(2, true), Truth(1, true)})
          .bad_fields(),
      ElementsAre(Key("answers[0].text"), Key("answers[2].position"), Key("answers[3].position")));
  EXPECT_THAT(See("users/lea", begun.name()).value.answers(), IsEmpty());
  EXPECT_THAT(Save("users/lea", begun.name(), {Truth(0, true)}, "quizzes/other").bad_fields(),
              ElementsAre(Key("quiz")));
  EXPECT_TRUE(Save("users/lea", begun.name(), {Truth(0, true)}, "quizzes/q").ok());
  EXPECT_THAT(StartQuiz("users/lea", "tasks/t").bad_fields(), ElementsAre(Key("quiz")));
  EXPECT_THAT(StartQuiz("users/lea", "quizzes/q", "catalogs/safety").bad_fields(),
              ElementsAre(Key("course")));
  EXPECT_THAT(See("users/lea", Full("courses/fire")).bad_fields(), ElementsAre(Key("name")));
  EXPECT_THAT(Attempts("users/cora", "groups/x", "tasks/t").bad_fields(),
              ElementsAre(Key("learner"), Key("quiz")));
  // What the course does not have, what is not published and what is not there look alike.
  ASSERT_TRUE(Make("users/kim", v1::ContentItem::QUIZ, "draft", "courses/fire", kQuiz).ok());
  for (const char* quiz : {"quizzes/draft", "quizzes/none"}) {
    EXPECT_EQ(StartQuiz("users/lea", quiz).code(), grpc::StatusCode::NOT_FOUND);
  }
  // Holding the role is not being enrolled.
  Assign("users/nob", "learner", "courses/fire");
  EXPECT_THAT(StartQuiz("users/nob", "quizzes/q").violations(), ElementsAre("NOT_ENROLLED"));
}

TEST_F(AttemptTest, P2_WhoOnlyTriesItOutIsToldNothing) {
  AddTwo("feedback: EACH_ATTEMPT attempts_allowed: 1");
  const auto tried = StartQuiz("users/lea", "quizzes/q", "courses/fire", /*validate_only=*/true);
  ASSERT_TRUE(tried.ok()) << tried.message();
  EXPECT_THAT(tried.value.questions(), IsEmpty());
  EXPECT_THAT(NamesOf(Attempts("users/lea", "users/lea").value), IsEmpty());
  const Attempt begun = Begin("users/lea", "quizzes/q");
  EXPECT_EQ(begun.number(), 1);
  const auto asked = SubmitQuiz("users/lea", begun.name(), /*validate_only=*/true);
  ASSERT_TRUE(asked.ok()) << asked.message();
  EXPECT_EQ(asked.value.state(), Attempt::OPEN);
  EXPECT_FALSE(asked.value.has_score());
  EXPECT_THAT(asked.value.feedback(), IsEmpty());
}

TEST_F(AttemptTest, KA3_AQuizThatWasTriedIsDeletedByForceAndScoresStay) {
  AddTwo("time_limit { seconds: 600 }");
  const Attempt ended = Take("users/lea", "quizzes/q", true);
  const Attempt open = Begin("users/leo", "quizzes/q");
  ASSERT_TRUE(Place("users/kim", "courses/fire", {}).ok());
  EXPECT_THAT(Delete("users/kim", "quizzes/q").violations(), ElementsAre("IN_USE"));
  ASSERT_TRUE(Delete("users/kim", "quizzes/q", /*force=*/true).ok());
  const auto kept = See("users/lea", ended.name());
  ASSERT_TRUE(kept.ok()) << kept.message();
  EXPECT_EQ(kept.value.quiz(), "");
  EXPECT_EQ(kept.value.quiz_display_name(), "q");
  EXPECT_EQ(kept.value.score().points(), 4);
  EXPECT_THAT(kept.value.questions(), IsEmpty());
  EXPECT_EQ(See("users/leo", open.name()).value.state(), Attempt::CANCELLED);
  EXPECT_THAT(Save("users/leo", open.name(), {Truth(0, true)}).violations(),
              ElementsAre("ATTEMPT_OVER"));
  EXPECT_EQ(SubmitQuiz("users/leo", open.name()).value.state(), Attempt::CANCELLED);
  server().Advance(absl::Seconds(900));
  EXPECT_EQ(See("users/leo", open.name()).value.state(), Attempt::CANCELLED);
  EXPECT_THAT(NamesOf(Attempts("users/cora").value), SizeIs(2));
}

// Who has left saves nothing more; what ran out meanwhile counts for nothing.
TEST_F(AttemptTest, LE2_WhoWithdrawsTakesNoQuiz) {
  AddTwo("time_limit { seconds: 600 }");
  const Attempt begun = Begin("users/lea", "quizzes/q");
  ASSERT_TRUE(Save("users/lea", begun.name(), {Truth(0, true), Truth(1, true)}).ok());
  v1::DeleteEnrollmentRequest request;
  request.set_name(lea_);
  ASSERT_TRUE(Call<google::protobuf::Empty>("users/ann", request).ok());
  EXPECT_EQ(Save("users/lea", begun.name(), {Truth(0, false)}).code(), kDenied);
  EXPECT_EQ(StartQuiz("users/lea", "quizzes/q").code(), kDenied);
  server().Advance(absl::Seconds(900));
  EXPECT_FALSE(Record(lea_).has_score_hundredths());
  EXPECT_EQ(See("users/lea", begun.name()).value.score().points(), 4);
}

// fire is completed by its quiz, which allows two attempts, and is done again once a year.
TEST_F(AttemptTest, CA1_WhoBeginsAnewHasTheirAttemptsAnew) {
  AddTwo("attempts_allowed: 2 feedback: NEVER");
  v1::UpdateTrainingRulesRequest rules;
  rules.set_training(Full("courses/fire"));
  rules.set_section(v1::TrainingRules::RECERTIFICATION);
  auto* const again = rules.mutable_rules()->mutable_recertification();
  again->set_valid_days(365);
  again->set_window_days(30);
  again->set_automatic(true);
  const auto set = Call<v1::UpdateTrainingRulesResponse>(author_, rules);
  ASSERT_TRUE(set.ok()) << set.message();
  const Attempt failed = Take("users/lea", "quizzes/q", false);
  const Attempt passed = Take("users/lea", "quizzes/q", true);
  EXPECT_EQ(Record(lea_).state(), v1::Enrollment::COMPLETED);
  EXPECT_THAT(StartQuiz("users/lea", "quizzes/q").violations(), ElementsAre("NO_ATTEMPT_LEFT"));

  server().Advance(absl::Hours(24) * 336);
  ASSERT_EQ(Record(lea_).state(), v1::Enrollment::RECERTIFYING);
  EXPECT_EQ(Record(lea_).cycle(), 2);
  EXPECT_FALSE(Record(lea_).has_score_hundredths()) << "what was scored before counts no more";
  const Attempt begun = Begin("users/lea", "quizzes/q");
  EXPECT_EQ(begun.cycle(), 2);
  EXPECT_EQ(begun.number(), 1);
  // Those before can be read, and are not open again.
  for (const Attempt& old : {failed, passed}) {
    const auto read = See("users/lea", old.name());
    ASSERT_TRUE(read.ok()) << read.message();
    EXPECT_EQ(read.value.cycle(), 1);
    EXPECT_EQ(read.value.score().points(), old.score().points());
    EXPECT_EQ(Save("users/lea", old.name(), {Truth(0, true)}).code(),
              grpc::StatusCode::FAILED_PRECONDITION);
  }
  EXPECT_THAT(NamesOf(Attempts("users/lea", "users/lea").value),
              ElementsAre(failed.name(), passed.name(), begun.name()));

  ASSERT_TRUE(Save("users/lea", begun.name(), {Truth(0, true), Truth(1, false)}).ok());
  ASSERT_TRUE(SubmitQuiz("users/lea", begun.name()).ok());
  EXPECT_EQ(Record(lea_).state(), v1::Enrollment::RECERTIFYING);
  EXPECT_EQ(Record(lea_).score_hundredths(), 2500);
  EXPECT_EQ(Take("users/lea", "quizzes/q", true).number(), 2);
  EXPECT_EQ(Record(lea_).state(), v1::Enrollment::COMPLETED);
  EXPECT_EQ(Record(lea_).cycle(), 2);
  EXPECT_THAT(StartQuiz("users/lea", "quizzes/q").violations(), ElementsAre("NO_ATTEMPT_LEFT"));
}

// In CoreAchieve, whose administrators erase people.
class CoreAttemptTest : public AssessmentTest {
 protected:
  CoreAttemptTest() : AssessmentTest(kCoreAchieve) {}
};

TEST_F(CoreAttemptTest, M1_AttemptsGoWithThePersonAndTheCourse) {
  AddQuiz("quizzes/q", absl::StrCat(kTwo, " time_limit { seconds: 600 }"));
  const Attempt leas = Begin("users/lea", "quizzes/q");
  const Attempt leos = Begin("users/leo", "quizzes/q");
  v1::DeleteUserRequest user;
  user.set_name(Full("users/lea"));
  ASSERT_TRUE(Call<google::protobuf::Empty>("users/ann", user).ok());
  const auto left = Attempts("users/ira");
  ASSERT_EQ(left.value.attempts_size(), 1);
  EXPECT_EQ(left.value.attempts(0).name(), leos.name());
  EXPECT_EQ(See("users/ira", leas.name()).code(), kDenied);
  server().Advance(absl::Seconds(900));
  v1::DeleteCourseRequest course;
  course.set_name(Full("courses/fire"));
  course.set_force(true);
  ASSERT_TRUE(Call<google::protobuf::Empty>("users/ann", course).ok());
  EXPECT_EQ(See("users/leo", leos.name()).code(), kDenied);
}

// PL1, PI2: the same in PlutoLMS, where an instructor reads what learners do.
class PlutoAttemptTest : public AssessmentTest {
 protected:
  PlutoAttemptTest() : AssessmentTest(kPlutoLms) {}
};

TEST_F(PlutoAttemptTest, PL1_LearnersTakeQuizzesAndPI2_InstructorsReadThem) {
  AddQuiz("quizzes/q", absl::StrCat(kTwo, " feedback: NEVER"));
  EXPECT_EQ(StartQuiz("users/ira", "quizzes/q").code(), kDenied);
  const Attempt taken = Take("users/lea", "quizzes/q", true);
  EXPECT_THAT(taken.score().question_points(), IsEmpty());
  const auto read = See("users/ira", taken.name());
  ASSERT_TRUE(read.ok()) << read.message();
  EXPECT_THAT(read.value.score().question_points(), ElementsAre(1, 3));
  EXPECT_EQ(See("users/leo", taken.name()).code(), kDenied);
  // Reading submissions is not reading quizzes.
  EXPECT_EQ(Get("users/ira", "quizzes/q").ok(), !read.value.feedback().empty());
}

}  // namespace
}  // namespace provost
