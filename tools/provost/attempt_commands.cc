// `provost attempts`: quizzes as learners take them.
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "provost/v1/assessment_service.pb.h"
#include "tools/provost/change_options.h"
#include "tools/provost/command.h"
#include "tools/provost/quiz_text.h"
#include "tools/provost/table.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

using v1::Attempt;

// What all of these may have.
struct Options : ChangeOptions {
  std::string name;
  std::string course;
  std::string quiz;
  std::string learner;
  std::vector<std::string> answers;
  bool submit = false;
  size_t limit = 0;
};

std::string StateOf(const Attempt& attempt) {
  switch (attempt.state()) {
    case Attempt::OPEN:
      return "open";
    case Attempt::ENDED:
      return attempt.timed_out() ? "ended, the time ran out" : "ended";
    case Attempt::CANCELLED:
      return "cancelled, the quiz was deleted";
    default:
      return "";
  }
}

// Of a dry run, what would be.
std::string AttemptText(const Attempt& attempt, const Names& names, bool is_dry_run = false) {
  std::string text =
      absl::StrCat(is_dry_run ? "would be: " : "", Printable(names.Short(attempt.name())),
                   ", attempt ", attempt.number(), " at ", Printable(attempt.quiz_display_name()),
                   ": ", StateOf(attempt), "\n");
  if (attempt.state() == Attempt::OPEN && attempt.has_deadline()) {
    absl::StrAppend(&text, "until ", FormatTime(attempt.deadline()), "\n");
  }
  absl::StrAppend(
      &text, QuestionsText(attempt.questions(), attempt.has_score() ? &attempt.score() : nullptr));
  // What was answered, and what is told of it, in one line for each question.
  std::map<int32_t, std::string> lines;
  for (const v1::Answer& answer : attempt.answers()) {
    lines[answer.position()] = absl::StrCat("answered ", answer.position() + 1, "=",
                                            AnswerInWords(answer, attempt.questions()));
  }
  for (const v1::AnswerFeedback& feedback : attempt.feedback()) {
    std::string& line = lines[feedback.position()];
    if (line.empty()) line = absl::StrCat("not answered ", feedback.position() + 1);
    v1::Answer correct = feedback.correct();
    correct.set_position(feedback.position());
    absl::StrAppend(&line, feedback.right() ? ": right" : ": wrong; right is ",
                    feedback.right() ? "" : AnswerInWords(correct, attempt.questions()));
    if (!feedback.explanation().empty()) {
      absl::StrAppend(&line, " (", Printable(feedback.explanation()), ")");
    }
  }
  for (const auto& [position, line] : lines) absl::StrAppend(&text, line, "\n");
  return text;
}

absl::StatusOr<int> RunStart(Context& context, const Options& options) {
  const Names names = context.names();
  v1::StartAttemptRequest request;
  absl::Status status = names.SetFull(options.course, "courses", request.mutable_course());
  if (status.ok()) status = names.SetFull(options.quiz, "quizzes", request.mutable_quiz());
  if (!status.ok()) return status;
  options.FillChange(request);
  Attempt attempt;
  status = context.Call("AssessmentService.StartAttempt", request, attempt);
  if (!status.ok()) return status;
  context.Answer(attempt, AttemptText(attempt, names, options.dry_run));
  return kExitOk;
}

absl::Status GetAttempt(Context& context, const Options& options, Attempt& attempt) {
  v1::GetAttemptRequest request;
  absl::Status status = context.names().SetFull(options.name, "attempts", request.mutable_name());
  if (!status.ok()) return status;
  return context.Call("AssessmentService.GetAttempt", request, attempt);
}

absl::StatusOr<int> RunShow(Context& context, const Options& options) {
  Attempt attempt;
  if (absl::Status status = GetAttempt(context, options, attempt); !status.ok()) return status;
  context.Answer(attempt, AttemptText(attempt, context.names()));
  return kExitOk;
}

absl::StatusOr<int> RunSubmit(Context& context, const Options& options) {
  v1::SubmitAttemptRequest request;
  absl::Status status = context.names().SetFull(options.name, "attempts", request.mutable_name());
  if (!status.ok()) return status;
  options.FillChange(request);
  Attempt attempt;
  status = context.Call("AssessmentService.SubmitAttempt", request, attempt);
  if (!status.ok()) return status;
  context.Answer(attempt, AttemptText(attempt, context.names(), options.dry_run));
  return kExitOk;
}

absl::StatusOr<int> RunAnswer(Context& context, const Options& options) {
  // How an answer is written follows from its question.
  Attempt attempt;
  if (absl::Status status = GetAttempt(context, options, attempt); !status.ok()) return status;
  v1::SaveAnswersRequest request;
  request.set_name(attempt.name());
  for (const std::string& given : options.answers) {
    auto answer = ReadAnswer(given, attempt.questions());
    if (!answer.ok()) return answer.status();
    *request.add_answers() = *std::move(answer);
  }
  options.FillChange(request);
  absl::Status status = context.Call("AssessmentService.SaveAnswers", request, attempt);
  if (!status.ok()) return status;
  if (options.submit) return RunSubmit(context, options);
  context.Answer(attempt, AttemptText(attempt, context.names(), options.dry_run));
  return kExitOk;
}

absl::StatusOr<int> RunList(Context& context, const Options& options) {
  const Names names = context.names();
  v1::ListAttemptsRequest request;
  absl::Status status = names.SetFull(options.course, "courses", request.mutable_course());
  if (status.ok() && !options.learner.empty()) {
    status = names.SetFull(options.learner, "users", request.mutable_learner());
  }
  if (status.ok() && !options.quiz.empty()) {
    status = names.SetFull(options.quiz, "quizzes", request.mutable_quiz());
  }
  if (!status.ok()) return status;
  v1::ListAttemptsResponse response;
  status = context.CallPagesOf(options.learner, "AssessmentService.ListAttempts", request, response,
                               options.limit);
  if (!status.ok()) return status;
  Table table({"name", "learner", "quiz", "number", "state", "points", "result", "started"});
  for (const Attempt& attempt : response.attempts()) {
    const bool scored = attempt.has_score();
    table.AddRow(
        {{names.Short(attempt.name())},
         {names.Short(attempt.learner())},
         {attempt.quiz().empty() ? attempt.quiz_display_name() : names.Short(attempt.quiz())},
         {absl::StrCat(attempt.number())},
         {StateOf(attempt)},
         {scored ? absl::StrCat(attempt.score().points(), " of ", attempt.score().max_points())
                 : ""},
         {!scored                    ? ""
          : attempt.score().passed() ? "passed"
                                     : "not passed"},
         {FormatTime(attempt.start_time())}});
  }
  context.Answer(response, table.RenderOr(context.look(), "no attempts that you may read"));
  return kExitOk;
}

using Given = std::shared_ptr<Options>;

void AddName(CLI::App* command, const Given& given) {
  command->add_option("name", given->name, "The attempt, such as attempts/17")->required();
}

}  // namespace

void AddAttemptCommands(Tool& tool) {
  CLI::App* const group = AddGroup(tool.app, "attempts", "Takes quizzes, and shows how they went.",
                                   "provost attempts start courses/fire quizzes/fire-basics");
  group->group("Resources");
  auto given = std::make_shared<Options>();
  CLI::App* command = AddCommand(*group, "start", "Begins an attempt, or goes on with it.",
                                 "provost attempts start courses/fire quizzes/fire-basics");
  command->add_option("course", given->course, "The course, such as courses/fire")->required();
  command->add_option("quiz", given->quiz, "A quiz of it, such as quizzes/fire-basics")->required();
  given->AddChangeOptions(command);
  OnRun(tool, command, given, RunStart);

  given = std::make_shared<Options>();
  command = AddCommand(*group, "answer", "Saves answers of an attempt, beside those saved before.",
                       "provost attempts answer attempts/17 --answer 1=2 --answer 2=true --submit");
  AddName(command, given);
  command->add_option("--answer", given->answers, kAnswerHelp)
      ->type_name("N=ANSWER")
      ->allow_extra_args(false)
      ->required();
  command->add_flag("--submit", given->submit, "End the attempt then");
  given->AddChangeOptions(command);
  OnRun(tool, command, given, RunAnswer);

  given = std::make_shared<Options>();
  command = AddCommand(*group, "submit", "Ends an attempt, which is scored.",
                       "provost attempts submit attempts/17");
  AddName(command, given);
  given->AddChangeOptions(command);
  OnRun(tool, command, given, RunSubmit);

  given = std::make_shared<Options>();
  command = AddCommand(*group, "get", "Shows an attempt.", "provost attempts get attempts/17");
  AddName(command, given);
  OnRun(tool, command, given, RunShow);

  given = std::make_shared<Options>();
  command = AddCommand(*group, "list", "Lists the attempts of a course.",
                       "provost attempts list courses/fire --learner users/bob");
  command->add_option("course", given->course, "The course, such as courses/fire")->required();
  command->add_option("--learner", given->learner, "Of this person alone")->type_name("USER");
  command->add_option("--quiz", given->quiz, "At this quiz alone")->type_name("QUIZ");
  command->add_option("--limit", given->limit, "Stop after this many (default: all)")
      ->type_name("N");
  OnRun(tool, command, given, RunList);
}

}  // namespace provost::cli
