// `provost content preview`: a quiz as a learner would see it, and what answers are worth.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "provost/v1/content_service.pb.h"
#include "tools/provost/command.h"

namespace provost::cli {
namespace {

using v1::PosedQuestion;

struct PreviewOptions {
  std::string name;
  int32_t version = 0;
  uint64_t seed = 1;
  std::vector<std::string> answers;
};

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

// Reads `2=1,3`: an answer to the second question, by its kind.
absl::StatusOr<v1::Answer> ReadAnswer(const std::string& given,
                                      const v1::PreviewQuizResponse& posed) {
  const std::vector<absl::string_view> parts = absl::StrSplit(given, absl::MaxSplits('=', 1));
  int32_t number = 0;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &number) || number < 1 ||
      number > posed.questions_size()) {
    return Wanted(given, absl::StrCat("a question from 1 to ", posed.questions_size(),
                                      " and its answer, like 2=1"));
  }
  const PosedQuestion& question = posed.questions(number - 1);
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

std::string PreviewText(const v1::PreviewQuizResponse& preview) {
  std::string text;
  for (int i = 0; i < preview.questions_size(); ++i) {
    const PosedQuestion& question = preview.questions(i);
    absl::StrAppend(&text, i + 1, ". ", Printable(question.text()), " (", question.points(),
                    question.points() == 1 ? " point; " : " points; ", Instruction(question.kind()),
                    ")");
    if (i < preview.score().question_points_size()) {
      absl::StrAppend(&text, ": ", preview.score().question_points(i));
    }
    absl::StrAppend(&text, "\n");
    for (const std::string& left : question.lefts()) {
      absl::StrAppend(&text, "   ", Printable(left), " -> ?\n");
    }
    for (int option = 0; option < question.options_size(); ++option) {
      absl::StrAppend(&text, "   ", option + 1, ") ", Printable(question.options(option)), "\n");
    }
  }
  if (preview.has_score()) {
    absl::StrAppend(&text, preview.score().points(), " of ", preview.score().max_points(),
                    " points: ", preview.score().passed() ? "passed" : "not passed", "\n");
  }
  return text;
}

absl::StatusOr<int> RunPreview(Context& context, const PreviewOptions& options) {
  v1::PreviewQuizRequest request;
  auto name = context.names().Full(options.name, "quizzes");
  if (!name.ok()) return name.status();
  request.set_name(*std::move(name));
  request.set_version(options.version);
  request.set_seed(options.seed);
  v1::PreviewQuizResponse preview;
  absl::Status status = context.Call("ContentService.PreviewQuiz", request, preview);
  if (!status.ok()) return status;
  if (!options.answers.empty()) {
    // How an answer is written follows from the question that the seed drew.
    for (const std::string& given : options.answers) {
      auto answer = ReadAnswer(given, preview);
      if (!answer.ok()) return answer.status();
      *request.add_answers() = *std::move(answer);
    }
    status = context.Call("ContentService.PreviewQuiz", request, preview);
    if (!status.ok()) return status;
  }
  context.Answer(preview, PreviewText(preview));
  return kExitOk;
}

}  // namespace

void AddQuizCommands(Tool& tool, CLI::App& content) {
  auto options = std::make_shared<PreviewOptions>();
  CLI::App* const command =
      AddCommand(content, "preview", "Shows a quiz as its learners see it, and scores answers.",
                 "provost content preview quizzes/fire-basics --answer 1=2 --answer 2=true");
  command->add_option("name", options->name, "The quiz, such as quizzes/fire-basics")->required();
  command->add_option("--version", options->version, "Which version of it (the newest)")
      ->type_name("N");
  command->add_option("--seed", options->seed, "By which questions are drawn")
      ->type_name("N")
      ->capture_default_str();
  command
      ->add_option(
          "--answer", options->answers,
          "A question and its answer: numbers of options (2=1,3), true or false, a number, "
          "words; again for more")
      ->type_name("N=ANSWER")
      ->allow_extra_args(false);
  OnRun(tool, command, options, RunPreview);
}

}  // namespace provost::cli
