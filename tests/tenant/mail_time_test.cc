// When mails may go out (KA4, P1): digests and quiet hours by the clocks on people's walls.
#include "tenant/mail_time.h"

#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace provost {
namespace {

using v1::NotificationPreferences;

absl::TimeZone Zone(const std::string& name) {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone(name, &zone)) << name;
  return zone;
}

NotificationPreferences Wants(NotificationPreferences::Digest digest, int hour = 0,
                              int quiet_from = 0, int quiet_until = 0) {
  NotificationPreferences preferences;
  preferences.set_digest(digest);
  preferences.set_digest_hour(hour);
  preferences.set_quiet_from(quiet_from);
  preferences.set_quiet_until(quiet_until);
  return preferences;
}

// `text` as `2026-03-29T02:30:00+01:00`.
absl::Time At(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << text << ": " << error;
  return time;
}

std::string Next(const std::string& now, const NotificationPreferences& preferences,
                 const std::string& zone = "Europe/Vienna") {
  return absl::FormatTime(absl::RFC3339_sec, NextMailTime(At(now), preferences, Zone(zone)),
                          Zone(zone));
}

constexpr int kMinutes = 60;
constexpr auto kNow = NotificationPreferences::IMMEDIATE;
constexpr auto kDaily = NotificationPreferences::DAILY;
constexpr auto kWeekly = NotificationPreferences::WEEKLY;

TEST(MailTimeTest, WhoNeverSaidAnythingGetsEachMailAtOnce) {
  const absl::Time now = At("2026-11-22T03:04:05.006+01:00");
  EXPECT_EQ(NextMailTime(now, NotificationPreferences(), absl::UTCTimeZone()), now);
  EXPECT_EQ(NextMailTime(now, Wants(kNow, 7), absl::UTCTimeZone()), now);
  EXPECT_FALSE(WantsDigest(NotificationPreferences()));
  EXPECT_FALSE(WantsDigest(Wants(kNow)));
  EXPECT_TRUE(WantsDigest(Wants(kDaily)));
  EXPECT_TRUE(WantsDigest(Wants(kWeekly)));
}

TEST(MailTimeTest, ADailyDigestComesAtItsHourInThePersonsZone) {
  EXPECT_EQ(Next("2026-11-22T06:59:59+01:00", Wants(kDaily, 7)), "2026-11-22T07:00:00+01:00");
  EXPECT_EQ(Next("2026-11-22T07:00:00+01:00", Wants(kDaily, 7)), "2026-11-23T07:00:00+01:00")
      << "that one has gone";
  EXPECT_EQ(Next("2026-11-22T06:59:59+01:00", Wants(kDaily, 7), "Asia/Tokyo"),
            "2026-11-23T07:00:00+09:00");
  EXPECT_EQ(Next("2026-12-31T12:00:00+01:00", Wants(kDaily, 0)), "2027-01-01T00:00:00+01:00");
}

TEST(MailTimeTest, AWeeklyDigestComesOnMonday) {
  EXPECT_EQ(Next("2026-11-22T12:00:00+01:00", Wants(kWeekly, 7)), "2026-11-23T07:00:00+01:00");
  EXPECT_EQ(Next("2026-11-23T06:00:00+01:00", Wants(kWeekly, 7)), "2026-11-23T07:00:00+01:00");
  EXPECT_EQ(Next("2026-11-23T07:00:00+01:00", Wants(kWeekly, 7)), "2026-11-30T07:00:00+01:00");
  EXPECT_EQ(Next("2026-11-22T20:00:00+00:00", Wants(kWeekly, 6), "Pacific/Auckland"),
            "2026-11-30T06:00:00+13:00")
      << "there it is Monday already, nine o'clock";
}

TEST(MailTimeTest, ADigestKeepsItsHourAcrossDaylightSaving) {
  // Forward on 29 March 2026 at 02:00, back on 25 October at 03:00.
  EXPECT_EQ(Next("2026-03-28T07:00:00+01:00", Wants(kDaily, 7)), "2026-03-29T07:00:00+02:00");
  EXPECT_EQ(Next("2026-10-24T07:00:00+02:00", Wants(kDaily, 7)), "2026-10-25T07:00:00+01:00");
  EXPECT_EQ(Next("2026-03-23T07:00:00+01:00", Wants(kWeekly, 7)), "2026-03-30T07:00:00+02:00");
}

TEST(MailTimeTest, AnHourThatTheClocksSkipIsTheMomentAtWhichTheyDo) {
  EXPECT_EQ(Next("2026-03-28T12:00:00+01:00", Wants(kDaily, 2)), "2026-03-29T03:00:00+02:00");
  EXPECT_EQ(Next("2026-03-29T03:00:00+02:00", Wants(kDaily, 2)), "2026-03-30T02:00:00+02:00");
  EXPECT_EQ(Next("2026-09-05T12:00:00-04:00", Wants(kDaily, 0), "America/Santiago"),
            "2026-09-06T01:00:00-03:00")
      << "there it is midnight that is skipped";
}

TEST(MailTimeTest, AnHourThatComesTwiceIsTheFirst) {
  EXPECT_EQ(Next("2026-10-24T12:00:00+02:00", Wants(kDaily, 2)), "2026-10-25T02:00:00+02:00");
  EXPECT_EQ(Next("2026-10-25T02:00:00+02:00", Wants(kDaily, 2)), "2026-10-26T02:00:00+01:00")
      << "one digest a day";
  EXPECT_EQ(Next("2026-10-25T02:30:00+01:00", Wants(kDaily, 2)), "2026-10-26T02:00:00+01:00");
}

TEST(MailTimeTest, QuietHoursHoldMailsBack) {
  const NotificationPreferences noon = Wants(kNow, 0, 12 * kMinutes, 13 * kMinutes + 30);
  EXPECT_EQ(Next("2026-11-22T11:59:59+01:00", noon), "2026-11-22T11:59:59+01:00");
  EXPECT_EQ(Next("2026-11-22T12:00:00+01:00", noon), "2026-11-22T13:30:00+01:00");
  EXPECT_EQ(Next("2026-11-22T13:29:59+01:00", noon), "2026-11-22T13:30:00+01:00");
  EXPECT_EQ(Next("2026-11-22T13:30:00+01:00", noon), "2026-11-22T13:30:00+01:00");
  const NotificationPreferences night = Wants(kNow, 0, 22 * kMinutes, 7 * kMinutes);
  EXPECT_EQ(Next("2026-11-22T21:59:00+01:00", night), "2026-11-22T21:59:00+01:00");
  EXPECT_EQ(Next("2026-11-22T22:00:00+01:00", night), "2026-11-23T07:00:00+01:00");
  EXPECT_EQ(Next("2026-11-23T00:00:00+01:00", night), "2026-11-23T07:00:00+01:00");
  EXPECT_EQ(Next("2026-11-23T07:00:00+01:00", night), "2026-11-23T07:00:00+01:00");
  EXPECT_EQ(Next("2026-11-22T12:00:00+01:00", Wants(kNow, 0, 720, 720)),
            "2026-11-22T12:00:00+01:00")
      << "never quiet";
  EXPECT_EQ(Next("2026-11-22T21:00:00+01:00", night, "Asia/Tokyo"), "2026-11-23T07:00:00+09:00")
      << "there it is five in the morning";
}

TEST(MailTimeTest, ADigestInQuietHoursComesAtTheirEnd) {
  EXPECT_EQ(Next("2026-11-22T12:00:00+01:00", Wants(kDaily, 23, 22 * kMinutes, 7 * kMinutes + 15)),
            "2026-11-23T07:15:00+01:00");
  EXPECT_EQ(Next("2026-11-22T12:00:00+01:00", Wants(kWeekly, 6, 22 * kMinutes, 7 * kMinutes)),
            "2026-11-23T07:00:00+01:00");
}

TEST(MailTimeTest, QuietHoursGoByTheClocksAcrossDaylightSaving) {
  const NotificationPreferences until_half_past_two = Wants(kNow, 0, 22 * kMinutes, 150);
  EXPECT_EQ(Next("2026-03-29T01:00:00+01:00", until_half_past_two), "2026-03-29T03:00:00+02:00")
      << "02:30 is skipped";
  EXPECT_EQ(Next("2026-10-25T02:10:00+02:00", until_half_past_two), "2026-10-25T02:30:00+02:00");
  EXPECT_EQ(Next("2026-10-25T02:40:00+02:00", until_half_past_two), "2026-10-25T02:40:00+02:00");
  EXPECT_EQ(Next("2026-10-25T02:10:00+01:00", until_half_past_two), "2026-10-25T02:30:00+01:00")
      << "the clocks show a quiet time again";
  // All but 02:30 to 02:50, which is skipped on that day: the next day has it.
  EXPECT_EQ(Next("2026-03-29T01:00:00+01:00", Wants(kNow, 0, 170, 150)),
            "2026-03-30T02:30:00+02:00");
}

// Whatever is asked for, on whatever day: never before, never in quiet hours, a digest at its hour
// or where something else moved it.
TEST(MailTimeTest, EveryAnswerIsOneThatWasAskedFor) {
  for (const char* name : {"Europe/Vienna", "Australia/Lord_Howe", "America/Santiago", "UTC"}) {
    const absl::TimeZone zone = Zone(name);
    const absl::Time begin = absl::FromCivil(absl::CivilDay(2026, 1, 1), zone);
    for (int step = 0; step < 24 * 366; ++step) {
      const absl::Time now = begin + step * absl::Minutes(61);
      for (const NotificationPreferences& wants :
           {Wants(kDaily, step % 24), Wants(kDaily, 2), Wants(kWeekly, 2),
            Wants(kNow, 0, step % 1440, (step * 7 + 1) % 1440), Wants(kDaily, 1, 60, 150),
            Wants(kNow, 0, 170, 150)}) {
        const absl::Time next = NextMailTime(now, wants, zone);
        ASSERT_GE(next, now);
        ASSERT_LE(next, now + absl::Hours(24 * 8 + 2)) << name << " " << now;
        const absl::CivilMinute minute(zone.At(next).cs);
        const int of_day = static_cast<int>(minute - absl::CivilMinute(absl::CivilDay(minute)));
        const int from = wants.quiet_from();
        const int until = wants.quiet_until();
        const bool quiet = from < until   ? of_day >= from && of_day < until
                           : from > until ? of_day >= from || of_day < until
                                          : false;
        ASSERT_FALSE(quiet) << name << " " << now << " " << wants.ShortDebugString();
        if (WantsDigest(wants) && from == until && of_day != wants.digest_hour() * 60) {
          const auto skipped = zone.At(absl::CivilSecond(absl::CivilMinute(absl::CivilDay(minute)) +
                                                         wants.digest_hour() * 60));
          ASSERT_EQ(skipped.kind, absl::TimeZone::TimeInfo::SKIPPED) << name << " " << next;
          ASSERT_EQ(next, skipped.trans);
        }
      }
    }
  }
}

}  // namespace
}  // namespace provost
