#ifndef PROVOST_SERVICE_POLICY_SERVICE_H_
#define PROVOST_SERVICE_POLICY_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of PolicyService.
void RegisterPolicyService(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_POLICY_SERVICE_H_
