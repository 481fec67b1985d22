#ifndef PROVOST_TENANT_MAIL_TIME_H_
#define PROVOST_TENANT_MAIL_TIME_H_

#include "absl/time/time.h"
#include "provost/v1/notification_service.pb.h"

namespace provost {

/// When a mail whose cause is at `now` may go out, to somebody with these preferences who lives in
/// `zone`: `now`, or the next time of their digest after it, or the end of the quiet hours in which
/// that falls. A pure function, any thread; microseconds.
///
/// Times of day are those of the clocks on the wall. Where clocks are put forward over one, it is
/// the moment at which they are; where they are put back over one, it is the first of the two. So a
/// digest comes once a day, and it is quiet whenever a clock shows a quiet time.
absl::Time NextMailTime(absl::Time now, const v1::NotificationPreferences& preferences,
                        absl::TimeZone zone);

/// True if mails to such a person go as one with others of the same time.
bool WantsDigest(const v1::NotificationPreferences& preferences);

}  // namespace provost

#endif  // PROVOST_TENANT_MAIL_TIME_H_
