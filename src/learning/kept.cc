#include "learning/kept.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"

namespace provost {
namespace {

using Event = rows::RecordEventRow;
using Attendance = Event::Attendance;
using Counted = std::pair<uint64_t, const Event*>;

// Those of the cycle that are not retracted.
std::vector<Counted> CountedOf(const std::vector<NumberedEvent>& events, int cycle) {
  absl::flat_hash_set<uint64_t> retracted;
  for (const auto& [number, event] : events) {
    if (event.has_retraction()) retracted.insert(event.retraction().event());
  }
  std::vector<Counted> counted;
  for (const auto& [number, event] : events) {
    if (event.cycle() == cycle && !retracted.contains(number)) counted.emplace_back(number, &event);
  }
  return counted;
}

int RankOf(Attendance::Status status) {
  if (status == Attendance::PRESENT || status == Attendance::LATE) return 2;
  return status == Attendance::EXCUSED ? 1 : 0;
}

int RankOf(Event::Override::Outcome outcome) {
  if (outcome == Event::Override::COMPLETED) return 2;
  return outcome == Event::Override::FAILED ? 0 : 1;
}

// Whether `with` gives the learner no less than `fact`, of the same kind, or nothing instead of it.
bool GivesAsMuch(const Event& with, const Event& fact) {
  return with.progress().percent() >= fact.progress().percent() &&
         with.score().score_hundredths() >= fact.score().score_hundredths() &&
         with.score().passed() >= fact.score().passed() &&
         with.sign_off().signed_() >= fact.sign_off().signed_() &&
         RankOf(with.attendance().status()) >= RankOf(fact.attendance().status()) &&
         RankOf(with.override().outcome()) >= RankOf(fact.override().outcome());
}

bool IsTakenBack(const Event& event) { return event.has_sign_off() && !event.sign_off().signed_(); }

// Whether `added` takes the fact back, or some of it.
bool TakesBack(const std::vector<Event>& added, uint64_t number, const Event& fact) {
  const bool is_gone = std::any_of(added.begin(), added.end(), [&](const Event& event) {
    return event.retraction().event() == number || (fact.has_sign_off() && IsTakenBack(event));
  });
  if (!is_gone) return false;
  const auto with = std::find_if(added.begin(), added.end(), [&](const Event& event) {
    return event.event_case() == fact.event_case();
  });
  return !GivesAsMuch(with == added.end() ? Event() : *with, fact);
}

}  // namespace

std::vector<uint64_t> OutdatedByKeeping(const std::vector<NumberedEvent>& events, int cycle,
                                        absl::Time since) {
  std::vector<uint64_t> outdated;
  for (const auto& [number, event] : CountedOf(events, cycle)) {
    if (event->has_override() && TimeOf(*event) >= since &&
        event->override().outcome() == Event::Override::OUTCOME_UNSPECIFIED) {
      outdated.push_back(number);
    }
  }
  return outdated;
}

std::vector<uint64_t> KeptSince(const std::vector<NumberedEvent>& events, int cycle,
                                absl::Time time) {
  std::vector<uint64_t> kept;
  for (const auto& [number, event] : CountedOf(events, cycle)) {
    if (IsKeptCompletion(*event) && TimeOf(*event) >= time) kept.push_back(number);
  }
  return kept;
}

bool MayTakeBack(const std::vector<Event>& added) {
  return std::any_of(added.begin(), added.end(), [](const Event& event) {
    return event.has_retraction() || IsTakenBack(event);
  });
}

std::vector<uint64_t> NoLongerKept(const std::vector<NumberedEvent>& events, int cycle,
                                   const std::vector<Event>& added) {
  const std::vector<Counted> counted = CountedOf(events, cycle);
  absl::Time first = absl::InfiniteFuture();
  for (const auto& [number, fact] : counted) {
    if (!IsKeptCompletion(*fact) && TakesBack(added, number, *fact)) {
      first = std::min(first, TimeOf(*fact));
    }
  }
  return KeptSince(events, cycle, first);
}

}  // namespace provost
