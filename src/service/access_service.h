#ifndef PROVOST_SERVICE_ACCESS_SERVICE_H_
#define PROVOST_SERVICE_ACCESS_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of AccessService.
void RegisterAccessService(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_ACCESS_SERVICE_H_
