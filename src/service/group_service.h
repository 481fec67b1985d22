#ifndef PROVOST_SERVICE_GROUP_SERVICE_H_
#define PROVOST_SERVICE_GROUP_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of GroupService.
void RegisterGroupService(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_GROUP_SERVICE_H_
