// Questions as people read them, and answers as they write them.
#ifndef PROVOST_TOOLS_PROVOST_QUIZ_TEXT_H_
#define PROVOST_TOOLS_PROVOST_QUIZ_TEXT_H_

#include <google/protobuf/repeated_field.h>

#include <string>

#include "absl/status/statusor.h"
#include "provost/v1/content_service.pb.h"

namespace provost::cli {

using PosedQuestions = google::protobuf::RepeatedPtrField<v1::PosedQuestion>;

// What `--answer` takes, for its help.
inline constexpr char kAnswerHelp[] =
    "A question and its answer: numbers of options (2=1,3), true or false, a number, words; again "
    "for more";

// Reads `2=1,3`: an answer to the second question, by its kind.
absl::StatusOr<v1::Answer> ReadAnswer(const std::string& given, const PosedQuestions& questions);

// The questions, numbered, each with what it is worth, and what was reached where the score says
// so; then the score. Null: there is none.
std::string QuestionsText(const PosedQuestions& questions, const v1::QuizScore* score);

// An answer as it is written, without the number of its question: `1,3`.
std::string AnswerText(const v1::Answer& answer);

// The same with the words of what was chosen: `1,3 (The stairs, The lift)`.
std::string AnswerInWords(const v1::Answer& answer, const PosedQuestions& questions);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_QUIZ_TEXT_H_
