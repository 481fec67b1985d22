#ifndef PROVOST_SERVICE_COMPETENCY_COURSES_H_
#define PROVOST_SERVICE_COMPETENCY_COURSES_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of what completing a course gives.
void RegisterCompetencyCourses(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_COMPETENCY_COURSES_H_
