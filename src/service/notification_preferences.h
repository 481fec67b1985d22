#ifndef PROVOST_SERVICE_NOTIFICATION_PREFERENCES_H_
#define PROVOST_SERVICE_NOTIFICATION_PREFERENCES_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of how people want to be mailed.
void RegisterNotificationPreferences(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_NOTIFICATION_PREFERENCES_H_
