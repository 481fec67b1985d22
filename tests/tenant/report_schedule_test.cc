// When saved reports are mailed (RE1, CA6): by the clocks on the wall, whatever is done to them.
#include "tenant/report_schedule.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace provost {
namespace {

using v1::ReportSchedule;

absl::TimeZone Zone(const std::string& name) {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone(name, &zone)) << name;
  return zone;
}

ReportSchedule When(ReportSchedule::Frequency frequency, int day, const std::string& time) {
  ReportSchedule schedule;
  schedule.set_frequency(frequency);
  schedule.set_day(day);
  schedule.set_time(time);
  return schedule;
}

ReportSchedule Daily(const std::string& time) { return When(ReportSchedule::DAILY, 0, time); }
ReportSchedule Weekly(int day, const std::string& time) {
  return When(ReportSchedule::WEEKLY, day, time);
}
ReportSchedule Monthly(int day, const std::string& time) {
  return When(ReportSchedule::MONTHLY, day, time);
}

// `text` as `2026-03-29T02:30:00+01:00`.
absl::Time At(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << text << ": " << error;
  return time;
}

std::string Next(const ReportSchedule& schedule, const std::string& after,
                 const std::string& zone = "Europe/Berlin") {
  return absl::FormatTime(absl::RFC3339_sec, NextReportRun(schedule, Zone(zone), At(after)),
                          Zone(zone));
}

TEST(ReportScheduleTest, ItIsStrictlyAfter) {
  EXPECT_EQ(Next(Daily("07:30"), "2026-11-22T07:29:59.999999999+01:00"),
            "2026-11-22T07:30:00+01:00");
  EXPECT_EQ(Next(Daily("07:30"), "2026-11-22T07:30:00+01:00"), "2026-11-23T07:30:00+01:00");
  EXPECT_EQ(Next(Daily("00:00"), "2026-12-31T00:00:00+01:00"), "2027-01-01T00:00:00+01:00");
  EXPECT_EQ(Next(Daily("23:59"), "2026-11-22T06:00:00+00:00", "Asia/Tokyo"),
            "2026-11-22T23:59:00+09:00");
}

TEST(ReportScheduleTest, WeeksBeginOnMonday) {
  EXPECT_EQ(Next(Weekly(1, "07:30"), "2026-11-22T12:00:00+01:00"), "2026-11-23T07:30:00+01:00");
  EXPECT_EQ(Next(Weekly(7, "07:30"), "2026-11-22T07:00:00+01:00"), "2026-11-22T07:30:00+01:00");
  EXPECT_EQ(Next(Weekly(7, "07:30"), "2026-11-22T07:30:00+01:00"), "2026-11-29T07:30:00+01:00");
  EXPECT_EQ(Next(Weekly(1, "06:00"), "2026-11-22T16:30:00+00:00", "Pacific/Auckland"),
            "2026-11-23T06:00:00+13:00")
      << "there it is Monday already";
}

TEST(ReportScheduleTest, ADayThatAMonthDoesNotHaveIsItsLast) {
  EXPECT_EQ(Next(Monthly(31, "07:30"), "2026-01-31T07:30:00+01:00"), "2026-02-28T07:30:00+01:00");
  EXPECT_EQ(Next(Monthly(31, "07:30"), "2026-02-28T07:30:00+01:00"), "2026-03-31T07:30:00+02:00");
  EXPECT_EQ(Next(Monthly(31, "07:30"), "2026-03-31T07:30:00+02:00"), "2026-04-30T07:30:00+02:00");
  EXPECT_EQ(Next(Monthly(29, "07:30"), "2026-02-01T00:00:00+01:00"), "2026-02-28T07:30:00+01:00");
  EXPECT_EQ(Next(Monthly(1, "07:30"), "2026-12-01T07:30:00+01:00"), "2027-01-01T07:30:00+01:00");
}

TEST(ReportScheduleTest, LeapYears) {
  EXPECT_EQ(Next(Monthly(29, "07:30"), "2028-02-01T00:00:00+01:00"), "2028-02-29T07:30:00+01:00");
  EXPECT_EQ(Next(Monthly(31, "07:30"), "2028-02-01T00:00:00+01:00"), "2028-02-29T07:30:00+01:00");
  EXPECT_EQ(Next(Monthly(30, "07:30"), "2100-02-01T00:00:00+01:00"), "2100-02-28T07:30:00+01:00");
  EXPECT_EQ(Next(Daily("07:30"), "2028-02-28T07:30:00+01:00"), "2028-02-29T07:30:00+01:00");
}

TEST(ReportScheduleTest, ATimeThatTheClocksSkipIsAsMuchLater) {
  EXPECT_EQ(Next(Daily("02:30"), "2026-03-28T12:00:00+01:00"), "2026-03-29T03:30:00+02:00");
  EXPECT_EQ(Next(Daily("02:30"), "2026-03-29T03:30:00+02:00"), "2026-03-30T02:30:00+02:00");
  EXPECT_EQ(Next(Daily("02:00"), "2026-03-28T12:00:00+01:00"), "2026-03-29T03:00:00+02:00");
  EXPECT_EQ(Next(Weekly(7, "02:30"), "2026-03-05T12:00:00-05:00", "America/New_York"),
            "2026-03-08T03:30:00-04:00");
  EXPECT_EQ(Next(Monthly(4, "02:10"), "2026-10-01T00:00:00+10:30", "Australia/Lord_Howe"),
            "2026-10-04T02:40:00+11:00")
      << "half an hour";
  EXPECT_EQ(Next(Daily("00:15"), "2026-09-05T12:00:00-04:00", "America/Santiago"),
            "2026-09-06T01:15:00-03:00");
  // There the 30th of December 2011 was left out.
  EXPECT_EQ(Next(Monthly(30, "07:30"), "2011-12-29T12:00:00-10:00", "Pacific/Apia"),
            "2011-12-31T07:30:00+14:00");
  EXPECT_EQ(Next(Monthly(30, "07:30"), "2011-12-31T06:00:00+14:00", "Pacific/Apia"),
            "2011-12-31T07:30:00+14:00");
  EXPECT_EQ(Next(Daily("07:30"), "2011-12-31T07:30:00+14:00", "Pacific/Apia"),
            "2012-01-01T07:30:00+14:00")
      << "not twice";
}

TEST(ReportScheduleTest, ATimeThatComesTwiceIsTheFirst) {
  EXPECT_EQ(Next(Daily("02:30"), "2026-10-24T12:00:00+02:00"), "2026-10-25T02:30:00+02:00");
  EXPECT_EQ(Next(Daily("02:30"), "2026-10-25T02:30:00+02:00"), "2026-10-26T02:30:00+01:00");
  EXPECT_EQ(Next(Daily("02:30"), "2026-10-25T02:10:00+01:00"), "2026-10-26T02:30:00+01:00");
  EXPECT_EQ(Next(Daily("01:45"), "2026-04-05T00:00:00+11:00", "Australia/Lord_Howe"),
            "2026-04-05T01:45:00+11:00");
}

TEST(ReportScheduleTest, NeverIsTheInfiniteFuture) {
  EXPECT_EQ(NextReportRun(ReportSchedule(), Zone("UTC"), absl::UnixEpoch()),
            absl::InfiniteFuture());
  EXPECT_EQ(NextReportRun(Daily("07:30"), Zone("UTC"), absl::InfiniteFuture()),
            absl::InfiniteFuture());
  EXPECT_EQ(NextReportRun(Monthly(31, "07:30"), Zone("America/New_York"),
                          At("9998-12-31T23:00:00+00:00")),
            absl::InfiniteFuture());
}

// Walks from minute to minute: what a clock on the wall shows, minute by minute, tells each run.
std::vector<absl::Time> Walk(const ReportSchedule& schedule, absl::TimeZone zone, absl::Time begin,
                             absl::Time end) {
  int hour = std::stoi(schedule.time().substr(0, 2));
  int minute = std::stoi(schedule.time().substr(3));
  const auto named = [&](absl::CivilMinute at) {
    if (at.hour() != hour || at.minute() != minute) return false;
    if (schedule.frequency() == ReportSchedule::DAILY) return true;
    if (schedule.frequency() == ReportSchedule::WEEKLY) {
      return static_cast<int>(absl::GetWeekday(at)) == schedule.day() - 1;
    }
    const bool last = absl::CivilDay(at).month() != (absl::CivilDay(at) + 1).month();
    return at.day() == schedule.day() || (last && at.day() < schedule.day());
  };
  std::vector<absl::Time> runs;
  absl::CivilMinute highest(zone.At(begin).cs);
  for (absl::Time time = begin + absl::Minutes(1); time < end; time += absl::Minutes(1)) {
    const absl::CivilMinute shown(zone.At(time).cs);
    // Minutes that were never shown come as much later as the clocks jumped: now and in the
    // minutes that follow.
    const absl::civil_diff_t jump = shown - highest;
    for (absl::CivilMinute skipped = highest + 1; jump > 1 && skipped < shown; ++skipped) {
      if (named(skipped)) runs.push_back(time + absl::Minutes(skipped - highest - 1));
    }
    if (jump > 0 && named(shown)) runs.push_back(time);
    highest = std::max(highest, shown);
  }
  std::sort(runs.begin(), runs.end());
  runs.erase(std::unique(runs.begin(), runs.end()), runs.end());
  return runs;
}

TEST(ReportScheduleTest, ItIsWhatAWalkFromMinuteToMinuteFinds) {
  for (const char* name : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                           "America/Santiago", "Africa/Casablanca", "UTC"}) {
    const absl::TimeZone zone = Zone(name);
    const absl::Time begin = absl::FromCivil(absl::CivilDay(2027, 12, 20), zone);
    const absl::Time end = absl::FromCivil(absl::CivilDay(2029, 1, 10), zone);
    for (const ReportSchedule& schedule :
         {Daily("02:30"), Daily("02:00"), Daily("00:15"), Daily("23:45"), Daily("03:00"),
          Daily("01:45"), Weekly(7, "02:15"), Weekly(1, "00:00"), Weekly(3, "07:30"),
          Monthly(31, "02:30"), Monthly(29, "23:59"), Monthly(30, "00:10"), Monthly(1, "07:30")}) {
      const std::vector<absl::Time> runs = Walk(schedule, zone, begin, end);
      ASSERT_GT(runs.size(), 10u);
      absl::Time after = begin;
      for (const absl::Time run : runs) {
        ASSERT_EQ(NextReportRun(schedule, zone, after), run)
            << name << " after " << after << ": " << schedule.ShortDebugString();
        ASSERT_EQ(NextReportRun(schedule, zone, run - absl::Nanoseconds(1)), run);
        ASSERT_EQ(NextReportRun(schedule, zone, after + (run - after) / 2), run);
        after = run;
      }
      ASSERT_GE(NextReportRun(schedule, zone, after), end);
    }
  }
}

std::string Problems(const ReportSchedule& schedule) {
  absl::Status status;
  CheckReportSchedule("report.schedule", schedule, &status);
  return std::string(status.message());
}

TEST(ReportScheduleTest, EachFieldIsCheckedByItself) {
  for (const ReportSchedule& fine :
       {Daily("00:00"), Daily("23:59"), Weekly(1, "07:30"), Weekly(7, "07:30"), Monthly(1, "07:30"),
        Monthly(31, "07:30")}) {
    EXPECT_EQ(Problems(fine), "");
  }
  for (const char* time : {"", "7:30", "07:3", "24:00", "07:60", "07.30", "07:30:00", " 7:30",
                           "-1:30", "07:30Z", "0730"}) {
    const std::string problems = Problems(Daily(time));
    EXPECT_NE(problems.find("report.schedule.time"), std::string::npos) << time;
    EXPECT_NE(problems.find("wanted a time of the day like `07:30`"), std::string::npos) << time;
  }
  EXPECT_NE(Problems(When(ReportSchedule::DAILY, 1, "07:30")).find("wanted 0"), std::string::npos);
  for (const int day : {-1, 0, 8}) {
    EXPECT_NE(Problems(Weekly(day, "07:30")).find("report.schedule.day"), std::string::npos) << day;
  }
  for (const int day : {-1, 0, 32}) {
    EXPECT_NE(Problems(Monthly(day, "07:30")).find("wanted 1 to 31"), std::string::npos) << day;
  }
  ReportSchedule all;
  all.set_time_zone("Europe/Nowhere");
  all.mutable_options()->set_format(static_cast<v1::ExportOptions::Format>(7));
  const std::string problems = Problems(all);
  for (const char* field : {"frequency", "time", "time_zone", "options.format"}) {
    EXPECT_NE(problems.find(std::string("report.schedule.") + field), std::string::npos)
        << field << ": " << problems;
  }
  all = Daily("07:30");
  all.set_time_zone("Australia/Lord_Howe");
  all.mutable_options()->set_format(v1::ExportOptions::JSON_LINES);
  EXPECT_EQ(Problems(all), "");
}

}  // namespace
}  // namespace provost
