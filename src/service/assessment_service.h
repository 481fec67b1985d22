#ifndef PROVOST_SERVICE_ASSESSMENT_SERVICE_H_
#define PROVOST_SERVICE_ASSESSMENT_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of AssessmentService.
void RegisterAssessmentService(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_ASSESSMENT_SERVICE_H_
