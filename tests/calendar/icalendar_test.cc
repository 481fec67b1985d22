#include "calendar/icalendar.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/calendar/read_calendar.h"

namespace provost {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::Not;
using ::testing::SizeIs;

absl::TimeZone Zone(const std::string& name) {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone(name, &zone)) << name;
  return zone;
}

CalendarEvent FireDrill(const std::string& zone = "Europe/Vienna") {
  CalendarEvent event;
  event.uid = "17.acme@provost";
  event.stamp = absl::FromUnixSeconds(1790000000);
  event.sequence = 2;
  event.local = {*ParseLocalTime("2026-11-03T09:00"), *ParseLocalTime("2026-11-03T17:00")};
  event.zone = Zone(zone);
  event.summary = "Fire drill";
  return event;
}

ReadEvent ReadOne(const CalendarEvent& event) {
  const std::vector<ReadEvent> events = ReadCalendar(FormatCalendar({event}));
  EXPECT_THAT(events, SizeIs(1));
  return events.empty() ? ReadEvent() : events.front();
}

// Every way of breaking a line that there is.
void ExpectLinesAreWellFormed(absl::string_view calendar) {
  ASSERT_TRUE(absl::EndsWith(calendar, "\r\n"));
  const std::vector<absl::string_view> lines =
      absl::StrSplit(calendar.substr(0, calendar.size() - 2), "\r\n");
  for (absl::string_view line : lines) {
    EXPECT_THAT(line.size(), Le(75u)) << line;
    EXPECT_FALSE(line.empty());
    for (char c : line) EXPECT_TRUE(c != '\r' && c != '\n' && c != '\0') << line;
    // A line that begins within a character is no UTF-8.
    const size_t first = absl::StartsWith(line, " ") ? 1 : 0;
    ASSERT_GT(line.size(), first);
    EXPECT_NE(static_cast<unsigned char>(line[first]) & 0xC0, 0x80) << line;
  }
}

TEST(ICalendarTest, CA4_IsReadBack) {
  CalendarEvent event = FireDrill();
  event.description = "Bring: water\nand shoes";
  event.location = "Room 7";
  event.url = "https://meet.acme.example/fire?a=1,2;3";
  const ReadEvent read = ReadOne(event);
  EXPECT_EQ(read.uid, "17.acme@provost");
  EXPECT_EQ(read.sequence, "2");
  EXPECT_EQ(read.status, "CONFIRMED");
  EXPECT_EQ(read.summary, "Fire drill");
  EXPECT_EQ(read.description, "Bring: water\nand shoes");
  EXPECT_EQ(read.location, "Room 7");
  EXPECT_EQ(read.url, "https://meet.acme.example/fire?a=1,2;3");
  EXPECT_EQ(read.stamp, absl::FromUnixSeconds(1790000000));
  EXPECT_EQ(read.start, absl::FromCivil(absl::CivilSecond(2026, 11, 3, 8), absl::UTCTimeZone()));
  EXPECT_EQ(read.end, absl::FromCivil(absl::CivilSecond(2026, 11, 3, 16), absl::UTCTimeZone()));
}

TEST(ICalendarTest, CA4_WhatIsCancelledSaysSo) {
  CalendarEvent event = FireDrill();
  event.cancelled = true;
  EXPECT_EQ(ReadOne(event).status, "CANCELLED");
}

TEST(ICalendarTest, WhatIsNotThereIsLeftOut) {
  const std::string calendar = FormatCalendar({FireDrill()});
  EXPECT_THAT(calendar, Not(HasSubstr("DESCRIPTION")));
  EXPECT_THAT(calendar, Not(HasSubstr("LOCATION")));
  EXPECT_THAT(calendar, Not(HasSubstr("URL")));
  EXPECT_THAT(ReadCalendar(FormatCalendar({})), IsEmpty());
}

TEST(ICalendarTest, AnyTextIsReadBack) {
  for (const std::string& text : std::vector<std::string>{
           "a, b; c\\d: \"e\"", ",,,;;;:::", "first\n\nthird\n", "Übung für Ärzte",
           "Πυρκαγιά, пожар; حريق", "火災訓練、避難", "🔥🧯👩‍🚒, run; \n🏃", "a\tb",
           "BEGIN:VEVENT\nEND:VCALENDAR", std::string(500, 'x'),
           absl::StrCat(std::string(60, 'y'), "\n", std::string(80, ','))}) {
    CalendarEvent event = FireDrill();
    event.summary = text;
    event.description = text;
    event.location = text;
    const std::string calendar = FormatCalendar({event});
    ExpectLinesAreWellFormed(calendar);
    const std::vector<ReadEvent> read = ReadCalendar(calendar);
    ASSERT_THAT(read, SizeIs(1)) << text;
    EXPECT_EQ(read[0].summary, text);
    EXPECT_EQ(read[0].description, text);
    EXPECT_EQ(read[0].location, text);
  }
}

TEST(ICalendarTest, EachBackslashIsEscapedByItself) {
  // Not read back: the parser takes an escaped backslash before an `n` for a line end.
  CalendarEvent event = FireDrill();
  event.summary = "C:\\new\\\\,;\n\\";
  EXPECT_THAT(FormatCalendar({event}), HasSubstr("SUMMARY:C:\\\\new\\\\\\\\\\,\\;\\n\\\\\r\n"));
}

TEST(ICalendarTest, LinesAreFoldedBetweenCharacters) {
  // Characters of 1 to 4 octets, at every place of a line.
  std::vector<CalendarEvent> events;
  for (const char* character : {"x", "ü", "火", "🔥", ","}) {
    for (int before = 0; before < 8; ++before) {
      CalendarEvent event = FireDrill();
      event.summary = std::string(static_cast<size_t>(before), 'a');
      for (int i = 0; i < 100; ++i) absl::StrAppend(&event.summary, character);
      events.push_back(event);
    }
  }
  const std::string calendar = FormatCalendar(events);
  ExpectLinesAreWellFormed(calendar);
  const std::vector<ReadEvent> read = ReadCalendar(calendar);
  ASSERT_THAT(read, SizeIs(events.size()));
  for (size_t i = 0; i < read.size(); ++i) EXPECT_EQ(read[i].summary, events[i].summary);
}

TEST(ICalendarTest, BytesThatAreNoCharactersAreFoldedToo) {
  CalendarEvent event = FireDrill();
  event.summary = std::string(300, '\x80');
  for (absl::string_view line : absl::StrSplit(FormatCalendar({event}), "\r\n")) {
    EXPECT_THAT(line.size(), Le(75u));
  }
}

TEST(ICalendarTest, NothingInATextBeginsAnotherLine) {
  CalendarEvent event = FireDrill();
  event.summary = "a\r\nSTATUS:CANCELLED\rb\nc\x01\x7F";
  event.uid = "u\r\nX:1";
  event.url = "https://acme.example/a b\r\nX-OTHER:ü";
  const std::string calendar = FormatCalendar({event});
  ExpectLinesAreWellFormed(calendar);
  EXPECT_THAT(calendar, HasSubstr("SUMMARY:a\\nSTATUS:CANCELLED\\nb\\nc  \r\n"));
  EXPECT_THAT(calendar, HasSubstr("UID:u\\nX:1\r\n"));
  EXPECT_THAT(calendar, HasSubstr("URL:https://acme.example/a%20b%0D%0AX-OTHER:%C3%BC\r\n"));
}

TEST(ICalendarTest, UniversalTimeNeedsNoZone) {
  const std::string calendar = FormatCalendar({FireDrill("UTC")});
  EXPECT_THAT(calendar, HasSubstr("DTSTART:20261103T090000Z\r\n"));
  EXPECT_THAT(calendar, Not(HasSubstr("VTIMEZONE")));
  EXPECT_EQ(ReadCalendar(calendar)[0].start,
            absl::FromCivil(absl::CivilSecond(2026, 11, 3, 9), absl::UTCTimeZone()));
}

TEST(ICalendarTest, AZoneIsDescribedOnceForTheYearsOfItsEvents) {
  CalendarEvent later = FireDrill();
  later.local = {*ParseLocalTime("2028-01-03T09:00"), *ParseLocalTime("2028-01-03T10:00")};
  const std::string calendar =
      FormatCalendar({later, FireDrill(), FireDrill("Asia/Kolkata"), FireDrill()});
  EXPECT_THAT(calendar, HasSubstr("BEGIN:VTIMEZONE\r\nTZID:Europe/Vienna\r\n"
                                  "BEGIN:STANDARD\r\nDTSTART:20251026T030000\r\n"
                                  "RDATE:20261025T030000,20271031T030000,20281029T030000\r\n"
                                  "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\n"
                                  "END:STANDARD\r\n"
                                  "BEGIN:DAYLIGHT\r\nDTSTART:20260329T020000\r\n"
                                  "RDATE:20270328T020000,20280326T020000\r\n"
                                  "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\n"
                                  "END:DAYLIGHT\r\nEND:VTIMEZONE\r\n"));
  EXPECT_THAT(std::vector<std::string>(absl::StrSplit(calendar, "BEGIN:VTIMEZONE")), SizeIs(3));
}

// Hours around each change of clocks from 2009 to 2028, and some when there is none.
std::vector<CalendarEvent> EventsAroundChanges(const std::string& name) {
  const absl::TimeZone zone = Zone(name);
  std::vector<absl::CivilSecond> middles;
  for (int year = 2009; year <= 2028; ++year) middles.push_back(absl::CivilSecond(year, 6, 15, 12));
  absl::TimeZone::CivilTransition change;
  for (absl::Time at = zone.At(absl::CivilSecond(2009, 1, 1)).pre;
       zone.NextTransition(at, &change) && change.to.year() <= 2028; at = zone.At(change.to).post) {
    middles.push_back(change.from);
    middles.push_back(change.to);
  }
  std::vector<CalendarEvent> events;
  for (const absl::CivilSecond middle : middles) {
    for (int minutes = -150; minutes <= 150; minutes += 15) {
      CalendarEvent event = FireDrill(name);
      event.local = {middle + minutes * 60, middle + (minutes + 195) * 60};
      std::vector<TimeProblem> problems;
      SpanOf(event.local, event.zone, &problems);
      if (problems.empty()) events.push_back(event);
    }
  }
  return events;
}

class ICalendarZoneTest : public ::testing::TestWithParam<std::string> {};

TEST_P(ICalendarZoneTest, CA4_InstantsAreReadBackAcrossChangesOfClocks) {
  const std::vector<CalendarEvent> events = EventsAroundChanges(GetParam());
  ASSERT_GT(events.size(), 300u);
  const std::string calendar = FormatCalendar(events);
  ExpectLinesAreWellFormed(calendar);
  for (const Zones zones : {Zones::kIana, Zones::kOwn}) {
    const std::vector<ReadEvent> read = ReadCalendar(calendar, zones);
    ASSERT_THAT(read, SizeIs(events.size()));
    for (size_t i = 0; i < events.size(); ++i) {
      std::vector<TimeProblem> problems;
      const TimeSpan span = SpanOf(events[i].local, events[i].zone, &problems);
      EXPECT_EQ(read[i].start, span.start) << FormatLocalTime(events[i].local.start);
      EXPECT_EQ(read[i].end, span.end) << FormatLocalTime(events[i].local.end);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Zones, ICalendarZoneTest,
                         ::testing::Values("Europe/Vienna", "America/New_York", "Asia/Kolkata",
                                           "Australia/Lord_Howe", "Pacific/Apia", "UTC",
                                           "Etc/GMT+5", "America/St_Johns"),
                         [](const ::testing::TestParamInfo<std::string>& info) {
                           return absl::StrReplaceAll(info.param, {{"/", "_"}, {"+", "_"}});
                         });

}  // namespace
}  // namespace provost
