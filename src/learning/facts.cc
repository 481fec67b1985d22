#include "learning/facts.h"

#include <algorithm>
#include <tuple>

#include "absl/container/flat_hash_set.h"

namespace provost {
namespace {

using Event = rows::RecordEventRow;

// What an event says, so that of two at one time the one that gives less comes later; what cannot
// contradict itself comes in any order.
std::tuple<int, int64_t, int64_t, int64_t> ContentOf(const Event& event) {
  const int kind = event.event_case();
  switch (event.event_case()) {
    case Event::kAttendance:  // ABSENT comes last.
      return {kind, event.attendance().session(), event.attendance().status(),
              -int64_t{event.attendance().minutes()}};
    case Event::kSignOff:
      return {kind, event.sign_off().signed_() ? 0 : 1, 0, 0};
    case Event::kOverride: {
      const bool completes = event.override().outcome() == Event::Override::COMPLETED;
      return {kind, completes ? -1 : int64_t{event.override().outcome()}, 0, 0};
    }
    default:
      return {kind, 0, 0, 0};
  }
}

}  // namespace

absl::Time TimeOf(const Event& event) {
  return absl::FromUnixSeconds(event.time().seconds()) + absl::Nanoseconds(event.time().nanos());
}

bool IsKeptCompletion(const Event& event) {
  return event.actor() == 0 && event.override().outcome() == Event::Override::COMPLETED;
}

std::vector<const Event*> CountedFacts(absl::Span<const NumberedEvent> events) {
  absl::flat_hash_set<uint64_t> retracted;
  for (const auto& [number, event] : events) {
    if (event.has_retraction()) retracted.insert(event.retraction().event());
  }
  std::vector<const Event*> facts;
  for (const auto& [number, event] : events) {
    if (event.has_retraction() || event.has_transition() || event.has_manager_approval()) continue;
    if (!retracted.contains(number)) facts.push_back(&event);
  }
  std::sort(facts.begin(), facts.end(), [](const Event* a, const Event* b) {
    const absl::Time at_a = TimeOf(*a);
    const absl::Time at_b = TimeOf(*b);
    if (at_a != at_b) return at_a < at_b;
    return ContentOf(*a) < ContentOf(*b);
  });
  return facts;
}

bool operator==(const LearningState& a, const LearningState& b) {
  return a.state == b.state && a.start_time == b.start_time && a.complete_time == b.complete_time &&
         a.progress_percent == b.progress_percent && a.score_hundredths == b.score_hundredths &&
         a.credit_hundredths == b.credit_hundredths &&
         a.cycle_credit_hundredths == b.cycle_credit_hundredths && a.rule_met == b.rule_met &&
         a.signed_off == b.signed_off && a.items == b.items && a.sessions == b.sessions &&
         a.unmet == b.unmet;
}

}  // namespace provost
