#ifndef PROVOST_SERVICE_NOTIFICATION_TEMPLATES_H_
#define PROVOST_SERVICE_NOTIFICATION_TEMPLATES_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of notification templates.
void RegisterNotificationTemplates(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_NOTIFICATION_TEMPLATES_H_
