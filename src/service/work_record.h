#ifndef PROVOST_SERVICE_WORK_RECORD_H_
#define PROVOST_SERVICE_WORK_RECORD_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "provost/internal/v1/record_rows.pb.h"
#include "tenant/draft.h"
#include "tenant/names.h"

namespace provost {

/// A score on its way into the record of an enrollment.
struct WorkScore {
  rows::RecordEventRow::Score score;
  int32_t cycle = 0;    ///< Which time of doing the course it belongs to.
  absl::Time time;      ///< When the work was done.
  uint32_t actor = 0;   ///< The uid of who enters it; 0: the server itself.
  std::string reason;   ///< For people.
  uint64_t before = 0;  ///< The number of the event whose place it takes; 0: none.
};

/// Adds it, and returns the number of its event. 0: it counts no more, for the person is no longer
/// in the course, or does it another time. The lane's thread alone.
absl::StatusOr<uint64_t> RecordWork(TenantDraft& draft, EnrollmentId enrollment,
                                    const WorkScore& score);

/// What points are of `max_points`, in hundredths of a per cent, half up. Pure.
int32_t ScoreHundredths(int64_t point_hundredths, int64_t max_points);

}  // namespace provost

#endif  // PROVOST_SERVICE_WORK_RECORD_H_
