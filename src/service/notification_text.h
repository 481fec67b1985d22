#ifndef PROVOST_SERVICE_NOTIFICATION_TEXT_H_
#define PROVOST_SERVICE_NOTIFICATION_TEXT_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "provost/v1/notification_service.pb.h"

namespace provost {

/// What notifications say. Pure functions, any thread.

/// Adds a bad field unless there is such an event.
void CheckEvent(absl::string_view path, v1::NotificationRule::Event event, absl::Status* status);

/// Adds what is wrong with the texts of a template for `event`, field by field. Unspecified: what
/// would be wrong for every event.
void CheckTexts(absl::string_view path, const v1::NotificationTemplate& wanted,
                v1::NotificationRule::Event event, absl::Status* status);

}  // namespace provost

#endif  // PROVOST_SERVICE_NOTIFICATION_TEXT_H_
