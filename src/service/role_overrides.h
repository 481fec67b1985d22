#ifndef PROVOST_SERVICE_ROLE_OVERRIDES_H_
#define PROVOST_SERVICE_ROLE_OVERRIDES_H_

#include "service/methods.h"

namespace provost {

/// Registers the methods of RoleService about overrides.
void RegisterOverrides(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_ROLE_OVERRIDES_H_
