#ifndef PROVOST_SERVICE_USER_SERVICE_H_
#define PROVOST_SERVICE_USER_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of UserService.
void RegisterUserService(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_USER_SERVICE_H_
