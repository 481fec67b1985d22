#ifndef PROVOST_CALENDAR_SERIES_H_
#define PROVOST_CALENDAR_SERIES_H_

#include <optional>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "calendar/local_time.h"

namespace provost {

/// The most that a series has.
inline constexpr int kMaxSeriesLength = 366;
/// The most days, weeks or months from one to the next.
inline constexpr int kMaxSeriesInterval = 99;

/// How what happens once happens again.
struct SeriesRule {
  enum class Unit { kDays, kWeeks, kMonths };

  Unit unit = Unit::kDays;
  /// In every so-and-so-many-th of them, from that of the first on: 1 to kMaxSeriesInterval. Weeks
  /// begin on Monday.
  int interval = 1;
  /// Of weeks alone, each once, that of the first among them. Empty: that of the first.
  std::vector<absl::Weekday> weekdays;
  /// How many, the first among them: 1 to kMaxSeriesLength. 0: see `until`.
  int count = 0;
  /// The last day on which one may begin, in the zone. Either this or `count` is set.
  std::optional<absl::CivilDay> until;
};

/// One of a series.
struct Occurrence {
  LocalSpan local;
  TimeSpan time;
};

/// The series whose first is `first`, in the order of time: each begins and ends at the same times
/// on the wall, so that one lasts longer or shorter where clocks are changed meanwhile.
///
/// What is wrong is added to `problems`, and the answer is then empty: for `interval`, `weekdays`,
/// `count` and `until`; for `start` and `end`, each time that SpanOf would refuse, and a month that
/// has no day like that of the first: nothing is left out and nothing is moved. A series that comes
/// to more than kMaxSeriesLength is refused. Pure; cost: the length of the series.
std::vector<Occurrence> ExpandSeries(const LocalSpan& first, const absl::TimeZone& zone,
                                     const SeriesRule& rule, std::vector<TimeProblem>* problems);

}  // namespace provost

#endif  // PROVOST_CALENDAR_SERIES_H_
