// `provost record`: what people have done in trainings, and what follows from it.
#include <google/protobuf/empty.pb.h>

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "provost/v1/competency_service.pb.h"
#include "provost/v1/training_record_service.pb.h"
#include "tools/provost/command.h"
#include "tools/provost/enrollment_name.h"
#include "tools/provost/enum_words.h"
#include "tools/provost/message_text.h"
#include "tools/provost/render_message.h"
#include "tools/provost/table.h"
#include "tools/provost/tenant_time.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

struct RecordOptions {
  std::string name;
  std::string item;
  int percent = 0;
  double score = 0;
  bool passed = false;
  std::string position;
  int seconds = 0;
  std::string outcome;
  std::string learner;
  int credit_hundredths = 0;
  bool override = false;
  bool take_back = false;
  std::string time;
  std::string reason;
  std::string with;
  int event = 0;  // of the log of the enrollment; 0: `name` is that of an event
  bool dry_run = false;
};

// Where somebody stands, or would, for people.
std::string RecordText(const v1::TrainingRecord& record, const Names& names,
                       bool is_dry_run = false) {
  const v1::Enrollment& enrollment = record.enrollment();
  std::string text = absl::StrCat(is_dry_run ? "would be: " : "", names.Short(enrollment.learner()),
                                  " in ", names.Short(enrollment.training()), ": ",
                                  EnumWord(v1::Enrollment::State_Name(enrollment.state())), ", ",
                                  enrollment.progress_percent(), " %\n");
  if (enrollment.has_complete_time()) {
    absl::StrAppend(&text, "completed ", FormatTime(enrollment.complete_time()), "\n");
  }
  if (enrollment.has_expire_time()) {
    absl::StrAppend(&text, "valid until ", FormatTime(enrollment.expire_time()), "\n");
  }
  if (enrollment.credit_hundredths() != 0) {
    absl::StrAppend(&text, "credit ", enrollment.credit_hundredths() / 100.0, "\n");
  }
  for (const v1::ItemRecord& item : record.items()) {
    absl::StrAppend(&text, "  ", names.Short(item.item()), "  ", item.percent(), " %");
    if (item.has_score_hundredths()) {
      absl::StrAppend(&text, ", best score ", item.score_hundredths() / 100.0, " %");
    }
    absl::StrAppend(&text, "\n");
  }
  for (const v1::MissingRequirement& missing : record.missing()) {
    absl::StrAppend(&text, "missing: ", Printable(names.ShortIn(missing.text())), "\n");
  }
  return text;
}

absl::Status SetTimeOf(const char* option, const std::string& given,
                       google::protobuf::Timestamp* time) {
  absl::StatusOr<google::protobuf::Timestamp> parsed = ReadTime(option, given);
  if (!parsed.ok()) return parsed.status();
  *time = *parsed;
  return absl::OkStatus();
}

// Calls a method that answers with the record. `request` lacks the name.
template <typename Request>
absl::StatusOr<int> Change(Context& context, absl::string_view method, const RecordOptions& options,
                           Request request) {
  auto name = EnrollmentName(context, options.name, options.learner);
  if (!name.ok()) return name.status();
  request.set_name(*std::move(name));
  request.set_validate_only(options.dry_run);
  v1::TrainingRecord record;
  if (absl::Status status = context.Call(method, request, record); !status.ok()) return status;
  context.Answer(record, RecordText(record, context.names(), options.dry_run));
  return kExitOk;
}

absl::StatusOr<int> RunGet(Context& context, const RecordOptions& options) {
  v1::GetTrainingRecordRequest request;
  auto name = EnrollmentName(context, options.name, options.learner);
  if (!name.ok()) return name.status();
  request.set_name(*std::move(name));
  v1::TrainingRecord record;
  absl::Status status = context.Call("TrainingRecordService.GetTrainingRecord", request, record);
  if (!status.ok()) return status;
  context.Answer(record, RecordText(record, context.names()));
  return kExitOk;
}

// What an entry of the log says, in one line.
std::string EventText(const v1::RecordEvent& event, const Names& names) {
  std::string what;
  switch (event.event_case()) {
    case v1::RecordEvent::kTransition:
      what = absl::StrCat("became ", EnumWord(v1::Enrollment::State_Name(event.transition().to())));
      break;
    case v1::RecordEvent::kProgress:
      what =
          absl::StrCat(names.Short(event.progress().item()), " ", event.progress().percent(), " %");
      break;
    case v1::RecordEvent::kScore:
      what = absl::StrCat(names.Short(event.score().item()), " scored ",
                          event.score().score_hundredths() / 100.0, " %",
                          event.score().passed() ? ", passed" : "");
      break;
    case v1::RecordEvent::kAttendance:
      what = absl::StrCat(names.Short(event.attendance().session()), " ",
                          EnumWord(v1::Attendance::Status_Name(event.attendance().status())));
      break;
    case v1::RecordEvent::kSignOff:
      what = event.sign_off().taken_back() ? "signature taken back" : "signed off";
      break;
    case v1::RecordEvent::kOverride:
      what = absl::StrCat(
          "by hand: ",
          EnumWord(v1::OverrideCompletionRequest::Outcome_Name(event.override().outcome())));
      break;
    case v1::RecordEvent::kCredit:
      what = absl::StrCat("credit ", event.credit().credit_hundredths() / 100.0);
      break;
    case v1::RecordEvent::kRetraction:
      what = absl::StrCat("corrected ", names.Short(event.retraction().event()));
      break;
    case v1::RecordEvent::kManagerApproval:
      what = "approved by the manager";
      break;
    case v1::RecordEvent::EVENT_NOT_SET:
      break;
  }
  if (!event.retracted_by().empty()) absl::StrAppend(&what, " (corrected)");
  return what;
}

absl::StatusOr<int> RunLog(Context& context, const RecordOptions& options) {
  const Names names = context.names();
  v1::ListRecordEventsRequest request;
  auto name = EnrollmentName(context, options.name, options.learner);
  if (!name.ok()) return name.status();
  request.set_training_record(*std::move(name));
  v1::ListRecordEventsResponse response;
  absl::Status status =
      context.CallPages("TrainingRecordService.ListRecordEvents", request, response, 0);
  if (!status.ok()) return status;
  Table table({"event", "time", "what", "by", "reason"});
  for (const v1::RecordEvent& event : response.events()) {
    table.AddRow({{names.Short(event.name())},
                  {FormatTime(event.time())},
                  {EventText(event, names)},
                  {event.actor().empty() ? "server" : names.Short(event.actor())},
                  {names.Short(event.reason())}});
  }
  context.Answer(response, table.RenderOr(context.look(), "nothing has happened"));
  return kExitOk;
}

absl::StatusOr<int> RunProgress(Context& context, const RecordOptions& options) {
  v1::ReportProgressRequest request;
  auto item = context.names().Full(options.item, "", "quizzes");
  if (!item.ok()) return item.status();
  request.set_item(*std::move(item));
  request.set_percent(options.percent);
  request.set_position(options.position);
  request.set_seconds(options.seconds);
  return Change(context, "TrainingRecordService.ReportProgress", options, std::move(request));
}

absl::StatusOr<int> RunScore(Context& context, const RecordOptions& options) {
  v1::EnterScoreRequest request;
  auto item = context.names().Full(options.item, "", "quizzes");
  if (!item.ok()) return item.status();
  request.set_item(*std::move(item));
  request.set_score_hundredths(static_cast<int32_t>(std::lround(options.score * 100)));
  request.set_passed(options.passed);
  request.set_reason(options.reason);
  if (!options.time.empty()) {
    absl::Status status = SetTimeOf("--time", options.time, request.mutable_time());
    if (!status.ok()) return status;
  }
  return Change(context, "TrainingRecordService.EnterScore", options, std::move(request));
}

absl::StatusOr<int> RunSignOff(Context& context, const RecordOptions& options) {
  v1::SignOffRequest request;
  request.set_take_back(options.take_back);
  request.set_reason(options.reason);
  if (!options.time.empty()) {
    absl::Status status = SetTimeOf("--time", options.time, request.mutable_time());
    if (!status.ok()) return status;
  }
  return Change(context, "TrainingRecordService.SignOff", options, std::move(request));
}

std::vector<std::string> OutcomeWords() {
  return EnumWords(*v1::OverrideCompletionRequest::Outcome_descriptor());
}

absl::StatusOr<int> RunOverride(Context& context, const RecordOptions& options) {
  v1::OverrideCompletionRequest request;
  request.set_outcome(static_cast<v1::OverrideCompletionRequest::Outcome>(
      EnumNumber(*v1::OverrideCompletionRequest::Outcome_descriptor(), options.outcome)));
  if (request.outcome() == v1::OverrideCompletionRequest::OUTCOME_UNSPECIFIED) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", options.outcome, "` is no outcome: wanted one of `",
                     absl::StrJoin(OutcomeWords(), "`, `"), "`; a person is written `users/lea`"));
  }
  request.set_reason(options.reason);
  if (!options.time.empty()) {
    absl::Status status = SetTimeOf("--time", options.time, request.mutable_time());
    if (!status.ok()) return status;
  }
  return Change(context, "TrainingRecordService.OverrideCompletion", options, std::move(request));
}

absl::StatusOr<int> RunCredit(Context& context, const RecordOptions& options) {
  v1::AwardCreditRequest request;
  auto scope = context.names().Full(options.name, "courses");
  if (!scope.ok()) return scope.status();
  request.set_scope(*std::move(scope));
  auto learner = context.names().Full(options.learner, "users");
  if (!learner.ok()) return learner.status();
  request.set_learner(*std::move(learner));
  request.set_credit_hundredths(options.credit_hundredths);
  request.set_override(options.override);
  request.set_reason(options.reason);
  request.set_validate_only(options.dry_run);
  v1::TrainingRecord record;
  absl::Status status = context.Call("TrainingRecordService.AwardCredit", request, record);
  if (!status.ok()) return status;
  context.Answer(record, RecordText(record, context.names(), options.dry_run));
  return kExitOk;
}

// Names in it may be short; what it is about need not be said.
absl::Status FillNames(const Names& names, v1::RecordEvent& event) {
  std::string* name = nullptr;
  const char* collection = "";
  if (event.has_progress()) name = event.mutable_progress()->mutable_item();
  if (event.has_score()) name = event.mutable_score()->mutable_item();
  if (event.has_attendance()) {
    name = event.mutable_attendance()->mutable_session();
    collection = "sessions";
  }
  return name == nullptr || name->empty() ? absl::OkStatus()
                                          : names.SetFull(*name, collection, name);
}

absl::StatusOr<int> RunCorrect(Context& context, const RecordOptions& options) {
  v1::CorrectRecordRequest request;
  auto name = options.event == 0 ? context.names().Full(options.name, "recordEvents")
                                 : EnrollmentName(context, options.name, options.learner);
  if (!name.ok()) return name.status();
  if (options.event == 0 && !absl::StrContains(*name, "/recordEvents/")) {
    return absl::InvalidArgumentError(absl::StrCat("which entry of the log of `", options.name,
                                                   "`? `provost record log` numbers them"));
  }
  if (options.event != 0) {
    *name = absl::StrCat(absl::StrReplaceAll(*name, {{"/enrollments/", "/recordEvents/"}}), ".",
                         options.event);
  }
  request.set_name(*std::move(name));
  request.set_reason(options.reason);
  request.set_validate_only(options.dry_run);
  if (!options.with.empty()) {
    v1::RecordEvent& replacement = *request.mutable_replacement();
    absl::Status status =
        ReadMessageText("--with", options.with, replacement, [&] { return TenantZone(context); });
    if (status.ok()) status = FillNames(context.names(), replacement);
    if (!status.ok()) return status;
  }
  v1::TrainingRecord record;
  absl::Status status = context.Call("TrainingRecordService.CorrectRecord", request, record);
  if (!status.ok()) return status;
  context.Answer(record, RecordText(record, context.names(), options.dry_run));
  return kExitOk;
}

absl::StatusOr<int> RunDelete(Context& context, const RecordOptions& options) {
  v1::DeleteTrainingRecordRequest request;
  auto name = EnrollmentName(context, options.name, options.learner);
  if (!name.ok()) return name.status();
  request.set_name(*std::move(name));
  request.set_reason(options.reason);
  request.set_validate_only(options.dry_run);
  google::protobuf::Empty empty;
  absl::Status status = context.Call("TrainingRecordService.DeleteTrainingRecord", request, empty);
  if (!status.ok()) return status;
  context.Answer(empty, options.dry_run ? "would be deleted\n" : "deleted\n");
  return kExitOk;
}

absl::StatusOr<int> RunCompetencies(Context& context, const RecordOptions& options) {
  const Names names = context.names();
  v1::ListHeldCompetenciesRequest request;
  if (absl::Status status = names.SetTenant(*request.mutable_parent()); !status.ok()) return status;
  auto learner = options.learner.empty() ? context.Actor() : names.Full(options.learner, "users");
  if (!learner.ok()) return learner.status();
  request.set_learner(*std::move(learner));
  v1::ListHeldCompetenciesResponse response;
  absl::Status status = context.Call("CompetencyService.ListHeldCompetencies", request, response);
  if (!status.ok()) return status;
  context.Answer(response, RenderList(response, names, context.look()));
  return kExitOk;
}

void AddReason(CLI::App* command, std::string& reason, bool required) {
  command->add_option("--reason", reason, "Why, for the log")
      ->type_name("TEXT")
      ->required(required);
}

void AddTime(CLI::App* command, RecordOptions& options) {
  command->add_option("--time", options.time, "When that was; now if left out")->type_name("TIME");
}

// `more`: other words follow.
void AddName(CLI::App* command, RecordOptions& options, bool more = false) {
  AddEnrollmentName(command, options.name, &options.learner, more);
}

void AddDryRun(CLI::App* command, RecordOptions& options) {
  command->add_flag("--dry-run", options.dry_run, "Do everything but the change");
}

}  // namespace

void AddRecordCommands(Tool& tool) {
  CLI::App* const record = AddGroup(tool.app, "record", "What people have done in trainings.",
                                    "provost record get courses/fire");
  record->group("Resources");

  auto got = std::make_shared<RecordOptions>();
  CLI::App* const get =
      AddCommand(*record, "get", "Where somebody stands in a training, and what is missing.",
                 "provost record get courses/fire users/lea");
  AddName(get, *got);
  OnRun(tool, get, got, RunGet);

  auto logged = std::make_shared<RecordOptions>();
  CLI::App* const log = AddCommand(*record, "log", "What happened, who entered it and why.",
                                   "provost record log courses/fire users/lea");
  AddName(log, *logged);
  OnRun(tool, log, logged, RunLog);

  auto reported = std::make_shared<RecordOptions>();
  CLI::App* const progress =
      AddCommand(*record, "progress", "How far you are with an item of a course.",
                 "provost --as users/lea record progress courses/fire pages/exits 100");
  AddEnrollmentName(progress, reported->name, nullptr, /*more=*/true);
  progress->add_option("item", reported->item, "Such as pages/exits")->required();
  progress->add_option("percent", reported->percent, "0 to 100")->required();
  progress->add_option("--position", reported->position, "Where to go on")->type_name("TEXT");
  progress->add_option("--seconds", reported->seconds, "How long it took since the last time")
      ->type_name("N");
  AddDryRun(progress, *reported);
  OnRun(tool, progress, reported, RunProgress);

  auto scored = std::make_shared<RecordOptions>();
  CLI::App* const score =
      AddCommand(*record, "score", "Enters what an item was worth.",
                 "provost record score courses/fire users/lea quizzes/fire 85.5 --passed");
  AddName(score, *scored, /*more=*/true);
  score->add_option("item", scored->item, "Such as quizzes/fire")->required();
  score->add_option("score", scored->score, "In per cent: 0 to 100")->required();
  score->add_flag("--passed", scored->passed, "It is enough");
  AddTime(score, *scored);
  AddReason(score, scored->reason, false);
  AddDryRun(score, *scored);
  OnRun(tool, score, scored, RunScore);

  auto signed_off = std::make_shared<RecordOptions>();
  CLI::App* const sign =
      AddCommand(*record, "sign-off", "Signs off what the completion rule wants signed off.",
                 "provost record sign-off courses/fire users/lea");
  AddName(sign, *signed_off);
  sign->add_flag("--take-back", signed_off->take_back, "Take back what was signed off");
  AddTime(sign, *signed_off);
  AddReason(sign, signed_off->reason, false);
  AddDryRun(sign, *signed_off);
  OnRun(tool, sign, signed_off, RunSignOff);

  auto overridden = std::make_shared<RecordOptions>();
  CLI::App* const override_command = AddCommand(
      *record, "override", "Says that a training is completed or failed, or neither.",
      "provost record override courses/fire users/lea completed --reason \"Passed elsewhere\"");
  AddName(override_command, *overridden, /*more=*/true);
  override_command
      ->add_option("outcome", overridden->outcome,
                   absl::StrCat("What came of it: ", absl::StrJoin(OutcomeWords(), ", ")))
      ->required();
  AddTime(override_command, *overridden);
  AddReason(override_command, overridden->reason, true);
  AddDryRun(override_command, *overridden);
  OnRun(tool, override_command, overridden, RunOverride);

  auto awarded = std::make_shared<RecordOptions>();
  CLI::App* const credit =
      AddCommand(*record, "credit", "Gives credit for a training, or takes some back.",
                 "provost record credit courses/fire users/lea");
  credit->add_option("scope", awarded->name, "A course, plan or session: courses/fire")->required();
  credit->add_option("learner", awarded->learner, "Whom, such as users/lea")->required();
  credit
      ->add_option("--amount", awarded->credit_hundredths,
                   "In hundredths of a credit; what the training is worth if left out")
      ->type_name("N");
  credit->add_flag("--override", awarded->override, "Give it though it is not completed");
  AddReason(credit, awarded->reason, false);
  AddDryRun(credit, *awarded);
  OnRun(tool, credit, awarded, RunCredit);

  auto corrected = std::make_shared<RecordOptions>();
  CLI::App* const correct = AddCommand(
      *record, "correct", "A fact of the log counts no more; another may be put there.",
      "provost record correct courses/fire users/lea 3 --with 'score { score_hundredths: 9000 "
      "passed: true }' --reason Misread");
  AddName(correct, *corrected, /*more=*/true);
  correct->add_option("event", corrected->event,
                      "Which of its log: 3; left out where it is named in full: 12.7.3");
  correct->add_option("--with", corrected->with, "What is put in its place, in textproto")
      ->type_name("TEXT");
  AddReason(correct, corrected->reason, true);
  AddDryRun(correct, *corrected);
  OnRun(tool, correct, corrected, RunCorrect);

  auto deleted = std::make_shared<RecordOptions>();
  CLI::App* const del =
      AddCommand(*record, "delete", "Deletes a record with all that belongs to it.",
                 "provost record delete courses/fire users/lea --reason \"Made twice\"");
  AddName(del, *deleted);
  AddReason(del, deleted->reason, true);
  AddDryRun(del, *deleted);
  OnRun(tool, del, deleted, RunDelete);

  auto held = std::make_shared<RecordOptions>();
  CLI::App* const competencies =
      AddCommand(*record, "competencies", "What a person has gained by completing courses.",
                 "provost record competencies users/lea");
  competencies->add_option("learner", held->learner, "Whose; your own if left out");
  OnRun(tool, competencies, held, RunCompetencies);

  AddExternalTrainingCommands(tool, *record);
}

}  // namespace provost::cli
