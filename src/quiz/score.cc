#include "quiz/score.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "quiz/text.h"

namespace provost {
namespace {

v1::Answer::ValueCase ValueFor(const v1::Question& question) {
  switch (question.kind_case()) {
    case v1::Question::kTrueFalse:
      return v1::Answer::kTruth;
    case v1::Question::kNumeric:
      return v1::Answer::kNumber;
    case v1::Question::kShortText:
      return v1::Answer::kText;
    default:
      return v1::Answer::kChosen;
  }
}

absl::string_view FieldOf(v1::Answer::ValueCase value) {
  switch (value) {
    case v1::Answer::kTruth:
      return "truth";
    case v1::Answer::kNumber:
      return "number";
    case v1::Answer::kText:
      return "text";
    default:
      return "chosen";
  }
}

// Why the chosen indices are no answer; empty: they are one.
std::string WrongChoice(const DrawnQuestion& drawn, const v1::ChosenOptions& chosen) {
  const v1::Question& question = *drawn.question;
  const int options = static_cast<int>(drawn.options.size());
  const bool is_matching = question.has_matching();
  for (int index : chosen.indices()) {
    if (index >= 0 && index < options) continue;
    if (is_matching && index == -1) continue;
    return absl::StrCat("wanted indices from 0 to ", options - 1,
                        is_matching ? ", or -1 for none" : "");
  }
  const int count = chosen.indices_size();
  if (question.has_single_choice() && count != 1) return "wanted one index";
  if (is_matching) {
    const int lefts = question.matching().pairs_size();
    return count == lefts ? ""
                          : absl::StrCat("wanted ", lefts, " indices, one for each of `lefts`");
  }
  absl::flat_hash_set<int> different(chosen.indices().begin(), chosen.indices().end());
  if (different.size() != static_cast<size_t>(count)) return "wanted each index once";
  if (question.has_ordering() && count != options) {
    return absl::StrCat("wanted all ", options, " indices, in order");
  }
  return "";
}

// A share of a question's points.
struct Share {
  int64_t reached = 0;
  int64_t of = 1;
};
Share AllOrNothing(bool right) { return {right ? 1 : 0, 1}; }

bool IsWithin(double given, const v1::Question::Numeric& numeric) {
  // What 1.1 and 0.1 are in binary is not what people mean by them.
  const double slack = 4 * std::numeric_limits<double>::epsilon() *
                       std::max(std::fabs(given), std::fabs(numeric.value()));
  return std::fabs(given - numeric.value()) <= numeric.tolerance() + slack;
}

Share ShareOf(const DrawnQuestion& drawn, const v1::Answer& answer) {
  const v1::Question& question = *drawn.question;
  const auto& chosen = answer.chosen().indices();
  const auto text_at = [&](int index) -> const std::string& {
    return drawn.options[static_cast<size_t>(index)];
  };
  switch (question.kind_case()) {
    case v1::Question::kSingleChoice: {
      const auto& choice = question.single_choice();
      return AllOrNothing(text_at(chosen[0]) == choice.options(choice.correct()));
    }
    case v1::Question::kMultipleChoice: {
      const auto& choice = question.multiple_choice();
      absl::flat_hash_set<std::string> right;
      for (int index : choice.correct()) right.insert(choice.options(index));
      int64_t hits = 0;
      for (int index : chosen) hits += right.contains(text_at(index));
      const int64_t misses = chosen.size() - hits;
      const int64_t all = static_cast<int64_t>(right.size());
      if (!choice.partial_credit()) return AllOrNothing(hits == all && misses == 0);
      return {std::max<int64_t>(0, hits - misses), all};
    }
    case v1::Question::kTrueFalse:
      return AllOrNothing(answer.truth() == question.true_false());
    case v1::Question::kNumeric:
      return AllOrNothing(IsWithin(answer.number(), question.numeric()));
    case v1::Question::kShortText: {
      const auto& wanted = question.short_text();
      const std::string given = ComparableText(answer.text(), wanted.case_sensitive());
      return AllOrNothing(std::any_of(
          wanted.accepted().begin(), wanted.accepted().end(), [&](const std::string& accepted) {
            return ComparableText(accepted, wanted.case_sensitive()) == given;
          }));
    }
    case v1::Question::kOrdering: {
      const auto& entries = question.ordering().entries();
      for (int i = 0; i < entries.size(); ++i) {
        if (text_at(chosen[i]) != entries[i]) return AllOrNothing(false);
      }
      return AllOrNothing(true);
    }
    case v1::Question::kMatching: {
      const auto& pairs = question.matching().pairs();
      Share share{0, pairs.size()};
      for (int i = 0; i < pairs.size(); ++i) {
        share.reached += chosen[i] >= 0 && text_at(chosen[i]) == pairs[i].right();
      }
      return share;
    }
    case v1::Question::KIND_NOT_SET:
      break;
  }
  return {};
}

}  // namespace

std::vector<QuizProblem> CheckAnswers(const QuizDrawing& drawing, const QuizAnswers& answers,
                                      absl::string_view prefix) {
  std::vector<QuizProblem> problems;
  absl::flat_hash_set<int> answered;
  for (int i = 0; i < answers.size(); ++i) {
    const v1::Answer& answer = answers[i];
    const std::string path = absl::StrCat(prefix, "answers[", i, "].");
    const auto add = [&](absl::string_view field, absl::string_view value, std::string wanted) {
      problems.push_back({absl::StrCat(path, field), std::string(value), std::move(wanted)});
    };
    const int position = answer.position();
    if (position < 0 || static_cast<size_t>(position) >= drawing.size()) {
      add("position", absl::StrCat(position),
          absl::StrCat("wanted the position of a question, from 0; there are ", drawing.size()));
      continue;
    }
    if (!answered.insert(position).second) {
      add("position", absl::StrCat(position), "wanted one answer for each question");
      continue;
    }
    if (answer.value_case() == v1::Answer::VALUE_NOT_SET) continue;
    const DrawnQuestion& drawn = drawing[static_cast<size_t>(position)];
    const v1::Answer::ValueCase wanted = ValueFor(*drawn.question);
    if (answer.value_case() != wanted) {
      add(FieldOf(answer.value_case()), "",
          absl::StrCat("wanted `", FieldOf(wanted), "`, as the question's kind says"));
    } else if (wanted == v1::Answer::kNumber && !std::isfinite(answer.number())) {
      add("number", absl::StrCat(answer.number()), "wanted a finite number");
    } else if (wanted == v1::Answer::kText && answer.text().size() > kMaxAnswerText) {
      add("text", answer.text(), absl::StrCat("wanted at most ", kMaxAnswerText, " bytes"));
    } else if (wanted == v1::Answer::kChosen) {
      std::string why = WrongChoice(drawn, answer.chosen());
      if (!why.empty()) add("chosen.indices", "", std::move(why));
    }
  }
  return problems;
}

v1::QuizScore ScoreQuiz(const QuizDrawing& drawing, const QuizAnswers& answers, int pass_percent) {
  std::vector<const v1::Answer*> by_position(drawing.size(), nullptr);
  for (const v1::Answer& answer : answers) {
    if (answer.value_case() == v1::Answer::VALUE_NOT_SET) continue;
    by_position[static_cast<size_t>(answer.position())] = &answer;
  }
  v1::QuizScore score;
  int64_t hundredths = 0;
  int64_t max_points = 0;
  for (size_t i = 0; i < drawing.size(); ++i) {
    const int64_t points = drawing[i].question->points();
    max_points += points;
    int64_t reached = 0;
    if (by_position[i] != nullptr) {
      const Share share = ShareOf(drawing[i], *by_position[i]);
      reached = (2 * 100 * points * share.reached + share.of) / (2 * share.of);
    }
    hundredths += reached;
    score.add_question_points(static_cast<double>(reached) / 100);
  }
  score.set_points(static_cast<double>(hundredths) / 100);
  score.set_max_points(static_cast<int32_t>(max_points));
  score.set_passed(hundredths >= pass_percent * max_points);
  return score;
}

}  // namespace provost
