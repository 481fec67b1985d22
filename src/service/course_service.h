#ifndef PROVOST_SERVICE_COURSE_SERVICE_H_
#define PROVOST_SERVICE_COURSE_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of CourseService.
void RegisterCourseService(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_COURSE_SERVICE_H_
