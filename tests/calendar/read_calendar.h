// Calendars, read by a parser that is not ours.
#ifndef PROVOST_TESTS_CALENDAR_READ_CALENDAR_H_
#define PROVOST_TESTS_CALENDAR_READ_CALENDAR_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace provost {

// An event, as the parser understood it.
struct ReadEvent {
  std::string uid;
  std::string sequence;
  std::string status;
  std::string summary;
  std::string description;
  std::string location;
  std::string url;
  absl::Time stamp;
  absl::Time start;
  absl::Time end;
};

// Where the parser learns what the clocks of a zone show.
enum class Zones { kIana, kOwn };

// The events of a calendar, by read_calendar.py. Aborts the test program where it cannot be read.
std::vector<ReadEvent> ReadCalendar(absl::string_view calendar, Zones zones = Zones::kIana);

}  // namespace provost

#endif  // PROVOST_TESTS_CALENDAR_READ_CALENDAR_H_
