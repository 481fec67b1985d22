#include "service/notification_service.h"

#include "service/notification_preferences.h"
#include "service/notification_rules.h"
#include "service/notification_templates.h"
#include "service/outbox_messages.h"

namespace provost {

void RegisterNotificationService(Methods& methods) {
  RegisterNotificationRules(methods);
  RegisterNotificationTemplates(methods);
  RegisterNotificationPreferences(methods);
  RegisterOutboxMessages(methods);
}

}  // namespace provost
