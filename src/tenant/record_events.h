#ifndef PROVOST_TENANT_RECORD_EVENTS_H_
#define PROVOST_TENANT_RECORD_EVENTS_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "policy/world/state.h"
#include "provost/internal/v1/record_rows.pb.h"
#include "tenant/draft.h"
#include "tenant/enrollment_states.h"
#include "tenant/names.h"

namespace provost {

/// How a training record grows, and what follows from that in the same commit: the state of the
/// enrollment, its figures and those of its items, until when its completion is valid, the
/// certificate, the competencies that are gained, and the training plans that the course is a step
/// of. A correction takes all of that back.
///
/// What follows from the facts does so where a training is frozen too: whoever adds facts asks
/// before.
///
/// The lane's thread alone.

/// Adds a fact to the log of an enrollment, and works out what follows from the log. The time of
/// `event`, where it has one, lies between the beginning of the cycle and now: a bad field `time`
/// otherwise. NOT_FOUND where there is no such enrollment; FAILED_PRECONDITION with NOT_ENROLLED
/// where it is not in a state in which people take the training.
absl::Status AddRecordEvent(TenantDraft& draft, EnrollmentId enrollment,
                            rows::RecordEventRow event);

/// The same for several facts of one enrollment at once. Sets `first`, where it is not null, to the
/// number of the first of them: what the server itself has to say comes before.
absl::Status AddRecordEvents(TenantDraft& draft, EnrollmentId enrollment,
                             std::vector<rows::RecordEventRow> events, uint64_t* first = nullptr);

/// Works out anew those whom the draft has admitted: who comes back goes on where they left, and
/// the courses of a plan may be done already. For whoever commits drafts. Cost: a row each, and
/// Reevaluate for those.
absl::Status FollowEnrolled(TenantDraft& draft);

/// Works out anew what follows from the log, by the rules, items and sessions of now. Where those
/// have changed (`terms_changed`, or the timekeeper is still to come to all records of the
/// training), a completion that they would undo, or have at another time, stays as it is: the log
/// says so, as somebody does who decides by hand. So does that of who comes back to a course.
/// Nothing happens where there is no such enrollment, or nobody takes the training by it. Cost: a
/// row for each event, item and session; for a plan, for each of its courses.
absl::Status Reevaluate(TenantDraft& draft, EnrollmentId enrollment, bool terms_changed = false);

/// Somebody begins the training anew: RECERTIFYING, and nothing of it is done. ILLEGAL_TRANSITION
/// where it was not completed.
absl::Status StartCycle(TenantDraft& draft, EnrollmentId enrollment, const MoveCause& cause);

/// All enrollments of a training are to be worked out anew, by the timekeeper: its rules, items,
/// steps or sessions have changed.
absl::Status ReevaluateCourseLater(TenantDraft& draft, ScopeId training);

/// The plans that `enrollment.training` is a step of are worked out anew for the learner: the
/// record of the course has come, changed or gone. Cost: two rows for each such plan, and
/// Reevaluate for those that the learner is enrolled in.
absl::Status FollowCourse(TenantDraft& draft, EnrollmentId enrollment);

/// The same where the record has changed by facts, or is gone, after KeepPlans: a completion of the
/// plan does not stay as it was, nor where it was kept, if the course had been completed before it,
/// at `lost`, and is no longer; InfiniteFuture where it is.
absl::Status FollowFacts(TenantDraft& draft, EnrollmentId enrollment, absl::Time lost);

/// For whoever takes back or takes away what was done in a course, before that: those plans whose
/// terms have just changed are worked out for the learner, so that completions stay which those
/// would undo. Cost: as for FollowCourse.
absl::Status KeepPlans(TenantDraft& draft, EnrollmentId enrollment);

}  // namespace provost

#endif  // PROVOST_TENANT_RECORD_EVENTS_H_
