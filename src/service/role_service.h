#ifndef PROVOST_SERVICE_ROLE_SERVICE_H_
#define PROVOST_SERVICE_ROLE_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of RoleService.
void RegisterRoleService(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_ROLE_SERVICE_H_
