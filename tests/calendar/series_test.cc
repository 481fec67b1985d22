#include "calendar/series.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace provost {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Unit = SeriesRule::Unit;

struct Expanded {
  std::vector<Occurrence> series;
  std::vector<std::string> starts;
  std::vector<std::string> wrong;  // `field: wanted`
  std::vector<TimeProblem> problems;
};

Expanded Expand(const std::string& start, const std::string& end, const SeriesRule& rule,
                const std::string& zone_name = "Europe/Vienna") {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone(zone_name, &zone));
  Expanded expanded;
  expanded.series =
      ExpandSeries({*ParseLocalTime(start), *ParseLocalTime(end)}, zone, rule, &expanded.problems);
  for (const Occurrence& one : expanded.series) {
    expanded.starts.push_back(FormatLocalTime(one.local.start));
  }
  for (const TimeProblem& problem : expanded.problems) {
    expanded.wrong.push_back(absl::StrCat(problem.field, ": ", problem.wanted));
  }
  return expanded;
}

SeriesRule Rule(Unit unit, int count, int interval = 1, std::vector<absl::Weekday> weekdays = {}) {
  SeriesRule rule;
  rule.unit = unit;
  rule.count = count;
  rule.interval = interval;
  rule.weekdays = std::move(weekdays);
  return rule;
}

SeriesRule Until(Unit unit, absl::CivilDay until) {
  SeriesRule rule;
  rule.unit = unit;
  rule.until = until;
  return rule;
}

TEST(SeriesTest, CA4_DailyAtTheSameTimeAcrossAChangeOfClocks) {
  const Expanded expanded = Expand("2026-10-24T09:00", "2026-10-24T17:00", Rule(Unit::kDays, 3));
  EXPECT_THAT(expanded.starts,
              ElementsAre("2026-10-24T09:00", "2026-10-25T09:00", "2026-10-26T09:00"));
  ASSERT_THAT(expanded.series, SizeIs(3));
  EXPECT_EQ(expanded.series[1].time.start - expanded.series[0].time.start, absl::Hours(25));
  EXPECT_EQ(expanded.series[2].time.start - expanded.series[1].time.start, absl::Hours(24));
}

TEST(SeriesTest, OvernightLastsAsLongAsThatNight) {
  const Expanded expanded = Expand("2026-03-27T22:00", "2026-03-28T06:00", Rule(Unit::kDays, 3));
  ASSERT_THAT(expanded.series, SizeIs(3));
  EXPECT_EQ(expanded.series[0].time.length(), absl::Hours(8));
  EXPECT_EQ(expanded.series[1].time.length(), absl::Hours(7));
  EXPECT_EQ(expanded.series[2].time.length(), absl::Hours(8));
}

TEST(SeriesTest, EverySoManyDays) {
  EXPECT_THAT(Expand("2026-12-30T09:00", "2026-12-30T10:00", Rule(Unit::kDays, 3, 2)).starts,
              ElementsAre("2026-12-30T09:00", "2027-01-01T09:00", "2027-01-03T09:00"));
}

TEST(SeriesTest, WeeklyOnTheDayOfTheFirst) {
  EXPECT_THAT(Expand("2026-11-03T09:00", "2026-11-03T10:00", Rule(Unit::kWeeks, 3)).starts,
              ElementsAre("2026-11-03T09:00", "2026-11-10T09:00", "2026-11-17T09:00"));
}

TEST(SeriesTest, WeeklyOnSeveralDaysBeginsWithTheFirst) {
  // A Wednesday: the Monday of the same week is over.
  EXPECT_THAT(Expand("2026-11-04T09:00", "2026-11-04T10:00",
                     Rule(Unit::kWeeks, 5, 1,
                          {absl::Weekday::friday, absl::Weekday::monday, absl::Weekday::wednesday}))
                  .starts,
              ElementsAre("2026-11-04T09:00", "2026-11-06T09:00", "2026-11-09T09:00",
                          "2026-11-11T09:00", "2026-11-13T09:00"));
}

TEST(SeriesTest, EverySecondWeekCountsWeeksFromMonday) {
  // A Sunday, the last day of its week; the Monday after is in a week that is left out.
  EXPECT_THAT(
      Expand("2026-11-08T09:00", "2026-11-08T10:00",
             Rule(Unit::kWeeks, 4, 2, {absl::Weekday::sunday, absl::Weekday::monday}))
          .starts,
      ElementsAre("2026-11-08T09:00", "2026-11-16T09:00", "2026-11-22T09:00", "2026-11-30T09:00"));
}

TEST(SeriesTest, MonthlyOnTheSameDay) {
  EXPECT_THAT(Expand("2026-10-28T09:00", "2026-10-28T10:00", Rule(Unit::kMonths, 5, 3)).starts,
              ElementsAre("2026-10-28T09:00", "2027-01-28T09:00", "2027-04-28T09:00",
                          "2027-07-28T09:00", "2027-10-28T09:00"));
}

TEST(SeriesTest, AMonthWithoutTheDayIsRefusedByName) {
  EXPECT_THAT(Expand("2026-12-31T09:00", "2026-12-31T10:00", Rule(Unit::kMonths, 2)).starts,
              SizeIs(2));
  EXPECT_THAT(Expand("2026-12-31T09:00", "2026-12-31T10:00", Rule(Unit::kMonths, 3)).wrong,
              ElementsAre("start: wanted a day that every month of the series has, and 2027-02 has "
                          "no day 31"));
  // The 29th of February is there in one year and not in the next.
  EXPECT_THAT(Expand("2028-02-29T09:00", "2028-02-29T10:00", Rule(Unit::kMonths, 2, 12)).wrong,
              ElementsAre(HasSubstr("2029-02 has no day 29")));
}

TEST(SeriesTest, UntilIsTheLastDayInTheZone) {
  EXPECT_THAT(Expand("2026-11-03T23:30", "2026-11-04T00:30",
                     Until(Unit::kDays, absl::CivilDay(2026, 11, 5)), "America/New_York")
                  .starts,
              ElementsAre("2026-11-03T23:30", "2026-11-04T23:30", "2026-11-05T23:30"));
  EXPECT_THAT(Expand("2026-11-03T09:00", "2026-11-03T10:00",
                     Until(Unit::kWeeks, absl::CivilDay(2026, 11, 9)))
                  .starts,
              ElementsAre("2026-11-03T09:00"));
}

TEST(SeriesTest, CA4_OneThatClocksSkipRefusesTheSeriesByName) {
  const Expanded expanded = Expand("2026-03-27T02:15", "2026-03-27T02:45", Rule(Unit::kDays, 5));
  EXPECT_THAT(expanded.series, IsEmpty());
  ASSERT_THAT(expanded.problems, SizeIs(2));
  EXPECT_EQ(expanded.problems[0].field, "start");
  EXPECT_EQ(expanded.problems[0].value, "2026-03-29T02:15");
  EXPECT_THAT(expanded.problems[0].wanted, HasSubstr("wanted a time that exists"));
  EXPECT_EQ(expanded.problems[1].field, "end");
  EXPECT_EQ(expanded.problems[1].value, "2026-03-29T02:45");
}

TEST(SeriesTest, IsAtMost366) {
  EXPECT_THAT(Expand("2026-01-01T09:00", "2026-01-01T10:00", Rule(Unit::kDays, 366)).starts,
              SizeIs(366));
  EXPECT_THAT(Expand("2026-01-01T09:00", "2026-01-01T10:00", Rule(Unit::kDays, 367)).wrong,
              ElementsAre("count: wanted 1 to 366, or a last day"));
  EXPECT_THAT(
      Expand("2026-01-01T09:00", "2026-01-01T10:00", Until(Unit::kDays, absl::CivilDay(2027, 1, 1)))
          .starts,
      SizeIs(366));
  EXPECT_THAT(
      Expand("2026-01-01T09:00", "2026-01-01T10:00", Until(Unit::kDays, absl::CivilDay(2027, 1, 2)))
          .wrong,
      ElementsAre("until: wanted a day that makes at most 366 of them"));
}

TEST(SeriesTest, EndsWithTheYearsOfTheCalendar) {
  const Expanded expanded =
      Expand("2026-01-01T09:00", "2026-01-01T10:00", Rule(Unit::kMonths, 366, 99));
  EXPECT_THAT(expanded.series, IsEmpty());
  EXPECT_THAT(expanded.wrong, ElementsAre("start: wanted a year from 1970 to 2199",
                                          "end: wanted a year from 1970 to 2199"));
}

TEST(SeriesTest, EachThatIsWrongWithTheRuleIsSaid) {
  const auto wrong = [](const SeriesRule& rule) {
    return Expand("2026-11-03T09:00", "2026-11-03T10:00", rule).wrong;
  };
  EXPECT_THAT(wrong(Rule(Unit::kDays, 3, 0)), ElementsAre("interval: wanted 1 to 99"));
  EXPECT_THAT(wrong(Rule(Unit::kDays, 3, 100)), ElementsAre("interval: wanted 1 to 99"));
  EXPECT_THAT(wrong(Rule(Unit::kDays, 0)), ElementsAre("count: wanted 1 to 366, or a last day"));
  EXPECT_THAT(wrong(Rule(Unit::kDays, -1)), ElementsAre("count: wanted 1 to 366, or a last day"));
  EXPECT_THAT(wrong(Rule(Unit::kDays, 3, 1, {absl::Weekday::tuesday})),
              ElementsAre("weekdays: wanted none: they are for a series by weeks"));
  EXPECT_THAT(wrong(Rule(Unit::kWeeks, 3, 1, {absl::Weekday::monday})),
              ElementsAre("weekdays: wanted TUESDAY among them, on which the first begins"));
  EXPECT_THAT(wrong(Rule(Unit::kWeeks, 3, 1, {absl::Weekday::tuesday, absl::Weekday::tuesday})),
              ElementsAre("weekdays: wanted each day once"));
  EXPECT_THAT(wrong(Until(Unit::kDays, absl::CivilDay(2026, 11, 2))),
              ElementsAre("until: wanted a day from that of the first on, 2026-11-03"));
  SeriesRule both = Until(Unit::kDays, absl::CivilDay(2026, 11, 5));
  both.count = 3;
  EXPECT_THAT(wrong(both),
              ElementsAre("until: wanted either a count or a last day, and there are both"));
  EXPECT_THAT(Expand("2026-11-03T09:00", "2026-11-03T09:00", Rule(Unit::kDays, 0)).problems,
              AllOf(SizeIs(2), Contains(Field(&TimeProblem::field, "end")),
                    Contains(Field(&TimeProblem::field, "count"))));
}

}  // namespace
}  // namespace provost
