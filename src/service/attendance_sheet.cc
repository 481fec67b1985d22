#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "print/attendance_sheet.h"
#include "provost/v1/certificate_service.pb.h"
#include "service/certificate_documents.h"
#include "service/subject_resource.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollment_states.h"
#include "tenant/errors.h"
#include "tenant/session_rows.h"
#include "tenant/settings_row.h"
#include "tenant/training_rules.h"

namespace provost {
namespace {

using Attendance = rows::RecordEventRow::Attendance;

// A sheet is for a room; a course that a whole organisation takes has no roster to print.
constexpr size_t kMaxRoster = 2000;

absl::StatusOr<std::string> DisplayName(const ReadCall& call, SubjectId person) {
  const std::optional<RelativeName> name = SplitRelative(call.state.SubjectName(person));
  if (!name.has_value() || name->collection != Collection::kUsers) return std::string();
  absl::StatusOr<std::optional<rows::UserRow>> user =
      ReadRow<rows::UserRow>(call.reader(), TableOf(name->collection),
                             EntityKey(call.tenant->number(), name->collection, name->id));
  if (!user.ok()) return user.status();
  return user->has_value() ? (*user)->user().display_name() : std::string();
}

// Who is to be there or was, with what was noted.
absl::StatusOr<std::map<SubjectId, Attendance::Status>> ReadRoster(const ReadCall& call,
                                                                   const rows::SessionRow& row) {
  const uint64_t tenant = call.tenant->number();
  std::map<SubjectId, Attendance::Status> roster;
  if (!row.session().registration()) {
    absl::StatusOr<std::vector<EnrollmentId>> ids =
        ReadEnrollmentIds(call.reader(), EnrollmentsAt(tenant, ScopeId(row.parent())));
    if (!ids.ok()) return ids.status();
    for (const EnrollmentId& id : *ids) {
      absl::StatusOr<std::optional<rows::EnrollmentRow>> enrollment =
          ReadEnrollment(call.reader(), tenant, id);
      if (!enrollment.ok()) return enrollment.status();
      if (!enrollment->has_value() || !IsAdmitted((*enrollment)->enrollment().state())) continue;
      roster[SubjectId(id.learner)] = Attendance::STATUS_UNSPECIFIED;
      if (roster.size() > kMaxRoster) return roster;
    }
  }
  auto participations = ReadParticipations(call.reader(), tenant, ScopeId(row.uid()));
  if (!participations.ok()) return participations.status();
  for (const auto& [person, participation] : *participations) {
    if (participation.seat() == rows::ParticipationRow::REGISTERED ||
        participation.status() != Attendance::STATUS_UNSPECIFIED) {
      roster[person] = participation.status();
    }
  }
  return roster;
}

// `2026-11-03 09:00 to 12:00, Europe/Vienna`; empty for a session without a time.
std::string WhenOf(const rows::SessionRow& row, const PrintedDays& days) {
  const std::optional<TimeSpan> time = TimeOfSession(row);
  if (!time.has_value()) return "";
  PrintedDays local = days;
  const std::string& zone = row.session().time_zone();
  if (!zone.empty() && !absl::LoadTimeZone(zone, &local.zone)) return "";
  const auto clock = [&local](absl::Time at) { return absl::FormatTime("%H:%M", at, local.zone); };
  const std::string first = local.Day(time->start);
  const std::string last = local.Day(time->end);
  return absl::StrCat(first, " ", clock(time->start), " to ", last == first ? "" : last,
                      last == first ? "" : " ", clock(time->end), ", ", local.zone.name());
}

absl::Status ValidatePrint(const v1::PrintAttendanceSheetRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kSessions, "session", request.session(), &status);
  return status;
}

absl::Status DoPrint(ReadCall& call, const v1::PrintAttendanceSheetRequest& request,
                     v1::PrintAttendanceSheetResponse* response) {
  const uint64_t tenant = call.tenant->number();
  const ScopeId session = call.state.FindScope(ParseName(request.session())->Relative());
  absl::StatusOr<std::optional<rows::SessionRow>> row =
      ReadSession(call.reader(), call.state, tenant, session);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound("session", request.session());
  absl::StatusOr<std::optional<Training>> training =
      ReadTraining(call.reader(), tenant, call.state, ScopeId((*row)->parent()));
  if (!training.ok()) return training.status();
  absl::StatusOr<rows::SettingsRow> settings = ReadSettings(call.reader(), tenant);
  if (!settings.ok()) return settings.status();
  absl::StatusOr<std::map<SubjectId, Attendance::Status>> roster = ReadRoster(call, **row);
  if (!roster.ok()) return roster.status();
  if (roster->size() > kMaxRoster) {
    return FailedPrecondition("ROSTER_TOO_LONG", request.session(),
                              absl::StrCat(Quoted(request.session()), " is for more than ",
                                           kMaxRoster, " people; wanted at most as many"));
  }

  const PrintedDays days = DaysOf(*settings);
  AttendanceSheetPaper paper;
  paper.issuer = call.tenant->row()->tenant().display_name();
  paper.course = training->has_value() ? (*training)->display_name : "";
  paper.session = (*row)->session().display_name();
  paper.time = WhenOf(**row, days);
  std::vector<std::string> places;
  for (const std::string* place :
       {&(*row)->session().place(), &(*row)->session().room(), &(*row)->session().link()}) {
    if (!place->empty()) places.push_back(*place);
  }
  paper.place = absl::StrJoin(places, ", ");
  std::vector<std::string> instructors;
  for (uint32_t uid : (*row)->instructors()) {
    absl::StatusOr<std::string> name = DisplayName(call, SubjectId(uid));
    if (!name.ok()) return name.status();
    // Isolated, so that names of scripts of either direction keep their order.
    if (!name->empty()) instructors.push_back(absl::StrCat("\u2068", *name, "\u2069"));
  }
  paper.instructors = absl::StrJoin(instructors, ", ");
  for (const auto& [person, status] : *roster) {
    absl::StatusOr<std::string> name = DisplayName(call, person);
    if (!name.ok()) return name.status();
    if (name->empty()) continue;
    const std::string id(call.state.SubjectName(person));
    paper.roster.push_back({*std::move(name), id.substr(id.find('/') + 1),
                            status == Attendance::STATUS_UNSPECIFIED
                                ? ""
                                : absl::AsciiStrToLower(Attendance::Status_Name(status))});
  }
  std::sort(paper.roster.begin(), paper.roster.end(),
            [](const AttendanceSheetRow& a, const AttendanceSheetRow& b) {
              return std::tie(a.name, a.id) < std::tie(b.name, b.id);
            });
  paper.for_signatures = request.for_signatures();
  paper.language = days.language;
  paper.print_time = call.now;
  absl::StatusOr<std::string> pdf = PrintAttendanceSheet(paper);
  if (!pdf.ok()) return PrintFailure(pdf.status(), request.session());
  response->set_file_name(absl::StrCat("attendance-", IdOf(request.session()), ".pdf"));
  response->set_pdf(*std::move(pdf));
  return absl::OkStatus();
}

}  // namespace

void RegisterAttendanceSheet(Methods& methods) {
  Method& print =
      methods.Scan<v1::PrintAttendanceSheetRequest, v1::PrintAttendanceSheetResponse>(DoPrint);
  Methods::ValidateBy<v1::PrintAttendanceSheetRequest>(print, ValidatePrint);
}

}  // namespace provost
