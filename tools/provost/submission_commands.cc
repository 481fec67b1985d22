// `provost submissions`: work as learners hand it in, and how it is graded.
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "provost/v1/assessment_service.pb.h"
#include "tools/provost/change_options.h"
#include "tools/provost/command.h"
#include "tools/provost/enum_words.h"
#include "tools/provost/file_transfer.h"
#include "tools/provost/table.h"
#include "tools/provost/tenant_time.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

using v1::Submission;

// What all of these may have.
struct Options : ChangeOptions {
  std::string name;
  std::string course;
  std::string task;
  std::string learner;
  std::vector<std::string> learners;
  std::vector<std::string> states;
  std::string text;
  std::string file;
  std::string media_type;
  std::string comment;
  std::string output;
  int32_t version = 0;
  int64_t offset = 0;
  int64_t length = 0;
  std::string points;
  std::vector<std::string> criteria;
  std::string feedback;
  std::string reason;
  std::string due;
  std::string etag;
  size_t limit = 0;
};

// `7.5` is 750 hundredths.
absl::StatusOr<int32_t> ReadPoints(absl::string_view option, absl::string_view text) {
  double points = 0;
  if (absl::SimpleAtod(text, &points) && std::fabs(points) < 1e6) {
    const double hundredths = std::round(points * 100);
    if (std::fabs(hundredths - points * 100) < 1e-6) return static_cast<int32_t>(hundredths);
  }
  return absl::InvalidArgumentError(
      absl::StrCat(option, " `", text, "`: wanted points, like 7.5, to the hundredth"));
}

std::string PointsText(int32_t hundredths) {
  return hundredths % 100 == 0 ? absl::StrCat(hundredths / 100)
                               : absl::StrFormat("%.2f", hundredths / 100.0);
}

std::string GradeText(const v1::Grade& grade) {
  std::string text = absl::StrCat(PointsText(grade.point_hundredths() - grade.late_hundredths()),
                                  " of ", grade.max_points());
  if (grade.late_hundredths() != 0) {
    absl::StrAppend(&text, " (", PointsText(grade.late_hundredths()), " less, for it was late)");
  }
  return text;
}

std::string Indented(absl::string_view text) {
  return absl::StrCat("    ", absl::StrReplaceAll(PrintableLines(text), {{"\n", "\n    "}}), "\n");
}

// Of a dry run, what would be.
std::string SubmissionText(const Submission& submission, const Names& names, bool is_dry_run) {
  std::string text =
      absl::StrCat(is_dry_run ? "would be: " : "", Printable(names.Short(submission.name())),
                   ", work of ", Printable(names.Short(submission.learner())), " on ",
                   Printable(submission.task_display_name()), ": ",
                   EnumWord(Submission::State_Name(submission.state())), "\n");
  if (submission.has_due_time()) {
    absl::StrAppend(&text, "due ", FormatTime(submission.due_time()));
    if (submission.has_close_time()) {
      absl::StrAppend(&text, ", taken until ", FormatTime(submission.close_time()));
    }
    absl::StrAppend(&text, "\n");
  }
  if (!submission.task_body().instructions().empty()) {
    absl::StrAppend(&text, Indented(submission.task_body().instructions()));
  }
  for (const v1::RubricCriterion& criterion : submission.task_body().rubric()) {
    absl::StrAppend(&text, "criterion ", Printable(criterion.id()), ": ",
                    Printable(criterion.display_name()), ", ", criterion.points(),
                    criterion.points() == 1 ? " point\n" : " points\n");
  }
  for (const v1::HandIn& hand_in : submission.hand_ins()) {
    absl::StrAppend(&text, "version ", hand_in.version(), ", ", FormatTime(hand_in.time()));
    if (hand_in.late_days() > 0) {
      absl::StrAppend(&text, ", late by ", hand_in.late_days(),
                      hand_in.late_days() == 1 ? " day" : " days");
    }
    if (hand_in.has_file()) {
      absl::StrAppend(&text, ": ", Printable(hand_in.file().file_name()), ", ",
                      FormatBytes(hand_in.file().size_bytes()));
    }
    if (!hand_in.comment().empty()) absl::StrAppend(&text, " (", Printable(hand_in.comment()), ")");
    absl::StrAppend(&text, "\n", hand_in.text().empty() ? "" : Indented(hand_in.text()));
  }
  for (const v1::Grade& grade : submission.grades()) {
    absl::StrAppend(&text, "version ", grade.version(), " graded by ",
                    grade.grader().empty() ? "somebody" : Printable(names.Short(grade.grader())),
                    ", ", FormatTime(grade.time()), ": ", GradeText(grade), ", ",
                    grade.passed() ? "passed" : "not passed");
    if (!grade.reason().empty()) absl::StrAppend(&text, " (", Printable(grade.reason()), ")");
    absl::StrAppend(&text, "\n", grade.feedback().empty() ? "" : Indented(grade.feedback()));
    for (const v1::CriterionGrade& criterion : grade.criteria()) {
      absl::StrAppend(&text, "    ", Printable(criterion.criterion()), ": ",
                      PointsText(criterion.point_hundredths()));
      if (!criterion.comment().empty()) {
        absl::StrAppend(&text, " (", Printable(criterion.comment()), ")");
      }
      absl::StrAppend(&text, "\n");
    }
  }
  if (!submission.return_comment().empty()) {
    absl::StrAppend(&text, "returned:\n", Indented(submission.return_comment()));
  }
  return text;
}

absl::StatusOr<int> Show(Context& context, const Submission& submission, bool is_dry_run = false) {
  context.Answer(submission, SubmissionText(submission, context.names(), is_dry_run));
  return kExitOk;
}

// Of requests that hand in.
template <typename Request>
absl::Status SetWork(const Names& names, const Options& options, Request& request) {
  absl::Status status = names.SetFull(options.course, "courses", request.mutable_course());
  if (status.ok()) status = names.SetFull(options.task, "tasks", request.mutable_task());
  request.set_comment(options.comment);
  return status;
}

absl::StatusOr<int> RunHandIn(Context& context, const Options& options) {
  Submission submission;
  absl::Status status;
  if (options.file.empty()) {
    v1::HandInTextRequest request;
    status = SetWork(context.names(), options, request);
    request.set_text(options.text);
    options.FillChange(request);
    if (status.ok()) status = context.Call("AssessmentService.HandInText", request, submission);
  } else if (options.dry_run || !options.request_id.empty()) {
    return absl::InvalidArgumentError(
        "--dry-run and --request-id go with --text; a file is sent as it is");
  } else {
    v1::HandInFileRequest request;
    OutgoingFile file;
    status = SetWork(context.names(), options, request);
    if (status.ok()) status = file.Open(context, options.file, options.media_type);
    if (!status.ok()) return status;
    file.Announce(request);
    status = file.Send(context, "AssessmentService.HandInFile", request, submission);
  }
  if (!status.ok()) return status;
  return Show(context, submission, options.dry_run);
}

absl::StatusOr<int> RunGet(Context& context, const Options& options) {
  v1::GetSubmissionRequest request;
  absl::Status status =
      context.names().SetFull(options.name, "submissions", request.mutable_name());
  Submission submission;
  if (status.ok()) status = context.Call("AssessmentService.GetSubmission", request, submission);
  if (!status.ok()) return status;
  return Show(context, submission);
}

absl::StatusOr<int> RunList(Context& context, const Options& options) {
  const Names names = context.names();
  v1::ListSubmissionsRequest request;
  absl::Status status = names.SetFull(options.course, "courses", request.mutable_course());
  if (status.ok() && !options.learner.empty()) {
    status = names.SetFull(options.learner, "users", request.mutable_learner());
  }
  if (status.ok() && !options.task.empty()) {
    status = names.SetFull(options.task, "tasks", request.mutable_task());
  }
  if (!status.ok()) return status;
  for (const std::string& state : options.states) {
    request.add_states(
        static_cast<Submission::State>(EnumNumber(*Submission::State_descriptor(), state)));
  }
  v1::ListSubmissionsResponse response;
  status = context.CallPagesOf(options.learner, "AssessmentService.ListSubmissions", request,
                               response, options.limit);
  if (!status.ok()) return status;
  Table table({"name", "learner", "task", "state", "version", "late", "grade", "due"});
  for (const Submission& submission : response.submissions()) {
    const v1::HandIn* const last =
        submission.hand_ins().empty() ? nullptr : &submission.hand_ins(0);
    table.AddRow(
        {{names.Short(submission.name())},
         {names.Short(submission.learner())},
         {submission.task().empty() ? submission.task_display_name()
                                    : names.Short(submission.task())},
         {EnumWord(Submission::State_Name(submission.state()))},
         {last == nullptr ? "" : absl::StrCat(last->version())},
         {last == nullptr || last->late_days() == 0 ? "" : absl::StrCat(last->late_days(), "d")},
         {submission.grades().empty() ? "" : GradeText(submission.grades(0))},
         {submission.has_due_time() ? FormatTime(submission.due_time()) : ""}});
  }
  context.Answer(response, table.RenderOr(context.look(), "no work that you may read"));
  return kExitOk;
}

absl::StatusOr<int> RunDownload(Context& context, const Options& options) {
  v1::DownloadSubmissionRequest request;
  absl::Status status =
      context.names().SetFull(options.name, "submissions", request.mutable_name());
  if (!status.ok()) return status;
  request.set_version(options.version);
  request.set_offset(options.offset);
  request.set_length(options.length);
  IncomingFile file(context, options.name, options.output, options.offset, options.length);
  v1::DownloadSubmissionResponse response;
  status = context.ReadStream("AssessmentService.DownloadSubmission", request, response, [&] {
    if (response.has_file()) file.SetFile(response.file());
    return file.Take(response.data());
  });
  if (status.ok()) status = file.Finish();
  if (!status.ok()) return status;
  return kExitOk;
}

absl::StatusOr<int> RunGrade(Context& context, const Options& options) {
  v1::GradeSubmissionRequest request;
  absl::Status status =
      context.names().SetFull(options.name, "submissions", request.mutable_name());
  if (!status.ok()) return status;
  request.set_version(options.version);
  if (!options.points.empty()) {
    absl::StatusOr<int32_t> points = ReadPoints("--points", options.points);
    if (!points.ok()) return points.status();
    request.set_point_hundredths(*points);
  }
  for (const std::string& given : options.criteria) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(given, absl::MaxSplits('=', 1));
    absl::StatusOr<int32_t> points = ReadPoints("--criterion", parts.second);
    if (!points.ok()) return points.status();
    v1::CriterionGrade* const criterion = request.add_criteria();
    criterion->set_criterion(std::string(parts.first));
    criterion->set_point_hundredths(*points);
  }
  request.set_feedback(options.feedback);
  request.set_reason(options.reason);
  request.set_etag(options.etag);
  options.FillChange(request);
  Submission submission;
  status = context.Call("AssessmentService.GradeSubmission", request, submission);
  if (!status.ok()) return status;
  return Show(context, submission, options.dry_run);
}

template <typename Request>
absl::Status SetDue(Context& context, const Options& options, Request& request) {
  if (options.due.empty()) return absl::OkStatus();
  auto due = ReadDueTime(context, "--due", options.due);
  if (!due.ok()) return due.status();
  *request.mutable_due_time() = *std::move(due);
  return absl::OkStatus();
}

absl::StatusOr<int> RunReturn(Context& context, const Options& options) {
  v1::ReturnSubmissionRequest request;
  absl::Status status =
      context.names().SetFull(options.name, "submissions", request.mutable_name());
  if (status.ok()) status = SetDue(context, options, request);
  if (!status.ok()) return status;
  request.set_comment(options.comment);
  request.set_etag(options.etag);
  options.FillChange(request);
  Submission submission;
  status = context.Call("AssessmentService.ReturnSubmission", request, submission);
  if (!status.ok()) return status;
  return Show(context, submission, options.dry_run);
}

absl::StatusOr<int> RunAssign(Context& context, const Options& options) {
  const Names names = context.names();
  v1::AssignWorkRequest request;
  absl::Status status = names.SetFull(options.course, "courses", request.mutable_course());
  if (status.ok()) status = names.SetFull(options.task, "tasks", request.mutable_task());
  for (const std::string& learner : options.learners) {
    if (status.ok()) status = names.SetFull(learner, "users", request.add_learners());
  }
  if (status.ok()) status = SetDue(context, options, request);
  if (!status.ok()) return status;
  options.FillChange(request);
  v1::AssignWorkResponse response;
  status = context.Call("AssessmentService.AssignWork", request, response);
  if (!status.ok()) return status;
  std::string text;
  for (const Submission& submission : response.submissions()) {
    absl::StrAppend(&text, options.dry_run ? "would be assigned " : "assigned ",
                    Printable(names.Short(submission.name())), " to ",
                    Printable(names.Short(submission.learner())), "\n");
  }
  context.Answer(response, text);
  return kExitOk;
}

using Given = std::shared_ptr<Options>;

void AddName(CLI::App* command, const Given& given) {
  command->add_option("name", given->name, "The submission, such as submissions/17")->required();
}
void AddWork(CLI::App* command, const Given& given) {
  command->add_option("course", given->course, "The course, such as courses/fire")->required();
  command->add_option("task", given->task, "The task, such as tasks/plan")->required();
}
void AddEtag(CLI::App* command, const Given& given) {
  command->add_option("--etag", given->etag, "Refuse if it has changed since this etag was read");
}
void AddDue(CLI::App* command, const Given& given) {
  command->add_option("--due", given->due, kDueHelp)->type_name("TIME");
}

void AddLearnersCommands(Tool& tool, CLI::App& group) {
  auto given = std::make_shared<Options>();
  CLI::App* command = AddCommand(group, "hand-in", "Hands in text or a file on a task.",
                                 "provost submissions hand-in courses/fire tasks/plan --file "
                                 "plan.pdf");
  AddWork(command, given);
  auto* const text = command->add_option("--text", given->text, "The text")->type_name("TEXT");
  command->add_option("--file", given->file, "The file")->type_name("FILE")->excludes(text);
  command->add_option("--media-type", given->media_type, "What it is (by its name's ending)")
      ->type_name("TYPE");
  command->add_option("--comment", given->comment, "For who grades it")->type_name("TEXT");
  given->AddChangeOptions(command);
  OnRun(tool, command, given, RunHandIn);

  given = std::make_shared<Options>();
  command = AddCommand(group, "get", "Shows what was handed in, and how it was graded.",
                       "provost submissions get submissions/17");
  AddName(command, given);
  OnRun(tool, command, given, RunGet);

  given = std::make_shared<Options>();
  command = AddCommand(group, "list", "Lists the work of a course.",
                       "provost submissions list courses/fire --state handed-in");
  command->add_option("course", given->course, "The course, such as courses/fire")->required();
  command->add_option("--learner", given->learner, "Of this person alone")->type_name("USER");
  command->add_option("--task", given->task, "On this task alone")->type_name("TASK");
  command->add_option("--state", given->states, "Only those in one of these states, with commas")
      ->type_name("STATE,...")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember(EnumWords(*Submission::State_descriptor())));
  command->add_option("--limit", given->limit, "Stop after this many (default: all)")
      ->type_name("N");
  OnRun(tool, command, given, RunList);

  given = std::make_shared<Options>();
  command = AddCommand(group, "download", "Writes a file that was handed in, or a part of it.",
                       "provost submissions download submissions/17 --output plan.pdf");
  AddName(command, given);
  command->add_option("--output", given->output, "The file to write (standard output)")
      ->type_name("FILE");
  command->add_option("--version", given->version, "Which version (the newest that is a file)")
      ->type_name("N");
  command->add_option("--offset", given->offset, "From this byte on")->type_name("BYTES");
  command->add_option("--length", given->length, "At most this many (to the end)")
      ->type_name("BYTES");
  OnRun(tool, command, given, RunDownload);
}

}  // namespace

void AddSubmissionCommands(Tool& tool) {
  CLI::App* const group =
      AddGroup(tool.app, "submissions", "Hands in work, grades it, and gives it back.",
               "provost submissions list courses/fire --state handed-in");
  group->group("Resources");
  AddLearnersCommands(tool, *group);

  auto given = std::make_shared<Options>();
  CLI::App* command =
      AddCommand(*group, "grade", "Grades what was last handed in.",
                 "provost submissions grade submissions/17 --version 1 --points 7.5");
  AddName(command, given);
  command->add_option("--version", given->version, "What is graded: the newest version")
      ->type_name("N")
      ->required();
  command->add_option("--points", given->points, "The points, where there is no rubric")
      ->type_name("POINTS");
  command
      ->add_option("--criterion", given->criteria,
                   "A criterion of the rubric and its points; again for each")
      ->type_name("ID=POINTS")
      ->allow_extra_args(false);
  command->add_option("--feedback", given->feedback, "For the learner")->type_name("TEXT");
  command->add_option("--reason", given->reason, "Why it is graded again")->type_name("TEXT");
  AddEtag(command, given);
  given->AddChangeOptions(command);
  OnRun(tool, command, given, RunGrade);

  given = std::make_shared<Options>();
  command = AddCommand(*group, "return", "Gives work back for another try.",
                       "provost submissions return submissions/17 --comment 'Which exits?'");
  AddName(command, given);
  command->add_option("--comment", given->comment, "What is missing")
      ->type_name("TEXT")
      ->required();
  AddDue(command, given);
  AddEtag(command, given);
  given->AddChangeOptions(command);
  OnRun(tool, command, given, RunReturn);

  given = std::make_shared<Options>();
  command = AddCommand(*group, "assign", "Gives a task to learners of a course.",
                       "provost submissions assign courses/fire tasks/plan users/bob --due +7d");
  AddWork(command, given);
  command->add_option("learners", given->learners, "Who gets it, such as users/bob")->required();
  AddDue(command, given);
  given->AddChangeOptions(command);
  OnRun(tool, command, given, RunAssign);
}

}  // namespace provost::cli
