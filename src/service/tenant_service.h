#ifndef PROVOST_SERVICE_TENANT_SERVICE_H_
#define PROVOST_SERVICE_TENANT_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of TenantService.
void RegisterTenantService(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_TENANT_SERVICE_H_
