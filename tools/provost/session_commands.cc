// What `provost sessions` has beside the commands that every resource has, and `provost calendar`.
#include <google/protobuf/empty.pb.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "provost/v1/attendance_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "tools/provost/change_options.h"
#include "tools/provost/command.h"
#include "tools/provost/enum_words.h"
#include "tools/provost/files.h"
#include "tools/provost/table.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

// A session and somebody who takes part in it, and how a change is made.
struct PlaceOptions : ChangeOptions {
  std::string session;
  std::string learner;
  int position = 0;
  bool beyond_capacity = false;
  bool refuse_waiting = false;

  void AddSession(CLI::App* command) {
    command->add_option("session", session, "Which one, such as 2026-11-03")->required();
  }
  CLI::Option* AddLearner(CLI::App* command, const std::string& help) {
    return command->add_option("learner", learner, help);
  }
  // Who is left out is the caller.
  template <typename Request>
  absl::Status Fill(Context& context, Request& request) const {
    auto full = context.names().Full(session, "sessions");
    if (!full.ok()) return full.status();
    request.set_session(*std::move(full));
    auto person = learner.empty() ? context.Actor() : context.names().Full(learner, "users");
    if (!person.ok()) return person.status();
    request.set_learner(*std::move(person));
    FillChange(request);
    return absl::OkStatus();
  }
};

std::string StateText(const v1::SessionRegistration& one) {
  if (one.state() == v1::SessionRegistration::REGISTERED) return "registered";
  return absl::StrCat("waits, place ", one.waiting_position());
}

// Sends a change of somebody's registration, and says how it stands.
template <typename Request>
absl::StatusOr<int> ChangePlace(Context& context, const PlaceOptions& options,
                                const std::string& method, Request request) {
  if (absl::Status status = options.Fill(context, request); !status.ok()) return status;
  v1::SessionRegistration response;
  absl::Status status = context.Call(method, request, response);
  if (!status.ok()) return status;
  context.Answer(response, absl::StrCat(options.dry_run ? "would be: " : "",
                                        Printable(context.names().Short(response.learner())), " ",
                                        StateText(response), "\n"));
  return kExitOk;
}

absl::StatusOr<int> RunRegister(Context& context, const PlaceOptions& options) {
  v1::RegisterForSessionRequest request;
  request.set_refuse_waiting(options.refuse_waiting);
  return ChangePlace(context, options, "AttendanceService.RegisterForSession", std::move(request));
}

absl::StatusOr<int> RunUnregister(Context& context, const PlaceOptions& options) {
  v1::UnregisterFromSessionRequest request;
  if (absl::Status status = options.Fill(context, request); !status.ok()) return status;
  google::protobuf::Empty response;
  absl::Status status = context.Call("AttendanceService.UnregisterFromSession", request, response);
  if (!status.ok()) return status;
  context.Answer(response, absl::StrCat(options.Would(), "unregistered ",
                                        Printable(context.names().Short(request.learner())), "\n"));
  return kExitOk;
}

absl::StatusOr<int> RunLine(Context& context, const PlaceOptions& options) {
  v1::MoveSessionRegistrationRequest request;
  request.set_position(options.position);
  return ChangePlace(context, options, "AttendanceService.MoveSessionRegistration",
                     std::move(request));
}

absl::StatusOr<int> RunPromote(Context& context, const PlaceOptions& options) {
  v1::PromoteSessionRegistrationRequest request;
  request.set_beyond_capacity(options.beyond_capacity);
  return ChangePlace(context, options, "AttendanceService.PromoteSessionRegistration",
                     std::move(request));
}

absl::StatusOr<int> RunRegistrations(Context& context, const PlaceOptions& options) {
  const Names names = context.names();
  v1::ListSessionRegistrationsRequest request;
  auto session = names.Full(options.session, "sessions");
  if (!session.ok()) return session.status();
  request.set_session(*std::move(session));
  v1::ListSessionRegistrationsResponse response;
  absl::Status status =
      context.CallPages("AttendanceService.ListSessionRegistrations", request, response, 0);
  if (!status.ok()) return status;
  Table table({"learner", "state", "since", "by"});
  for (const v1::SessionRegistration& one : response.registrations()) {
    table.AddRow({{Printable(names.Short(one.learner()))},
                  {StateText(one)},
                  {FormatTime(one.register_time())},
                  {Printable(names.Short(one.registered_by()))}});
  }
  context.Answer(response, table.RenderOr(context.look(), "nobody"));
  return kExitOk;
}

// --- sessions conflicts ---

std::string ConflictsText(const v1::SessionConflicts& conflicts, const Names& names,
                          const Look& look) {
  Table table({"session", "start", "end", "room", "instructors"});
  for (const v1::SessionConflict& one : conflicts.conflicts()) {
    std::vector<std::string> instructors;
    for (const std::string& user : one.instructors()) {
      instructors.push_back(Printable(names.Short(user)));
    }
    table.AddRow({{Printable(names.Short(one.session()))},
                  {FormatTime(one.start_time())},
                  {FormatTime(one.end_time())},
                  {Printable(one.room())},
                  {absl::StrJoin(instructors, ", ")}});
  }
  std::string text =
      conflicts.more_count() == 0 ? table.RenderOr(look, "no conflicts") : table.Render(look);
  if (conflicts.more_count() > 0) {
    absl::StrAppend(&text, "and ", conflicts.more_count(), " that you may not see\n");
  }
  return text;
}

absl::StatusOr<int> RunConflicts(Context& context, const PlaceOptions& options) {
  v1::ListSessionConflictsRequest request;
  auto name = context.names().Full(options.session, "sessions");
  if (!name.ok()) return name.status();
  request.set_name(*std::move(name));
  v1::SessionConflicts response;
  absl::Status status = context.Call("CourseService.ListSessionConflicts", request, response);
  if (!status.ok()) return status;
  context.Answer(response, ConflictsText(response, context.names(), context.look()));
  return response.conflicts().empty() && response.more_count() == 0 ? kExitOk : kExitDenied;
}

// --- sessions series ---

struct SeriesOptions : ChangeOptions {
  std::string id;
  std::string display_name;
  std::string parent;
  std::string start;
  std::string end;
  std::string time_zone;
  std::string place;
  std::string room;
  std::string link;
  std::vector<std::string> instructors;
  bool registration = false;
  int capacity = 0;
  std::string every = "week";
  int interval = 0;
  std::vector<std::string> weekdays;
  int count = 0;
  std::string until;
  bool refuse_conflicts = false;
};

absl::StatusOr<int> RunSeries(Context& context, const SeriesOptions& options) {
  const Names names = context.names();
  v1::CreateSessionSeriesRequest request;
  if (absl::Status status = names.SetTenant(*request.mutable_parent()); !status.ok()) return status;
  request.set_session_id(options.id);
  v1::Session& session = *request.mutable_session();
  // What has no name for people is called by its id.
  session.set_display_name(options.display_name.empty() ? options.id : options.display_name);
  auto parent = names.Full(options.parent, "courses");
  if (!parent.ok()) return parent.status();
  session.set_parent_scope(*std::move(parent));
  session.set_start(options.start);
  session.set_end(options.end);
  session.set_time_zone(options.time_zone);
  session.set_place(options.place);
  session.set_room(options.room);
  session.set_link(options.link);
  for (const std::string& given : options.instructors) {
    auto user = names.Full(given, "users");
    if (!user.ok()) return user.status();
    session.add_instructors(*std::move(user));
  }
  session.set_registration(options.registration);
  session.set_capacity(options.capacity);
  v1::SessionSeriesRule& rule = *request.mutable_rule();
  rule.set_unit(static_cast<v1::SessionSeriesRule::Unit>(
      EnumNumber(*v1::SessionSeriesRule::Unit_descriptor(), options.every)));
  rule.set_interval(options.interval);
  for (const std::string& word : options.weekdays) {
    rule.add_weekdays(static_cast<v1::SessionSeriesRule::Weekday>(
        EnumNumber(*v1::SessionSeriesRule::Weekday_descriptor(), word)));
  }
  rule.set_count(options.count);
  rule.set_until(options.until);
  request.set_refuse_conflicts(options.refuse_conflicts);
  options.FillChange(request);
  v1::CreateSessionSeriesResponse response;
  absl::Status status = context.Call("CourseService.CreateSessionSeries", request, response);
  if (!status.ok()) return status;
  Table table({"session", "start", "end", "conflicts"});
  for (const v1::Session& one : response.sessions()) {
    const int conflicts = one.conflicts().conflicts_size() + one.conflicts().more_count();
    table.AddRow({{Printable(names.Short(one.name()))},
                  {one.start()},
                  {one.end()},
                  {conflicts == 0 ? "" : absl::StrCat(conflicts)}});
  }
  context.Answer(response, absl::StrCat(options.dry_run ? "would be created:\n" : "",
                                        table.Render(context.look())));
  return kExitOk;
}

void AddSeriesCommand(Tool& tool, CLI::App& sessions) {
  auto series = std::make_shared<SeriesOptions>();
  CLI::App* const command =
      AddCommand(sessions, "series", "Makes sessions that are alike: all of them or none.",
                 "provost sessions series drill --parent courses/fire --start 2026-11-03T09:00 "
                 "--end 2026-11-03T12:00 --every week --count 6");
  command->add_option("id", series->id, "What their ids begin with: drill for drill-1, drill-2");
  command->add_option("--display-name", series->display_name, "Their name for people");
  command->add_option("--parent", series->parent, "The course or the training plan")->required();
  command->add_option("--start", series->start, "When the first begins: 2026-11-03T09:00")
      ->required();
  command->add_option("--end", series->end, "When the first ends")->required();
  command->add_option("--time-zone", series->time_zone, "Whose clocks: Europe/Vienna");
  command->add_option("--place", series->place, "Where people meet, for people");
  command->add_option("--room", series->room, "The room, by which conflicts are found");
  command->add_option("--link", series->link, "Where people meet online: an https URL");
  command->add_option("--instructor", series->instructors, "Who teaches them; again for the next")
      ->type_name("USER")
      ->allow_extra_args(false);
  command->add_flag("--registration", series->registration,
                    "Learners register, instead of all that are enrolled");
  command->add_option("--capacity", series->capacity, "How many may register")->type_name("N");
  command->add_option("--every", series->every, "By what they are repeated: day, week, month")
      ->check(CLI::IsMember(EnumWords(*v1::SessionSeriesRule::Unit_descriptor())));
  command->add_option("--interval", series->interval, "Every so many of them")->type_name("N");
  command->add_option("--on", series->weekdays, "By weeks: on these days, such as monday,friday")
      ->type_name("DAY,...")
      ->delimiter(',')
      ->check(CLI::IsMember(EnumWords(*v1::SessionSeriesRule::Weekday_descriptor())));
  auto* const count =
      command->add_option("--count", series->count, "How many, the first among them");
  count->type_name("N");
  command->add_option("--until", series->until, "The last day on which one begins: 2027-01-31")
      ->excludes(count);
  command->add_flag("--refuse-conflicts", series->refuse_conflicts,
                    "Refuse where a room or an instructor is taken");
  series->AddChangeOptions(command);
  OnRun(tool, command, series, RunSeries);
}

// --- calendar ---

struct CalendarOptions {
  std::string name;
  std::string output;
};

absl::StatusOr<int> RunCalendar(Context& context, const CalendarOptions& options) {
  const Names names = context.names();
  v1::CalendarFile response;
  absl::Status status;
  auto name = options.name.empty() ? context.Actor() : names.Full(options.name);
  if (!name.ok()) return name.status();
  if (absl::StrContains(*name, "/users/")) {
    v1::ExportPersonalCalendarRequest request;
    if (status = names.SetTenant(*request.mutable_parent()); !status.ok()) return status;
    request.set_user(*std::move(name));
    status = context.Call("CourseService.ExportPersonalCalendar", request, response);
  } else {
    v1::ExportCalendarRequest request;
    request.set_name(*std::move(name));
    status = context.Call("CourseService.ExportCalendar", request, response);
  }
  if (!status.ok()) return status;
  OutputFile file(context, options.output);
  status = file.Write(response.content());
  if (status.ok()) status = file.KeepAndSay();
  if (!status.ok()) return status;
  return kExitOk;
}

}  // namespace

void AddSessionCommands(Tool& tool, CLI::App& sessions) {
  AddSeriesCommand(tool, sessions);
  const auto add = [&](const char* word, const char* summary, const std::string& example,
                       auto body) {
    auto options = std::make_shared<PlaceOptions>();
    CLI::App* const command = AddCommand(sessions, word, summary, example);
    options->AddSession(command);
    OnRun(tool, command, options, body);
    return std::make_pair(command, options.get());
  };
  add("conflicts",
      "What else is in the room, or what its instructors teach, at that time. Exits "
      "with 0 or 1.",
      "provost sessions conflicts 2026-11-03", RunConflicts);
  add("registrations", "Who has a seat, then who waits for one.",
      "provost sessions registrations 2026-11-03", RunRegistrations);
  auto [enter, entering] = add("register", "Registers you or somebody else.",
                               "provost sessions register 2026-11-03", RunRegister);
  entering->AddLearner(enter, "Who, such as users/lea; left out: you");
  enter->add_flag("--refuse-waiting", entering->refuse_waiting, "Not to wait where it is full");
  entering->AddChangeOptions(enter);
  auto [leave, leaving] = add("unregister", "Takes a registration back.",
                              "provost sessions unregister 2026-11-03", RunUnregister);
  leaving->AddLearner(leave, "Who, such as users/lea; left out: you");
  leaving->AddChangeOptions(leave);
  auto [line, moving] = add("line", "Puts somebody who waits at another place in the line.",
                            "provost sessions line 2026-11-03 users/lea --position 1", RunLine);
  moving->AddLearner(line, "Who waits, such as users/lea")->required();
  line->add_option("--position", moving->position, "From 1")->type_name("N")->required();
  moving->AddChangeOptions(line);
  auto [promote, promoting] = add("promote", "Gives a seat to somebody who waits.",
                                  "provost sessions promote 2026-11-03 users/lea", RunPromote);
  promoting->AddLearner(promote, "Who waits, such as users/lea")->required();
  promote->add_flag("--beyond-capacity", promoting->beyond_capacity, "Though there is none");
  promoting->AddChangeOptions(promote);
}

void AddCalendarCommand(Tool& tool) {
  auto options = std::make_shared<CalendarOptions>();
  CLI::App* const command =
      AddCommand(tool.app, "calendar", "Writes sessions as iCalendar: yours, or a course's.",
                 "provost calendar courses/fire --output fire.ics");
  command->group("Resources");
  command->add_option("name", options->name,
                      "A session, a course, a training plan, or you, as if it is left out");
  command->add_option("--output", options->output, "A file; without, standard output")
      ->type_name("FILE");
  OnRun(tool, command, options, RunCalendar);
}

}  // namespace provost::cli
