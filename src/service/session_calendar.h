#ifndef PROVOST_SERVICE_SESSION_CALENDAR_H_
#define PROVOST_SERVICE_SESSION_CALENDAR_H_

#include "service/methods.h"

namespace provost {

/// How many sessions a calendar has at most: those that begin last.
inline constexpr size_t kMaxCalendarEvents = 2000;

/// Registers the methods that export sessions as iCalendar (CA4).
void RegisterSessionCalendars(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_SESSION_CALENDAR_H_
