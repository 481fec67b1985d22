#ifndef PROVOST_SERVICE_TENANT_SERVICE_H_
#define PROVOST_SERVICE_TENANT_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of TenantService.
void RegisterTenantService(Methods& methods);

/// Deletes the scratch tenants whose time is over. Queues mutations and does not block.
void DeleteExpiredTenants(const Backend& backend);

}  // namespace provost

#endif  // PROVOST_SERVICE_TENANT_SERVICE_H_
