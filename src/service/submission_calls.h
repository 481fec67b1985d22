#ifndef PROVOST_SERVICE_SUBMISSION_CALLS_H_
#define PROVOST_SERVICE_SUBMISSION_CALLS_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers that show submissions.
void RegisterSubmissions(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_SUBMISSION_CALLS_H_
