#ifndef PROVOST_TENANT_SESSION_ROWS_H_
#define PROVOST_TENANT_SESSION_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "calendar/local_time.h"
#include "policy/world/state.h"
#include "provost/internal/v1/session_rows.pb.h"
#include "store/key.h"
#include "store/reader.h"
#include "tenant/names.h"
#include "tenant/rows.h"

namespace provost {

/// Where the rows of sessions are beside their own: all of them in kIndexes.

/// That a session is in a room, by the room's name in which letters A to Z of either case and
/// spaces at its ends are the same; and those that begin in a time.
std::string SessionRoomKey(uint64_t tenant, absl::string_view room, absl::Time start,
                           ScopeId session);
store::KeyRange SessionsInRoom(uint64_t tenant, absl::string_view room, absl::Time from,
                               absl::Time until);
/// That somebody teaches a session; those of theirs that begin in a time, and all.
std::string SessionInstructorKey(uint64_t tenant, SubjectId instructor, absl::Time start,
                                 ScopeId session);
store::KeyRange SessionsTaughtBy(uint64_t tenant, SubjectId instructor, absl::Time from,
                                 absl::Time until);
store::KeyRange SessionsTaughtBy(uint64_t tenant, SubjectId instructor);
/// That somebody takes or took part, and all at a session.
std::string ParticipationKey(uint64_t tenant, ScopeId session, SubjectId person);
store::KeyRange ParticipationsAt(uint64_t tenant, ScopeId session);
/// Who waits, in the order of the line.
std::string SessionLineKey(uint64_t tenant, ScopeId session, uint64_t place, SubjectId person);
store::KeyRange SessionLine(uint64_t tenant, ScopeId session);
/// The sessions at which somebody has a ParticipationRow.
std::string ParticipantKey(uint64_t tenant, SubjectId person, ScopeId session);
store::KeyRange SessionsOfParticipant(uint64_t tenant, SubjectId person);

/// When something in such a room, or with such an instructor, is.
struct SessionTime {
  ScopeId session;
  TimeSpan time;
};
/// Of ranges of the first two. Cost: a row each.
absl::StatusOr<std::vector<SessionTime>> ReadSessionTimes(const store::Reader& reader,
                                                          const store::KeyRange& range);

/// An empty one for who has none.
absl::StatusOr<rows::ParticipationRow> ReadParticipation(const store::Reader& reader,
                                                         uint64_t tenant, ScopeId session,
                                                         SubjectId person);
/// In the order of the people's uids; those after `after`, at most `limit` of them.
absl::StatusOr<std::vector<std::pair<SubjectId, rows::ParticipationRow>>> ReadParticipations(
    const store::Reader& reader, uint64_t tenant, ScopeId session, SubjectId after = SubjectId(0),
    uint64_t limit = UINT64_MAX);
/// Who waits, with their places.
absl::StatusOr<std::vector<std::pair<uint64_t, SubjectId>>> ReadSessionLine(
    const store::Reader& reader, uint64_t tenant, ScopeId session);
/// Of SessionsOfParticipant.
absl::StatusOr<std::vector<ScopeId>> ReadParticipantSessions(const store::Reader& reader,
                                                             uint64_t tenant, SubjectId person);

/// The row of a session that `state` knows; nothing where it is gone, or has become another's name.
absl::StatusOr<std::optional<rows::SessionRow>> ReadSession(const store::Reader& reader,
                                                            const WorldState& state,
                                                            uint64_t tenant, ScopeId session);

/// When a session is; nothing for one that has no time yet.
std::optional<TimeSpan> TimeOfSession(const rows::SessionRow& row);
bool IsCancelled(const rows::SessionRow& row);

}  // namespace provost

#endif  // PROVOST_TENANT_SESSION_ROWS_H_
