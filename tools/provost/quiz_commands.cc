// `provost content preview`: a quiz as a learner would see it, and what answers are worth.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "provost/v1/content_service.pb.h"
#include "tools/provost/command.h"
#include "tools/provost/quiz_text.h"

namespace provost::cli {
namespace {

struct PreviewOptions {
  std::string name;
  int32_t version = 0;
  uint64_t seed = 1;
  std::vector<std::string> answers;
};

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
      auto answer = ReadAnswer(given, preview.questions());
      if (!answer.ok()) return answer.status();
      *request.add_answers() = *std::move(answer);
    }
    status = context.Call("ContentService.PreviewQuiz", request, preview);
    if (!status.ok()) return status;
  }
  context.Answer(preview, QuestionsText(preview.questions(),
                                        preview.has_score() ? &preview.score() : nullptr));
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
  command->add_option("--answer", options->answers, kAnswerHelp)
      ->type_name("N=ANSWER")
      ->allow_extra_args(false);
  OnRun(tool, command, options, RunPreview);
}

}  // namespace provost::cli
