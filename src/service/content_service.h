#ifndef PROVOST_SERVICE_CONTENT_SERVICE_H_
#define PROVOST_SERVICE_CONTENT_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of ContentService.
void RegisterContentService(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_CONTENT_SERVICE_H_
