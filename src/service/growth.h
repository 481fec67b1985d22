#ifndef PROVOST_SERVICE_GROWTH_H_
#define PROVOST_SERVICE_GROWTH_H_

#include "service/methods.h"

namespace provost {

/// TenantService.GetGrowth (A3).
void RegisterGrowth(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_GROWTH_H_
