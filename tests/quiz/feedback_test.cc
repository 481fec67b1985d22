#include "quiz/feedback.h"

#include "gmock/gmock.h"
#include "quiz/score.h"
#include "tests/quiz/questions.h"

namespace provost {
namespace {

using ::testing::IsEmpty;
using Quiz = v1::QuizBody;

TEST(QuizFeedbackTest, ThePolicySaysWhenAnswersAreShown) {
  const QuizStanding failed{false, true};
  const QuizStanding failed_for_good{false, false};
  const QuizStanding passed{true, true};
  const QuizStanding passed_at_last{true, false};
  for (const QuizStanding& standing : {failed, failed_for_good, passed, passed_at_last}) {
    EXPECT_FALSE(ShowsAnswers(Quiz::FEEDBACK_UNSPECIFIED, standing));
    EXPECT_FALSE(ShowsAnswers(Quiz::NEVER, standing));
    EXPECT_TRUE(ShowsAnswers(Quiz::EACH_ATTEMPT, standing));
    EXPECT_EQ(ShowsAnswers(Quiz::PASSED, standing), standing.passed);
    EXPECT_EQ(ShowsAnswers(Quiz::LAST_ATTEMPT, standing), !standing.attempts_left);
  }
}

TEST(QuizFeedbackTest, TheRightAnswersAreWorthAllPoints) {
  const Quiz quiz = QuizOf(kAllKinds);
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const QuizDrawing drawing = *DrawQuiz(quiz, {}, seed);
    QuizAnswers right;
    for (size_t i = 0; i < drawing.size(); ++i) {
      EXPECT_EQ(drawing[i].part, static_cast<int>(i));
      *right.Add() = RightAnswer(drawing[i], static_cast<int>(i));
    }
    EXPECT_THAT(FieldsOf(CheckAnswers(drawing, right, "")), IsEmpty());
    const v1::QuizScore score = ScoreQuiz(drawing, right, 100);
    EXPECT_TRUE(score.passed()) << "seed " << seed << ": " << score.DebugString();
    for (size_t i = 0; i < drawing.size(); ++i) {
      const int position = static_cast<int>(i);
      const double points = score.question_points(position);
      EXPECT_TRUE(FeedbackOn(drawing[i], position, points).right());
      EXPECT_FALSE(FeedbackOn(drawing[i], position, points - 0.01).right());
      EXPECT_EQ(FeedbackOn(drawing[i], position, 0).explanation(),
                drawing[i].question->explanation());
    }
  }
}

TEST(QuizFeedbackTest, QuestionsSayByWhichPartTheyCome) {
  Quiz quiz = QuizOf(R"(
      parts { question { id: 'own' text: 'Own?' points: 1 true_false: true } }
      parts { draw { pool: 'p' count: 2 } }
      shuffle_questions: true)");
  const v1::QuestionPoolBody pool = PoolOf(R"(
      questions { id: 'a' text: 'A?' points: 1 true_false: true }
      questions { id: 'b' text: 'B?' points: 1 true_false: true }
      questions { id: 'c' text: 'C?' points: 1 true_false: true })");
  const v1::QuestionPoolBody* const pools[] = {&pool};
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const QuizDrawing drawing = *DrawQuiz(quiz, pools, seed);
    for (const DrawnQuestion& drawn : drawing) {
      EXPECT_EQ(drawn.part, drawn.question->id() == "own" ? 0 : 1);
    }
  }
}

TEST(QuizFeedbackTest, ALongTextIsNoAnswer) {
  const Quiz quiz =
      QuizOf("parts { question { id: 'q' text: 'T' points: 1 short_text { accepted: 'x' } } }");
  const QuizDrawing drawing = *DrawQuiz(quiz, {}, 1);
  QuizAnswers answers;
  answers.Add()->set_text(std::string(4000, 'x'));
  EXPECT_THAT(FieldsOf(CheckAnswers(drawing, answers, "")), IsEmpty());
  answers.Mutable(0)->mutable_text()->push_back('x');
  EXPECT_THAT(FieldsOf(CheckAnswers(drawing, answers, "")),
              ::testing::ElementsAre("answers[0].text"));
}

}  // namespace
}  // namespace provost
