#ifndef PROVOST_SERVICE_AUDIT_SERVICE_H_
#define PROVOST_SERVICE_AUDIT_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// Registers AuditService (AD3).
void RegisterAuditService(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_AUDIT_SERVICE_H_
