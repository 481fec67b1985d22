#ifndef PROVOST_LEARNING_VALIDITY_H_
#define PROVOST_LEARNING_VALIDITY_H_

#include "absl/time/time.h"
#include "provost/v1/course.pb.h"

namespace provost {

/// How long completing a training lasts. Pure functions, any thread.

/// What a completion lasts for. All InfiniteFuture where it lasts for ever.
struct Validity {
  absl::Time expire =
      absl::InfiniteFuture();  ///< From then on it is valid no more, grace left out.
  absl::Time window = absl::InfiniteFuture();  ///< From then on it can be done again.
  absl::Time lapse = absl::InfiniteFuture();   ///< From then on it does not count as valid either.
};

/// Of what was completed at `complete`. Months are of the calendar in `zone`, the tenant's: at the
/// same time of day, on the last day of a month that is too short. The window opens no earlier than
/// `complete`.
Validity ValidityOf(const v1::Recertification& rule, absl::Time complete,
                    const absl::TimeZone& zone);

/// The same for an end that is known: its window and lapse. The window may lie before what was
/// completed.
Validity ValidityUntil(const v1::Recertification& rule, absl::Time expire);

}  // namespace provost

#endif  // PROVOST_LEARNING_VALIDITY_H_
