#include "quiz/check.h"

#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/quiz/questions.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> ProblemsOf(const std::string& question) {
  return FieldsOf(CheckQuiz(
      QuizOf(absl::StrCat("parts { question { id: 'q' text: 'T' points: 1 ", question, " } }")),
      "quiz."));
}

TEST(QuizCheckTest, AQuizWithAQuestionOfEachKindIsFine) {
  EXPECT_THAT(FieldsOf(CheckQuiz(QuizOf(kAllKinds), "")), IsEmpty());
  EXPECT_THAT(FieldsOf(CheckQuiz(v1::QuizBody(), "")), IsEmpty());
}

TEST(QuizCheckTest, WhatIsWrongIsToldFieldByField) {
  EXPECT_THAT(FieldsOf(CheckQuiz(QuizOf("parts {} parts { draw {} } parts { question {} }"), "b.")),
              ElementsAre("b.parts[0].from", "b.parts[1].draw.pool", "b.parts[1].draw.count",
                          "b.parts[2].question.id", "b.parts[2].question.text",
                          "b.parts[2].question.points", "b.parts[2].question.kind"));
  const std::string choice = "quiz.parts[0].question.single_choice.";
  EXPECT_THAT(ProblemsOf("single_choice { options: 'A' correct: 1 }"),
              ElementsAre(choice + "options", choice + "correct"));
  EXPECT_THAT(ProblemsOf("single_choice { options: ['A', 'A'] correct: -1 }"),
              ElementsAre(choice + "options[1]", choice + "correct"));
  const std::string multiple = "quiz.parts[0].question.multiple_choice.";
  EXPECT_THAT(ProblemsOf("multiple_choice { options: ['A', 'B'] correct: [0, 0, 2] }"),
              ElementsAre(multiple + "correct[1]", multiple + "correct[2]"));
  EXPECT_THAT(ProblemsOf("multiple_choice { options: ['A', 'B'] }"),
              ElementsAre(multiple + "correct"));
  const std::string numeric = "quiz.parts[0].question.numeric.";
  EXPECT_THAT(ProblemsOf("numeric { value: inf tolerance: -1 }"),
              ElementsAre(numeric + "value", numeric + "tolerance"));
  EXPECT_THAT(ProblemsOf("numeric { value: nan tolerance: nan }"), SizeIs(2));
  const std::string text = "quiz.parts[0].question.short_text.accepted";
  EXPECT_THAT(ProblemsOf("short_text {}"), ElementsAre(text));
  EXPECT_THAT(ProblemsOf("short_text { accepted: ['a', ' \xC2\xA0 '] }"),
              ElementsAre(text + "[1]"));
  const std::string matching = "quiz.parts[0].question.matching.";
  EXPECT_THAT(ProblemsOf("matching { pairs { left: 'a' right: 'x' } pairs { left: 'a' right: 'x' }"
                         " distractors: 'x' }"),
              ElementsAre(matching + "pairs[1].left", matching + "distractors[0]"));
  EXPECT_THAT(FieldsOf(CheckQuiz(QuizOf("time_limit { seconds: 0 } attempts_allowed: -1 "
                                        "pass_percent: 101 feedback: 9"),
                                 "")),
              ElementsAre("time_limit", "attempts_allowed", "pass_percent", "feedback"));
}

TEST(QuizCheckTest, EachIdIsOfOneQuestion) {
  const std::string question = "{ id: 'q' text: 'T' points: 1 true_false: true }";
  EXPECT_THAT(FieldsOf(CheckPool(
                  PoolOf(absl::StrCat("questions ", question, "questions ", question)), "pool.")),
              ElementsAre("pool.questions[1].id"));
  EXPECT_THAT(FieldsOf(CheckPool(PoolOf("questions { id: '-q' text: 'T' points: 1 "
                                        "true_false: true }"),
                                 "")),
              ElementsAre("questions[0].id"));
}

TEST(QuizCheckTest, OnePastEachLimit) {
  const auto points = [](int count) {
    return absl::StrCat("questions { id: 'q' text: 'T' true_false: true points: ", count, " }");
  };
  EXPECT_THAT(CheckPool(PoolOf(points(kMaxQuestionPoints)), ""), IsEmpty());
  EXPECT_THAT(FieldsOf(CheckPool(PoolOf(points(kMaxQuestionPoints + 1)), "")),
              ElementsAre("questions[0].points"));
  v1::QuestionPoolBody pool;
  for (int i = 0; i < kMaxPoolQuestions; ++i) {
    *pool.add_questions() =
        Parse<v1::Question>(absl::StrCat("id: 'q", i, "' text: 'T' points: 1 true_false: false"));
  }
  EXPECT_THAT(CheckPool(pool, ""), IsEmpty());
  *pool.add_questions() = Parse<v1::Question>("id: 'more' text: 'T' points: 1 true_false: false");
  EXPECT_THAT(FieldsOf(CheckPool(pool, "")), ElementsAre("questions"));

  v1::QuizBody quiz;
  for (int i = 0; i < kMaxQuizParts; ++i) {
    quiz.add_parts()->mutable_draw()->set_pool("p");
    quiz.mutable_parts(i)->mutable_draw()->set_count(kMaxDrawCount);
  }
  EXPECT_THAT(CheckQuiz(quiz, ""), IsEmpty());
  quiz.mutable_parts(0)->mutable_draw()->set_count(kMaxDrawCount + 1);
  *quiz.add_parts() = quiz.parts(1);
  EXPECT_THAT(FieldsOf(CheckQuiz(quiz, "")), ElementsAre("parts", "parts[0].draw.count"));

  v1::Question question = Parse<v1::Question>("id: 'q' text: 'T' points: 1");
  for (int i = 0; i < kMaxChoices; ++i) {
    question.mutable_ordering()->add_entries(absl::StrCat(i));
  }
  for (int i = 0; i < kMaxTags; ++i) question.add_tags(absl::StrCat(i));
  question.mutable_ordering()->set_entries(0, std::string(kMaxChoiceText, 'x'));
  question.set_text(std::string(kMaxQuestionText, 'x'));
  const auto problems = [&] {
    v1::QuestionPoolBody one;
    *one.add_questions() = question;
    return FieldsOf(CheckPool(one, ""));
  };
  EXPECT_THAT(problems(), IsEmpty());
  question.mutable_ordering()->add_entries("more");
  question.mutable_ordering()->mutable_entries(0)->push_back('x');
  question.add_tags("more");
  question.mutable_text()->push_back('x');
  EXPECT_THAT(problems(),
              ElementsAre("questions[0].text", "questions[0].tags", "questions[0].ordering.entries",
                          "questions[0].ordering.entries[0]"));
}

}  // namespace
}  // namespace provost
