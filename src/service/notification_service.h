#ifndef PROVOST_SERVICE_NOTIFICATION_SERVICE_H_
#define PROVOST_SERVICE_NOTIFICATION_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of NotificationService.
void RegisterNotificationService(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_NOTIFICATION_SERVICE_H_
