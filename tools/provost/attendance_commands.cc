// `provost attendance`: who was at a session.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "provost/v1/attendance_service.pb.h"
#include "tools/provost/change_options.h"
#include "tools/provost/command.h"
#include "tools/provost/enum_words.h"
#include "tools/provost/table.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

struct MarkOptions : ChangeOptions {
  std::string session;
  std::vector<std::string> learners;
  bool all = false;
  std::string learner;
  std::string status;
  int minutes = 0;
  std::string note;
  std::string reason;

  absl::Status Fill(const Names& names, const std::string& given, v1::Attendance& mark) const {
    auto user = names.Full(given, "users");
    if (!user.ok()) return user.status();
    mark.set_learner(*std::move(user));
    mark.set_status(static_cast<v1::Attendance::Status>(
        EnumNumber(*v1::Attendance::Status_descriptor(), status)));
    mark.set_minutes(minutes);
    mark.set_note(note);
    return absl::OkStatus();
  }
};

std::string AttendanceText(const google::protobuf::RepeatedPtrField<v1::Attendance>& attendances,
                           const Names& names, const Look& look) {
  Table table({"learner", "status", "minutes", "note", "by", "at"});
  for (const v1::Attendance& one : attendances) {
    const bool marked = one.status() != v1::Attendance::STATUS_UNSPECIFIED;
    table.AddRow({{Printable(names.Short(one.learner()))},
                  {marked ? EnumWord(v1::Attendance::Status_Name(one.status())) : ""},
                  {one.minutes() == 0 ? "" : absl::StrCat(one.minutes())},
                  {Printable(one.note())},
                  {Printable(names.Short(one.marked_by()))},
                  {marked ? FormatTime(one.mark_time()) : ""}});
  }
  return table.RenderOr(look, "nobody");
}

// Adds everybody of the session of `request` who is not marked, but for the caller, whom others
// mark. Gives how many are.
absl::StatusOr<int> AddUnmarked(Context& context, const MarkOptions& options,
                                v1::BulkMarkAttendanceRequest& request) {
  const absl::StatusOr<std::string> self = context.Actor();
  if (!self.ok()) return self.status();
  v1::ListAttendanceRequest listed;
  listed.set_session(request.session());
  v1::ListAttendanceResponse roster;
  absl::Status status = context.CallPages("AttendanceService.ListAttendance", listed, roster, 0);
  int marked = 0;
  for (const v1::Attendance& one : roster.attendances()) {
    if (one.status() != v1::Attendance::STATUS_UNSPECIFIED) {
      ++marked;
    } else if (status.ok() && one.learner() != *self) {
      status = options.Fill(context.names(), one.learner(), *request.add_attendances());
    }
  }
  if (!status.ok()) return status;
  return marked;
}

std::string MarkedText(int marked) {
  if (marked == 0) return "";
  return absl::StrCat(marked, marked == 1 ? " was" : " were", " marked already\n");
}

absl::StatusOr<int> RunMark(Context& context, const MarkOptions& options) {
  if (options.all != options.learners.empty()) {
    return absl::InvalidArgumentError("say of whom, such as users/lea, or --all of the others");
  }
  v1::BulkMarkAttendanceRequest request;
  auto session = context.names().Full(options.session, "sessions");
  if (!session.ok()) return session.status();
  request.set_session(*std::move(session));
  absl::StatusOr<int> marked = 0;
  if (options.all) marked = AddUnmarked(context, options, request);
  if (!marked.ok()) return marked.status();
  if (options.all && request.attendances().empty()) {
    context.Answer(v1::BulkMarkAttendanceResponse(),
                   absl::StrCat("nobody is left to mark\n", MarkedText(*marked)));
    return kExitOk;
  }
  for (const std::string& learner : options.learners) {
    absl::Status status = options.Fill(context.names(), learner, *request.add_attendances());
    if (!status.ok()) return status;
  }
  options.FillChange(request);
  v1::BulkMarkAttendanceResponse response;
  absl::Status status = context.Call("AttendanceService.BulkMarkAttendance", request, response);
  if (!status.ok()) return status;
  context.Answer(response, absl::StrCat(AttendanceText(response.attendances(), context.names(),
                                                       context.look()),
                                        MarkedText(*marked)));
  return kExitOk;
}

absl::StatusOr<int> RunAmend(Context& context, const MarkOptions& options) {
  v1::AmendAttendanceRequest request;
  auto session = context.names().Full(options.session, "sessions");
  if (!session.ok()) return session.status();
  request.set_session(*std::move(session));
  absl::Status status =
      options.Fill(context.names(), options.learner, *request.mutable_attendance());
  if (!status.ok()) return status;
  request.set_reason(options.reason);
  options.FillChange(request);
  v1::Attendance response;
  status = context.Call("AttendanceService.AmendAttendance", request, response);
  if (!status.ok()) return status;
  google::protobuf::RepeatedPtrField<v1::Attendance> alone;
  *alone.Add() = response;
  context.Answer(response, AttendanceText(alone, context.names(), context.look()));
  return kExitOk;
}

absl::StatusOr<int> RunAttendance(Context& context, const MarkOptions& options) {
  v1::ListAttendanceRequest request;
  auto session = context.names().Full(options.session, "sessions");
  if (!session.ok()) return session.status();
  request.set_session(*std::move(session));
  if (!options.learner.empty()) {
    auto learner = context.names().Full(options.learner, "users");
    if (!learner.ok()) return learner.status();
    request.set_learner(*std::move(learner));
  }
  v1::ListAttendanceResponse response;
  absl::Status status = context.CallPages("AttendanceService.ListAttendance", request, response, 0);
  if (!status.ok()) return status;
  context.Answer(response, AttendanceText(response.attendances(), context.names(), context.look()));
  return kExitOk;
}

}  // namespace

void AddAttendanceCommands(Tool& tool) {
  CLI::App* const group = AddGroup(tool.app, "attendance", "Says and shows who was at a session.",
                                   "provost attendance list 2026-11-03");
  group->group("Resources");
  const auto words = EnumWords(*v1::Attendance::Status_descriptor());
  const auto add = [&](const char* word, const char* summary, const std::string& example,
                       auto body) {
    auto options = std::make_shared<MarkOptions>();
    CLI::App* const command = AddCommand(*group, word, summary, example);
    command->add_option("session", options->session, "Which one, such as 2026-11-03")->required();
    OnRun(tool, command, options, body);
    return std::make_pair(command, options.get());
  };
  const auto add_mark = [&](CLI::App* command, MarkOptions* options) {
    command->add_option("--minutes", options->minutes, "For how many minutes")->type_name("N");
    command->add_option("--note", options->note, "What else is to be said of it");
    options->AddChangeOptions(command);
  };
  auto [mark, marking] =
      add("mark", "Says of people whether they were there: all or none.",
          "provost attendance mark 2026-11-03 present users/lea users/leo", RunMark);
  mark->add_option("status", marking->status, "How")->required()->check(CLI::IsMember(words));
  mark->add_option("learners", marking->learners, "Of whom: users/lea users/leo");
  mark->add_flag("--all", marking->all,
                 "Of all who are to be there and of whom nothing was said yet");
  add_mark(mark, marking);
  auto [amend, amending] = add("amend", "Corrects what was said; what it was is kept.",
                               "provost attendance amend 2026-11-03 users/lea --status late "
                               "--reason \"Signed in at ten\"",
                               RunAmend);
  amend->add_option("learner", amending->learner, "Of whom, such as users/lea")->required();
  amend->add_option("--status", amending->status, "How; left out: nothing was said")
      ->check(CLI::IsMember(words));
  amend->add_option("--reason", amending->reason, "Why, for the records")->required();
  add_mark(amend, amending);
  auto [list, listing] = add("list", "Who is to be there, and who was.",
                             "provost attendance list 2026-11-03", RunAttendance);
  list->add_option("--learner", listing->learner, "Only of this person: users/lea")
      ->type_name("USER");
}

}  // namespace provost::cli
