#ifndef PROVOST_SERVICE_OUTBOX_MESSAGES_H_
#define PROVOST_SERVICE_OUTBOX_MESSAGES_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of mails on their way, and of those that were sent. None shows what a
/// mail says.
void RegisterOutboxMessages(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_OUTBOX_MESSAGES_H_
