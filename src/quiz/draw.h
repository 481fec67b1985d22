#ifndef PROVOST_QUIZ_DRAW_H_
#define PROVOST_QUIZ_DRAW_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "provost/v1/content_service.pb.h"
#include "quiz/check.h"

namespace provost {

/// The pool of each draw of a quiz, in the order of its draws. Not owned. One that stands for
/// several draws is the same object.
using DrawPools = absl::Span<const v1::QuestionPoolBody* const>;

/// A question as it stands in one attempt.
struct DrawnQuestion {
  const v1::Question* question = nullptr;  ///< Of the quiz or of one of its pools.
  int part = 0;                            ///< By which part of the quiz it comes, from 0.
  /// What is shown to choose from, to order, or to match with, in the order in which it is shown.
  std::vector<std::string> options;
};

/// The questions of one attempt, in their order. Valid as long as the quiz and its pools are.
using QuizDrawing = std::vector<DrawnQuestion>;

/// What is wrong with the draws of a quiz: a pool that has not enough questions for a draw,
/// whatever the draws before it take from the same pool. Empty: no seed can make Draw fail. Pure;
/// cost: the questions of the pools, times the draws of one pool.
std::vector<QuizProblem> CheckDraws(const v1::QuizBody& quiz, DrawPools pools,
                                    absl::string_view prefix);

/// Draws what an attempt is made of. The same quiz, pools and seed give the same, for good. No
/// question of a pool comes twice. FAILED_PRECONDITION where a pool has too few.
///
/// In which order options are shown follows from the seed and from their texts alone, so that it
/// tells nothing of which of them is right, not even to whoever knows the seed.
absl::StatusOr<QuizDrawing> DrawQuiz(const v1::QuizBody& quiz, DrawPools pools, uint64_t seed);

/// A question as a learner may read it: without its answer, explanation, tags and id.
v1::PosedQuestion PoseQuestion(const DrawnQuestion& drawn, int position);

/// What a learner may know of a quiz before an attempt.
v1::QuizTerms TermsOf(const v1::QuizBody& quiz);

}  // namespace provost

#endif  // PROVOST_QUIZ_DRAW_H_
