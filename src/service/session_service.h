#ifndef PROVOST_SERVICE_SESSION_SERVICE_H_
#define PROVOST_SERVICE_SESSION_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of CourseService that are about sessions, calendars included.
void RegisterSessions(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_SESSION_SERVICE_H_
