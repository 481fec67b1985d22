#ifndef PROVOST_CALENDAR_ICALENDAR_H_
#define PROVOST_CALENDAR_ICALENDAR_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "calendar/local_time.h"

namespace provost {

/// What stands in a calendar. All texts are UTF-8, and may be empty where not said otherwise.
struct CalendarEvent {
  /// What tells it from every other, everywhere and for good. Not empty.
  std::string uid;
  /// When it was last changed.
  absl::Time stamp;
  /// Grows when its time or place changes, or when it is cancelled; from 0 on.
  int64_t sequence = 0;
  /// As SpanOf takes it.
  LocalSpan local;
  absl::TimeZone zone;
  std::string summary;
  std::string description;  ///< Lines end with `\n`.
  std::string location;
  std::string url;  ///< What is not ASCII in it, spaces and control characters are escaped.
  bool cancelled = false;
};

/// The events as a calendar (RFC 5545), `text/calendar; charset=utf-8`: CRLF ends, lines of at most
/// 75 octets with no character cut in two. Each zone is described by the changes of its clocks in
/// the years of the events, so that a reader needs no database of its own; times in `UTC` are
/// written as such. Control characters become spaces, so that nothing in a text begins another
/// line. Pure; cost: the events, and the years that they span.
std::string FormatCalendar(absl::Span<const CalendarEvent> events);

}  // namespace provost

#endif  // PROVOST_CALENDAR_ICALENDAR_H_
