#include "service/work_record.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "learning/facts.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollment_states.h"
#include "tenant/record_events.h"
#include "tenant/record_rows.h"
#include "tenant/times.h"

namespace provost {
namespace {

// The event that stands in the place of `before` now, should somebody have corrected that; 0: none.
absl::StatusOr<uint64_t> InPlaceOf(const TenantDraft& draft, EnrollmentId enrollment,
                                   uint64_t before, uint64_t work) {
  absl::StatusOr<std::vector<NumberedEvent>> events =
      ReadRecordEvents(draft.reader(), draft.number(), enrollment);
  if (!events.ok()) return events.status();
  uint64_t at = before;
  for (size_t i = 0; i < events->size() && at != 0; ++i) {
    if ((*events)[i].second.retraction().event() != at) continue;
    // What corrects a fact comes right behind its retraction.
    const bool corrected = i + 1 < events->size() && (*events)[i + 1].second.score().work() == work;
    at = corrected ? (*events)[i + 1].first : 0;
  }
  return at;
}

}  // namespace

absl::StatusOr<uint64_t> RecordWork(TenantDraft& draft, EnrollmentId enrollment,
                                    const WorkScore& score) {
  absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
      ReadEnrollment(draft.reader(), draft.number(), enrollment);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return 0;
  const v1::Enrollment& now = (*row)->enrollment();
  if (!IsAdmitted(now.state()) || now.cycle() != score.cycle) return 0;
  rows::RecordEventRow event;
  // Who has left and come back does not lose what was done before.
  *event.mutable_time() = ToTimestamp(
      now.has_cycle_start_time() ? std::max(score.time, FromTimestamp(now.cycle_start_time()))
                                 : score.time);
  event.set_actor(score.actor);
  event.set_reason(score.reason);
  std::vector<rows::RecordEventRow> events;
  events.push_back(event);
  *events.back().mutable_score() = score.score;
  absl::StatusOr<uint64_t> before = 0;
  if (score.before != 0) {
    before = InPlaceOf(draft, enrollment, score.before, score.score.work());
    if (!before.ok()) return before.status();
  }
  if (*before != 0) {
    events.push_back(std::move(event));
    events.back().mutable_retraction()->set_event(*before);
  }
  uint64_t number = 0;
  absl::Status status = AddRecordEvents(draft, enrollment, std::move(events), &number);
  if (!status.ok()) return status;
  return number;
}

int32_t ScoreHundredths(int64_t point_hundredths, int64_t max_points) {
  if (max_points <= 0) return 0;
  return static_cast<int32_t>((200 * point_hundredths + max_points) / (2 * max_points));
}

}  // namespace provost
