#ifndef PROVOST_TESTS_LEARNING_EVENTS_H_
#define PROVOST_TESTS_LEARNING_EVENTS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "learning/facts.h"

namespace provost {

/// The second so many after the beginning of what tests tell of.
inline absl::Time At(int second) { return absl::FromUnixSeconds(1800000000 + second); }

inline rows::RecordEventRow EventAt(int second, int cycle = 1) {
  rows::RecordEventRow event;
  event.mutable_time()->set_seconds(1800000000 + second);
  event.set_cycle(cycle);
  return event;
}

inline rows::RecordEventRow Progress(int second, uint64_t item, int percent) {
  rows::RecordEventRow event = EventAt(second);
  event.mutable_progress()->set_item(item);
  event.mutable_progress()->set_percent(percent);
  return event;
}

/// `percent` is of the score.
inline rows::RecordEventRow Score(int second, uint64_t item, int percent, bool passed,
                                  bool last = false) {
  rows::RecordEventRow event = EventAt(second);
  event.mutable_score()->set_item(item);
  event.mutable_score()->set_score_hundredths(percent * 100);
  event.mutable_score()->set_passed(passed);
  event.mutable_score()->set_last(last);
  return event;
}

inline rows::RecordEventRow Mark(int second, uint32_t session,
                                 rows::RecordEventRow::Attendance::Status status) {
  rows::RecordEventRow event = EventAt(second);
  event.mutable_attendance()->set_session(session);
  event.mutable_attendance()->set_status(status);
  return event;
}

inline rows::RecordEventRow Sign(int second, bool is_signed) {
  rows::RecordEventRow event = EventAt(second);
  event.mutable_sign_off()->set_signed_(is_signed);
  return event;
}

inline rows::RecordEventRow ByHand(int second, rows::RecordEventRow::Override::Outcome outcome) {
  rows::RecordEventRow event = EventAt(second);
  event.set_actor(7);
  event.mutable_override()->set_outcome(outcome);
  return event;
}

/// The server says that the completion stays.
inline rows::RecordEventRow Kept(int second) {
  rows::RecordEventRow event = EventAt(second);
  event.mutable_override()->set_outcome(rows::RecordEventRow::Override::COMPLETED);
  return event;
}

inline rows::RecordEventRow Award(int second, int hundredths, int cycle = 1) {
  rows::RecordEventRow event = EventAt(second, cycle);
  event.mutable_credit()->set_credit_hundredths(hundredths);
  return event;
}

inline rows::RecordEventRow Retract(int second, uint64_t number) {
  rows::RecordEventRow event = EventAt(second);
  event.mutable_retraction()->set_event(number);
  return event;
}

/// Numbered from 1 as they come.
inline std::vector<NumberedEvent> Log(std::vector<rows::RecordEventRow> events) {
  std::vector<NumberedEvent> log;
  for (rows::RecordEventRow& event : events) log.emplace_back(log.size() + 1, std::move(event));
  return log;
}

}  // namespace provost

#endif  // PROVOST_TESTS_LEARNING_EVENTS_H_
