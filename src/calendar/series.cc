#include "calendar/series.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace provost {
namespace {

int DaysAfterMonday(absl::Weekday day) { return static_cast<int>(day); }

std::string NameOf(absl::Weekday day) {
  static constexpr absl::string_view kNames[] = {"MONDAY", "TUESDAY",  "WEDNESDAY", "THURSDAY",
                                                 "FRIDAY", "SATURDAY", "SUNDAY"};
  return std::string(kNames[static_cast<size_t>(DaysAfterMonday(day))]);
}

void CheckRule(absl::CivilDay first, const SeriesRule& rule, std::vector<TimeProblem>* problems) {
  if (rule.interval < 1 || rule.interval > kMaxSeriesInterval) {
    problems->push_back({"interval", absl::StrCat(rule.interval),
                         absl::StrCat("wanted 1 to ", kMaxSeriesInterval)});
  }
  if (!rule.weekdays.empty() && rule.unit != SeriesRule::Unit::kWeeks) {
    problems->push_back(
        {"weekdays", NameOf(rule.weekdays.front()), "wanted none: they are for a series by weeks"});
  } else if (!rule.weekdays.empty()) {
    std::vector<absl::Weekday> days = rule.weekdays;
    std::sort(days.begin(), days.end());
    const auto twice = std::adjacent_find(days.begin(), days.end());
    if (twice != days.end()) {
      problems->push_back({"weekdays", NameOf(*twice), "wanted each day once"});
    }
    const absl::Weekday own = absl::GetWeekday(first);
    if (!std::binary_search(days.begin(), days.end(), own)) {
      problems->push_back(
          {"weekdays", NameOf(rule.weekdays.front()),
           absl::StrCat("wanted ", NameOf(own), " among them, on which the first begins")});
    }
  }
  if (rule.until.has_value() && rule.count != 0) {
    problems->push_back({"until", absl::FormatCivilTime(*rule.until),
                         "wanted either a count or a last day, and there are both"});
  } else if (rule.until.has_value()) {
    if (*rule.until < first) {
      problems->push_back(
          {"until", absl::FormatCivilTime(*rule.until),
           absl::StrCat("wanted a day from that of the first on, ", absl::FormatCivilTime(first))});
    }
  } else if (rule.count < 1 || rule.count > kMaxSeriesLength) {
    problems->push_back({"count", absl::StrCat(rule.count),
                         absl::StrCat("wanted 1 to ", kMaxSeriesLength, ", or a last day")});
  }
}

// The days on which one begins, one after the other, without an end.
class Days {
 public:
  Days(absl::CivilDay first, const SeriesRule& rule) : first_(first), rule_(rule) {
    if (rule.unit != SeriesRule::Unit::kWeeks) {
      offsets_ = {0};
      return;
    }
    week_ = first - DaysAfterMonday(absl::GetWeekday(first));
    for (absl::Weekday day : rule.weekdays) offsets_.push_back(DaysAfterMonday(day));
    if (offsets_.empty()) offsets_.push_back(static_cast<int>(first - week_));
    std::sort(offsets_.begin(), offsets_.end());
    while (week_ + offsets_[at_] < first) ++at_;
  }

  // Of a month that has no such day: the first day that is not in it.
  absl::CivilDay Next() {
    const int units = static_cast<int>(round_) * rule_.interval;
    absl::CivilDay day;
    switch (rule_.unit) {
      case SeriesRule::Unit::kDays:
        day = first_ + units;
        break;
      case SeriesRule::Unit::kWeeks:
        day = week_ + 7 * units + offsets_[at_];
        break;
      case SeriesRule::Unit::kMonths: {
        const absl::CivilMonth month = absl::CivilMonth(first_) + units;
        day = std::min(absl::CivilDay(month) + (first_.day() - 1), absl::CivilDay(month + 1));
        break;
      }
    }
    if (++at_ == offsets_.size()) {
      at_ = 0;
      ++round_;
    }
    return day;
  }

 private:
  absl::CivilDay first_;
  const SeriesRule& rule_;
  absl::CivilDay week_;       // The Monday of the first.
  std::vector<int> offsets_;  // Days of each round, from its beginning.
  size_t at_ = 0;
  size_t round_ = 0;
};

}  // namespace

std::vector<Occurrence> ExpandSeries(const LocalSpan& first, const absl::TimeZone& zone,
                                     const SeriesRule& rule, std::vector<TimeProblem>* problems) {
  const size_t problems_before = problems->size();
  const absl::CivilDay first_day(first.start);
  // With a first that is none, each that follows would be refused for the same.
  SpanOf(first, zone, problems);
  CheckRule(first_day, rule, problems);
  if (problems->size() > problems_before) return {};
  std::vector<Occurrence> series;
  Days days(first_day, rule);
  for (;;) {
    const absl::CivilDay day = days.Next();
    if (rule.until.has_value() ? day > *rule.until
                               : series.size() == static_cast<size_t>(rule.count)) {
      break;
    }
    if (series.size() == static_cast<size_t>(kMaxSeriesLength)) {
      problems->push_back(
          {"until", absl::FormatCivilTime(*rule.until),
           absl::StrCat("wanted a day that makes at most ", kMaxSeriesLength, " of them")});
      break;
    }
    if (rule.unit == SeriesRule::Unit::kMonths && day.day() != first_day.day()) {
      problems->push_back({"start", FormatLocalTime(first.start),
                           absl::StrCat("wanted a day that every month of the series has, and ",
                                        absl::FormatCivilTime(absl::CivilMonth(day - 1)),
                                        " has no day ", first_day.day())});
      break;
    }
    const absl::civil_diff_t seconds = absl::CivilSecond(day) - absl::CivilSecond(first_day);
    Occurrence one;
    one.local = {first.start + seconds, first.end + seconds};
    one.time = SpanOf(one.local, zone, problems);
    series.push_back(one);
    if (one.local.end.year() > kMaxLocalYear) break;  // So are all that follow.
  }
  if (problems->size() > problems_before) series.clear();
  return series;
}

}  // namespace provost
