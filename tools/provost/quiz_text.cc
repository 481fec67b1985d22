#include "tools/provost/quiz_text.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tools/provost/look.h"

namespace provost::cli {
namespace {

using v1::PosedQuestion;

absl::Status Wanted(const std::string& given, absl::string_view wanted) {
  return absl::InvalidArgumentError(absl::StrCat("--answer `", given, "`: wanted ", wanted));
}

// Reads `2,1` into indices from 0; `-` is none.
absl::Status ReadChosen(const std::string& given, absl::string_view text, int options,
                        v1::ChosenOptions& chosen) {
  for (absl::string_view part : absl::StrSplit(text, ',')) {
    int32_t number = 0;
    if (part != "-" && (!absl::SimpleAtoi(part, &number) || number < 1 || number > options)) {
      return Wanted(given, absl::StrCat("numbers of options from 1 to ", options, ", like 2=1"));
    }
    chosen.add_indices(number - 1);
  }
  return absl::OkStatus();
}

const char* Instruction(PosedQuestion::Kind kind) {
  switch (kind) {
    case PosedQuestion::SINGLE_CHOICE:
      return "one of";
    case PosedQuestion::MULTIPLE_CHOICE:
      return "any of";
    case PosedQuestion::TRUE_FALSE:
      return "true or false";
    case PosedQuestion::NUMERIC:
      return "a number";
    case PosedQuestion::SHORT_TEXT:
      return "a few words";
    case PosedQuestion::ORDERING:
      return "to put in order";
    case PosedQuestion::MATCHING:
      return "to pair";
    default:
      return "";
  }
}

}  // namespace

absl::StatusOr<v1::Answer> ReadAnswer(const std::string& given, const PosedQuestions& questions) {
  const std::vector<absl::string_view> parts = absl::StrSplit(given, absl::MaxSplits('=', 1));
  int32_t number = 0;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &number) || number < 1 ||
      number > questions.size()) {
    return Wanted(given, absl::StrCat("a question from 1 to ", questions.size(),
                                      " and its answer, like 2=1"));
  }
  const PosedQuestion& question = questions[number - 1];
  v1::Answer answer;
  answer.set_position(question.position());
  switch (question.kind()) {
    case PosedQuestion::TRUE_FALSE:
      if (parts[1] != "true" && parts[1] != "false") return Wanted(given, "true or false");
      answer.set_truth(parts[1] == "true");
      return answer;
    case PosedQuestion::NUMERIC: {
      double value = 0;
      if (!absl::SimpleAtod(parts[1], &value)) return Wanted(given, "a number");
      answer.set_number(value);
      return answer;
    }
    case PosedQuestion::SHORT_TEXT:
      answer.set_text(std::string(parts[1]));
      return answer;
    default:
      break;
  }
  absl::Status status =
      ReadChosen(given, parts[1], question.options_size(), *answer.mutable_chosen());
  if (!status.ok()) return status;
  return answer;
}

std::string QuestionsText(const PosedQuestions& questions, const v1::QuizScore* score) {
  std::string text;
  for (int i = 0; i < questions.size(); ++i) {
    const PosedQuestion& question = questions[i];
    absl::StrAppend(&text, i + 1, ". ", Printable(question.text()), " (", question.points(),
                    question.points() == 1 ? " point; " : " points; ", Instruction(question.kind()),
                    ")");
    if (score != nullptr && i < score->question_points_size()) {
      absl::StrAppend(&text, " - ", score->question_points(i), " of ", question.points());
    }
    absl::StrAppend(&text, "\n");
    for (const std::string& left : question.lefts()) {
      absl::StrAppend(&text, "   ", Printable(left), " -> ?\n");
    }
    for (int option = 0; option < question.options_size(); ++option) {
      absl::StrAppend(&text, "   ", option + 1, ") ", Printable(question.options(option)), "\n");
    }
  }
  if (score != nullptr) {
    absl::StrAppend(&text, score->points(), " of ", score->max_points(),
                    " points: ", score->passed() ? "passed" : "not passed", "\n");
  }
  return text;
}

std::string AnswerText(const v1::Answer& answer) {
  switch (answer.value_case()) {
    case v1::Answer::kChosen:
      return absl::StrJoin(answer.chosen().indices(), ",", [](std::string* out, int index) {
        absl::StrAppend(out, index < 0 ? std::string("-") : absl::StrCat(index + 1));
      });
    case v1::Answer::kTruth:
      return answer.truth() ? "true" : "false";
    case v1::Answer::kNumber:
      return absl::StrCat(answer.number());
    case v1::Answer::kText:
      return Printable(answer.text());
    case v1::Answer::VALUE_NOT_SET:
      break;
  }
  return "";
}

std::string AnswerInWords(const v1::Answer& answer, const PosedQuestions& questions) {
  std::vector<std::string> words;
  for (const PosedQuestion& question : questions) {
    if (question.position() != answer.position()) continue;
    for (int index : answer.chosen().indices()) {
      if (index >= 0 && index < question.options_size()) {
        words.push_back(Printable(question.options(index)));
      }
    }
  }
  return absl::StrCat(AnswerText(answer),
                      words.empty() ? "" : absl::StrCat(" (", absl::StrJoin(words, ", "), ")"));
}

}  // namespace provost::cli
