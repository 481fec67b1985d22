#include "tenant/sessions.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "policy/decide/freeze.h"
#include "provost/v1/notification_service.pb.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollment_states.h"
#include "tenant/moments.h"
#include "tenant/record_rows.h"
#include "tenant/session_rows.h"
#include "tenant/times.h"

namespace provost {
namespace {

using rows::ParticipationRow;
using store::Table;

// What the rows by which a session is found say of it.
struct Found {
  std::vector<std::string> keys;
  rows::SessionTimeRow value;
};

Found FoundBy(uint64_t tenant, const rows::SessionRow* row) {
  Found found;
  if (row == nullptr) return found;
  const ScopeId session(row->uid());
  const std::optional<TimeSpan> time = TimeOfSession(*row);
  const bool takes_place = time.has_value() && !IsCancelled(*row);
  if (takes_place && !row->session().room().empty()) {
    found.keys.push_back(SessionRoomKey(tenant, row->session().room(), time->start, session));
  }
  // What somebody is named in is found even so, before all times.
  const absl::Time start = takes_place ? time->start : absl::InfinitePast();
  for (uint32_t instructor : row->instructors()) {
    found.keys.push_back(SessionInstructorKey(tenant, SubjectId(instructor), start, session));
  }
  if (takes_place) *found.value.mutable_end_time() = row->session().end_time();
  return found;
}

// Of a session that people are to be told of before it begins.
std::optional<Moment> StartOf(const rows::SessionRow* row) {
  if (row == nullptr || IsCancelled(*row) || !TimeOfSession(*row).has_value()) return std::nullopt;
  return Moment{MomentKind::kSessionStart, TimeOfSession(*row)->start, row->uid()};
}

// What the record of a learner depends on.
std::string Counts(const rows::SessionRow* row) {
  if (row == nullptr || IsCancelled(*row) || !TimeOfSession(*row).has_value()) return "";
  return absl::StrCat(row->parent(), " ", row->session().end_time().seconds(), " ",
                      row->session().registration());
}

bool IsEmpty(const ParticipationRow& row) {
  return row.seat() == ParticipationRow::SEAT_UNSPECIFIED &&
         row.status() == rows::RecordEventRow::Attendance::STATUS_UNSPECIFIED;
}

bool HasBegun(const TenantDraft& draft, const rows::SessionRow& row) {
  const std::optional<TimeSpan> time = TimeOfSession(row);
  return time.has_value() && time->start <= draft.now();
}

void Tell(TenantDraft& draft, const rows::SessionRow& row, SubjectId person) {
  draft.AddMailCause(
      {v1::NotificationRule::SESSION_CHANGED, EnrollmentId{row.parent(), person.value}, row.uid()});
}

// Takes the person out of a session, whose seat goes to who waits.
absl::Status Leave(TenantDraft& draft, const rows::SessionRow& row, SubjectId person,
                   bool keep_marks) {
  const ScopeId session(row.uid());
  absl::StatusOr<ParticipationRow> before =
      ReadParticipation(draft.reader(), draft.number(), session, person);
  if (!before.ok()) return before.status();
  ParticipationRow after;
  if (keep_marks) {
    after = *before;
    after.clear_seat();
    after.clear_place();
    after.clear_register_time();
    after.clear_registered_by();
  }
  absl::Status status = PutParticipation(draft, session, person, *before, after);
  if (!status.ok()) return status;
  return FillSessionSeats(draft, row);
}

void IndexSession(TenantDraft& draft, const rows::SessionRow* before,
                  const rows::SessionRow* after) {
  const Found old_found = FoundBy(draft.number(), before);
  const Found found = FoundBy(draft.number(), after);
  const absl::flat_hash_set<std::string> keys(found.keys.begin(), found.keys.end());
  for (const std::string& key : old_found.keys) {
    if (!keys.contains(key)) draft.Erase(Table::kIndexes, key);
  }
  for (const std::string& key : found.keys) draft.Write(Table::kIndexes, key, found.value);

  const std::optional<Moment> old_start = StartOf(before);
  const std::optional<Moment> start = StartOf(after);
  if (old_start.has_value() && (!start.has_value() || start->time != old_start->time)) {
    EraseMoment(draft, *old_start);
  }
  if (start.has_value() && (!old_start.has_value() || start->time != old_start->time)) {
    PutMoment(draft, *start);
  }
}

}  // namespace

void FollowSession(TenantDraft& draft, const rows::SessionRow* before,
                   const rows::SessionRow* after) {
  IndexSession(draft, before, after);
  if (Counts(before) == Counts(after)) return;
  for (const rows::SessionRow* row : {before, after}) {
    if (row == nullptr || (row == before && after != nullptr && row->parent() == after->parent())) {
      continue;
    }
    PutMoment(draft, {MomentKind::kReevaluate, draft.now(), row->parent()});
  }
}

absl::StatusOr<std::vector<SessionCollision>> FindCollisions(const store::Reader& reader,
                                                             uint64_t tenant,
                                                             const rows::SessionRow& row) {
  std::vector<SessionCollision> collisions;
  const std::optional<TimeSpan> time = TimeOfSession(row);
  if (!time.has_value() || IsCancelled(row)) return collisions;
  const absl::Time from = time->start - kMaxSpan;
  std::map<std::pair<absl::Time, uint32_t>, SessionCollision> found;
  const auto collide = [&](const store::KeyRange& range, auto note) -> absl::Status {
    absl::StatusOr<std::vector<SessionTime>> near = ReadSessionTimes(reader, range);
    if (!near.ok()) return near.status();
    for (const SessionTime& other : *near) {
      if (other.session.value == row.uid() || !Overlap(other.time, *time)) continue;
      SessionCollision& collision = found[{other.time.start, other.session.value}];
      collision.session = other.session;
      collision.time = other.time;
      note(collision);
    }
    return absl::OkStatus();
  };
  if (!row.session().room().empty()) {
    absl::Status status = collide(SessionsInRoom(tenant, row.session().room(), from, time->end),
                                  [](SessionCollision& one) { one.same_room = true; });
    if (!status.ok()) return status;
  }
  for (uint32_t instructor : row.instructors()) {
    absl::Status status =
        collide(SessionsTaughtBy(tenant, SubjectId(instructor), from, time->end),
                [&](SessionCollision& one) { one.instructors.push_back(instructor); });
    if (!status.ok()) return status;
  }
  for (auto& each : found) collisions.push_back(std::move(each.second));
  return collisions;
}

absl::Status TellParticipants(TenantDraft& draft, const rows::SessionRow& row) {
  if (row.session().registration()) {
    auto all = ReadParticipations(draft.reader(), draft.number(), ScopeId(row.uid()));
    if (!all.ok()) return all.status();
    for (const auto& [person, participation] : *all) {
      if (participation.seat() != ParticipationRow::SEAT_UNSPECIFIED) Tell(draft, row, person);
    }
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<EnrollmentId>> ids =
      ReadEnrollmentIds(draft.reader(), EnrollmentsAt(draft.number(), ScopeId(row.parent())));
  if (!ids.ok()) return ids.status();
  for (const EnrollmentId& id : *ids) {
    absl::StatusOr<std::optional<rows::EnrollmentRow>> enrollment =
        ReadEnrollment(draft.reader(), draft.number(), id);
    if (!enrollment.ok()) return enrollment.status();
    if (enrollment->has_value() && IsAdmitted((*enrollment)->enrollment().state())) {
      Tell(draft, row, SubjectId(id.learner));
    }
  }
  return absl::OkStatus();
}

absl::Status PutParticipation(TenantDraft& draft, ScopeId session, SubjectId person,
                              const ParticipationRow& before, const ParticipationRow& after) {
  const uint64_t tenant = draft.number();
  const std::string key = ParticipationKey(tenant, session, person);
  if (IsEmpty(after)) {
    draft.Erase(Table::kIndexes, key);
    draft.Erase(Table::kIndexes, ParticipantKey(tenant, person, session));
  } else {
    draft.Write(Table::kIndexes, key, after);
    if (IsEmpty(before)) {
      draft.WriteBytes(Table::kIndexes, ParticipantKey(tenant, person, session),
                       store::MakeRecord(""));
    }
  }
  const bool waited = before.seat() == ParticipationRow::WAITING;
  const bool waits = after.seat() == ParticipationRow::WAITING;
  if (waited && !(waits && before.place() == after.place())) {
    draft.Erase(Table::kIndexes, SessionLineKey(tenant, session, before.place(), person));
  }
  if (waits && !(waited && before.place() == after.place())) {
    draft.WriteBytes(Table::kIndexes, SessionLineKey(tenant, session, after.place(), person),
                     store::MakeRecord(""));
  }
  if (before.seat() == after.seat()) return absl::OkStatus();
  absl::StatusOr<rows::SeatsRow> seats = ReadSeats(draft.reader(), tenant, session);
  if (!seats.ok()) return seats.status();
  const auto taken = [](const ParticipationRow& row) {
    return row.seat() == ParticipationRow::REGISTERED ? 1 : 0;
  };
  seats->set_admitted(seats->admitted() + taken(after) - taken(before));
  seats->set_waiting(seats->waiting() + (waits ? 1 : 0) - (waited ? 1 : 0));
  draft.Write(Table::kIndexes, SeatsKey(tenant, session), *seats);
  return absl::OkStatus();
}

absl::Status FollowMark(TenantDraft& draft, EnrollmentId enrollment, uint64_t number,
                        const rows::RecordEventRow& event) {
  using Attendance = rows::RecordEventRow::Attendance;
  Attendance mark = event.attendance();
  if (event.has_retraction()) {
    absl::StatusOr<std::optional<rows::RecordEventRow>> retracted = ReadRow<rows::RecordEventRow>(
        draft.reader(), Table::kRecords,
        RecordEventKey(draft.number(), RecordEventId{enrollment, event.retraction().event()}));
    if (!retracted.ok()) return retracted.status();
    if (!retracted->has_value()) return absl::OkStatus();
    mark.set_session((*retracted)->attendance().session());
  }
  const ScopeId session(mark.session());
  if (session.value == 0 || !draft.state().HasScope(session)) return absl::OkStatus();
  const SubjectId person(enrollment.learner);
  absl::StatusOr<ParticipationRow> before =
      ReadParticipation(draft.reader(), draft.number(), session, person);
  if (!before.ok()) return before.status();
  if (event.has_retraction() && before->event() != event.retraction().event()) {
    return absl::OkStatus();
  }
  ParticipationRow after = *before;
  after.set_status(mark.status());
  after.set_minutes(mark.minutes());
  if (event.has_retraction()) {
    after.clear_note();
    after.clear_marked_by();
    after.clear_mark_time();
    after.clear_event();
  } else {
    after.set_note(event.reason());
    after.set_marked_by(event.actor());
    *after.mutable_mark_time() = ToTimestamp(draft.now());
    after.set_event(number);
  }
  return PutParticipation(draft, session, person, *before, after);
}

absl::StatusOr<bool> HasFreeSeat(const TenantDraft& draft, const rows::SessionRow& row) {
  if (row.session().capacity() == 0) return true;
  absl::StatusOr<rows::SeatsRow> seats =
      ReadSeats(draft.reader(), draft.number(), ScopeId(row.uid()));
  if (!seats.ok()) return seats.status();
  return seats->admitted() < row.session().capacity();
}

absl::Status FillSessionSeats(TenantDraft& draft, const rows::SessionRow& row) {
  const ScopeId session(row.uid());
  if (IsCancelled(row) || HasBegun(draft, row) || !draft.state().HasScope(session) ||
      !CheckPathNotFrozen(draft.state(), session).ok()) {
    return absl::OkStatus();
  }
  absl::StatusOr<rows::SeatsRow> seats = ReadSeats(draft.reader(), draft.number(), session);
  if (!seats.ok()) return seats.status();
  int64_t free = seats->waiting();
  if (row.session().capacity() != 0) {
    free = std::min(free, row.session().capacity() - seats->admitted());
  }
  if (free <= 0) return absl::OkStatus();
  auto line = ReadSessionLine(draft.reader(), draft.number(), session);
  if (!line.ok()) return line.status();
  for (const auto& waiting : *line) {
    if (free-- == 0) break;
    absl::StatusOr<ParticipationRow> before =
        ReadParticipation(draft.reader(), draft.number(), session, waiting.second);
    if (!before.ok()) return before.status();
    ParticipationRow after = *before;
    after.set_seat(ParticipationRow::REGISTERED);
    after.clear_place();
    after.clear_registered_by();
    *after.mutable_register_time() = ToTimestamp(draft.now());
    absl::Status status = PutParticipation(draft, session, waiting.second, *before, after);
    if (!status.ok()) return status;
    Tell(draft, row, waiting.second);
  }
  return absl::OkStatus();
}

absl::Status LeaveSessions(TenantDraft& draft, EnrollmentId enrollment) {
  const SubjectId person(enrollment.learner);
  auto sessions = ReadParticipantSessions(draft.reader(), draft.number(), person);
  if (!sessions.ok()) return sessions.status();
  for (ScopeId session : *sessions) {
    auto row = ReadSession(draft.reader(), draft.state(), draft.number(), session);
    if (!row.ok()) return row.status();
    if (!row->has_value() || (*row)->parent() != enrollment.training || HasBegun(draft, **row)) {
      continue;
    }
    absl::Status status = Leave(draft, **row, person, true);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status EraseParticipations(TenantDraft& draft, EnrollmentId enrollment) {
  const SubjectId person(enrollment.learner);
  auto sessions = ReadParticipantSessions(draft.reader(), draft.number(), person);
  if (!sessions.ok()) return sessions.status();
  for (ScopeId session : *sessions) {
    auto row = ReadSession(draft.reader(), draft.state(), draft.number(), session);
    if (!row.ok()) return row.status();
    if (!row->has_value() || (*row)->parent() != enrollment.training) continue;
    absl::Status status = Leave(draft, **row, person, false);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status EraseParticipationsOf(TenantDraft& draft, SubjectId person) {
  auto sessions = ReadParticipantSessions(draft.reader(), draft.number(), person);
  if (!sessions.ok()) return sessions.status();
  for (ScopeId session : *sessions) {
    auto row = ReadSession(draft.reader(), draft.state(), draft.number(), session);
    if (!row.ok()) return row.status();
    if (!row->has_value()) continue;
    absl::Status status = Leave(draft, **row, person, false);
    if (!status.ok()) return status;
  }
  absl::StatusOr<std::vector<SessionTime>> taught =
      ReadSessionTimes(draft.reader(), SessionsTaughtBy(draft.number(), person));
  if (!taught.ok()) return taught.status();
  for (const SessionTime& one : *taught) {
    auto row = ReadSession(draft.reader(), draft.state(), draft.number(), one.session);
    if (!row.ok()) return row.status();
    if (!row->has_value()) continue;
    const rows::SessionRow before = **row;
    auto* const instructors = (*row)->mutable_instructors();
    instructors->erase(std::remove(instructors->begin(), instructors->end(), person.value),
                       instructors->end());
    FollowSession(draft, &before, &**row);
    draft.Put(SplitRelative(draft.state().ScopeName(one.session))->id, **std::move(row));
  }
  return absl::OkStatus();
}

absl::Status EraseParticipationsAt(TenantDraft& draft, ScopeId session, bool training_stays) {
  const uint64_t tenant = draft.number();
  auto all = ReadParticipations(draft.reader(), tenant, session);
  if (!all.ok()) return all.status();
  for (const auto& [person, participation] : *all) {
    absl::Status status =
        PutParticipation(draft, session, person, participation, ParticipationRow());
    if (!status.ok()) return status;
  }
  draft.Erase(Table::kIndexes, SeatsKey(tenant, session));
  auto row = ReadSession(draft.reader(), draft.state(), tenant, session);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return absl::OkStatus();
  if (training_stays) {
    FollowSession(draft, &**row, nullptr);
  } else {
    IndexSession(draft, &**row, nullptr);
  }
  return absl::OkStatus();
}

}  // namespace provost
