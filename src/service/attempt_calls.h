#ifndef PROVOST_SERVICE_ATTEMPT_CALLS_H_
#define PROVOST_SERVICE_ATTEMPT_CALLS_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of attempts at quizzes.
void RegisterAttempts(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_ATTEMPT_CALLS_H_
