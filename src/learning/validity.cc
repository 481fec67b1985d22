#include "learning/validity.h"

#include <algorithm>

#include "absl/time/civil_time.h"

namespace provost {
namespace {

// The first instant at which clocks in the zone show `local` or, where they are put forward over
// it, something later.
absl::Time At(absl::CivilSecond local, const absl::TimeZone& zone) {
  const absl::TimeZone::TimeInfo info = zone.At(local);
  return info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre;
}

absl::Time AddMonths(absl::Time time, int months, const absl::TimeZone& zone) {
  const absl::TimeZone::CivilInfo from = zone.At(time);
  const absl::CivilMonth month = absl::CivilMonth(from.cs) + months;
  const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  const int day = std::min(from.cs.day(), last.day());
  return At(absl::CivilSecond(month.year(), month.month(), day, from.cs.hour(), from.cs.minute(),
                              from.cs.second()),
            zone) +
         from.subsecond;
}

}  // namespace

absl::Time ExpireTime(const v1::Recertification& rule, absl::Time complete,
                      const absl::TimeZone& zone) {
  switch (rule.validity_case()) {
    case v1::Recertification::kValidDays:
      return complete + absl::Hours(24) * rule.valid_days();
    case v1::Recertification::kValidMonths:
      return AddMonths(complete, rule.valid_months(), zone);
    default:
      return absl::InfiniteFuture();
  }
}

}  // namespace provost
