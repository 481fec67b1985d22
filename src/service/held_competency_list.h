#ifndef PROVOST_SERVICE_HELD_COMPETENCY_LIST_H_
#define PROVOST_SERVICE_HELD_COMPETENCY_LIST_H_

#include "service/methods.h"

namespace provost {

/// Registers the handler of CompetencyService.ListHeldCompetencies.
void RegisterHeldCompetencyList(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_HELD_COMPETENCY_LIST_H_
