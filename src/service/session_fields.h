#ifndef PROVOST_SERVICE_SESSION_FIELDS_H_
#define PROVOST_SERVICE_SESSION_FIELDS_H_

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "policy/world/state.h"
#include "provost/v1/course.pb.h"
#include "service/methods.h"
#include "store/reader.h"
#include "tenant/rows.h"
#include "tenant/sessions.h"

namespace provost {

/// What a session says of itself (CA4): its time, its place, who teaches it and how many may come.

inline constexpr size_t kMaxSessionPlace = 500;
inline constexpr size_t kMaxSessionRoom = 200;
inline constexpr size_t kMaxSessionLink = 2000;  ///< Bytes.
inline constexpr size_t kMaxSessionDescription = 10000;
inline constexpr int kMaxSessionInstructors = 20;
inline constexpr int kMaxSessionCapacity = 100000;
inline constexpr int kMaxNamedConflicts = 100;

/// Adds what is wrong with `field` of `wanted` by itself.
void CheckSessionField(const v1::Session& wanted, absl::string_view field, absl::Status* status);

/// Makes `field` of the row what it is in `wanted`. INVALID_ARGUMENT for an instructor who is not
/// there, or new and unknown to the caller.
absl::Status StoreSessionField(MutateCall& call, const v1::Session& wanted, absl::string_view field,
                               rows::SessionRow* row);

/// Works out when the session of `row` is, and does all that follows from what it says: see
/// ScopeResource. INVALID_ARGUMENT for a time that does not exist, an end before the start, fields
/// that do not fit each other; FAILED_PRECONDITION with CANCELLED, with REGISTERED or MARKED for
/// what would contradict who has registered or was marked, and with CONFLICT where
/// `refuse_conflicts`.
absl::Status SettleSession(MutateCall& call, bool refuse_conflicts, absl::string_view name,
                           const rows::SessionRow* before, rows::SessionRow* row);

/// FAILED_PRECONDITION with MARKED where somebody's attendance at the session was marked; with
/// PARTICIPANTS where somebody has registered, too.
absl::Status CheckNobodyMarked(const MutateCall& call, absl::string_view name, ScopeId session);
absl::Status CheckNoParticipants(const MutateCall& call, absl::string_view name, ScopeId session);

/// What the row keeps in another form.
void ShowSession(const WorldState& state, absl::string_view tenant, const rows::SessionRow& row,
                 v1::Session* session);
/// How many have a seat and how many wait. Cost: one row where learners register.
absl::Status ShowSessionCounts(const store::Reader& reader, uint64_t tenant,
                               const rows::SessionRow& row, v1::Session* session);

/// Collisions as `reader_subject` may see them: those that may not be read are counted alone.
v1::SessionConflicts ShowConflicts(const WorldState& state, const store::Reader& reader,
                                   const Tenant& tenant, SubjectId who, absl::Time now,
                                   absl::string_view room,
                                   const std::vector<SessionCollision>& collisions);

/// The zone of a session: its own or the tenant's.
absl::StatusOr<std::string> ZoneOfSession(const store::Reader& reader, uint64_t tenant,
                                          const v1::Session& session);

}  // namespace provost

#endif  // PROVOST_SERVICE_SESSION_FIELDS_H_
