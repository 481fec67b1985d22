#ifndef PROVOST_SERVICE_IMPORT_ASSIGNMENTS_H_
#define PROVOST_SERVICE_IMPORT_ASSIGNMENTS_H_

#include "service/methods.h"

namespace provost {

/// RoleService.ImportAssignments (M5). The methods of single assignments are registered before.
void RegisterImportAssignments(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_IMPORT_ASSIGNMENTS_H_
