#include "tools/provost/times.h"

#include <cstdint>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"

namespace provost::cli {
namespace {

// Years 1 to 9999, as protobuf has them.
constexpr absl::Time kFirst = absl::FromUnixSeconds(-62135596800);
constexpr absl::Time kEnd = absl::FromUnixSeconds(253402300800);

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

absl::Status NotATime(absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(
      "`", text,
      "` is not a time: write `2026-11-03T09:00:00Z`, `2026-11-03` (midnight, UTC), `now`, or an "
      "amount from now such as `+30d` or `-7d`"));
}

}  // namespace

absl::StatusOr<absl::Duration> ParseSpan(absl::string_view text) {
  const absl::Status wrong = absl::InvalidArgumentError(
      absl::StrCat("`", text,
                   "` is not a length of time: write a number and a unit, such as `30s`, `90m`, "
                   "`12h`, `30d` or `2w`"));
  if (text.size() < 2) return wrong;
  uint32_t number = 0;
  if (text[0] == '+' || !absl::SimpleAtoi(text.substr(0, text.size() - 1), &number) ||
      number == 0) {
    return wrong;
  }
  switch (text.back()) {
    case 's':
      return absl::Seconds(number);
    case 'm':
      return absl::Minutes(number);
    case 'h':
      return absl::Hours(number);
    case 'd':
      return absl::Hours(24) * number;
    case 'w':
      return absl::Hours(24 * 7) * number;
    default:
      return wrong;
  }
}

absl::StatusOr<google::protobuf::Timestamp> ParseTime(absl::string_view text, absl::Time now) {
  absl::Time time;
  absl::string_view amount = text;
  std::string error;
  if (text == "now") {
    time = now;
  } else if (absl::ConsumePrefix(&amount, "+")) {
    const absl::StatusOr<absl::Duration> span = ParseSpan(amount);
    if (!span.ok()) return NotATime(text);
    time = now + *span;
  } else if (absl::ConsumePrefix(&amount, "-")) {
    const absl::StatusOr<absl::Duration> span = ParseSpan(amount);
    if (!span.ok()) return NotATime(text);
    time = now - *span;
  } else if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error) &&
             !absl::ParseTime("%Y-%m-%d", text, &time, &error)) {
    return NotATime(text);
  }
  if (time < kFirst || time >= kEnd) {
    return absl::InvalidArgumentError(absl::StrCat("`", text, "` is outside the years 1 to 9999"));
  }
  google::protobuf::Timestamp out;
  out.set_seconds(absl::ToUnixSeconds(time));
  out.set_nanos(
      static_cast<int32_t>((time - absl::FromUnixSeconds(out.seconds())) / absl::Nanoseconds(1)));
  return out;
}

bool ParseDay(absl::string_view text, absl::CivilDay* day) {
  constexpr size_t kSize = 10;
  return text.size() == kSize && absl::ParseCivilTime(text, day) && day->year() >= 1;
}

google::protobuf::Timestamp FirstSecondOf(absl::CivilDay day, absl::TimeZone zone) {
  google::protobuf::Timestamp time;
  time.set_seconds(absl::ToUnixSeconds(absl::FromCivil(day, zone)));
  return time;
}

google::protobuf::Timestamp LastSecondOf(absl::CivilDay day, absl::TimeZone zone) {
  google::protobuf::Timestamp time = FirstSecondOf(day + 1, zone);
  time.set_seconds(time.seconds() - 1);
  return time;
}

absl::StatusOr<google::protobuf::Timestamp> ReadTime(absl::string_view option,
                                                     absl::string_view text) {
  absl::StatusOr<google::protobuf::Timestamp> time = ParseTime(text, absl::Now());
  if (time.ok()) return time;
  return absl::InvalidArgumentError(absl::StrCat(option, ": ", time.status().message()));
}

std::string FormatTime(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%E4Y-%m-%dT%H:%M:%SZ", ToTime(time), absl::UTCTimeZone());
}

std::string FormatDistance(const google::protobuf::Timestamp& time,
                           const google::protobuf::Timestamp& now) {
  const absl::Duration distance = ToTime(time) - ToTime(now);
  const int64_t seconds = std::abs(absl::ToInt64Seconds(distance));
  struct Unit {
    int64_t seconds;
    absl::string_view name;
  };
  constexpr Unit kUnits[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
  for (const Unit& unit : kUnits) {
    const int64_t count = seconds / unit.seconds;
    if (count == 0) continue;
    const std::string amount = absl::StrCat(count, " ", unit.name, count == 1 ? "" : "s");
    return distance > absl::ZeroDuration() ? absl::StrCat("in ", amount)
                                           : absl::StrCat(amount, " ago");
  }
  return "now";
}

google::protobuf::Duration ToProtoDuration(absl::Duration duration) {
  google::protobuf::Duration out;
  const int64_t seconds = absl::ToInt64Seconds(duration);
  out.set_seconds(seconds);
  out.set_nanos(static_cast<int32_t>((duration - absl::Seconds(seconds)) / absl::Nanoseconds(1)));
  return out;
}

}  // namespace provost::cli
