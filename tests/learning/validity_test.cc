#include "learning/validity.h"

#include <string>

#include "gmock/gmock.h"

namespace provost {
namespace {

absl::TimeZone Zone(const std::string& name) {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone(name, &zone));
  return zone;
}

absl::Time Vienna(absl::CivilSecond local) { return absl::FromCivil(local, Zone("Europe/Vienna")); }

v1::Recertification Months(int months) {
  v1::Recertification rule;
  rule.set_valid_months(months);
  return rule;
}

TEST(ExpireTime, IsNeverWhereNothingIsSaid) {
  EXPECT_EQ(ExpireTime(v1::Recertification(), absl::UnixEpoch(), absl::UTCTimeZone()),
            absl::InfiniteFuture());
}

TEST(ExpireTime, DaysAreTimes24Hours) {
  v1::Recertification rule;
  rule.set_valid_days(30);
  EXPECT_EQ(
      ExpireTime(rule, Vienna(absl::CivilSecond(2026, 3, 15, 12, 0, 0)), Zone("Europe/Vienna")),
      Vienna(absl::CivilSecond(2026, 4, 14, 13, 0, 0)));
}

TEST(ExpireTime, MonthsAreOfTheCalendarAndEndsOfMonthsAreKept) {
  const absl::TimeZone zone = Zone("Europe/Vienna");
  struct Case {
    absl::CivilSecond done;
    int months;
    absl::CivilSecond expire;
  };
  for (const Case& each : {
           Case{absl::CivilSecond(2026, 1, 31, 9, 0, 0), 1,
                absl::CivilSecond(2026, 2, 28, 9, 0, 0)},
           Case{absl::CivilSecond(2028, 1, 31, 9, 0, 0), 1,
                absl::CivilSecond(2028, 2, 29, 9, 0, 0)},
           Case{absl::CivilSecond(2028, 2, 29, 9, 0, 0), 12,
                absl::CivilSecond(2029, 2, 28, 9, 0, 0)},
           Case{absl::CivilSecond(2026, 8, 31, 9, 0, 0), 15,
                absl::CivilSecond(2027, 11, 30, 9, 0, 0)},
           Case{absl::CivilSecond(2026, 12, 5, 9, 0, 0), 1200,
                absl::CivilSecond(2126, 12, 5, 9, 0, 0)},
           // 2:30 on the day on which clocks are put from 2:00 to 3:00.
           Case{absl::CivilSecond(2026, 2, 28, 2, 30, 0), 1,
                absl::CivilSecond(2026, 3, 28, 2, 30, 0)},
           Case{absl::CivilSecond(2026, 1, 29, 2, 30, 0), 2,
                absl::CivilSecond(2026, 3, 29, 3, 0, 0)},
       }) {
    EXPECT_EQ(ExpireTime(Months(each.months), Vienna(each.done), zone), Vienna(each.expire))
        << each.done << " + " << each.months;
  }
}

TEST(ExpireTime, ThePartOfASecondIsKept) {
  const absl::Time done = absl::UnixEpoch() + absl::Nanoseconds(7);
  EXPECT_EQ(ExpireTime(Months(1), done, absl::UTCTimeZone()),
            absl::UnixEpoch() + absl::Hours(24 * 31) + absl::Nanoseconds(7));
}

}  // namespace
}  // namespace provost
