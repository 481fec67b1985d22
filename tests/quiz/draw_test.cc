#include "quiz/draw.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "quiz/sequence.h"
#include "tests/quiz/questions.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// Questions q0, q1...; even ones are tagged `even`, those that three divides `third`.
v1::QuestionPoolBody Numbered(int count) {
  v1::QuestionPoolBody pool;
  for (int i = 0; i < count; ++i) {
    auto* question = pool.add_questions();
    question->set_id(absl::StrCat("q", i));
    question->set_text(absl::StrCat("Question ", i));
    question->set_points(1);
    question->set_true_false(true);
    if (i % 2 == 0) question->add_tags("even");
    if (i % 3 == 0) question->add_tags("third");
  }
  return pool;
}

std::vector<std::string> Ids(const QuizDrawing& drawing) {
  std::vector<std::string> ids;
  for (const DrawnQuestion& drawn : drawing) ids.push_back(drawn.question->id());
  return ids;
}

TEST(QuizSequenceTest, FollowsFromTheSeedForGood) {
  // Attempts that were kept show other questions where these numbers change.
  Sequence sequence(42);
  EXPECT_EQ(sequence.Next(), 0xBDD732262FEB6E95);
  EXPECT_EQ(sequence.Next(), 0x28EFE333B266F103);
  EXPECT_NE(Sequence(42, 0).Next(), Sequence(42, 1).Next());
  EXPECT_NE(Sequence(42, 0).Next(), Sequence(43, 0).Next());
  EXPECT_EQ(Sequence(42, 7).Next(), Sequence(42, 7).Next());
}

TEST(QuizSequenceTest, EachIsAsLikely) {
  std::map<uint64_t, int> seen;
  Sequence sequence(7);
  for (int i = 0; i < 60000; ++i) ++seen[sequence.Below(6)];
  ASSERT_THAT(seen, SizeIs(6));
  for (const auto& [value, times] : seen) {
    EXPECT_GT(times, 9500) << value;
    EXPECT_LT(times, 10500) << value;
  }
  EXPECT_EQ(sequence.Below(1), 0u);
}

TEST(QuizDrawTest, TheSameSeedDrawsTheSame) {
  const v1::QuizBody quiz = QuizOf("parts { draw { pool: 'p' count: 5 } } shuffle_questions: true");
  const v1::QuestionPoolBody pool = Numbered(50);
  std::set<std::vector<std::string>> seen;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const auto first = DrawQuiz(quiz, {&pool}, seed);
    const auto second = DrawQuiz(quiz, {&pool}, seed);
    ASSERT_TRUE(first.ok() && second.ok());
    EXPECT_EQ(Ids(*first), Ids(*second));
    seen.insert(Ids(*first));
    const std::vector<std::string> ids = Ids(*first);
    EXPECT_THAT(std::set<std::string>(ids.begin(), ids.end()), SizeIs(5));
  }
  EXPECT_GT(seen.size(), 45u);
}

TEST(QuizDrawTest, EveryQuestionOfAPoolIsDrawnAsOften) {
  const v1::QuizBody quiz = QuizOf("parts { draw { pool: 'p' count: 3 } }");
  const v1::QuestionPoolBody pool = Numbered(10);
  std::map<std::string, int> times;
  for (uint64_t seed = 0; seed < 10000; ++seed) {
    const QuizDrawing drawing = *DrawQuiz(quiz, {&pool}, seed);
    for (const std::string& id : Ids(drawing)) ++times[id];
  }
  ASSERT_THAT(times, SizeIs(10));
  for (const auto& [id, count] : times) {
    EXPECT_GT(count, 2800) << id;
    EXPECT_LT(count, 3200) << id;
  }
}

TEST(QuizDrawTest, DrawsByTagsAndNoQuestionTwice) {
  const v1::QuizBody quiz = QuizOf(R"(
    parts { draw { pool: 'p' count: 5 tags: 'even' } }
    parts { draw { pool: 'p' count: 3 tags: 'third' } }
    parts { draw { pool: 'p' count: 4 tags: ['even', 'third'] } })");
  const v1::QuestionPoolBody pool = Numbered(24);
  EXPECT_THAT(FieldsOf(CheckDraws(quiz, {&pool, &pool, &pool}, "")), IsEmpty());
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const auto drawing = DrawQuiz(quiz, {&pool, &pool, &pool}, seed);
    ASSERT_TRUE(drawing.ok()) << drawing.status();
    std::vector<std::string> ids = Ids(*drawing);
    ASSERT_THAT(ids, SizeIs(12));
    for (size_t i = 0; i < ids.size(); ++i) {
      const int number = std::stoi(ids[i].substr(1));
      if (i < 5) {
        EXPECT_EQ(number % 2, 0);
      } else if (i < 8) {
        EXPECT_EQ(number % 3, 0);
      }
      EXPECT_TRUE(number % 2 == 0 || number % 3 == 0);
    }
    std::sort(ids.begin(), ids.end());
    EXPECT_EQ(std::unique(ids.begin(), ids.end()), ids.end());
  }
}

// CheckDraws says nothing exactly where no seed could fail for want of questions.
TEST(QuizDrawTest, TooFewQuestionsAreFoundBeforehand) {
  const v1::QuestionPoolBody pool = Numbered(6);  // even: 0 2 4; third: 0 3
  EXPECT_THAT(FieldsOf(CheckDraws(QuizOf("parts { draw { pool: 'p' count: 7 } }"), {&pool}, "b.")),
              ElementsAre("b.parts[0].draw.count"));
  const v1::QuizBody quiz = QuizOf(R"(
    parts { draw { pool: 'p' count: 3 tags: 'even' } }
    parts { draw { pool: 'p' count: 2 tags: 'third' } })");
  const auto problems = CheckDraws(quiz, {&pool, &pool}, "");
  EXPECT_THAT(FieldsOf(problems), ElementsAre("parts[1].draw.count"));
  EXPECT_THAT(problems[0].wanted, HasSubstr("at most 1"));
  EXPECT_TRUE(absl::IsFailedPrecondition(DrawQuiz(quiz, {&pool, &pool}, 1).status()));
  const v1::QuestionPoolBody other = Numbered(6);
  EXPECT_THAT(CheckDraws(quiz, {&pool, &other}, ""), IsEmpty());
  EXPECT_TRUE(DrawQuiz(quiz, {&pool, &other}, 1).ok());
}

TEST(QuizDrawTest, QuestionsKeepTheirOrderUnlessShuffled) {
  v1::QuizBody quiz = QuizOf(kAllKinds);
  EXPECT_THAT(Ids(*DrawQuiz(quiz, {}, 3)),
              ElementsAre("single", "multiple", "truth", "number", "text", "order", "match"));
  quiz.set_shuffle_questions(true);
  std::set<std::vector<std::string>> orders;
  for (uint64_t seed = 0; seed < 20; ++seed) orders.insert(Ids(*DrawQuiz(quiz, {}, seed)));
  EXPECT_GT(orders.size(), 15u);
}

std::vector<v1::PosedQuestion> Posed(const v1::QuizBody& quiz, uint64_t seed) {
  const QuizDrawing drawing = *DrawQuiz(quiz, {}, seed);
  std::vector<v1::PosedQuestion> posed;
  for (size_t i = 0; i < drawing.size(); ++i) {
    posed.push_back(PoseQuestion(drawing[i], static_cast<int>(i)));
  }
  return posed;
}

// P2: what a learner is shown is the same whatever the answer is, so it says nothing of it.
TEST(QuizDrawTest, P2_WhatIsPosedDoesNotDependOnTheAnswers) {
  const v1::QuizBody quiz = QuizOf(kAllKinds);
  v1::QuizBody changed = quiz;
  const auto question = [&](int part) { return changed.mutable_parts(part)->mutable_question(); };
  question(0)->mutable_single_choice()->set_correct(2);
  question(0)->set_explanation("Because of C.");
  question(0)->set_id("other");
  question(0)->add_tags("hard");
  question(1)->mutable_multiple_choice()->clear_correct();
  question(1)->mutable_multiple_choice()->add_correct(0);
  question(1)->mutable_multiple_choice()->set_partial_credit(false);
  question(2)->set_true_false(false);
  question(3)->mutable_numeric()->set_value(1.62);
  question(4)->mutable_short_text()->set_accepted(0, "hose");
  auto* entries = question(5)->mutable_ordering()->mutable_entries();
  std::reverse(entries->begin(), entries->end());
  auto* matching = question(6)->mutable_matching();
  matching->mutable_pairs(0)->set_right("fat");
  matching->mutable_pairs(1)->set_right("cables");
  matching->mutable_pairs(2)->set_right("wood");
  matching->set_distractors(0, "oil");
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const auto before = Posed(quiz, seed);
    const auto after = Posed(changed, seed);
    ASSERT_EQ(before.size(), after.size());
    for (size_t i = 0; i < before.size(); ++i) {
      EXPECT_EQ(before[i].SerializeAsString(), after[i].SerializeAsString())
          << "question " << i << ", seed " << seed;
    }
  }
}

TEST(QuizDrawTest, P2_WhatIsPosedHasNoAnswerInIt) {
  for (const v1::PosedQuestion& posed : Posed(QuizOf(kAllKinds), 11)) {
    const std::string bytes = posed.SerializeAsString();
    EXPECT_THAT(bytes, Not(HasSubstr("extinguisher")));
    EXPECT_THAT(bytes, Not(HasSubstr("Because")));
  }
  const auto posed = Posed(QuizOf(kAllKinds), 11);
  EXPECT_THAT(posed[3].options(), IsEmpty());
  EXPECT_THAT(posed[4].options(), IsEmpty());
  EXPECT_THAT(posed[6].lefts(), ElementsAre("water", "foam", "CO2"));
  EXPECT_THAT(posed[6].options(), SizeIs(4));
  EXPECT_THAT(posed[0].options(), SizeIs(3));
}

TEST(QuizDrawTest, ARightSideOfTwoPairsIsShownOnce) {
  const v1::QuizBody quiz = QuizOf(R"(parts { question { id: 'q' text: 'T' points: 1 matching {
    pairs { left: 'a' right: 'x' } pairs { left: 'b' right: 'x' } distractors: 'y' } } })");
  EXPECT_THAT(Posed(quiz, 1)[0].options(), SizeIs(2));
}

TEST(QuizDrawTest, TermsTellWhatToExpect) {
  const v1::QuizTerms terms = TermsOf(QuizOf(R"(
    parts { question { id: 'q' text: 'T' points: 1 true_false: true } }
    parts { draw { pool: 'p' count: 4 } }
    time_limit { seconds: 600 } attempts_allowed: 2 pass_percent: 80)"));
  EXPECT_EQ(terms.question_count(), 5);
  EXPECT_EQ(terms.time_limit().seconds(), 600);
  EXPECT_EQ(terms.attempts_allowed(), 2);
  EXPECT_EQ(terms.pass_percent(), 80);
}

}  // namespace
}  // namespace provost
