#include "service/work_record.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "tenant/enrollment_rows.h"
#include "tenant/enrollment_states.h"
#include "tenant/record_events.h"
#include "tenant/times.h"

namespace provost {

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
  if (score.before != 0) {
    events.push_back(std::move(event));
    events.back().mutable_retraction()->set_event(score.before);
  }
  const uint64_t number = (*row)->last_event() + 1;
  absl::Status status = AddRecordEvents(draft, enrollment, std::move(events));
  if (!status.ok()) return status;
  return number;
}

int32_t ScoreHundredths(int64_t point_hundredths, int64_t max_points) {
  if (max_points <= 0) return 0;
  return static_cast<int32_t>((200 * point_hundredths + max_points) / (2 * max_points));
}

}  // namespace provost
