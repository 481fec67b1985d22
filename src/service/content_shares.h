#ifndef PROVOST_SERVICE_CONTENT_SHARES_H_
#define PROVOST_SERVICE_CONTENT_SHARES_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of shares of content items (rule 20).
void RegisterContentShares(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_CONTENT_SHARES_H_
