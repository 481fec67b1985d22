#ifndef PROVOST_QUIZ_CHECK_H_
#define PROVOST_QUIZ_CHECK_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "provost/v1/content_service.pb.h"

namespace provost {

/// What is wrong with a field.
struct QuizProblem {
  std::string field;  ///< `parts[3].question.points`
  std::string value;
  std::string wanted;  ///< Goes on from the field: "wanted 1 to 1000".
};

inline constexpr int kMaxQuizParts = 500;
inline constexpr int kMaxPoolQuestions = 2000;
inline constexpr int kMaxDrawCount = 200;
inline constexpr int kMaxChoices = 50;
inline constexpr int kMaxAccepted = 50;
inline constexpr int kMaxTags = 20;
inline constexpr int kMaxQuestionPoints = 1000;
inline constexpr int kMaxAttemptsAllowed = 1000;
inline constexpr size_t kMaxQuestionText = 10000;  ///< Characters.
inline constexpr size_t kMaxChoiceText = 1000;     ///< Characters.

/// What can be wrong with a quiz or a pool by itself, field by field; empty: nothing. The paths are
/// those within the message, behind `prefix`. Whether the pools of a quiz are there and have
/// questions enough is another matter: see CheckDraws. Pure.
std::vector<QuizProblem> CheckQuiz(const v1::QuizBody& quiz, absl::string_view prefix);
std::vector<QuizProblem> CheckPool(const v1::QuestionPoolBody& pool, absl::string_view prefix);

}  // namespace provost

#endif  // PROVOST_QUIZ_CHECK_H_
