#include "tenant/session_rows.h"

#include "absl/strings/ascii.h"
#include "tenant/index_parts.h"
#include "tenant/key_walk.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::KeyReader;
using store::KeyWriter;
using store::Table;

KeyWriter InRoom(uint64_t tenant, absl::string_view room) {
  KeyWriter key(tenant);
  key.U8(kSessionRoomIndex).String(absl::AsciiStrToLower(absl::StripAsciiWhitespace(room)));
  return key;
}

KeyWriter TaughtBy(uint64_t tenant, SubjectId instructor) {
  KeyWriter key(tenant);
  key.U8(kSessionInstructorIndex).U32(instructor.value);
  return key;
}

store::KeyRange Between(KeyWriter prefix, absl::Time from, absl::Time until) {
  KeyWriter end = prefix;
  return {prefix.Time(from).Take(), end.Time(until).Take()};
}

}  // namespace

std::string SessionRoomKey(uint64_t tenant, absl::string_view room, absl::Time start,
                           ScopeId session) {
  return InRoom(tenant, room).Time(start).U32(session.value).Take();
}
store::KeyRange SessionsInRoom(uint64_t tenant, absl::string_view room, absl::Time from,
                               absl::Time until) {
  return Between(InRoom(tenant, room), from, until);
}
std::string SessionInstructorKey(uint64_t tenant, SubjectId instructor, absl::Time start,
                                 ScopeId session) {
  return TaughtBy(tenant, instructor).Time(start).U32(session.value).Take();
}
store::KeyRange SessionsTaughtBy(uint64_t tenant, SubjectId instructor, absl::Time from,
                                 absl::Time until) {
  return Between(TaughtBy(tenant, instructor), from, until);
}
store::KeyRange SessionsTaughtBy(uint64_t tenant, SubjectId instructor) {
  return TaughtBy(tenant, instructor).Range();
}
std::string ParticipationKey(uint64_t tenant, ScopeId session, SubjectId person) {
  return KeyWriter(tenant).U8(kRegistrationIndex).U32(session.value).U32(person.value).Take();
}
store::KeyRange ParticipationsAt(uint64_t tenant, ScopeId session) {
  return KeyWriter(tenant).U8(kRegistrationIndex).U32(session.value).Range();
}
std::string SessionLineKey(uint64_t tenant, ScopeId session, uint64_t place, SubjectId person) {
  return KeyWriter(tenant)
      .U8(kRegistrationLineIndex)
      .U32(session.value)
      .U64(place)
      .U32(person.value)
      .Take();
}
store::KeyRange SessionLine(uint64_t tenant, ScopeId session) {
  return KeyWriter(tenant).U8(kRegistrationLineIndex).U32(session.value).Range();
}
std::string ParticipantKey(uint64_t tenant, SubjectId person, ScopeId session) {
  return KeyWriter(tenant).U8(kRegisteredSessionIndex).U32(person.value).U32(session.value).Take();
}
store::KeyRange SessionsOfParticipant(uint64_t tenant, SubjectId person) {
  return KeyWriter(tenant).U8(kRegisteredSessionIndex).U32(person.value).Range();
}

absl::StatusOr<std::vector<SessionTime>> ReadSessionTimes(const store::Reader& reader,
                                                          const store::KeyRange& range) {
  std::vector<SessionTime> times;
  store::Cursor cursor = reader.Scan(Table::kIndexes, range);
  while (cursor.Next()) {
    KeyReader key(Table::kIndexes, cursor.key());
    key.U64();
    if (key.U8() == kSessionRoomIndex) {
      key.String();
    } else {
      key.U32();
    }
    SessionTime found;
    found.time.start = key.Time();
    found.session = ScopeId(key.U32());
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    absl::StatusOr<rows::SessionTimeRow> row =
        ParseRow<rows::SessionTimeRow>(Table::kIndexes, cursor.key(), cursor.value());
    if (!row.ok()) return row.status();
    found.time.end = FromTimestamp(row->end_time());
    times.push_back(found);
  }
  if (!cursor.status().ok()) return cursor.status();
  return times;
}

absl::StatusOr<rows::ParticipationRow> ReadParticipation(const store::Reader& reader,
                                                         uint64_t tenant, ScopeId session,
                                                         SubjectId person) {
  absl::StatusOr<std::optional<rows::ParticipationRow>> row = ReadRow<rows::ParticipationRow>(
      reader, Table::kIndexes, ParticipationKey(tenant, session, person));
  if (!row.ok()) return row.status();
  return row->value_or(rows::ParticipationRow());
}

absl::StatusOr<std::vector<std::pair<SubjectId, rows::ParticipationRow>>> ReadParticipations(
    const store::Reader& reader, uint64_t tenant, ScopeId session, SubjectId after,
    uint64_t limit) {
  store::KeyRange range = ParticipationsAt(tenant, session);
  if (after.value != 0) range.begin = ParticipationKey(tenant, session, after) + '\0';
  store::ScanOptions options;
  options.limit = limit;
  std::vector<std::pair<SubjectId, rows::ParticipationRow>> found;
  store::Cursor cursor = reader.Scan(Table::kIndexes, range, options);
  while (cursor.Next()) {
    KeyReader key(Table::kIndexes, cursor.key());
    key.U64();
    key.U8();
    key.U32();
    const SubjectId person(key.U32());
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    absl::StatusOr<rows::ParticipationRow> row =
        ParseRow<rows::ParticipationRow>(Table::kIndexes, cursor.key(), cursor.value());
    if (!row.ok()) return row.status();
    found.emplace_back(person, *std::move(row));
  }
  if (!cursor.status().ok()) return cursor.status();
  return found;
}

absl::StatusOr<std::vector<std::pair<uint64_t, SubjectId>>> ReadSessionLine(
    const store::Reader& reader, uint64_t tenant, ScopeId session) {
  std::vector<std::pair<uint64_t, SubjectId>> line;
  absl::Status status = ForEachIndex(reader, SessionLine(tenant, session), [&](KeyReader& key) {
    key.U32();
    const uint64_t place = key.U64();
    line.emplace_back(place, SubjectId(key.U32()));
  });
  if (!status.ok()) return status;
  return line;
}

absl::StatusOr<std::vector<ScopeId>> ReadParticipantSessions(const store::Reader& reader,
                                                             uint64_t tenant, SubjectId person) {
  std::vector<ScopeId> sessions;
  absl::Status status =
      ForEachIndex(reader, SessionsOfParticipant(tenant, person), [&](KeyReader& key) {
        key.U32();
        sessions.push_back(ScopeId(key.U32()));
      });
  if (!status.ok()) return status;
  return sessions;
}

absl::StatusOr<std::optional<rows::SessionRow>> ReadSession(const store::Reader& reader,
                                                            const WorldState& state,
                                                            uint64_t tenant, ScopeId session) {
  if (!state.HasScope(session)) return std::optional<rows::SessionRow>();
  const std::optional<RelativeName> name = SplitRelative(state.ScopeName(session));
  if (!name.has_value() || name->collection != Collection::kSessions) {
    return std::optional<rows::SessionRow>();
  }
  absl::StatusOr<std::optional<rows::SessionRow>> row = ReadRow<rows::SessionRow>(
      reader, Table::kSessions, EntityKey(tenant, Collection::kSessions, name->id));
  if (row.ok() && row->has_value() && (*row)->uid() != session.value) {
    return std::optional<rows::SessionRow>();
  }
  return row;
}

std::optional<TimeSpan> TimeOfSession(const rows::SessionRow& row) {
  if (!row.session().has_start_time()) return std::nullopt;
  return TimeSpan{FromTimestamp(row.session().start_time()),
                  FromTimestamp(row.session().end_time())};
}

bool IsCancelled(const rows::SessionRow& row) {
  return row.session().state() == v1::Session::CANCELLED;
}

}  // namespace provost
