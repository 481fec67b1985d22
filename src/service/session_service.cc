#include "service/session_service.h"

#include <google/protobuf/empty.pb.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "calendar/local_time.h"
#include "calendar/series.h"
#include "provost/v1/course_service.pb.h"
#include "service/lookup.h"
#include "service/resource.h"
#include "service/scope_resource.h"
#include "service/session_calendar.h"
#include "service/session_fields.h"
#include "service/subject_resource.h"
#include "tenant/errors.h"
#include "tenant/session_rows.h"
#include "tenant/sessions.h"
#include "tenant/times.h"

namespace provost {
namespace {

struct SessionKind {
  using Row = rows::SessionRow;
  using Resource = v1::Session;
  static constexpr Collection kCollection = Collection::kSessions;
  static constexpr ScopeKind kKind = ScopeKind::kSession;
  static constexpr absl::string_view kNoun = "session";
  static constexpr absl::string_view kField = "session";
  static constexpr absl::string_view kRead = "session.read";
  static constexpr MovePermissions kMove = {"session.schedule", "session.cancel",
                                            "session.schedule"};
  static constexpr absl::string_view kParents = "a course or a training plan";
  static bool MayStandBelow(ScopeKind parent) { return parent == ScopeKind::kCourse; }
  static Resource* Of(Row* row) { return row->mutable_session(); }
  static const Resource& Of(const Row& row) { return row.session(); }
  static const Resource& Of(const v1::CreateSessionRequest& request) { return request.session(); }
  static const Resource& Of(const v1::UpdateSessionRequest& request) { return request.session(); }
  static const std::string& IdOf(const v1::CreateSessionRequest& request) {
    return request.session_id();
  }
  static Resource* Add(v1::ListSessionsResponse* response) { return response->add_sessions(); }
  static constexpr absl::string_view kUpdatable[] = {
      "display_name", "start",       "end",         "time_zone",    "place",   "room",
      "link",         "instructors", "description", "registration", "capacity"};
  static void CheckField(const Resource& wanted, absl::string_view field, absl::Status* status) {
    CheckSessionField(wanted, field, status);
  }
  static absl::Status Store(MutateCall& call, const Resource& wanted, absl::string_view field,
                            Row* row) {
    return StoreSessionField(call, wanted, field, row);
  }
  template <typename Request>
  static absl::Status Settle(MutateCall& call, const Request& request, absl::string_view name,
                             const Row* before, Row* row) {
    return SettleSession(call, request.refuse_conflicts(), name, before, row);
  }
  static absl::Status Moved(MutateCall& call, absl::string_view name, const Row& before,
                            const Row& row) {
    absl::Status status = CheckNoParticipants(call, name, ScopeId(row.uid()));
    if (status.ok()) FollowSession(call.draft, &before, &row);
    return status;
  }
  static absl::Status CheckEmpty(MutateCall& call, absl::string_view name, ScopeId scope) {
    return CheckNoParticipants(call, name, scope);
  }
  static void Show(const WorldState& state, absl::string_view tenant, const Row& row,
                   Resource* resource) {
    ShowSession(state, tenant, row, resource);
  }
  static absl::Status ShowTo(const ReadCall& call, const Row& row, Resource* resource) {
    return ShowSessionCounts(call.reader(), call.tenant->number(), row, resource);
  }
  static absl::Status ShowChanged(MutateCall& call, const Row& row, Resource* resource) {
    absl::StatusOr<std::vector<SessionCollision>> collisions =
        FindCollisions(call.draft.reader(), call.draft.number(), row);
    if (!collisions.ok()) return collisions.status();
    if (!collisions->empty()) {
      *resource->mutable_conflicts() =
          ShowConflicts(call.state(), call.draft.reader(), call.draft.tenant(), call.actor(),
                        call.now(), row.session().room(), *collisions);
    }
    return ShowSessionCounts(call.draft.reader(), call.draft.number(), row, resource);
  }
  static bool Lists(const v1::ListSessionsRequest& request, const Resource& session) {
    if (!request.series().empty() && session.series() != request.series()) return false;
    if (!request.has_end_after() && !request.has_start_before()) return true;
    return session.has_start_time() &&
           (!request.has_end_after() ||
            FromTimestamp(session.end_time()) > FromTimestamp(request.end_after())) &&
           (!request.has_start_before() ||
            FromTimestamp(session.start_time()) < FromTimestamp(request.start_before()));
  }
};

using Sessions = ScopeResource<SessionKind>;

// --- CreateSessionSeries ---

// With `-366` after it, it is an id.
constexpr size_t kMaxSeriesId = 59;

absl::Status ValidateSeries(const v1::CreateSessionSeriesRequest& request) {
  v1::CreateSessionRequest first;
  first.set_parent(request.parent());
  first.set_session_id(request.session_id());
  *first.mutable_session() = request.session();
  absl::Status status = Sessions::CheckNew(first);
  if (!status.ok() && !absl::IsInvalidArgument(status)) return status;
  if (request.session_id().size() > kMaxSeriesId) {
    AddBadField(&status, "session_id", request.session_id(),
                absl::StrCat("wanted at most ", kMaxSeriesId, " characters"));
  }
  if (request.session().start().empty()) {
    AddBadField(&status, "session.start", "", "wanted a local time like `2026-11-03T09:00`");
  }
  if (request.session().end().empty()) {
    AddBadField(&status, "session.end", "", "wanted a local time like `2026-11-03T09:00`");
  }
  const v1::SessionSeriesRule& rule = request.rule();
  if (rule.unit() < v1::SessionSeriesRule::DAY || rule.unit() > v1::SessionSeriesRule::MONTH) {
    AddBadField(&status, "rule.unit", absl::StrCat(rule.unit()), "wanted DAY, WEEK or MONTH");
  }
  for (int i = 0; i < rule.weekdays_size(); ++i) {
    if (rule.weekdays(i) < v1::SessionSeriesRule::MONDAY ||
        rule.weekdays(i) > v1::SessionSeriesRule::SUNDAY) {
      AddBadField(&status, absl::StrCat("rule.weekdays[", i, "]"), absl::StrCat(rule.weekdays(i)),
                  "wanted MONDAY to SUNDAY");
    }
  }
  if (!rule.until().empty()) {
    absl::StatusOr<absl::CivilDay> until = ParseLocalDate(rule.until());
    if (!until.ok()) AddBadField(&status, "rule.until", rule.until(), until.status().message());
  }
  return status;
}

SeriesRule RuleOf(const v1::SessionSeriesRule& message) {
  SeriesRule rule;
  rule.unit = message.unit() == v1::SessionSeriesRule::DAY    ? SeriesRule::Unit::kDays
              : message.unit() == v1::SessionSeriesRule::WEEK ? SeriesRule::Unit::kWeeks
                                                              : SeriesRule::Unit::kMonths;
  rule.interval = message.interval() == 0 ? 1 : message.interval();
  for (int day : message.weekdays()) {
    rule.weekdays.push_back(static_cast<absl::Weekday>(day - v1::SessionSeriesRule::MONDAY));
  }
  rule.count = message.count();
  if (!message.until().empty()) rule.until = *ParseLocalDate(message.until());
  return rule;
}

// All of the series, none while another one lasts: an instructor cannot be at two.
absl::StatusOr<std::vector<Occurrence>> Expand(const v1::CreateSessionSeriesRequest& request,
                                               const absl::TimeZone& zone) {
  const LocalSpan first = {*ParseLocalTime(request.session().start()),
                           *ParseLocalTime(request.session().end())};
  std::vector<TimeProblem> problems;
  std::vector<Occurrence> series = ExpandSeries(first, zone, RuleOf(request.rule()), &problems);
  absl::Status bad;
  for (const TimeProblem& problem : problems) {
    const bool is_time = problem.field == "start" || problem.field == "end";
    AddBadField(&bad, absl::StrCat(is_time ? "session." : "rule.", problem.field), problem.value,
                problem.wanted);
  }
  if (!bad.ok()) return bad;
  for (size_t i = 1; i < series.size(); ++i) {
    if (!Overlap(series[i - 1].time, series[i].time)) continue;
    return BadField("session.end", request.session().end(),
                    absl::StrCat("wanted an end before the next of the series begins: one lasts "
                                 "until ",
                                 FormatLocalTime(series[i - 1].local.end), ", the next begins at ",
                                 FormatLocalTime(series[i].local.start)));
  }
  return series;
}

absl::Status CreateSeries(MutateCall& call, const v1::CreateSessionSeriesRequest& request,
                          v1::CreateSessionSeriesResponse* response) {
  absl::StatusOr<std::string> zone_name =
      ZoneOfSession(call.draft.reader(), call.draft.number(), request.session());
  if (!zone_name.ok()) return zone_name.status();
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(*zone_name, &zone)) {
    return absl::InternalError("a session's time zone was not checked");
  }
  absl::StatusOr<std::vector<Occurrence>> series = Expand(request, zone);
  if (!series.ok()) return series.status();
  const std::string id = absl::StrCat(call.draft.NewItem());
  v1::CreateSessionRequest one;
  one.set_parent(request.parent());
  *one.mutable_session() = request.session();
  one.mutable_session()->set_time_zone(*zone_name);
  one.set_refuse_conflicts(request.refuse_conflicts());
  for (size_t i = 0; i < series->size(); ++i) {
    if (!request.session_id().empty()) {
      one.set_session_id(absl::StrCat(request.session_id(), "-", i + 1));
    }
    one.mutable_session()->set_start(FormatLocalTime((*series)[i].local.start));
    one.mutable_session()->set_end(FormatLocalTime((*series)[i].local.end));
    v1::Session* const session = response->add_sessions();
    if (absl::Status status = Sessions::Make(call, one, session); !status.ok()) return status;
    const std::string relative(ParseName(session->name())->id);
    absl::StatusOr<std::optional<rows::SessionRow>> row =
        call.draft.Get<rows::SessionRow>(relative);
    if (!row.ok()) return row.status();
    (*row)->mutable_session()->set_series(id);
    session->set_series(id);
    // The World has it already.
    call.draft.Write(store::Table::kSessions,
                     EntityKey(call.draft.number(), Collection::kSessions, relative), **row);
  }
  call.draft.Describe(response->sessions(0).name());
  return absl::OkStatus();
}

// --- CancelSession ---

absl::Status ValidateCancel(const v1::CancelSessionRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kSessions, "name", request.name(), &status);
  CheckText("reason", request.reason(), 1, kMaxReasonChars, &status);
  return status;
}

absl::Status Cancel(MutateCall& call, const v1::CancelSessionRequest& request,
                    v1::Session* response) {
  absl::StatusOr<rows::SessionRow> row = Sessions::Find(call, request.name(), request.etag());
  if (!row.ok()) return row.status();
  if (IsCancelled(*row)) {
    return FailedPrecondition("CANCELLED", request.name(), "it is cancelled already");
  }
  absl::Status status = CheckNobodyMarked(call, request.name(), ScopeId(row->uid()));
  if (!status.ok()) return status;
  const rows::SessionRow before = *row;
  row->mutable_session()->set_state(v1::Session::CANCELLED);
  row->mutable_session()->set_cancel_reason(request.reason());
  row->set_sequence(row->sequence() + 1);
  FollowSession(call.draft, &before, &*row);
  const std::optional<TimeSpan> time = TimeOfSession(*row);
  if (!time.has_value() || time->end > call.now()) {
    status = TellParticipants(call.draft, *row);
    if (!status.ok()) return status;
  }
  status = Sessions::Save(call, request.name(), *std::move(row), response);
  call.draft.Describe(request.name(), request.reason());
  return status;
}

// --- ListSessionConflicts ---

absl::Status ListConflicts(ReadCall& call, const v1::ListSessionConflictsRequest& request,
                           v1::SessionConflicts* response) {
  const ScopeId session = call.state.FindScope(ParseName(request.name())->Relative());
  auto row = ReadSession(call.reader(), call.state, call.tenant->number(), session);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound("session", request.name());
  absl::StatusOr<std::vector<SessionCollision>> collisions =
      FindCollisions(call.reader(), call.tenant->number(), **row);
  if (!collisions.ok()) return collisions.status();
  *response = ShowConflicts(call.state, call.reader(), *call.tenant, call.self(), call.now,
                            (*row)->session().room(), *collisions);
  return absl::OkStatus();
}

absl::Status ValidateConflicts(const v1::ListSessionConflictsRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kSessions, "name", request.name(), &status);
  return status;
}

}  // namespace

void RegisterSessions(Methods& methods) {
  Sessions::Register<v1::CreateSessionRequest, v1::GetSessionRequest, v1::ListSessionsRequest,
                     v1::ListSessionsResponse, v1::UpdateSessionRequest, v1::DeleteSessionRequest,
                     google::protobuf::Empty, v1::MoveSessionRequest, v1::ArchiveSessionRequest,
                     v1::UnarchiveSessionRequest>(methods);
  methods.Mutate<v1::CreateSessionSeriesRequest, v1::CreateSessionSeriesResponse>(ValidateSeries,
                                                                                  CreateSeries);
  methods.Mutate<v1::CancelSessionRequest, v1::Session>(ValidateCancel, Cancel);
  Method& conflicts =
      methods.Read<v1::ListSessionConflictsRequest, v1::SessionConflicts>(ListConflicts);
  Methods::ValidateBy<v1::ListSessionConflictsRequest>(conflicts, ValidateConflicts);
  RegisterSessionCalendars(methods);
}

}  // namespace provost
