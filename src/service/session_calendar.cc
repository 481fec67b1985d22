#include "service/session_calendar.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "calendar/icalendar.h"
#include "calendar/local_time.h"
#include "provost/v1/course_service.pb.h"
#include "service/known_subjects.h"
#include "service/lookup.h"
#include "service/places.h"
#include "service/scope_list.h"
#include "service/subject_resource.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollment_states.h"
#include "tenant/errors.h"
#include "tenant/session_rows.h"
#include "tenant/times.h"

namespace provost {
namespace {

constexpr absl::string_view kRead = "session.read";

// The sessions of one calendar, each once, in the order of their starts.
class Calendar {
 public:
  explicit Calendar(const ReadCall& call) : call_(call) {}

  const ReadCall& call() const { return call_; }

  // Whether whoever asks may read it, by having made it too.
  bool MayRead(ScopeId session) const {
    const WorldState& state = call_.state;
    return MayReadScope(state, call_.self(), kRead, session, SubjectId(0), call_.now) ||
           MayReadScope(state, call_.self(), kRead, session,
                        CreatorOf(call_.reader(), call_.tenant->number(), state.ScopeName(session)),
                        call_.now);
  }

  absl::StatusOr<std::optional<rows::SessionRow>> Read(ScopeId session) const {
    return ReadSession(call_.reader(), call_.state, call_.tenant->number(), session);
  }

  void Add(const rows::SessionRow& row) {
    const std::optional<TimeSpan> time = TimeOfSession(row);
    if (!time.has_value()) return;
    events_.insert({{time->start, row.uid()}, EventOf(row)});
    if (events_.size() > kMaxCalendarEvents) events_.erase(events_.begin());
  }

  void Write(v1::CalendarFile* file) const {
    std::vector<CalendarEvent> events;
    for (const auto& each : events_) events.push_back(each.second);
    file->set_content_type("text/calendar; charset=utf-8");
    file->set_content(FormatCalendar(events));
  }

 private:
  CalendarEvent EventOf(const rows::SessionRow& row) const {
    const v1::Session& session = row.session();
    CalendarEvent event;
    event.uid = absl::StrCat("session-", row.uid(), ".", call_.tenant->id(), "@provost");
    event.stamp = FromTimestamp(session.update_time());
    event.sequence = row.sequence();
    absl::StatusOr<absl::CivilSecond> start = ParseLocalTime(session.start());
    absl::StatusOr<absl::CivilSecond> end = ParseLocalTime(session.end());
    if (start.ok() && end.ok() && absl::LoadTimeZone(session.time_zone(), &event.zone)) {
      event.local = {*start, *end};
    } else {  // A zone that the database no longer has.
      event.zone = absl::UTCTimeZone();
      const TimeSpan time = *TimeOfSession(row);
      event.local = {absl::ToCivilSecond(time.start, event.zone),
                     absl::ToCivilSecond(time.end, event.zone)};
    }
    event.summary = session.display_name();
    event.cancelled = IsCancelled(row);
    event.description = event.cancelled ? absl::StrCat(session.cancel_reason(),
                                                       session.description().empty() ? "" : "\n\n",
                                                       session.description())
                                        : session.description();
    std::vector<std::string> where;
    for (const std::string& part : {session.room(), session.place()}) {
      if (!part.empty()) where.push_back(part);
    }
    event.location = absl::StrJoin(where, ", ");
    event.url = session.link();
    return event;
  }

  const ReadCall& call_;
  std::map<std::pair<absl::Time, uint32_t>, CalendarEvent> events_;
};

std::vector<ScopeId> SessionsOf(const WorldState& state, ScopeId training) {
  std::vector<ScopeId> sessions;
  state.ForEachInSubtree(training, [&](ScopeId scope) {
    if (state.KindOf(scope) == ScopeKind::kSession) sessions.push_back(scope);
    return true;
  });
  return sessions;
}

// --- ExportCalendar ---

absl::Status ValidateExport(const v1::ExportCalendarRequest& request) {
  absl::StatusOr<ResourceName> name = ParseName(request.name());
  if (name.ok() &&
      (name->collection == Collection::kSessions || name->collection == Collection::kCourses ||
       name->collection == Collection::kPlans)) {
    return absl::OkStatus();
  }
  return BadField("name", request.name(),
                  "wanted a session, a course or a training plan, like "
                  "`tenants/<tenant>/courses/<id>`");
}

absl::Status ExportCalendar(ReadCall& call, const v1::ExportCalendarRequest& request,
                            v1::CalendarFile* response) {
  const ScopeId scope = call.state.FindScope(ParseName(request.name())->Relative());
  if (!call.state.HasScope(scope)) return NotFound("scope", request.name());
  Calendar calendar(call);
  for (ScopeId session : SessionsOf(call.state, scope)) {
    if (session != scope && !calendar.MayRead(session)) continue;
    absl::StatusOr<std::optional<rows::SessionRow>> row = calendar.Read(session);
    if (!row.ok()) return row.status();
    if (row->has_value()) calendar.Add(**row);
  }
  calendar.Write(response);
  return absl::OkStatus();
}

// --- ExportPersonalCalendar ---

absl::Status ValidatePersonal(const v1::ExportPersonalCalendarRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  CheckUserName("user", request.user(), request.parent(), &status);
  return status;
}

// What the person learns at: the sessions of a training to which they are admitted.
absl::Status AddTraining(const EnrollmentId& id, Calendar* calendar) {
  const ReadCall& call = calendar->call();
  const uint64_t tenant = call.tenant->number();
  absl::StatusOr<std::optional<rows::EnrollmentRow>> enrollment =
      ReadEnrollment(call.reader(), tenant, id);
  if (!enrollment.ok()) return enrollment.status();
  const ScopeId training(id.training);
  if (!enrollment->has_value() || !IsAdmitted((*enrollment)->enrollment().state()) ||
      !call.state.HasScope(training)) {
    return absl::OkStatus();
  }
  for (ScopeId session : SessionsOf(call.state, training)) {
    absl::StatusOr<std::optional<rows::SessionRow>> row = calendar->Read(session);
    if (!row.ok()) return row.status();
    if (!row->has_value()) continue;
    if ((*row)->session().registration()) {
      absl::StatusOr<rows::ParticipationRow> participation =
          ReadParticipation(call.reader(), tenant, session, SubjectId(id.learner));
      if (!participation.ok()) return participation.status();
      if (participation->seat() != rows::ParticipationRow::REGISTERED) continue;
    }
    calendar->Add(**row);
  }
  return absl::OkStatus();
}

absl::Status ExportPersonalCalendar(ReadCall& call,
                                    const v1::ExportPersonalCalendarRequest& request,
                                    v1::CalendarFile* response) {
  Calendar calendar(call);
  const SubjectId user = call.state.FindSubject(ParseName(request.user())->Relative());
  if (!call.state.HasSubject(user)) return NotFound("user", request.user());
  absl::StatusOr<std::vector<EnrollmentId>> ids =
      ReadLearnerIds(call.reader(), EnrollmentsOf(call.tenant->number(), user));
  if (!ids.ok()) return ids.status();
  for (const EnrollmentId& id : *ids) {
    if (absl::Status status = AddTraining(id, &calendar); !status.ok()) return status;
  }
  absl::StatusOr<std::vector<SessionTime>> taught =
      ReadSessionTimes(call.reader(), SessionsTaughtBy(call.tenant->number(), user));
  if (!taught.ok()) return taught.status();
  for (const SessionTime& one : *taught) {
    if (!call.state.HasScope(one.session) || !calendar.MayRead(one.session)) continue;
    absl::StatusOr<std::optional<rows::SessionRow>> row = calendar.Read(one.session);
    if (!row.ok()) return row.status();
    if (row->has_value()) calendar.Add(**row);
  }
  calendar.Write(response);
  return absl::OkStatus();
}

}  // namespace

void RegisterSessionCalendars(Methods& methods) {
  Method& one = methods.Scan<v1::ExportCalendarRequest, v1::CalendarFile>(ExportCalendar);
  Methods::ValidateBy<v1::ExportCalendarRequest>(one, ValidateExport);
  Method& personal =
      methods.Scan<v1::ExportPersonalCalendarRequest, v1::CalendarFile>(ExportPersonalCalendar);
  Methods::ValidateBy<v1::ExportPersonalCalendarRequest>(personal, ValidatePersonal);
}

}  // namespace provost
