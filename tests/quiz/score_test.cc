#include "quiz/score.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/quiz/questions.h"

namespace provost {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr uint64_t kSeed = 5;

v1::QuizBody OneQuestion(const std::string& question, int points = 10) {
  return QuizOf(
      absl::StrCat("parts { question { id: 'q' text: 'T' points: ", points, " ", question, " } }"));
}

// Where `text` is shown.
int IndexOf(const DrawnQuestion& drawn, const std::string& text) {
  return static_cast<int>(std::find(drawn.options.begin(), drawn.options.end(), text) -
                          drawn.options.begin());
}

v1::Answer Choosing(const DrawnQuestion& drawn, const std::vector<std::string>& texts,
                    int position = 0) {
  v1::Answer answer;
  answer.set_position(position);
  answer.mutable_chosen();
  for (const std::string& text : texts) {
    answer.mutable_chosen()->add_indices(text == "-" ? -1 : IndexOf(drawn, text));
  }
  return answer;
}

QuizAnswers Just(const v1::Answer& answer) {
  QuizAnswers answers;
  *answers.Add() = answer;
  return answers;
}

double PointsFor(const v1::QuizBody& quiz, const v1::Answer& answer) {
  const QuizDrawing drawing = *DrawQuiz(quiz, {}, kSeed);
  EXPECT_THAT(FieldsOf(CheckAnswers(drawing, Just(answer), "")), IsEmpty());
  return ScoreQuiz(drawing, Just(answer), 0).points();
}
double PointsForChoosing(const v1::QuizBody& quiz, const std::vector<std::string>& texts) {
  return PointsFor(quiz, Choosing((*DrawQuiz(quiz, {}, kSeed))[0], texts));
}
double PointsForNumber(const std::string& numeric, double number) {
  v1::Answer answer;
  answer.set_number(number);
  return PointsFor(OneQuestion(absl::StrCat("numeric { ", numeric, " }")), answer);
}
double PointsForText(const std::string& short_text, const std::string& text) {
  v1::Answer answer;
  answer.set_text(text);
  return PointsFor(OneQuestion(absl::StrCat("short_text { ", short_text, " }")), answer);
}

TEST(QuizScoreTest, SingleChoice) {
  const v1::QuizBody quiz = OneQuestion("single_choice { options: ['A', 'B', 'C'] correct: 1 }");
  EXPECT_EQ(PointsForChoosing(quiz, {"B"}), 10);
  EXPECT_EQ(PointsForChoosing(quiz, {"A"}), 0);
  EXPECT_EQ(PointsForChoosing(quiz, {"C"}), 0);
}

TEST(QuizScoreTest, MultipleChoiceAllOrNothing) {
  const v1::QuizBody quiz =
      OneQuestion("multiple_choice { options: ['A', 'B', 'C', 'D'] correct: [0, 3] }");
  EXPECT_EQ(PointsForChoosing(quiz, {"D", "A"}), 10);
  EXPECT_EQ(PointsForChoosing(quiz, {"A"}), 0);
  EXPECT_EQ(PointsForChoosing(quiz, {"A", "B", "D"}), 0);
  EXPECT_EQ(PointsForChoosing(quiz, {}), 0);
}

TEST(QuizScoreTest, MultipleChoiceWithPartialCredit) {
  const v1::QuizBody quiz = OneQuestion(
      "multiple_choice { options: ['A', 'B', 'C', 'D', 'E'] correct: [0, 1, 2] "
      "partial_credit: true }");
  EXPECT_EQ(PointsForChoosing(quiz, {"A", "B", "C"}), 10);
  EXPECT_THAT(PointsForChoosing(quiz, {"A", "B"}), DoubleEq(6.67));
  EXPECT_THAT(PointsForChoosing(quiz, {"A"}), DoubleEq(3.33));
  EXPECT_THAT(PointsForChoosing(quiz, {"A", "B", "D"}), DoubleEq(3.33));
  EXPECT_EQ(PointsForChoosing(quiz, {"A", "D", "E"}), 0);
  EXPECT_EQ(PointsForChoosing(quiz, {"A", "B", "C", "D", "E"}), 3.33);  // Not for taking all.
}

TEST(QuizScoreTest, TrueOrFalse) {
  v1::Answer answer;
  answer.set_truth(false);
  EXPECT_EQ(PointsFor(OneQuestion("true_false: false"), answer), 10);
  EXPECT_EQ(PointsFor(OneQuestion("true_false: true"), answer), 0);
}

TEST(QuizScoreTest, NumericWithToleranceTheBoundIncluded) {
  EXPECT_EQ(PointsForNumber("value: 9.81 tolerance: 0.01", 9.81), 10);
  EXPECT_EQ(PointsForNumber("value: 9.81 tolerance: 0.01", 9.82), 10);
  EXPECT_EQ(PointsForNumber("value: 9.81 tolerance: 0.01", 9.80), 10);
  EXPECT_EQ(PointsForNumber("value: 9.81 tolerance: 0.01", 9.8201), 0);
  EXPECT_EQ(PointsForNumber("value: 9.81 tolerance: 0.01", 9.7999), 0);
  EXPECT_EQ(PointsForNumber("value: 1 tolerance: 0.1", 1.1), 10);  // In binary 1.1 - 1 > 0.1.
  EXPECT_EQ(PointsForNumber("value: 0.3", 0.1 + 0.2), 10);
  EXPECT_EQ(PointsForNumber("value: 42", 42), 10);
  EXPECT_EQ(PointsForNumber("value: 42", 42.0000001), 0);
  EXPECT_EQ(PointsForNumber("value: -5 tolerance: 1", -6), 10);
  EXPECT_EQ(PointsForNumber("value: 1e300 tolerance: 0", -1e300), 0);
}

TEST(QuizScoreTest, ShortTextIsComparedAsPeopleRead) {
  const std::string folded = "accepted: ['Löschdecke', 'fire blanket']";
  EXPECT_EQ(PointsForText(folded, "Löschdecke"), 10);
  EXPECT_EQ(PointsForText(folded, "  LÖSCHDECKE\xC2\xA0"), 10);
  EXPECT_EQ(PointsForText(folded, "Lo\xCC\x88schdecke"), 10);  // The same letter in two parts.
  EXPECT_EQ(PointsForText(folded, "Fire Blanket"), 10);
  EXPECT_EQ(PointsForText(folded, "fire  blanket"), 0);
  EXPECT_EQ(PointsForText(folded, "Loschdecke"), 0);
  EXPECT_EQ(PointsForText(folded, ""), 0);
  EXPECT_EQ(PointsForText("accepted: 'Straße'", "STRASSE"), 10);
  EXPECT_EQ(PointsForText("accepted: 'CO2' case_sensitive: true", "CO2 "), 10);
  EXPECT_EQ(PointsForText("accepted: 'CO2' case_sensitive: true", "co2"), 0);
}

TEST(QuizScoreTest, OrderingIsAllOrNothing) {
  const v1::QuizBody quiz = OneQuestion("ordering { entries: ['pull', 'aim', 'squeeze'] }");
  EXPECT_EQ(PointsForChoosing(quiz, {"pull", "aim", "squeeze"}), 10);
  EXPECT_EQ(PointsForChoosing(quiz, {"aim", "pull", "squeeze"}), 0);
}

TEST(QuizScoreTest, MatchingGivesEachPairItsShare) {
  const v1::QuizBody quiz = OneQuestion(R"(matching {
    pairs { left: 'a' right: 'x' } pairs { left: 'b' right: 'y' } pairs { left: 'c' right: 'x' }
    distractors: 'z' })");
  EXPECT_EQ(PointsForChoosing(quiz, {"x", "y", "x"}), 10);
  EXPECT_THAT(PointsForChoosing(quiz, {"x", "z", "x"}), DoubleEq(6.67));
  EXPECT_THAT(PointsForChoosing(quiz, {"-", "y", "-"}), DoubleEq(3.33));
  EXPECT_EQ(PointsForChoosing(quiz, {"y", "x", "z"}), 0);
}

TEST(QuizScoreTest, SharesAreRoundedHalfUp) {
  // 1 of 8 points' hundredths: 12.5.
  std::string pairs;
  for (int i = 0; i < 8; ++i) {
    absl::StrAppend(&pairs, "pairs { left: '", i, "' right: 'r", i, "' } ");
  }
  const v1::QuizBody quiz = OneQuestion(absl::StrCat("matching { ", pairs, " }"), 1);
  EXPECT_THAT(PointsForChoosing(quiz, {"r0", "-", "-", "-", "-", "-", "-", "-"}), DoubleEq(0.13));
}

// U1, U2: a quiz of every kind, right, empty and in part.
TEST(QuizScoreTest, AWholeQuiz) {
  const v1::QuizBody quiz = QuizOf(kAllKinds);
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const QuizDrawing drawing = *DrawQuiz(quiz, {}, seed);
    QuizAnswers answers;
    *answers.Add() = Choosing(drawing[0], {"A"}, 0);
    *answers.Add() = Choosing(drawing[1], {"B", "D"}, 1);
    answers.Add()->set_position(2);
    answers.rbegin()->set_truth(true);
    answers.Add()->set_position(3);
    answers.rbegin()->set_number(9.81);
    answers.Add()->set_position(4);
    answers.rbegin()->set_text("extinguisher");
    *answers.Add() = Choosing(drawing[5], {"pull", "aim", "squeeze", "sweep"}, 5);
    *answers.Add() = Choosing(drawing[6], {"wood", "oil", "cables"}, 6);
    ASSERT_THAT(FieldsOf(CheckAnswers(drawing, answers, "")), IsEmpty());
    const v1::QuizScore best = ScoreQuiz(drawing, answers, 100);
    EXPECT_EQ(best.points(), 31);
    EXPECT_EQ(best.max_points(), 31);
    EXPECT_TRUE(best.passed());
    EXPECT_THAT(best.question_points(), ElementsAre(2, 3, 1, 4, 5, 6, 10));

    const v1::QuizScore none = ScoreQuiz(drawing, {}, 1);
    EXPECT_EQ(none.points(), 0);
    EXPECT_FALSE(none.passed());
    EXPECT_TRUE(ScoreQuiz(drawing, {}, 0).passed());

    answers.RemoveLast();
    EXPECT_THAT(ScoreQuiz(drawing, answers, 67).question_points(),
                ElementsAre(2, 3, 1, 4, 5, 6, 0));
    EXPECT_FALSE(ScoreQuiz(drawing, answers, 68).passed());  // 21 of 31 are 67.7 per cent.
    EXPECT_TRUE(ScoreQuiz(drawing, answers, 67).passed());
  }
}

TEST(QuizScoreTest, AnswersThatAreNoneAreTold) {
  const v1::QuizBody quiz = QuizOf(kAllKinds);
  const QuizDrawing drawing = *DrawQuiz(quiz, {}, kSeed);
  QuizAnswers answers;
  const auto add = [&](const std::string& text) { *answers.Add() = Parse<v1::Answer>(text); };
  add("position: 7 truth: true");
  add("position: -1 truth: true");
  add("position: 0 truth: true");
  add("position: 0 chosen { indices: 0 }");
  add("position: 1 chosen { indices: [0, 0] }");
  add("position: 2 number: 1");
  add("position: 3 number: nan");
  add("position: 5 chosen { indices: [0, 1, 2] }");
  add("position: 6 chosen { indices: [0, 1] }");
  EXPECT_THAT(
      FieldsOf(CheckAnswers(drawing, answers, "")),
      ElementsAre("answers[0].position", "answers[1].position", "answers[2].truth",
                  "answers[3].position", "answers[4].chosen.indices", "answers[5].number",
                  "answers[6].number", "answers[7].chosen.indices", "answers[8].chosen.indices"));
  answers.Clear();
  add("position: 0 chosen { indices: [0, 1] }");
  add("position: 1 chosen { indices: 4 }");
  add("position: 5 chosen { indices: [-1, 1, 2, 3] }");
  add("position: 6 chosen { indices: [0, 4, -2] }");
  add("position: 2");
  EXPECT_THAT(FieldsOf(CheckAnswers(drawing, answers, "")),
              ElementsAre("answers[0].chosen.indices", "answers[1].chosen.indices",
                          "answers[2].chosen.indices", "answers[3].chosen.indices"));
}

}  // namespace
}  // namespace provost
