#include "service/session_registrations.h"

#include <google/protobuf/empty.pb.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/time_text.h"
#include "policy/decide/freeze.h"
#include "provost/v1/attendance_service.pb.h"
#include "service/known_subjects.h"
#include "service/lookup.h"
#include "service/pages.h"
#include "service/places.h"
#include "service/rule21.h"
#include "service/scope_list.h"
#include "service/subject_resource.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollment_states.h"
#include "tenant/errors.h"
#include "tenant/session_rows.h"
#include "tenant/sessions.h"
#include "tenant/times.h"

namespace provost {
namespace {

using rows::ParticipationRow;

// A session and one of those who are registered for it, or want to be.
struct Place {
  rows::SessionRow session;
  ScopeId scope;
  SubjectId person;
  ParticipationRow participation;
};

template <typename Request>
absl::Status ValidatePlace(const Request& request) {
  absl::Status status;
  CheckNameIn(Collection::kSessions, "session", request.session(), &status);
  CheckNameIn(Collection::kUsers, "learner", request.learner(), &status);
  return status;
}

// Whom the caller does not know of is refused as one that is missing.
template <typename Request>
absl::StatusOr<Place> FindPlaceOf(const MutateCall& call, const Request& request) {
  absl::StatusOr<rows::SessionRow> session =
      FindSession(call.draft.reader(), call.state(), call.draft.number(), request.session());
  if (!session.ok()) return session.status();
  absl::StatusOr<SubjectId> person =
      ResolveSubject(call.state(), call.draft.id(), "learner", request.learner());
  if (!person.ok() || !Knows(call.state(), call.actor(), *person, call.now())) {
    return BadField("learner", request.learner(), "wanted a user whose profile you may see");
  }
  const ScopeId scope(session->uid());
  absl::StatusOr<ParticipationRow> participation =
      ReadParticipation(call.draft.reader(), call.draft.number(), scope, *person);
  if (!participation.ok()) return participation.status();
  return Place{*std::move(session), scope, *person, *std::move(participation)};
}

// Whether people still come and go.
absl::Status CheckOpen(const MutateCall& call, absl::string_view name, const Place& place) {
  if (IsCancelled(place.session)) {
    return FailedPrecondition("CANCELLED", name, "it is cancelled");
  }
  const std::optional<TimeSpan> time = TimeOfSession(place.session);
  if (time.has_value() && time->start <= call.now()) {
    return FailedPrecondition(
        "BEGUN", name,
        absl::StrCat("it began at ", TimeText(time->start), "; who takes part is settled"));
  }
  if (!place.session.session().registration()) {
    return FailedPrecondition("NO_REGISTRATION", name,
                              "nobody registers for it: all that are enrolled take part");
  }
  if (absl::Status frozen = CheckPathNotFrozen(call.state(), place.scope); !frozen.ok()) {
    return FailedPrecondition("FROZEN", name, frozen.message());
  }
  return absl::OkStatus();
}

// What `permission` says at the training of the session, `creator` of that included.
absl::Status CheckAtTraining(const RuleCall& call, absl::string_view permission,
                             absl::string_view session_name) {
  const ScopeId session = call.state.FindScope(ParseName(session_name)->Relative());
  if (!call.state.HasScope(session)) return NotFound("session", session_name);
  const ScopeId training = call.state.ParentOf(session);
  const SubjectId creator =
      CreatorOf(call.reader, call.tenant.number(), call.state.ScopeName(training));
  if (MayReadScope(call.state, call.actor, permission, training, creator, call.now)) {
    return absl::OkStatus();
  }
  return CheckAllowedNear(call.state, call.actor, permission, training, session_name, call.now);
}

bool IsSelf(const RuleCall& call, absl::string_view learner) {
  return call.state.HasSubject(call.actor) &&
         learner == SubjectFullName(call.state, call.tenant.id(), call.actor);
}

absl::Status MayRegister(const RuleCall& call, const v1::RegisterForSessionRequest& request) {
  return CheckAtTraining(call,
                         IsSelf(call, request.learner()) ? "course.complete" : "enrollment.create",
                         request.session());
}
absl::Status MayUnregister(const RuleCall& call, const v1::UnregisterFromSessionRequest& request) {
  return CheckAtTraining(call,
                         IsSelf(call, request.learner()) ? "course.complete" : "enrollment.remove",
                         request.session());
}

v1::SessionRegistration ToMessage(const WorldState& state, absl::string_view tenant, ScopeId scope,
                                  SubjectId person, const ParticipationRow& row) {
  v1::SessionRegistration message;
  message.set_session(ScopeFullName(state, tenant, scope));
  message.set_learner(SubjectFullName(state, tenant, person));
  message.set_state(static_cast<v1::SessionRegistration::State>(row.seat()));
  *message.mutable_register_time() = row.register_time();
  message.set_registered_by(SubjectFullName(state, tenant, SubjectId(row.registered_by())));
  return message;
}

using Line = std::vector<std::pair<uint64_t, SubjectId>>;

int PositionIn(const Line& line, SubjectId person) {
  const auto at =
      std::find_if(line.begin(), line.end(), [&](const auto& one) { return one.second == person; });
  return at == line.end() ? 0 : static_cast<int>(at - line.begin()) + 1;
}

// Answers with how it stands now.
absl::Status Show(const MutateCall& call, const Place& place, v1::SessionRegistration* response) {
  absl::StatusOr<ParticipationRow> row =
      ReadParticipation(call.draft.reader(), call.draft.number(), place.scope, place.person);
  if (!row.ok()) return row.status();
  *response = ToMessage(call.state(), call.draft.id(), place.scope, place.person, *row);
  if (row->seat() != ParticipationRow::WAITING) return absl::OkStatus();
  absl::StatusOr<Line> line =
      ReadSessionLine(call.draft.reader(), call.draft.number(), place.scope);
  if (!line.ok()) return line.status();
  response->set_waiting_position(PositionIn(*line, place.person));
  return absl::OkStatus();
}

absl::Status Full(absl::string_view name, const rows::SessionRow& session) {
  return FailedPrecondition("FULL", name,
                            absl::StrCat("its ", session.session().capacity(), " seats are taken"));
}

// --- RegisterForSession ---

absl::Status DoRegister(MutateCall& call, const v1::RegisterForSessionRequest& request,
                        v1::SessionRegistration* response) {
  absl::StatusOr<Place> place = FindPlaceOf(call, request);
  if (!place.ok()) return place.status();
  if (absl::Status status = CheckOpen(call, request.session(), *place); !status.ok()) return status;
  absl::StatusOr<rows::EnrollmentRow> enrollment =
      FindAdmitted(call, place->session, place->person, request.learner());
  if (!enrollment.ok()) return enrollment.status();
  if (place->participation.seat() != ParticipationRow::SEAT_UNSPECIFIED) {
    return AlreadyExists("registration of", request.learner());
  }
  // What became free while it was frozen: nobody passes those who wait.
  absl::Status filled = FillSessionSeats(call.draft, place->session);
  if (!filled.ok()) return filled;
  absl::StatusOr<bool> free = HasFreeSeat(call.draft, place->session);
  if (!free.ok()) return free.status();
  if (!*free && request.refuse_waiting()) return Full(request.session(), place->session);
  ParticipationRow after = place->participation;
  after.set_seat(*free ? ParticipationRow::REGISTERED : ParticipationRow::WAITING);
  if (!*free) after.set_place(call.draft.NewItem());
  *after.mutable_register_time() = ToTimestamp(call.now());
  after.set_registered_by(call.actor_uid());
  absl::Status status =
      PutParticipation(call.draft, place->scope, place->person, place->participation, after);
  if (!status.ok()) return status;
  call.draft.Describe(request.session());
  return Show(call, *place, response);
}

// --- UnregisterFromSession ---

absl::Status DoUnregister(MutateCall& call, const v1::UnregisterFromSessionRequest& request,
                          google::protobuf::Empty*) {
  absl::StatusOr<Place> place = FindPlaceOf(call, request);
  if (!place.ok()) return place.status();
  if (absl::Status status = CheckOpen(call, request.session(), *place); !status.ok()) return status;
  if (place->participation.seat() == ParticipationRow::SEAT_UNSPECIFIED) {
    return NotFound("registration of", request.learner());
  }
  ParticipationRow after = place->participation;
  after.clear_seat();
  after.clear_place();
  after.clear_register_time();
  after.clear_registered_by();
  absl::Status status =
      PutParticipation(call.draft, place->scope, place->person, place->participation, after);
  if (!status.ok()) return status;
  call.draft.Describe(request.session());
  return FillSessionSeats(call.draft, place->session);
}

// --- MoveSessionRegistration, PromoteSessionRegistration ---

absl::Status NotWaiting(absl::string_view learner) {
  return FailedPrecondition("NOT_WAITING", learner,
                            absl::StrCat(Quoted(learner), " does not wait for a seat"));
}

absl::Status ValidateMove(const v1::MoveSessionRegistrationRequest& request) {
  absl::Status status = ValidatePlace(request);
  if (request.position() < 1) {
    AddBadField(&status, "position", absl::StrCat(request.position()), "wanted 1 or more");
  }
  return status;
}

absl::Status DoMove(MutateCall& call, const v1::MoveSessionRegistrationRequest& request,
                    v1::SessionRegistration* response) {
  absl::StatusOr<Place> place = FindPlaceOf(call, request);
  if (!place.ok()) return place.status();
  absl::Status own = CheckNotOneself(call.actor(), place->person, "move up or promote");
  if (!own.ok()) return own;
  if (absl::Status status = CheckOpen(call, request.session(), *place); !status.ok()) return status;
  if (place->participation.seat() != ParticipationRow::WAITING) {
    return NotWaiting(request.learner());
  }
  absl::StatusOr<Line> line =
      ReadSessionLine(call.draft.reader(), call.draft.number(), place->scope);
  if (!line.ok()) return line.status();
  std::vector<SubjectId> order;
  for (const auto& one : *line) {
    if (one.second != place->person) order.push_back(one.second);
  }
  const size_t at = std::min(order.size(), static_cast<size_t>(request.position()) - 1);
  order.insert(order.begin() + static_cast<ptrdiff_t>(at), place->person);
  for (size_t i = 0; i < order.size(); ++i) {
    if (order[i] == (*line)[i].second) continue;
    absl::StatusOr<ParticipationRow> before =
        ReadParticipation(call.draft.reader(), call.draft.number(), place->scope, order[i]);
    if (!before.ok()) return before.status();
    ParticipationRow after = *before;
    after.set_place((*line)[i].first);
    absl::Status status = PutParticipation(call.draft, place->scope, order[i], *before, after);
    if (!status.ok()) return status;
  }
  call.draft.Describe(request.session());
  return Show(call, *place, response);
}

absl::Status DoPromote(MutateCall& call, const v1::PromoteSessionRegistrationRequest& request,
                       v1::SessionRegistration* response) {
  absl::StatusOr<Place> place = FindPlaceOf(call, request);
  if (!place.ok()) return place.status();
  absl::Status own = CheckNotOneself(call.actor(), place->person, "move up or promote");
  if (!own.ok()) return own;
  if (absl::Status status = CheckOpen(call, request.session(), *place); !status.ok()) return status;
  if (place->participation.seat() != ParticipationRow::WAITING) {
    return NotWaiting(request.learner());
  }
  absl::StatusOr<bool> free = HasFreeSeat(call.draft, place->session);
  if (!free.ok()) return free.status();
  if (!*free && !request.beyond_capacity()) return Full(request.session(), place->session);
  ParticipationRow after = place->participation;
  after.set_seat(ParticipationRow::REGISTERED);
  after.clear_place();
  *after.mutable_register_time() = ToTimestamp(call.now());
  after.set_registered_by(call.actor_uid());
  absl::Status status =
      PutParticipation(call.draft, place->scope, place->person, place->participation, after);
  if (!status.ok()) return status;
  call.draft.Describe(request.session());
  return Show(call, *place, response);
}

// --- ListSessionRegistrations ---

absl::Status ValidateList(const v1::ListSessionRegistrationsRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kSessions, "session", request.session(), &status);
  if (!request.learner().empty()) {
    CheckNameIn(Collection::kUsers, "learner", request.learner(), &status);
  }
  return status;
}

// What a page ends with: `r<uid>` among those with a seat, `w<place>` in the line.
constexpr char kSeated = 'r';
constexpr char kWaiting = 'w';

absl::Status DoList(ReadCall& call, const v1::ListSessionRegistrationsRequest& request,
                    v1::ListSessionRegistrationsResponse* response) {
  absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
      request, absl::StrCat(call.actor.name, "#", call.self().value), call.tenant, call.now);
  if (!page.ok()) return page.status();
  const uint64_t tenant = call.tenant->number();
  const ScopeId session = call.state.FindScope(ParseName(request.session())->Relative());
  // Whoever asks about themselves is told nothing of what is there.
  if (!call.state.HasScope(session)) return absl::OkStatus();
  absl::StatusOr<Line> line = ReadSessionLine(call.reader(), tenant, session);
  if (!line.ok()) return line.status();
  if (!request.learner().empty()) {
    const SubjectId person = call.state.FindSubject(ParseName(request.learner())->Relative());
    absl::StatusOr<ParticipationRow> row =
        ReadParticipation(call.reader(), tenant, session, person);
    if (!row.ok()) return row.status();
    if (row->seat() == ParticipationRow::SEAT_UNSPECIFIED) return absl::OkStatus();
    v1::SessionRegistration& message = *response->add_registrations();
    message = ToMessage(call.state, call.tenant->id(), session, person, *row);
    message.set_waiting_position(PositionIn(*line, person));
    return absl::OkStatus();
  }
  uint64_t after = 0;
  const bool in_line = !page->cursor.empty() && page->cursor[0] == kWaiting;
  if (!page->cursor.empty() && !absl::SimpleAtoi(page->cursor.substr(1), &after)) {
    return absl::InternalError("a page ended nowhere");
  }
  std::string last;
  const auto add = [&](SubjectId person, const ParticipationRow& row, int position,
                       std::string cursor) {
    if (response->registrations_size() == page->limit) {
      response->set_next_page_token(call.backend.pages->TokenAfter(*page, last));
      return false;
    }
    v1::SessionRegistration& message = *response->add_registrations();
    message = ToMessage(call.state, call.tenant->id(), session, person, row);
    message.set_waiting_position(position);
    last = std::move(cursor);
    return true;
  };
  if (!in_line) {
    auto rows =
        ReadParticipations(call.reader(), tenant, session, SubjectId(static_cast<uint32_t>(after)));
    if (!rows.ok()) return rows.status();
    for (const auto& [person, row] : *rows) {
      if (row.seat() != ParticipationRow::REGISTERED) continue;
      if (!add(person, row, 0, absl::StrCat(std::string(1, kSeated), person.value))) {
        return absl::OkStatus();
      }
    }
  }
  for (size_t i = 0; i < line->size(); ++i) {
    if (in_line && (*line)[i].first <= after) continue;
    absl::StatusOr<ParticipationRow> row =
        ReadParticipation(call.reader(), tenant, session, (*line)[i].second);
    if (!row.ok()) return row.status();
    if (row->seat() != ParticipationRow::WAITING) continue;
    if (!add((*line)[i].second, *row, static_cast<int>(i) + 1,
             absl::StrCat(std::string(1, kWaiting), (*line)[i].first))) {
      return absl::OkStatus();
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<rows::SessionRow> FindSession(const store::Reader& reader, const WorldState& state,
                                             uint64_t tenant, absl::string_view name) {
  absl::StatusOr<std::optional<rows::SessionRow>> row =
      ReadSession(reader, state, tenant, state.FindScope(ParseName(name)->Relative()));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound("session", name);
  return **std::move(row);
}

absl::StatusOr<rows::EnrollmentRow> FindAdmitted(const MutateCall& call,
                                                 const rows::SessionRow& session, SubjectId person,
                                                 absl::string_view name) {
  absl::StatusOr<std::optional<rows::EnrollmentRow>> row = ReadEnrollment(
      call.draft.reader(), call.draft.number(), EnrollmentId{session.parent(), person.value});
  if (!row.ok()) return row.status();
  if (row->has_value() && IsAdmitted((*row)->enrollment().state())) return **std::move(row);
  return FailedPrecondition(
      "NOT_ENROLLED", name,
      absl::StrCat(Quoted(name), " is not admitted to ",
                   Quoted(ScopeFullName(call.state(), call.draft.id(), ScopeId(session.parent()))),
                   ", which the session is of"));
}

void RegisterSessionRegistrations(Methods& methods) {
  Method& enter = methods.Mutate<v1::RegisterForSessionRequest, v1::SessionRegistration>(
      ValidatePlace<v1::RegisterForSessionRequest>, DoRegister);
  Methods::AuthorizeBy<v1::RegisterForSessionRequest>(enter, MayRegister);
  Method& leave = methods.Mutate<v1::UnregisterFromSessionRequest, google::protobuf::Empty>(
      ValidatePlace<v1::UnregisterFromSessionRequest>, DoUnregister);
  Methods::AuthorizeBy<v1::UnregisterFromSessionRequest>(leave, MayUnregister);
  methods.Mutate<v1::MoveSessionRegistrationRequest, v1::SessionRegistration>(ValidateMove, DoMove);
  methods.Mutate<v1::PromoteSessionRegistrationRequest, v1::SessionRegistration>(
      ValidatePlace<v1::PromoteSessionRegistrationRequest>, DoPromote);
  Method& list =
      methods.Scan<v1::ListSessionRegistrationsRequest, v1::ListSessionRegistrationsResponse>(
          DoList);
  Methods::ValidateBy<v1::ListSessionRegistrationsRequest>(list, ValidateList);
}

}  // namespace provost
