#include "tenant/mail_time.h"

#include "absl/time/civil_time.h"

namespace provost {
namespace {

using v1::NotificationPreferences;

// When clocks first show `time`; where they never do, when they skip it.
absl::Time First(absl::CivilMinute time, absl::TimeZone zone) {
  const absl::TimeZone::TimeInfo info = zone.At(absl::CivilSecond(time));
  return info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre;
}

absl::Time NextDigest(absl::Time now, const NotificationPreferences& preferences,
                      absl::TimeZone zone) {
  absl::CivilDay day(zone.At(now).cs);
  if (preferences.digest() == NotificationPreferences::WEEKLY) {
    while (absl::GetWeekday(day) != absl::Weekday::monday) ++day;
  }
  const int days = preferences.digest() == NotificationPreferences::WEEKLY ? 7 : 1;
  for (;; day += days) {
    const absl::Time time = First(absl::CivilMinute(day) + preferences.digest_hour() * 60, zone);
    if (time > now) return time;
  }
}

// The end of the quiet hours that `time` is in; `time` itself where it is in none.
absl::Time EndOfQuiet(absl::Time time, const NotificationPreferences& preferences,
                      absl::TimeZone zone) {
  const int from = preferences.quiet_from();
  const int until = preferences.quiet_until();
  const absl::CivilMinute now(zone.At(time).cs);
  const absl::CivilDay today(now);
  const int minute = static_cast<int>(now - absl::CivilMinute(today));
  const bool over_midnight = until < from;
  if (over_midnight ? minute < from && minute >= until : minute < from || minute >= until) {
    return time;
  }
  const absl::CivilDay last = over_midnight && minute >= from ? today + 1 : today;
  const absl::TimeZone::TimeInfo end = zone.At(absl::CivilSecond(absl::CivilMinute(last) + until));
  if (end.kind == absl::TimeZone::TimeInfo::SKIPPED) return end.trans;
  // The clocks were put back, and show the quiet time for a second time.
  return end.pre > time ? end.pre : end.post;
}

}  // namespace

bool WantsDigest(const NotificationPreferences& preferences) {
  return preferences.digest() == NotificationPreferences::DAILY ||
         preferences.digest() == NotificationPreferences::WEEKLY;
}

absl::Time NextMailTime(absl::Time now, const NotificationPreferences& preferences,
                        absl::TimeZone zone) {
  absl::Time time = WantsDigest(preferences) ? NextDigest(now, preferences, zone) : now;
  if (preferences.quiet_from() == preferences.quiet_until()) return time;
  // Clocks that are put forward over the end of quiet hours may show a quiet time right away.
  for (;;) {
    const absl::Time end = EndOfQuiet(time, preferences, zone);
    if (end <= time) return time;
    time = end;
  }
}

}  // namespace provost
