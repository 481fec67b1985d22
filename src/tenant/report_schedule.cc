#include "tenant/report_schedule.h"

#include <algorithm>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "base/time_zone.h"
#include "calendar/local_time.h"
#include "tenant/errors.h"
#include "tenant/settings_row.h"

namespace provost {
namespace {

using v1::ReportSchedule;

constexpr int kDaysOfWeek = 7;
constexpr int kDaysOfMonth = 31;
// After that, a time of it may be none that a Timestamp holds.
constexpr absl::civil_year_t kLastYear = 9998;

// Minutes since midnight, from `07:30`.
std::optional<int> MinuteOfDay(absl::string_view text) {
  constexpr size_t kSize = 5;
  if (text.size() != kSize) return std::nullopt;
  // Of any day.
  const absl::StatusOr<absl::CivilSecond> time = ParseLocalTime(absl::StrCat("2000-01-01T", text));
  if (!time.ok()) return std::nullopt;
  return time->hour() * 60 + time->minute();
}

bool Knows(ReportSchedule::Frequency frequency) {
  return ReportSchedule::Frequency_IsValid(frequency) &&
         frequency != ReportSchedule::FREQUENCY_UNSPECIFIED;
}

bool Names(const ReportSchedule& schedule, absl::CivilDay day) {
  switch (schedule.frequency()) {
    case ReportSchedule::DAILY:
      return true;
    case ReportSchedule::WEEKLY:
      return static_cast<int>(absl::GetWeekday(day)) + 1 == schedule.day();
    case ReportSchedule::MONTHLY: {
      const absl::CivilDay last = absl::CivilDay(absl::CivilMonth(day) + 1) - 1;
      return day.day() == std::min(schedule.day(), last.day());
    }
    default:
      return false;
  }
}

}  // namespace

void CheckReportSchedule(absl::string_view path, const ReportSchedule& schedule,
                         absl::Status* status) {
  const auto bad = [&](absl::string_view field, absl::string_view value, absl::string_view wanted) {
    AddBadField(status, absl::StrCat(path, ".", field), value, wanted);
  };
  const int day = schedule.day();
  switch (schedule.frequency()) {
    case ReportSchedule::DAILY:
      if (day != 0) bad("day", absl::StrCat(day), "wanted 0: it is mailed every day");
      break;
    case ReportSchedule::WEEKLY:
      if (day < 1 || day > kDaysOfWeek) {
        bad("day", absl::StrCat(day), "wanted 1 (Monday) to 7 (Sunday)");
      }
      break;
    case ReportSchedule::MONTHLY:
      if (day < 1 || day > kDaysOfMonth) bad("day", absl::StrCat(day), "wanted 1 to 31");
      break;
    default:
      bad("frequency", absl::StrCat(schedule.frequency()), "wanted DAILY, WEEKLY or MONTHLY");
  }
  if (!MinuteOfDay(schedule.time()).has_value()) {
    bad("time", schedule.time(), "wanted a time of the day like `07:30`");
  }
  if (!schedule.time_zone().empty()) {
    const absl::Status zone = CheckTimeZone(schedule.time_zone());
    if (!zone.ok()) bad("time_zone", schedule.time_zone(), zone.message());
  }
  const v1::ExportOptions::Format format = schedule.options().format();
  if (!v1::ExportOptions::Format_IsValid(format)) {
    bad("options.format", absl::StrCat(format), "wanted CSV or JSON_LINES");
  }
}

absl::Time NextReportRun(const ReportSchedule& schedule, absl::TimeZone zone, absl::Time after) {
  const std::optional<int> minute = MinuteOfDay(schedule.time());
  if (!minute.has_value() || !Knows(schedule.frequency())) return absl::InfiniteFuture();
  // Clocks that are put forward may have moved the one of the day before into this one.
  for (absl::CivilDay day = absl::CivilDay(zone.At(after).cs) - 1; day.year() <= kLastYear; ++day) {
    if (!Names(schedule, day)) continue;
    // `pre` is the first of two, and by how clocks were before they were put forward.
    const absl::Time time = zone.At(absl::CivilSecond(absl::CivilMinute(day) + *minute)).pre;
    if (time > after) return time;
  }
  return absl::InfiniteFuture();
}

absl::StatusOr<absl::TimeZone> ReportZone(const store::Reader& reader, uint64_t tenant,
                                          const ReportSchedule& schedule) {
  absl::TimeZone zone;
  if (!schedule.time_zone().empty() && absl::LoadTimeZone(schedule.time_zone(), &zone)) return zone;
  absl::StatusOr<rows::SettingsRow> settings = ReadSettings(reader, tenant);
  if (!settings.ok()) return settings.status();
  if (!absl::LoadTimeZone(DefaultTimeZone(*settings), &zone)) zone = absl::UTCTimeZone();
  return zone;
}

}  // namespace provost
