#ifndef PROVOST_LEARNING_FACTS_H_
#define PROVOST_LEARNING_FACTS_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "provost/internal/v1/record_rows.pb.h"
#include "provost/v1/course.pb.h"
#include "provost/v1/enrollment.pb.h"

namespace provost {

namespace rows = internal::v1;

/// One event of a log, with its number.
using NumberedEvent = std::pair<uint64_t, rows::RecordEventRow>;

/// Something that a training asks for and that is not there yet.
struct Unmet {
  enum class Kind {
    kNothingAsked,  ///< It asks for nothing, so that nothing can complete it but somebody by hand.
    kItem,        ///< This item. `have` and `need` are per cent of it; of a scored one, hundredths
                  ///< of a per cent that were scored, `need` unknown: 0.
    kItems,       ///< So many of these items: `have` and `need` are counts.
    kScore,       ///< The mean of the best scores, in hundredths of a per cent.
    kAttendance,  ///< So many sessions.
    kSignOff,     ///< Somebody has to sign it off.
    kStep,        ///< A step of a plan: so many of these courses.
    kFailedByHand,  ///< Somebody has said that it is failed.
  };
  Kind kind;
  std::vector<uint64_t> uids;  ///< Of the items, or of the courses of a step.
  int64_t have = 0;
  int64_t need = 0;
  int step = -1;  ///< Of kStep: which, from 0.

  friend bool operator==(const Unmet& a, const Unmet& b) {
    return a.kind == b.kind && a.uids == b.uids && a.have == b.have && a.need == b.need &&
           a.step == b.step;
  }
};

/// How far somebody is with an item.
struct ItemFigures {
  uint64_t uid = 0;
  int percent = 0;
  std::optional<int> score_hundredths;  ///< The best one.
  int scored_count = 0;
  std::optional<absl::Time> complete_time;

  friend bool operator==(const ItemFigures& a, const ItemFigures& b) {
    return a.uid == b.uid && a.percent == b.percent && a.score_hundredths == b.score_hundredths &&
           a.scored_count == b.scored_count && a.complete_time == b.complete_time;
  }
};

/// Whether somebody was at a session.
struct SessionFigures {
  uint32_t uid = 0;
  rows::RecordEventRow::Attendance::Status status = rows::RecordEventRow::Attendance::ABSENT;
  int minutes = 0;

  friend bool operator==(const SessionFigures& a, const SessionFigures& b) {
    return a.uid == b.uid && a.status == b.status && a.minutes == b.minutes;
  }
};

/// What follows from the events of one cycle of an enrollment.
struct LearningState {
  /// ENROLLED, IN_PROGRESS, COMPLETED or FAILED.
  v1::Enrollment::State state = v1::Enrollment::ENROLLED;
  std::optional<absl::Time> start_time;     ///< When something was first done.
  std::optional<absl::Time> complete_time;  ///< Of COMPLETED: since when it is for good.
  int progress_percent = 0;
  std::optional<int> score_hundredths;  ///< The mean of the best scores that there are.
  int64_t credit_hundredths = 0;        ///< Of all cycles.
  int64_t cycle_credit_hundredths = 0;  ///< Of this one.
  bool rule_met = false;                ///< Whatever somebody says by hand.
  bool signed_off = false;
  std::vector<ItemFigures> items;        ///< Those that were begun, by uid.
  std::vector<SessionFigures> sessions;  ///< Those that somebody has marked, by uid.
  std::vector<Unmet> unmet;              ///< Empty in COMPLETED.

  /// Credit is given for what is completed.
  bool has_earned_credit() const { return state == v1::Enrollment::COMPLETED; }
};
bool operator==(const LearningState& a, const LearningState& b);

/// The events that count: those that are not retracted, retractions and changes of state left out,
/// in an order that depends on what they say and not on when they came in. Of two that say
/// different things about one thing at one time, the one that gives the learner less is later.
/// The pointers are into `events`.
std::vector<const rows::RecordEventRow*> CountedFacts(absl::Span<const NumberedEvent> events);

/// Whether the server itself has said that a completion stays as it is though what the training
/// asks for has changed. It holds since the time of that event, whatever those terms make of the
/// time before.
bool IsKeptCompletion(const rows::RecordEventRow& event);

/// When something happened.
absl::Time TimeOf(const rows::RecordEventRow& event);

/// Follows whether something holds as time goes on, and since when it has held without a break.
class Holding {
 public:
  void Set(absl::Time time, bool holds) {
    if (holds && !since_.has_value()) since_ = time;
    if (!holds) since_.reset();
  }
  std::optional<absl::Time> since() const { return since_; }

 private:
  std::optional<absl::Time> since_;
};

}  // namespace provost

#endif  // PROVOST_LEARNING_FACTS_H_
