#ifndef PROVOST_SERVICE_ROLE_ASSIGNMENTS_H_
#define PROVOST_SERVICE_ROLE_ASSIGNMENTS_H_

#include "service/methods.h"

namespace provost {

/// Registers the methods of RoleService about assignments, TestAssign among them.
void RegisterAssignments(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_ROLE_ASSIGNMENTS_H_
