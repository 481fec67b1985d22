// Quizzes and pools from their text form.
#ifndef PROVOST_TESTS_QUIZ_QUESTIONS_H_
#define PROVOST_TESTS_QUIZ_QUESTIONS_H_

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "provost/v1/content_service.pb.h"
#include "quiz/check.h"

namespace provost {

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

inline v1::QuizBody QuizOf(const std::string& text) { return Parse<v1::QuizBody>(text); }
inline v1::QuestionPoolBody PoolOf(const std::string& text) {
  return Parse<v1::QuestionPoolBody>(text);
}

inline std::vector<std::string> FieldsOf(const std::vector<QuizProblem>& problems) {
  std::vector<std::string> fields;
  for (const QuizProblem& problem : problems) fields.push_back(problem.field);
  return fields;
}

// A quiz with a question of each kind.
inline constexpr char kAllKinds[] = R"(
  parts { question { id: "single" text: "Which?" points: 2 explanation: "Because of A."
    single_choice { options: ["A", "B", "C"] correct: 0 } } }
  parts { question { id: "multiple" text: "Which of them?" points: 3
    multiple_choice { options: ["A", "B", "C", "D"] correct: [1, 3] partial_credit: true } } }
  parts { question { id: "truth" text: "Is it?" points: 1 true_false: true } }
  parts { question { id: "number" text: "How much?" points: 4
    numeric { value: 9.81 tolerance: 0.01 } } }
  parts { question { id: "text" text: "What?" points: 5
    short_text { accepted: ["Feuerlöscher", "extinguisher"] } } }
  parts { question { id: "order" text: "In which order?" points: 6
    ordering { entries: ["pull", "aim", "squeeze", "sweep"] } } }
  parts { question { id: "match" text: "What goes with what?" points: 10
    matching {
      pairs { left: "water" right: "wood" }
      pairs { left: "foam" right: "oil" }
      pairs { left: "CO2" right: "cables" }
      distractors: "fat" } } }
)";

}  // namespace provost

#endif  // PROVOST_TESTS_QUIZ_QUESTIONS_H_
