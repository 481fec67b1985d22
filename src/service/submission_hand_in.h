#ifndef PROVOST_SERVICE_SUBMISSION_HAND_IN_H_
#define PROVOST_SERVICE_SUBMISSION_HAND_IN_H_

#include "service/methods.h"

namespace provost {

/// How often somebody can hand in work on one task.
inline constexpr int kMaxHandIns = 20;

/// Registers the handlers of HandInText and HandInFile.
void RegisterHandIns(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_SUBMISSION_HAND_IN_H_
