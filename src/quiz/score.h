#ifndef PROVOST_QUIZ_SCORE_H_
#define PROVOST_QUIZ_SCORE_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"
#include "provost/v1/content_service.pb.h"
#include "quiz/check.h"
#include "quiz/draw.h"

namespace provost {

using QuizAnswers = google::protobuf::RepeatedPtrField<v1::Answer>;

inline constexpr size_t kMaxAnswerText = 4000;  ///< Bytes.

/// What is wrong with answers as such, right or not: a position that no question has or that has an
/// answer already, a value of another kind, an index that no option has, an order that lacks
/// entries, a text that is too long. The paths stand behind `prefix`: `answers[2].chosen`. Empty:
/// nothing. Pure.
std::vector<QuizProblem> CheckAnswers(const QuizDrawing& drawing, const QuizAnswers& answers,
                                      absl::string_view prefix);

/// What `answers`, which CheckAnswers found nothing wrong with, are worth. A question without an
/// answer is worth nothing. Pure, and the same on every machine.
///
/// - single choice: all points for the right option;
/// - multiple choice: all for exactly the right ones; with partial credit (right ones chosen less
///   wrong ones chosen) / right ones, never below 0;
/// - true or false: all for the right one;
/// - numeric: all within the tolerance, the bound included, and a few units in the last place on
///   top of it: 1.1 is 0.1 away from 1;
/// - short text: all for an accepted text, compared by ComparableText;
/// - ordering: all for the right order;
/// - matching: for each right pair its share.
///
/// Shares are rounded to a hundredth of a point, half up, for each question. Passed: the points are
/// at least `pass_percent` of those that there are.
v1::QuizScore ScoreQuiz(const QuizDrawing& drawing, const QuizAnswers& answers, int pass_percent);

}  // namespace provost

#endif  // PROVOST_QUIZ_SCORE_H_
