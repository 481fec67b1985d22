#ifndef PROVOST_SERVICE_EXPORT_GROUPS_H_
#define PROVOST_SERVICE_EXPORT_GROUPS_H_

#include "service/methods.h"

namespace provost {

/// GroupService.ExportGroups (M4).
void RegisterExportGroups(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_EXPORT_GROUPS_H_
