#ifndef PROVOST_SERVICE_ROLE_FREEZES_H_
#define PROVOST_SERVICE_ROLE_FREEZES_H_

#include "service/methods.h"

namespace provost {

/// Registers the methods of RoleService about freezes.
void RegisterFreezes(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_ROLE_FREEZES_H_
