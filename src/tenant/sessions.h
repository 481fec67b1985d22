#ifndef PROVOST_TENANT_SESSIONS_H_
#define PROVOST_TENANT_SESSIONS_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "calendar/local_time.h"
#include "policy/world/state.h"
#include "provost/internal/v1/session_rows.pb.h"
#include "store/reader.h"
#include "tenant/draft.h"
#include "tenant/names.h"
#include "tenant/rows.h"

namespace provost {

/// What follows from sessions and from who takes part in them. The lane's thread alone, but for
/// FindConflicts.

/// For whoever writes the row of a session: the rows by which it is found and the moment of its
/// start, in place of those of `before`, and the records of its training are worked out again where
/// that makes a difference. Null: it is new, or goes.
void FollowSession(TenantDraft& draft, const rows::SessionRow* before,
                   const rows::SessionRow* after);

/// A session that another one collides with.
struct SessionCollision {
  ScopeId session;
  TimeSpan time;
  bool same_room = false;
  std::vector<uint32_t> instructors;  ///< Uids of who teaches both.
};

/// What is at the same time as a session, in its room or with one of its instructors, in the order
/// of the starts: none where it has no time or is cancelled. Cost: a row for each session of that
/// room or those instructors that begins at most 31 days before it and not after its end.
absl::StatusOr<std::vector<SessionCollision>> FindCollisions(const store::Reader& reader,
                                                             uint64_t tenant,
                                                             const rows::SessionRow& row);

/// Whoever takes part is to be told that the session has changed: those with a seat or in the line;
/// where nobody registers, those who are admitted to its training. Cost: a row for each.
absl::Status TellParticipants(TenantDraft& draft, const rows::SessionRow& row);

/// Writes the participation of a person, and the rows by which it is found; takes them away where
/// `after` says nothing. The seats that are taken follow.
absl::Status PutParticipation(TenantDraft& draft, ScopeId session, SubjectId person,
                              const rows::ParticipationRow& before,
                              const rows::ParticipationRow& after);

/// For whoever adds an event to the log of an enrollment: what it says of attendance, or takes
/// back, is said of the person's participation. `number` is the event's, which is not written yet.
absl::Status FollowMark(TenantDraft& draft, EnrollmentId enrollment, uint64_t number,
                        const rows::RecordEventRow& event);

/// True where somebody may have a seat that does not yet.
absl::StatusOr<bool> HasFreeSeat(const TenantDraft& draft, const rows::SessionRow& row);

/// Those who wait get the seats that are free, first come first served, and are told; nobody does
/// of a session that has begun, is cancelled or frozen.
absl::Status FillSessionSeats(TenantDraft& draft, const rows::SessionRow& row);

/// For whoever ends an admission: the person leaves those sessions of the training that have not
/// begun. What was marked stays.
absl::Status LeaveSessions(TenantDraft& draft, EnrollmentId enrollment);

/// Take away what refers to what goes: all that is kept of a person at the sessions of a training,
/// of a person anywhere, what they teach included, and of a session, whose training stays or goes
/// too.
absl::Status EraseParticipations(TenantDraft& draft, EnrollmentId enrollment);
absl::Status EraseParticipationsOf(TenantDraft& draft, SubjectId person);
absl::Status EraseParticipationsAt(TenantDraft& draft, ScopeId session, bool training_stays);

}  // namespace provost

#endif  // PROVOST_TENANT_SESSIONS_H_
