#include "service/session_fields.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/time_zone.h"
#include "calendar/local_time.h"
#include "service/known_subjects.h"
#include "service/lookup.h"
#include "service/places.h"
#include "service/resource.h"
#include "service/scope_list.h"
#include "tenant/errors.h"
#include "tenant/record_rows.h"
#include "tenant/session_rows.h"
#include "tenant/settings_row.h"
#include "tenant/times.h"

namespace provost {
namespace {

std::string Field(absl::string_view field) { return absl::StrCat("session.", field); }

std::string InstructorField(int i) { return absl::StrCat("session.instructors[", i, "]"); }

// True for an https URL with a host and nothing that could end it early.
bool IsLink(absl::string_view link) {
  constexpr absl::string_view kScheme = "https://";
  return absl::StartsWith(link, kScheme) && link.size() > kScheme.size() &&
         link[kScheme.size()] != '/' && link.size() <= kMaxSessionLink &&
         std::none_of(link.begin(), link.end(), [](char c) {
           const unsigned char byte = static_cast<unsigned char>(c);
           return byte <= 0x20 || byte == 0x7F || c == '"' || c == '<' || c == '>';
         });
}

void CheckInstructors(const v1::Session& session, absl::Status* status) {
  if (session.instructors_size() > kMaxSessionInstructors) {
    AddBadField(status, Field("instructors"), absl::StrCat(session.instructors_size(), " users"),
                absl::StrCat("wanted at most ", kMaxSessionInstructors));
    return;
  }
  absl::flat_hash_set<absl::string_view> seen;
  for (int i = 0; i < session.instructors_size(); ++i) {
    const std::string& user = session.instructors(i);
    if (!ParseNameIn(Collection::kUsers, InstructorField(i), user).ok()) {
      AddBadField(status, InstructorField(i), user, "wanted a user, `tenants/<tenant>/users/<id>`");
    } else if (!seen.insert(user).second) {
      AddBadField(status, InstructorField(i), user, "wanted each user once");
    }
  }
}

absl::Status StoreInstructors(MutateCall& call, const v1::Session& wanted, rows::SessionRow* row) {
  const absl::flat_hash_set<uint32_t> known(row->instructors().begin(), row->instructors().end());
  row->clear_instructors();
  absl::Status bad;
  for (int i = 0; i < wanted.instructors_size(); ++i) {
    const std::string& name = wanted.instructors(i);
    absl::StatusOr<SubjectId> user =
        ResolveSubject(call.state(), call.draft.id(), InstructorField(i), name);
    // What is hidden and what is missing are refused alike.
    if (!user.ok() ||
        !(known.contains(user->value) || Knows(call.state(), call.actor(), *user, call.now()))) {
      AddBadField(&bad, InstructorField(i), name, "wanted a user whose profile you may see");
      continue;
    }
    row->add_instructors(user->value);
  }
  return bad;
}

bool HasSchedule(const v1::Session& session) {
  return !session.start().empty() || !session.end().empty();
}

// When it is, from what its clock shows.
absl::Status SetTimes(MutateCall& call, v1::Session* session) {
  session->clear_start_time();
  session->clear_end_time();
  if (!HasSchedule(*session)) return absl::OkStatus();
  if (session->start().empty()) {
    return BadField(Field("start"), "", "wanted a time, for there is an end");
  }
  if (session->end().empty()) {
    return BadField(Field("end"), "", "wanted a time after the start");
  }
  absl::StatusOr<std::string> name =
      ZoneOfSession(call.draft.reader(), call.draft.number(), *session);
  if (!name.ok()) return name.status();
  absl::TimeZone zone;
  absl::StatusOr<absl::CivilSecond> start = ParseLocalTime(session->start());
  absl::StatusOr<absl::CivilSecond> end = ParseLocalTime(session->end());
  if (!absl::LoadTimeZone(*name, &zone) || !start.ok() || !end.ok()) {
    return absl::InternalError("a session's time was not checked");
  }
  std::vector<TimeProblem> problems;
  const TimeSpan time = SpanOf({*start, *end}, zone, &problems);
  absl::Status bad;
  for (const TimeProblem& problem : problems) {
    AddBadField(&bad, Field(problem.field), problem.value, problem.wanted);
  }
  if (!bad.ok()) return bad;
  session->set_start(FormatLocalTime(*start));
  session->set_end(FormatLocalTime(*end));
  session->set_time_zone(*std::move(name));
  *session->mutable_start_time() = ToTimestamp(time.start);
  *session->mutable_end_time() = ToTimestamp(time.end);
  return absl::OkStatus();
}

bool SameClock(const v1::Session& a, const v1::Session& b) {
  return a.start() == b.start() && a.end() == b.end() && a.time_zone() == b.time_zone();
}

bool SameTimes(const v1::Session& a, const v1::Session& b) {
  return a.has_start_time() == b.has_start_time() &&
         a.start_time().seconds() == b.start_time().seconds() &&
         a.end_time().seconds() == b.end_time().seconds();
}

// Whether an update says another when or where.
bool HasMoved(const v1::Session& a, const v1::Session& b) {
  return !SameTimes(a, b) || a.place() != b.place() || a.room() != b.room() || a.link() != b.link();
}

// What the seats say against it.
absl::Status CheckSeats(MutateCall& call, absl::string_view name, const rows::SessionRow& before,
                        const rows::SessionRow& row) {
  const v1::Session& session = row.session();
  const bool fewer = session.capacity() != 0 && (before.session().capacity() == 0 ||
                                                 session.capacity() < before.session().capacity());
  if (session.registration() == before.session().registration() && !fewer) return absl::OkStatus();
  absl::StatusOr<rows::SeatsRow> seats =
      ReadSeats(call.draft.reader(), call.draft.number(), ScopeId(row.uid()));
  if (!seats.ok()) return seats.status();
  if (!session.registration() && seats->admitted() + seats->waiting() > 0) {
    return FailedPrecondition(
        "REGISTERED", name,
        absl::StrCat(seats->admitted(), " have registered and ", seats->waiting(),
                     " wait; they have to be unregistered before"));
  }
  if (fewer && session.capacity() < seats->admitted()) {
    return BadField(Field("capacity"), absl::StrCat(session.capacity()),
                    absl::StrCat("wanted at least ", seats->admitted(), ", who have a seat"));
  }
  return absl::OkStatus();
}

std::string ConflictText(const v1::SessionConflicts& conflicts) {
  std::vector<std::string> others;
  for (const v1::SessionConflict& conflict : conflicts.conflicts()) {
    others.push_back(
        absl::StrCat(Quoted(conflict.session()),
                     conflict.room().empty() ? "" : absl::StrCat(" in ", Quoted(conflict.room())),
                     conflict.instructors().empty()
                         ? ""
                         : absl::StrCat(" with ", absl::StrJoin(conflict.instructors(), ", "))));
  }
  if (conflicts.more_count() > 0) {
    others.push_back(absl::StrCat(conflicts.more_count(), " that you may not see"));
  }
  return absl::StrCat("at the same time there are ", absl::StrJoin(others, "; "));
}

}  // namespace

void CheckSessionField(const v1::Session& wanted, absl::string_view field, absl::Status* status) {
  if (field == "start" || field == "end") {
    const std::string& text = field == "start" ? wanted.start() : wanted.end();
    if (text.empty()) return;
    absl::StatusOr<absl::CivilSecond> local = ParseLocalTime(text);
    if (!local.ok()) AddBadField(status, Field(field), text, local.status().message());
  } else if (field == "time_zone") {
    if (wanted.time_zone().empty()) return;
    absl::Status zone = CheckTimeZone(wanted.time_zone());
    if (!zone.ok()) AddBadField(status, Field(field), wanted.time_zone(), zone.message());
  } else if (field == "place") {
    CheckText(Field(field), wanted.place(), 0, kMaxSessionPlace, status);
  } else if (field == "room") {
    CheckText(Field(field), wanted.room(), 0, kMaxSessionRoom, status);
  } else if (field == "link") {
    if (wanted.link().empty() || IsLink(wanted.link())) return;
    AddBadField(status, Field(field), wanted.link(),
                absl::StrCat("wanted an https URL of at most ", kMaxSessionLink, " bytes"));
  } else if (field == "instructors") {
    CheckInstructors(wanted, status);
  } else if (field == "description") {
    // Markdown has lines, which other texts for people have not.
    CheckText(Field(field), absl::StrReplaceAll(wanted.description(), {{"\n", " "}, {"\t", " "}}),
              0, kMaxSessionDescription, status);
  } else if (field == "capacity") {
    if (wanted.capacity() >= 0 && wanted.capacity() <= kMaxSessionCapacity) return;
    AddBadField(status, Field(field), absl::StrCat(wanted.capacity()),
                absl::StrCat("wanted 0 to ", kMaxSessionCapacity));
  }
}

absl::Status StoreSessionField(MutateCall& call, const v1::Session& wanted, absl::string_view field,
                               rows::SessionRow* row) {
  if (field == "instructors") return StoreInstructors(call, wanted, row);
  CopyField(wanted, field, row->mutable_session());
  return absl::OkStatus();
}

absl::Status SettleSession(MutateCall& call, bool refuse_conflicts, absl::string_view name,
                           const rows::SessionRow* before, rows::SessionRow* row) {
  v1::Session& session = *row->mutable_session();
  if (before != nullptr && IsCancelled(*before)) {
    return FailedPrecondition("CANCELLED", name,
                              "it is cancelled, and changes no more; make another session");
  }
  if (before == nullptr) session.set_state(v1::Session::SCHEDULED);
  if (before == nullptr || !SameClock(before->session(), session)) {
    if (absl::Status status = SetTimes(call, &session); !status.ok()) return status;
  }
  if (session.capacity() != 0 && !session.registration()) {
    return BadField(Field("capacity"), absl::StrCat(session.capacity()),
                    "wanted 0, for nobody registers; see `registration`");
  }
  const bool moved = before != nullptr && HasMoved(before->session(), session);
  if (before != nullptr) {
    absl::Status status = CheckSeats(call, name, *before, *row);
    if (!status.ok()) return status;
    const std::optional<TimeSpan> time = TimeOfSession(*row);
    if (moved && (!time.has_value() || time->start > call.now())) {
      status = CheckNobodyMarked(call, name, ScopeId(row->uid()));
      if (!status.ok()) return status;
    }
  }
  if (refuse_conflicts) {
    absl::StatusOr<std::vector<SessionCollision>> collisions =
        FindCollisions(call.draft.reader(), call.draft.number(), *row);
    if (!collisions.ok()) return collisions.status();
    if (!collisions->empty()) {
      return FailedPrecondition(
          "CONFLICT", name,
          ConflictText(ShowConflicts(call.state(), call.draft.reader(), call.draft.tenant(),
                                     call.actor(), call.now(), session.room(), *collisions)));
    }
  }
  FollowSession(call.draft, before, row);
  if (before == nullptr) return absl::OkStatus();
  if (absl::Status status = FillSessionSeats(call.draft, *row); !status.ok()) return status;
  if (!moved) return absl::OkStatus();
  row->set_sequence(row->sequence() + 1);
  const auto is_over = [&](const rows::SessionRow& which) {
    const std::optional<TimeSpan> time = TimeOfSession(which);
    return time.has_value() && time->end <= call.now();
  };
  if (is_over(*before) && is_over(*row)) return absl::OkStatus();
  return TellParticipants(call.draft, *row);
}

absl::Status CheckNobodyMarked(const MutateCall& call, absl::string_view name, ScopeId session) {
  auto all = ReadParticipations(call.draft.reader(), call.draft.number(), session);
  if (!all.ok()) return all.status();
  for (const auto& [person, row] : *all) {
    if (row.status() == rows::RecordEventRow::Attendance::STATUS_UNSPECIFIED) continue;
    return FailedPrecondition("MARKED", name,
                              "somebody's attendance was marked, so it has taken place");
  }
  return absl::OkStatus();
}

absl::Status CheckNoParticipants(const MutateCall& call, absl::string_view name, ScopeId session) {
  auto one = ReadParticipations(call.draft.reader(), call.draft.number(), session, SubjectId(0), 1);
  if (!one.ok()) return one.status();
  if (one->empty()) return absl::OkStatus();
  return FailedPrecondition("PARTICIPANTS", name,
                            "people have registered for it, or their attendance was marked");
}

void ShowSession(const WorldState& state, absl::string_view tenant, const rows::SessionRow& row,
                 v1::Session* session) {
  if (session->state() == v1::Session::STATE_UNSPECIFIED)
    session->set_state(v1::Session::SCHEDULED);
  for (uint32_t instructor : row.instructors()) {
    std::string name = SubjectFullName(state, tenant, SubjectId(instructor));
    if (!name.empty()) session->add_instructors(std::move(name));
  }
}

absl::Status ShowSessionCounts(const store::Reader& reader, uint64_t tenant,
                               const rows::SessionRow& row, v1::Session* session) {
  if (!row.session().registration()) return absl::OkStatus();
  absl::StatusOr<rows::SeatsRow> seats = ReadSeats(reader, tenant, ScopeId(row.uid()));
  if (!seats.ok()) return seats.status();
  session->set_registered_count(static_cast<int32_t>(seats->admitted()));
  session->set_waiting_count(static_cast<int32_t>(seats->waiting()));
  return absl::OkStatus();
}

v1::SessionConflicts ShowConflicts(const WorldState& state, const store::Reader& reader,
                                   const Tenant& tenant, SubjectId who, absl::Time now,
                                   absl::string_view room,
                                   const std::vector<SessionCollision>& collisions) {
  constexpr absl::string_view kRead = "session.read";
  v1::SessionConflicts conflicts;
  for (const SessionCollision& collision : collisions) {
    const std::string name = ScopeFullName(state, tenant.id(), collision.session);
    if (name.empty() || conflicts.conflicts_size() == kMaxNamedConflicts ||
        !(MayReadScope(state, who, kRead, collision.session, SubjectId(0), now) ||
          MayReadScope(state, who, kRead, collision.session,
                       CreatorOf(reader, tenant.number(), state.ScopeName(collision.session)),
                       now))) {
      conflicts.set_more_count(conflicts.more_count() + 1);
      continue;
    }
    v1::SessionConflict& conflict = *conflicts.add_conflicts();
    conflict.set_session(name);
    *conflict.mutable_start_time() = ToTimestamp(collision.time.start);
    *conflict.mutable_end_time() = ToTimestamp(collision.time.end);
    if (collision.same_room) conflict.set_room(std::string(room));
    for (uint32_t instructor : collision.instructors) {
      conflict.add_instructors(SubjectFullName(state, tenant.id(), SubjectId(instructor)));
    }
  }
  return conflicts;
}

absl::StatusOr<std::string> ZoneOfSession(const store::Reader& reader, uint64_t tenant,
                                          const v1::Session& session) {
  if (!session.time_zone().empty()) return session.time_zone();
  absl::StatusOr<rows::SettingsRow> settings = ReadSettings(reader, tenant);
  if (!settings.ok()) return settings.status();
  return DefaultTimeZone(*settings);
}

}  // namespace provost
