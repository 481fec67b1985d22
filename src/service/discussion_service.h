#ifndef PROVOST_SERVICE_DISCUSSION_SERVICE_H_
#define PROVOST_SERVICE_DISCUSSION_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of DiscussionService: discussions, posts, read marks and messages.
void RegisterDiscussionService(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_DISCUSSION_SERVICE_H_
