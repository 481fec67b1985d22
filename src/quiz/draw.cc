#include "quiz/draw.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "quiz/sequence.h"

namespace provost {
namespace {

bool HasTag(const v1::Question& question, const v1::PoolDraw& draw) {
  if (draw.tags().empty()) return true;
  return std::any_of(draw.tags().begin(), draw.tags().end(), [&](const std::string& tag) {
    return std::find(question.tags().begin(), question.tags().end(), tag) != question.tags().end();
  });
}

template <typename Texts>
std::vector<std::string> ToVector(const Texts& texts) {
  return std::vector<std::string>(texts.begin(), texts.end());
}

std::vector<std::string> OptionsOf(const v1::Question& question) {
  switch (question.kind_case()) {
    case v1::Question::kSingleChoice:
      return ToVector(question.single_choice().options());
    case v1::Question::kMultipleChoice:
      return ToVector(question.multiple_choice().options());
    case v1::Question::kOrdering:
      return ToVector(question.ordering().entries());
    case v1::Question::kMatching: {
      std::vector<std::string> options = ToVector(question.matching().distractors());
      for (const auto& pair : question.matching().pairs()) options.push_back(pair.right());
      return options;
    }
    default:
      return {};
  }
}

// Sorted first, so that nothing of how the author wrote them down is left.
DrawnQuestion Show(const v1::Question& question, int part, Sequence sequence) {
  DrawnQuestion drawn{&question, part, OptionsOf(question)};
  std::sort(drawn.options.begin(), drawn.options.end());
  drawn.options.erase(std::unique(drawn.options.begin(), drawn.options.end()), drawn.options.end());
  sequence.Shuffle(&drawn.options);
  return drawn;
}

}  // namespace

std::vector<QuizProblem> CheckDraws(const v1::QuizBody& quiz, DrawPools pools,
                                    absl::string_view prefix) {
  std::vector<QuizProblem> problems;
  std::vector<const v1::PoolDraw*> draws;
  for (int i = 0; i < quiz.parts_size(); ++i) {
    if (!quiz.parts(i).has_draw()) continue;
    const v1::PoolDraw& draw = quiz.parts(i).draw();
    const v1::QuestionPoolBody& pool = *pools[draws.size()];
    int64_t fitting = 0;
    for (const v1::Question& question : pool.questions()) fitting += HasTag(question, draw);
    int64_t taken = 0;
    for (size_t before = 0; before < draws.size(); ++before) {
      if (pools[before] != &pool) continue;
      int64_t both = 0;
      for (const v1::Question& question : pool.questions()) {
        both += HasTag(question, draw) && HasTag(question, *draws[before]);
      }
      taken += std::min<int64_t>(both, draws[before]->count());
    }
    if (draw.count() > fitting - taken) {
      problems.push_back(
          {absl::StrCat(prefix, "parts[", i, "].draw.count"), absl::StrCat(draw.count()),
           taken == 0 ? absl::StrCat("wanted at most ", fitting,
                                     ", which is what the pool has for these tags")
                      : absl::StrCat("wanted at most ", std::max<int64_t>(0, fitting - taken),
                                     ": the pool has ", fitting,
                                     " for these tags, of which draws above may take ", taken)});
    }
    draws.push_back(&draw);
  }
  return problems;
}

absl::StatusOr<QuizDrawing> DrawQuiz(const v1::QuizBody& quiz, DrawPools pools, uint64_t seed) {
  std::vector<std::pair<const v1::Question*, int>> questions;  // With their parts.
  absl::flat_hash_set<const v1::Question*> drawn;
  size_t draws = 0;
  for (int i = 0; i < quiz.parts_size(); ++i) {
    if (!quiz.parts(i).has_draw()) {
      questions.emplace_back(&quiz.parts(i).question(), i);
      continue;
    }
    const v1::PoolDraw& draw = quiz.parts(i).draw();
    std::vector<const v1::Question*> fitting;
    for (const v1::Question& question : pools[draws]->questions()) {
      if (HasTag(question, draw) && !drawn.contains(&question)) fitting.push_back(&question);
    }
    ++draws;
    const size_t count = static_cast<size_t>(std::max(0, draw.count()));
    if (fitting.size() < count) {
      return absl::FailedPreconditionError(absl::StrCat(
          "part ", i, " draws ", count, " questions, and its pool has ", fitting.size(), " left"));
    }
    Sequence(seed, static_cast<uint64_t>(i)).Draw(&fitting, count);
    fitting.resize(count);
    drawn.insert(fitting.begin(), fitting.end());
    for (const v1::Question* question : fitting) questions.emplace_back(question, i);
  }
  // Beyond the numbers of parts and positions, so that nothing is drawn by the same sequence.
  constexpr uint64_t kOrder = uint64_t{1} << 32;
  if (quiz.shuffle_questions()) Sequence(seed, kOrder).Shuffle(&questions);
  QuizDrawing drawing;
  drawing.reserve(questions.size());
  for (const auto& entry : questions) {
    drawing.push_back(
        Show(*entry.first, entry.second, Sequence(seed, kOrder + 1 + drawing.size())));
  }
  return drawing;
}

v1::PosedQuestion PoseQuestion(const DrawnQuestion& drawn, int position) {
  const v1::Question& question = *drawn.question;
  v1::PosedQuestion posed;
  posed.set_position(position);
  posed.set_text(question.text());
  posed.set_points(question.points());
  for (const std::string& option : drawn.options) posed.add_options(option);
  switch (question.kind_case()) {
    case v1::Question::kSingleChoice:
      posed.set_kind(v1::PosedQuestion::SINGLE_CHOICE);
      break;
    case v1::Question::kMultipleChoice:
      posed.set_kind(v1::PosedQuestion::MULTIPLE_CHOICE);
      break;
    case v1::Question::kTrueFalse:
      posed.set_kind(v1::PosedQuestion::TRUE_FALSE);
      break;
    case v1::Question::kNumeric:
      posed.set_kind(v1::PosedQuestion::NUMERIC);
      break;
    case v1::Question::kShortText:
      posed.set_kind(v1::PosedQuestion::SHORT_TEXT);
      break;
    case v1::Question::kOrdering:
      posed.set_kind(v1::PosedQuestion::ORDERING);
      break;
    case v1::Question::kMatching:
      posed.set_kind(v1::PosedQuestion::MATCHING);
      for (const auto& pair : question.matching().pairs()) posed.add_lefts(pair.left());
      break;
    case v1::Question::KIND_NOT_SET:
      break;
  }
  return posed;
}

v1::QuizTerms TermsOf(const v1::QuizBody& quiz) {
  v1::QuizTerms terms;
  int count = 0;
  for (const v1::QuizPart& part : quiz.parts()) count += part.has_draw() ? part.draw().count() : 1;
  terms.set_question_count(count);
  if (quiz.has_time_limit()) *terms.mutable_time_limit() = quiz.time_limit();
  terms.set_attempts_allowed(quiz.attempts_allowed());
  terms.set_pass_percent(quiz.pass_percent());
  return terms;
}

}  // namespace provost
