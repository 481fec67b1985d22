#ifndef PROVOST_SERVICE_TASK_RULES_H_
#define PROVOST_SERVICE_TASK_RULES_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "provost/v1/content_service.pb.h"

namespace provost {

/// What a task says of work on it. Pure functions, any thread.

inline constexpr int kMaxTaskPoints = 10000;
inline constexpr int kMaxCriteria = 50;
inline constexpr int kMaxMediaTypes = 50;
inline constexpr int kMaxAcceptDays = 3660;
/// Of a file where the task says nothing.
inline constexpr int64_t kDefaultFileBytes = 64 << 20;

/// Adds what is wrong with a task by itself; the paths of fields begin with `field`.
void CheckTask(const v1::TaskBody& task, absl::string_view field, absl::Status* status);

/// When work is due for whoever enrolled at `enroll_time`; the infinite future: never.
absl::Time DueTimeOf(const v1::TaskBody& task, absl::Time enroll_time);

/// From when on work that is due at `due` is not taken any more; the infinite future: never.
absl::Time CloseTimeOf(const v1::TaskBody& task, absl::Time due);

/// How many times 24 hours have begun at `time` since `due`; 0: it is in time. What comes at the
/// very moment is.
int32_t LateDaysAt(absl::Time time, absl::Time due);

/// What is taken off `point_hundredths` for so many days; never more than brings them to the floor,
/// nor more than there are. In hundredths of a point, rounded down.
int32_t LateHundredths(const v1::TaskBody& task, int32_t point_hundredths, int32_t late_days);

bool Takes(const v1::TaskBody& task, v1::TaskBody::Form form);
/// `image/*` takes any image; case does not count.
bool TakesMediaType(const v1::TaskBody& task, absl::string_view media_type);
/// How many bytes a file may have, the server's own limit apart.
int64_t MaxFileBytes(const v1::TaskBody& task);

}  // namespace provost

#endif  // PROVOST_SERVICE_TASK_RULES_H_
