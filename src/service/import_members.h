#ifndef PROVOST_SERVICE_IMPORT_MEMBERS_H_
#define PROVOST_SERVICE_IMPORT_MEMBERS_H_

#include "service/methods.h"

namespace provost {

/// GroupService.ImportMembers (M5). The methods of single members are registered before.
void RegisterImportMembers(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_IMPORT_MEMBERS_H_
