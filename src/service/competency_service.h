#ifndef PROVOST_SERVICE_COMPETENCY_SERVICE_H_
#define PROVOST_SERVICE_COMPETENCY_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of CompetencyService.
void RegisterCompetencyService(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_COMPETENCY_SERVICE_H_
