#ifndef PROVOST_LEARNING_VALIDITY_H_
#define PROVOST_LEARNING_VALIDITY_H_

#include "absl/time/time.h"
#include "provost/v1/course.pb.h"

namespace provost {

/// When what was completed at `complete` is no longer valid, grace left out; InfiniteFuture: never.
/// Months are of the calendar in `zone`, the tenant's: at the same time of day, on the last day of
/// a month that is too short. Pure.
absl::Time ExpireTime(const v1::Recertification& rule, absl::Time complete,
                      const absl::TimeZone& zone);

}  // namespace provost

#endif  // PROVOST_LEARNING_VALIDITY_H_
