#ifndef PROVOST_SERVICE_CONTENT_ITEMS_H_
#define PROVOST_SERVICE_CONTENT_ITEMS_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers that make, show, change and delete content items.
void RegisterContentItems(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_CONTENT_ITEMS_H_
