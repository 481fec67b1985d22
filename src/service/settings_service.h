#ifndef PROVOST_SERVICE_SETTINGS_SERVICE_H_
#define PROVOST_SERVICE_SETTINGS_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// The methods of TenantService that are about a tenant's settings.
void RegisterSettings(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_SETTINGS_SERVICE_H_
