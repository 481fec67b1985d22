// What `provost enrollments` has beside the commands that every resource has - coming in by
// oneself, the waiting list, who moved what - and the rules of courses and training plans.
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "tools/provost/change_options.h"
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

using google::protobuf::FieldDescriptor;
using v1::TrainingRules;

// What all that changes something has.
struct Change : ChangeOptions {
  std::string etag;

  void AddOptions(CLI::App* command, bool has_etag = true) {
    if (has_etag) {
      command->add_option("--etag", etag, "Refuse if it has changed since this etag was read");
    }
    AddChangeOptions(command);
  }
};

// --- enrollments join, enrollments apply ---

struct ComeOptions {
  Change change;
  std::string training;
  std::string reason;
};

template <typename Request>
absl::StatusOr<int> Come(Context& context, const ComeOptions& options, const std::string& method,
                         Request& request) {
  auto training = context.names().Full(options.training, "courses");
  if (!training.ok()) return training.status();
  request.set_training(*std::move(training));
  options.change.FillChange(request);
  v1::Enrollment response;
  absl::Status status = context.Call(method, request, response);
  if (!status.ok()) return status;
  context.Answer(response, absl::StrCat(options.change.Would(),
                                        EnrollmentStateText(response, context.names()), "\n"));
  return kExitOk;
}

absl::StatusOr<int> RunJoin(Context& context, const ComeOptions& options) {
  v1::EnrollSelfRequest request;
  return Come(context, options, "EnrollmentService.EnrollSelf", request);
}

absl::StatusOr<int> RunApply(Context& context, const ComeOptions& options) {
  v1::RequestEnrollmentRequest request;
  request.set_reason(options.reason);
  return Come(context, options, "EnrollmentService.RequestEnrollment", request);
}

// --- enrollments open ---

struct OpenOptions {
  std::string scope;
  size_t limit = 0;
};

std::string SeatsText(const v1::OpenTraining& open) {
  if (open.capacity() == 0) return "";
  return absl::StrCat(open.free_seat_count(), " of ", open.capacity());
}

absl::StatusOr<int> RunOpen(Context& context, const OpenOptions& options) {
  const Names names = context.names();
  v1::ListOpenTrainingsRequest request;
  absl::Status status = names.SetTenant(*request.mutable_parent());
  if (status.ok() && !options.scope.empty()) {
    status = names.SetFull(options.scope, "catalogs", request.mutable_scope());
  }
  if (!status.ok()) return status;
  v1::ListOpenTrainingsResponse response;
  status =
      context.CallPages("EnrollmentService.ListOpenTrainings", request, response, options.limit);
  if (!status.ok()) return status;
  Table table({"training", "name", "join", "apply", "free", "until"});
  for (const v1::OpenTraining& open : response.open_trainings()) {
    table.AddRow({{names.Short(open.training())},
                  {open.display_name()},
                  {open.self_enrollment() ? "yes" : ""},
                  {open.applications() ? "yes" : ""},
                  {SeatsText(open)},
                  {open.has_close_time() ? FormatTime(open.close_time()) : ""}});
  }
  context.Answer(response, table.Render(context.look()));
  return kExitOk;
}

// --- enrollments place ---

struct PlaceOptions {
  Change change;
  std::string name;
  std::string learner;
  int position = 0;
};

absl::StatusOr<int> RunPlace(Context& context, const PlaceOptions& options) {
  v1::MoveInWaitingListRequest request;
  auto name = EnrollmentName(context, options.name, options.learner);
  if (!name.ok()) return name.status();
  request.set_name(*std::move(name));
  request.set_position(options.position);
  request.set_etag(options.change.etag);
  options.change.FillChange(request);
  v1::Enrollment response;
  absl::Status status = context.Call("EnrollmentService.MoveInWaitingList", request, response);
  if (!status.ok()) return status;
  context.Answer(response, absl::StrCat(context.names().Short(response.name()),
                                        options.change.dry_run ? " would be" : " is", " in place ",
                                        response.waiting_position(), "\n"));
  return kExitOk;
}

// --- enrollments log ---

struct LogOptions {
  std::string name;
  std::string learner;
  size_t limit = 0;
};

absl::StatusOr<int> RunLog(Context& context, const LogOptions& options) {
  v1::ListEnrollmentTransitionsRequest request;
  auto name = EnrollmentName(context, options.name, options.learner);
  if (!name.ok()) return name.status();
  request.set_name(*std::move(name));
  v1::ListEnrollmentTransitionsResponse response;
  absl::Status status = context.CallPages("EnrollmentService.ListEnrollmentTransitions", request,
                                          response, options.limit);
  if (!status.ok()) return status;
  context.Answer(response, RenderList(response, context.names(), context.look()));
  return kExitOk;
}

// --- courses rules, plans rules ---

struct RulesOptions {
  Change change;
  std::string training;
  std::string section;
  std::string text;
  bool none = false;
};

const FieldDescriptor* FieldOf(const std::string& section) {
  return TrainingRules::descriptor()->FindFieldByName(section);
}

// Names in it may be short.
absl::Status FillNames(const Names& names, v1::CompletionRule& rule) {
  absl::Status status;
  for (std::string& item : *rule.mutable_items()) {
    if (status.ok()) status = names.SetFull(item, "", &item);
  }
  std::string& given = *rule.mutable_certificate_template();
  if (status.ok() && !given.empty()) {
    status = names.SetFull(given, "certificateTemplates", &given);
  }
  return status;
}

bool HasSection(const TrainingRules& rules, const std::string& section) {
  return rules.GetReflection()->HasField(rules, FieldOf(section));
}

// What is in a section, a line for each field.
std::string SectionText(const TrainingRules& rules, const std::string& section, const Names& names,
                        absl::string_view indent) {
  std::string text;
  if (HasSection(rules, section)) {
    text = names.ShortIn(MessageText(rules.GetReflection()->GetMessage(rules, FieldOf(section))));
  }
  if (text.empty()) text = "nothing in particular\n";
  std::string indented;
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    absl::StrAppend(&indented, indent, line, "\n");
  }
  return indented;
}

// What the rules are, or one section of them.
template <typename Request, typename Resource>
absl::StatusOr<int> ShowRules(Context& context, const RulesOptions& options,
                              const std::string& training, const std::string& method) {
  Request request;
  request.set_name(training);
  Resource resource;
  if (absl::Status status = context.Call(method, request, resource); !status.ok()) return status;
  const Names names = context.names();
  std::string text;
  if (!options.section.empty()) {
    text = SectionText(resource.rules(), options.section, names, "");
  } else {
    for (const std::string& section : EnumWords(*TrainingRules::Section_descriptor())) {
      if (!HasSection(resource.rules(), section)) continue;
      absl::StrAppend(&text, section, "\n", SectionText(resource.rules(), section, names, "  "));
    }
    if (text.empty()) text = "nothing in particular\n";
  }
  context.Answer(resource.rules(), text);
  return kExitOk;
}

// Reads what is given of a section. For when it is due a time is enough.
absl::Status ReadSection(Context& context, const RulesOptions& options, TrainingRules& rules) {
  auto* const part = rules.GetReflection()->MutableMessage(&rules, FieldOf(options.section));
  if (options.section == "due" && ParseTime(options.text, absl::Now()).ok()) {
    const auto time = ReadDueTime(context, "text", options.text);
    if (!time.ok()) return time.status();
    *rules.mutable_due()->mutable_time() = *time;
    return absl::OkStatus();
  }
  absl::Status status =
      ReadMessageText("text", options.text, *part, [&] { return TenantZone(context); });
  if (status.ok() && rules.has_completion()) {
    status = FillNames(context.names(), *rules.mutable_completion());
  }
  return status;
}

absl::StatusOr<int> RunRules(Context& context, const RulesOptions& options,
                             const char* collection) {
  auto training = context.names().Full(options.training, collection);
  if (!training.ok()) return training.status();
  if (options.none && (options.section.empty() || !options.text.empty())) {
    return absl::InvalidArgumentError("--none: wanted a section, and no text");
  }
  if (options.text.empty() && !options.none) {
    return absl::string_view(collection) == "plans"
               ? ShowRules<v1::GetTrainingPlanRequest, v1::TrainingPlan>(
                     context, options, *training, "CourseService.GetTrainingPlan")
               : ShowRules<v1::GetCourseRequest, v1::Course>(context, options, *training,
                                                             "CourseService.GetCourse");
  }
  v1::UpdateTrainingRulesRequest request;
  request.set_training(*training);
  request.set_section(static_cast<TrainingRules::Section>(
      EnumNumber(*TrainingRules::Section_descriptor(), options.section)));
  if (!options.none) {
    absl::Status status = ReadSection(context, options, *request.mutable_rules());
    if (!status.ok()) return status;
  }
  request.set_etag(options.change.etag);
  options.change.FillChange(request);
  v1::UpdateTrainingRulesResponse response;
  absl::Status status = context.Call("CourseService.UpdateTrainingRules", request, response);
  if (!status.ok()) return status;
  const Names names = context.names();
  context.Answer(
      response,
      absl::StrCat(options.change.Would(), "set ", options.section, " of ", names.Short(*training),
                   "\n", SectionText(response.rules(), options.section, names, "  ")));
  return kExitOk;
}

}  // namespace

void AddEnrollmentCommands(Tool& tool, CLI::App& enrollments) {
  auto join = std::make_shared<ComeOptions>();
  CLI::App* command =
      AddCommand(enrollments, "join", "Enrolls you into a training that is open to you.",
                 "provost enrollments join courses/fire");
  command->add_option("training", join->training, "The course or the training plan")->required();
  join->change.AddOptions(command, /*has_etag=*/false);
  OnRun(tool, command, join, RunJoin);

  auto apply = std::make_shared<ComeOptions>();
  command = AddCommand(enrollments, "apply", "Applies for a training that is open to you.",
                       "provost enrollments apply courses/fire --reason \"I run the boiler\"");
  command->add_option("training", apply->training, "The course or the training plan")->required();
  command->add_option("--reason", apply->reason, "Why, for who decides");
  apply->change.AddOptions(command, /*has_etag=*/false);
  OnRun(tool, command, apply, RunApply);

  auto open = std::make_shared<OpenOptions>();
  command = AddCommand(enrollments, "open", "Lists the trainings that you can join or apply for.",
                       "provost enrollments open --in catalogs/safety");
  command->add_option("--in", open->scope, "In this catalog and below it alone")
      ->type_name("CATALOG");
  command->add_option("--limit", open->limit, "Stop after this many (default: all)")
      ->type_name("N");
  OnRun(tool, command, open, RunOpen);

  auto place = std::make_shared<PlaceOptions>();
  command =
      AddCommand(enrollments, "place", "Puts somebody who waits in another place of the line.",
                 "provost enrollments place courses/fire users/lea 1");
  AddEnrollmentName(command, place->name, &place->learner, /*more=*/true);
  command->add_option("position", place->position, "From 1; beyond the end: last")->required();
  place->change.AddOptions(command);
  OnRun(tool, command, place, RunPlace);

  auto log = std::make_shared<LogOptions>();
  command = AddCommand(enrollments, "log", "Shows who moved an enrollment, when and why.",
                       "provost enrollments log courses/fire users/lea");
  AddEnrollmentName(command, log->name, &log->learner, /*more=*/false);
  command->add_option("--limit", log->limit, "Stop after this many (default: all)")->type_name("N");
  OnRun(tool, command, log, RunLog);
}

void AddTrainingRulesCommand(Tool& tool, CLI::App& group, const char* collection) {
  auto rules = std::make_shared<RulesOptions>();
  const char* const example = std::string(collection) == "plans" ? "onboarding" : "fire";
  CLI::App* const command =
      AddCommand(group, "rules",
                 "Shows its rules, or one section; with a text, replaces that section as a whole.",
                 absl::StrCat("provost ", collection, " rules ", example,
                              " enrollment \"capacity: 12 waiting_list: true\""));
  command->add_option("name", rules->training, "Which one, such as fire")->required();
  command->add_option("section", rules->section, "Which section; all if left out")
      ->check(CLI::IsMember(EnumWords(*TrainingRules::Section_descriptor())));
  command->add_option("text", rules->text, "All fields that the section is to have");
  command->add_flag("--none", rules->none, "The section is to say nothing in particular");
  rules->change.AddOptions(command);
  command->footer(absl::StrCat(
      command->get_footer(), "\n  provost ", collection, " rules ", example,
      " due 2026-12-31\n\nThe sections, and what each can say:\n",
      FieldsHelp(*TrainingRules::descriptor()),
      "\nA time is written `2026-12-31T12:00:00Z`, or as a day in the tenant's time zone (UTC for "
      "those who may\nnot see that): as a due time its end, otherwise its beginning."));
  OnRun(tool, command, rules, [collection](Context& context, const RulesOptions& options) {
    return RunRules(context, options, collection);
  });
}

}  // namespace provost::cli
