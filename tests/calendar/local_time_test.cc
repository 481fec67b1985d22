#include "calendar/local_time.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::TimeZone Zone(const std::string& name) {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone(name, &zone)) << name;
  return zone;
}

absl::CivilSecond Local(const std::string& text) {
  const absl::StatusOr<absl::CivilSecond> local = ParseLocalTime(text);
  EXPECT_TRUE(local.ok()) << text << ": " << local.status();
  return local.value_or(absl::CivilSecond());
}

std::string InUtc(const std::string& local, const std::string& zone) {
  const absl::StatusOr<absl::Time> time = TimeOfLocal(Local(local), Zone(zone));
  return time.ok() ? FormatLocalTime(absl::ToCivilSecond(*time, absl::UTCTimeZone()))
                   : std::string(time.status().message());
}

// What is wrong with a span, as `field: wanted`.
std::vector<std::string> Wrong(const std::string& start, const std::string& end,
                               const std::string& zone) {
  std::vector<TimeProblem> problems;
  SpanOf({Local(start), Local(end)}, Zone(zone), &problems);
  std::vector<std::string> texts;
  for (const TimeProblem& problem : problems)
    texts.push_back(problem.field + ": " + problem.wanted);
  return texts;
}

TEST(LocalTimeTest, IsReadAndWritten) {
  EXPECT_EQ(FormatLocalTime(Local("2026-11-03T09:00")), "2026-11-03T09:00");
  EXPECT_EQ(FormatLocalTime(Local("2026-11-03T09:00:00")), "2026-11-03T09:00");
  EXPECT_EQ(FormatLocalTime(Local("2026-11-03T09:00:07")), "2026-11-03T09:00:07");
  EXPECT_EQ(FormatLocalTime(Local("1970-01-01T00:00")), "1970-01-01T00:00");
  EXPECT_EQ(FormatLocalTime(Local("2199-12-31T23:59:59")), "2199-12-31T23:59:59");
  EXPECT_EQ(*ParseLocalDate("2028-02-29"), absl::CivilDay(2028, 2, 29));
}

TEST(LocalTimeTest, WhatIsNoTimeOfADayIsRefused) {
  for (const char* text :
       {"", "2026-11-03", "2026-11-03 09:00", "2026-11-03T9:00", "2026-11-03T09:00Z",
        "2026-11-03T09:00:00+01:00", "2026-02-29T09:00", "2026-13-01T09:00", "2026-00-01T09:00",
        "2026-11-03T24:00", "2026-11-03T09:60", "2026-11-03T09:00:60", " 2026-11-03T09:00",
        "2026-11-03T09:00:", "+026-11-03T09:00"}) {
    EXPECT_EQ(ParseLocalTime(text).status().message(),
              "wanted a local time like `2026-11-03T09:00`")
        << text;
  }
  for (const char* text : {"", "2026-11-3", "2026-02-30", "2026-11-03T09:00"}) {
    EXPECT_EQ(ParseLocalDate(text).status().message(), "wanted a day like `2026-11-03`") << text;
  }
}

TEST(LocalTimeTest, YearsHaveAnEnd) {
  for (const char* text : {"1969-12-31T23:59:59", "2200-01-01T00:00", "9999-01-01T00:00"}) {
    EXPECT_EQ(ParseLocalTime(text).status().message(), "wanted a year from 1970 to 2199") << text;
  }
  EXPECT_EQ(ParseLocalDate("2200-01-01").status().message(), "wanted a year from 1970 to 2199");
}

TEST(LocalTimeTest, IsAnInstantByTheOffsetOfTheDay) {
  EXPECT_EQ(InUtc("2026-01-15T09:00", "Europe/Vienna"), "2026-01-15T08:00");
  EXPECT_EQ(InUtc("2026-07-15T09:00", "Europe/Vienna"), "2026-07-15T07:00");
  EXPECT_EQ(InUtc("2026-07-15T09:00", "Asia/Kolkata"), "2026-07-15T03:30");
  EXPECT_EQ(InUtc("2026-07-15T09:00", "UTC"), "2026-07-15T09:00");
  // A year for which no change of clocks is written down one by one.
  EXPECT_EQ(InUtc("2150-07-15T09:00", "Europe/Vienna"), "2150-07-15T07:00");
}

TEST(LocalTimeTest, CA4_WhatClocksSkipIsRefusedWithTheNearestThatExist) {
  EXPECT_EQ(InUtc("2026-03-29T02:30", "Europe/Vienna"),
            "wanted a time that exists in `Europe/Vienna`, where clocks are put forward from "
            "2026-03-29T02:00 to 2026-03-29T03:00; the nearest are 2026-03-29T01:59:59 and "
            "2026-03-29T03:00");
  EXPECT_THAT(InUtc("2026-03-29T02:00", "Europe/Vienna"), HasSubstr("put forward"));
  EXPECT_EQ(InUtc("2026-03-29T01:59:59", "Europe/Vienna"), "2026-03-29T00:59:59");
  EXPECT_EQ(InUtc("2026-03-29T03:00", "Europe/Vienna"), "2026-03-29T01:00");
  // By half an hour.
  EXPECT_THAT(InUtc("2026-10-04T02:15", "Australia/Lord_Howe"),
              HasSubstr("from 2026-10-04T02:00 to 2026-10-04T02:30"));
  // By a day.
  EXPECT_THAT(InUtc("2011-12-30T12:00", "Pacific/Apia"),
              HasSubstr("from 2011-12-30T00:00 to 2011-12-31T00:00; the nearest are "
                        "2011-12-29T23:59:59 and 2011-12-31T00:00"));
}

TEST(LocalTimeTest, WhatClocksShowTwiceIsTheFirst) {
  EXPECT_EQ(InUtc("2026-10-25T02:30", "Europe/Vienna"), "2026-10-25T00:30");
  EXPECT_EQ(InUtc("2026-11-01T01:30", "America/New_York"), "2026-11-01T05:30");
  EXPECT_EQ(InUtc("2026-04-05T01:45", "Australia/Lord_Howe"), "2026-04-04T14:45");
}

TEST(TimeSpanTest, LastsAsLongAsItReallyTakes) {
  std::vector<TimeProblem> problems;
  const auto hours = [&](const std::string& start, const std::string& end,
                         const std::string& zone) {
    return absl::ToDoubleHours(SpanOf({Local(start), Local(end)}, Zone(zone), &problems).length());
  };
  EXPECT_EQ(hours("2026-03-28T22:00", "2026-03-29T06:00", "Europe/Vienna"), 7);
  EXPECT_EQ(hours("2026-10-24T22:00", "2026-10-25T06:00", "Europe/Vienna"), 9);
  EXPECT_EQ(hours("2026-10-25T01:00", "2026-10-25T03:00", "Europe/Vienna"), 3);
  EXPECT_EQ(hours("2026-10-25T02:30", "2026-10-25T02:45", "Europe/Vienna"), 0.25);
  EXPECT_EQ(hours("2026-04-05T00:00", "2026-04-05T08:00", "Australia/Lord_Howe"), 8.5);
  EXPECT_EQ(hours("2011-12-29T12:00", "2011-12-31T12:00", "Pacific/Apia"), 24);
  EXPECT_THAT(problems, IsEmpty());
}

TEST(TimeSpanTest, CA4_EndsAfterItsStart) {
  EXPECT_THAT(Wrong("2026-11-03T09:00", "2026-11-03T08:00", "Europe/Vienna"),
              ElementsAre("end: wanted a time after the start, 2026-11-03T09:00"));
  EXPECT_THAT(Wrong("2026-11-03T09:00", "2026-11-03T09:00", "Europe/Vienna"),
              ElementsAre("end: wanted a time after the start, 2026-11-03T09:00"));
  EXPECT_THAT(Wrong("2026-11-03T09:00", "2026-11-03T09:00:01", "Europe/Vienna"), IsEmpty());
}

TEST(TimeSpanTest, LastsAMonthAtMost) {
  EXPECT_THAT(Wrong("2026-11-03T09:00", "2026-12-04T09:00", "Europe/Vienna"), IsEmpty());
  EXPECT_THAT(Wrong("2026-11-03T09:00", "2026-12-04T09:00:01", "Europe/Vienna"),
              ElementsAre("end: wanted a time at most 31 days after the start, 2026-11-03T09:00"));
  // By the hours that pass: clocks are put back meanwhile.
  EXPECT_THAT(Wrong("2026-10-10T09:00", "2026-11-10T09:00", "Europe/Vienna"),
              ElementsAre("end: wanted a time at most 31 days after the start, 2026-10-10T09:00"));
}

TEST(TimeSpanTest, EachEndIsJudgedByItself) {
  EXPECT_THAT(Wrong("2026-03-29T02:10", "2026-03-29T02:40", "Europe/Vienna"),
              ElementsAre(HasSubstr("start: wanted a time that exists"),
                          HasSubstr("end: wanted a time that exists")));
}

TEST(TimeSpanTest, OverlapIsHalfOpen) {
  const auto at = [](int start, int end) {
    return TimeSpan{absl::FromUnixSeconds(start), absl::FromUnixSeconds(end)};
  };
  EXPECT_TRUE(Overlap(at(10, 20), at(19, 30)));
  EXPECT_TRUE(Overlap(at(10, 20), at(12, 13)));
  EXPECT_TRUE(Overlap(at(12, 13), at(10, 20)));
  EXPECT_FALSE(Overlap(at(10, 20), at(20, 30)));
  EXPECT_FALSE(Overlap(at(20, 30), at(10, 20)));
}

}  // namespace
}  // namespace provost
