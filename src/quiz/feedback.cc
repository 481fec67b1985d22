#include "quiz/feedback.h"

#include <algorithm>

#include "absl/strings/string_view.h"

namespace provost {
namespace {

// Where `text` is shown.
int32_t IndexOf(const DrawnQuestion& drawn, absl::string_view text) {
  return static_cast<int32_t>(std::find(drawn.options.begin(), drawn.options.end(), text) -
                              drawn.options.begin());
}

}  // namespace

bool ShowsAnswers(v1::QuizBody::Feedback policy, const QuizStanding& standing) {
  switch (policy) {
    case v1::QuizBody::EACH_ATTEMPT:
      return true;
    case v1::QuizBody::PASSED:
      return standing.passed;
    case v1::QuizBody::LAST_ATTEMPT:
      return !standing.attempts_left;
    default:
      return false;
  }
}

v1::Answer RightAnswer(const DrawnQuestion& drawn, int position) {
  const v1::Question& question = *drawn.question;
  v1::Answer answer;
  answer.set_position(position);
  switch (question.kind_case()) {
    case v1::Question::kSingleChoice: {
      const auto& choice = question.single_choice();
      answer.mutable_chosen()->add_indices(IndexOf(drawn, choice.options(choice.correct())));
      break;
    }
    case v1::Question::kMultipleChoice: {
      const auto& choice = question.multiple_choice();
      auto* const indices = answer.mutable_chosen()->mutable_indices();
      for (int index : choice.correct()) indices->Add(IndexOf(drawn, choice.options(index)));
      std::sort(indices->begin(), indices->end());
      break;
    }
    case v1::Question::kTrueFalse:
      answer.set_truth(question.true_false());
      break;
    case v1::Question::kNumeric:
      answer.set_number(question.numeric().value());
      break;
    case v1::Question::kShortText:
      if (!question.short_text().accepted().empty()) {
        answer.set_text(question.short_text().accepted(0));
      }
      break;
    case v1::Question::kOrdering:
      for (const std::string& entry : question.ordering().entries()) {
        answer.mutable_chosen()->add_indices(IndexOf(drawn, entry));
      }
      break;
    case v1::Question::kMatching:
      for (const auto& pair : question.matching().pairs()) {
        answer.mutable_chosen()->add_indices(IndexOf(drawn, pair.right()));
      }
      break;
    case v1::Question::KIND_NOT_SET:
      break;
  }
  return answer;
}

v1::AnswerFeedback FeedbackOn(const DrawnQuestion& drawn, int position, double points) {
  v1::AnswerFeedback feedback;
  feedback.set_position(position);
  feedback.set_right(points >= drawn.question->points());
  *feedback.mutable_correct() = RightAnswer(drawn, position);
  feedback.set_explanation(drawn.question->explanation());
  return feedback;
}

}  // namespace provost
