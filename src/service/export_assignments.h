#ifndef PROVOST_SERVICE_EXPORT_ASSIGNMENTS_H_
#define PROVOST_SERVICE_EXPORT_ASSIGNMENTS_H_

#include "service/methods.h"

namespace provost {

/// RoleService.ExportAssignments (M4).
void RegisterExportAssignments(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_EXPORT_ASSIGNMENTS_H_
