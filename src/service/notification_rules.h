#ifndef PROVOST_SERVICE_NOTIFICATION_RULES_H_
#define PROVOST_SERVICE_NOTIFICATION_RULES_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of notification rules.
void RegisterNotificationRules(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_NOTIFICATION_RULES_H_
