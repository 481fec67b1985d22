#ifndef PROVOST_SERVICE_MESSAGE_SERVICE_H_
#define PROVOST_SERVICE_MESSAGE_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of messages between two people. All but sending is done as the caller and
/// reaches what is theirs alone: the keys of what is read begin with who asks, so that no role, `*`
/// included, shows anybody else's.
void RegisterMessages(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_MESSAGE_SERVICE_H_
