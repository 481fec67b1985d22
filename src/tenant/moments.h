#ifndef PROVOST_TENANT_MOMENTS_H_
#define PROVOST_TENANT_MOMENTS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "policy/world/state.h"
#include "provost/internal/v1/learning_rows.pb.h"
#include "provost/internal/v1/record_rows.pb.h"
#include "store/reader.h"
#include "tenant/draft.h"
#include "tenant/names.h"

namespace provost {

/// What is to happen at a time: in kTimers, in the order of the times, and carried out by the
/// timekeeper (service/timekeeper.h).
///
/// Some kinds are carried out: that takes the moment away, in the same commit. Of those each thing
/// (a, b, c) has at most one moment. The others are what people are told of, so many days ahead or
/// then, as notification rules ask: they stay for as long as what they are about, and how far
/// people were told is kept for each lead that a rule asks for.
///
/// Numbers are part of the format on disk.
enum class MomentKind : uint8_t {
  kDue = 1,           ///< Told. An open enrollment is due. a: training, b: learner.
  kExpire = 2,        ///< Told. A completion is no longer valid. a: training, b: learner.
  kWindow = 3,        ///< A training begins anew by itself. a: training, b: learner.
  kLapse = 4,         ///< A completion lapses: expiry and grace. a: training, b: learner.
  kSessionStart = 5,  ///< Told. A session begins. a: session.
  kAttemptEnd = 6,    ///< Time is up for an attempt. a: course, b: learner, c: attempt.
  kGrantEnd = 7,      ///< Told. A role assignment ends. a: scope, b: holder, c: assignment.
  kReportRun = 8,     ///< A report is to run. a: home, b: owner, c: definition.
  kReevaluate = 9,    ///< All records of a training are worked out again. a: training.
};

struct Moment {
  MomentKind kind;
  absl::Time time;
  uint32_t a = 0;
  uint32_t b = 0;
  uint64_t c = 0;
};

/// Whether moments of a kind go as they are carried out; otherwise people are told of them.
bool IsCarriedOut(MomentKind kind);

/// Something is to happen; at once where the time is past. Of a kind that is carried out it takes
/// the place of an earlier moment of the same thing, so that what was done of that in part begins
/// anew. Cost: a row; where it is carried out, reads another.
void PutMoment(TenantDraft& draft, const Moment& moment);
/// It is not to happen after all. Of a kind that is carried out the time says nothing.
void EraseMoment(TenantDraft& draft, const Moment& moment);

/// When the moment of such a thing is, of a kind that is carried out; nothing where it has none.
/// What `moment` says of time counts for nothing. Cost: a row.
std::optional<absl::Time> TimeOfMoment(TenantDraft& draft, const Moment& moment);

/// Whether somebody in that state has still to do the training. Pure.
bool IsOpen(v1::Enrollment::State state);

/// The moments that follow from an enrollment's state, times and the rules of its training, in
/// place of those that followed before. Null: there is or was none. The same row twice: the rules
/// have changed. Nothing else puts moments of kDue, kExpire, kWindow and kLapse.
///
/// kDue while it is open; kExpire and kLapse while it is COMPLETED, or RECERTIFYING since before
/// then; kWindow while it is COMPLETED and the rules say that it begins anew by itself.
///
/// Cost: reads the training and two rows more where it expires.
void SyncMoments(TenantDraft& draft, EnrollmentId enrollment, const rows::EnrollmentRow* before,
                 const rows::EnrollmentRow* after);

/// The same of a role assignment: kGrantEnd where it is somebody's own, ends, and does not come
/// with an enrollment.
void SyncGrantEnd(TenantDraft& draft, AssignmentId assignment, const rows::AssignmentRow* before,
                  const rows::AssignmentRow* after);

/// How far people were told of a kind, or what is next of one that is carried out: everything
/// before (time, a, b, c), that included, is done.
struct MomentCursor {
  absl::Time time;
  uint32_t a = 0;
  uint32_t b = 0;
  uint64_t c = 0;
};
bool operator<(const MomentCursor& x, const MomentCursor& y);
MomentCursor CursorAt(const Moment& moment);

/// Moments after a cursor and up to `until`, that included, at most `limit`, in order. Cost: a row
/// each.
absl::StatusOr<std::vector<std::pair<Moment, rows::TimerRow>>> ReadMoments(
    const store::Reader& reader, uint64_t tenant, MomentKind kind, const MomentCursor& after,
    absl::Time until, size_t limit);

/// Writes what is kept of a moment that is there.
void WriteMoment(TenantDraft& draft, const Moment& moment, const rows::TimerRow& row);
/// Nothing where there is none.
absl::StatusOr<std::optional<rows::TimerRow>> ReadMoment(const store::Reader& reader,
                                                         uint64_t tenant, const Moment& moment);

/// A kind of which people are told, and how many times 24 hours ahead; 0: then.
struct Lead {
  MomentKind kind;
  int days = 0;
};
inline constexpr int kMaxLeadDays = 90;

/// What notification rules ask for by now, with how far each has come.
absl::StatusOr<std::vector<std::pair<Lead, rows::TimerCursorRow>>> ReadLeads(
    const store::Reader& reader, uint64_t tenant);
/// Nothing where no rule asks for it.
absl::StatusOr<std::optional<rows::TimerCursorRow>> ReadLead(const store::Reader& reader,
                                                             uint64_t tenant, const Lead& lead);
void PutLead(TenantDraft& draft, const Lead& lead, const rows::TimerCursorRow& row);

/// For whoever writes or takes away notification rules: from now on people are told of what `leads`
/// has and nothing else. A new one begins with what comes now.
absl::Status SetLeads(TenantDraft& draft, const std::vector<Lead>& leads);

}  // namespace provost

#endif  // PROVOST_TENANT_MOMENTS_H_
