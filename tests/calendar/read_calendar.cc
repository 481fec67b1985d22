#include "tests/calendar/read_calendar.h"

#include <stdlib.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace provost {
namespace {

[[noreturn]] void GiveUp(absl::string_view calendar) {
  std::fprintf(stderr, "cannot read the calendar; is python3-icalendar installed?\n%s\n",
               std::string(calendar).c_str());
  std::abort();
}

}  // namespace

std::vector<ReadEvent> ReadCalendar(absl::string_view calendar, Zones zones) {
  std::string path = (std::filesystem::temp_directory_path() / "provost-ics-XXXXXX").string();
  const int file = mkstemp(path.data());
  if (file < 0) GiveUp(calendar);
  close(file);
  std::ofstream(path, std::ios::binary) << calendar;
  const std::string command =
      absl::StrCat(PROVOST_PYTHON3 " -B " PROVOST_SOURCE_DIR "/tests/calendar/read_calendar.py ",
                   zones == Zones::kOwn ? "own" : "iana", " < ", path);
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) GiveUp(calendar);
  std::string output;
  char buffer[4096];
  for (size_t size = 0; (size = fread(buffer, 1, sizeof(buffer), pipe)) > 0;) {
    output.append(buffer, size);
  }
  const int status = pclose(pipe);
  std::filesystem::remove(path);
  if (status != 0) GiveUp(calendar);
  std::vector<ReadEvent> events;
  for (absl::string_view line : absl::StrSplit(output, '\n', absl::SkipEmpty())) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, '\t');
    ReadEvent event;
    std::string* texts[] = {&event.uid,         &event.sequence, &event.status, &event.summary,
                            &event.description, &event.location, &event.url};
    absl::Time* times[] = {&event.stamp, &event.start, &event.end};
    if (fields.size() != std::size(texts) + std::size(times)) GiveUp(calendar);
    for (size_t i = 0; i < std::size(texts); ++i) {
      if (!absl::Base64Unescape(fields[i], texts[i])) GiveUp(calendar);
    }
    for (size_t i = 0; i < std::size(times); ++i) {
      int64_t seconds = 0;
      if (!absl::SimpleAtoi(fields[std::size(texts) + i], &seconds)) GiveUp(calendar);
      *times[i] = absl::FromUnixSeconds(seconds);
    }
    events.push_back(event);
  }
  return events;
}

}  // namespace provost
