#ifndef PROVOST_SERVICE_SERVICE_ACCOUNTS_H_
#define PROVOST_SERVICE_SERVICE_ACCOUNTS_H_

#include "service/methods.h"

namespace provost {

/// The part of UserService that is about service accounts.
void RegisterServiceAccounts(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_SERVICE_ACCOUNTS_H_
