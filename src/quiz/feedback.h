#ifndef PROVOST_QUIZ_FEEDBACK_H_
#define PROVOST_QUIZ_FEEDBACK_H_

#include "provost/v1/assessment.pb.h"
#include "provost/v1/content_service.pb.h"
#include "quiz/draw.h"

namespace provost {

/// How somebody stands with a quiz after an attempt at it.
struct QuizStanding {
  bool passed = false;        ///< By this attempt or by another.
  bool attempts_left = true;  ///< Another one can be made, or is under way.
};

/// Whether whoever has ended an attempt is told which answers were right. Pure.
bool ShowsAnswers(v1::QuizBody::Feedback policy, const QuizStanding& standing);

/// An answer that is worth all points, to a question as it was posed. Pure.
v1::Answer RightAnswer(const DrawnQuestion& drawn, int position);

/// What is told of the answers to a question, `points` of which were reached. Pure.
v1::AnswerFeedback FeedbackOn(const DrawnQuestion& drawn, int position, double points);

}  // namespace provost

#endif  // PROVOST_QUIZ_FEEDBACK_H_
