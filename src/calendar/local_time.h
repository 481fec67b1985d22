#ifndef PROVOST_CALENDAR_LOCAL_TIME_H_
#define PROVOST_CALENDAR_LOCAL_TIME_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace provost {

/// What is wrong with a field.
struct TimeProblem {
  std::string field;   ///< `start`, `end`, or what else of a series.
  std::string value;   ///< As people write it.
  std::string wanted;  ///< Goes on from the field: "wanted a day from ...".
};

/// The first and the last year of a local time.
inline constexpr int kMinLocalYear = 1970;
inline constexpr int kMaxLocalYear = 2199;

/// The longest that something lasts without a break: what overlaps is found by looking back as far.
inline constexpr absl::Duration kMaxSpan = absl::Hours(31 * 24);

/// What a clock on the wall shows, from its text: `2026-11-03T09:00` or `2026-11-03T09:00:00`.
/// INVALID_ARGUMENT, whose message goes on from the name of a field, for everything else, days that
/// are in no calendar among it, and for years that are not among those above. Pure.
absl::StatusOr<absl::CivilSecond> ParseLocalTime(absl::string_view text);

/// A day, from its text: `2026-11-03`. Errors as above. Pure.
absl::StatusOr<absl::CivilDay> ParseLocalDate(absl::string_view text);

/// `2026-11-03T09:00`, with seconds where there are any, which ParseLocalTime reads.
std::string FormatLocalTime(absl::CivilSecond local);

/// When clocks in the zone show `local`. Where they show it twice, because they are put back, it is
/// the first time, as RFC 5545 has it. INVALID_ARGUMENT where they never show it, because they are
/// put forward over it: the message goes on from the name of a field, says from when to when they
/// are put and what the nearest times are that exist. Pure.
absl::StatusOr<absl::Time> TimeOfLocal(absl::CivilSecond local, const absl::TimeZone& zone);

/// From one time on a wall to another, in the same zone.
struct LocalSpan {
  absl::CivilSecond start;
  absl::CivilSecond end;
};

/// From `start` on, until `end`, which is not part of it.
struct TimeSpan {
  absl::Time start;
  absl::Time end;

  /// As long as it really takes, whatever is done to the clocks meanwhile.
  absl::Duration length() const { return end - start; }
};

/// True where some instant is in both. One that begins when the other ends does not overlap it.
inline bool Overlap(const TimeSpan& a, const TimeSpan& b) {
  return a.start < b.end && b.start < a.end;
}

/// When the span is. What is wrong with it is added to `problems`, for the fields `start` and
/// `end`, and the answer is then of no use: a time that does not exist (see TimeOfLocal), years
/// beyond those above, an end that is not after the start, more than kMaxSpan. Pure.
TimeSpan SpanOf(const LocalSpan& local, const absl::TimeZone& zone,
                std::vector<TimeProblem>* problems);

}  // namespace provost

#endif  // PROVOST_CALENDAR_LOCAL_TIME_H_
