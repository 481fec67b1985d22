#ifndef PROVOST_SERVICE_EXPORT_USERS_H_
#define PROVOST_SERVICE_EXPORT_USERS_H_

#include "service/methods.h"

namespace provost {

/// UserService.ExportUsers (M4).
void RegisterExportUsers(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_EXPORT_USERS_H_
