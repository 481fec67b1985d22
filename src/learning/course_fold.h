#ifndef PROVOST_LEARNING_COURSE_FOLD_H_
#define PROVOST_LEARNING_COURSE_FOLD_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "learning/facts.h"
#include "provost/v1/course.pb.h"

namespace provost {

/// What a course asks for, as far as completing it goes.
struct CourseTerms {
  struct Item {
    uint64_t uid = 0;
    bool required = false;
    bool scored = false;  ///< A quiz or a task: done when it is passed. Others: when all is seen.
  };
  struct Session {
    uint32_t uid = 0;
    absl::Time end;
    bool registration = false;  ///< Learners take part by registering.
  };
  v1::CompletionRule rule;           ///< Its `items` are those below.
  std::vector<uint64_t> rule_items;  ///< The uids of the items that it names.
  std::vector<Item> items;           ///< Those of the course.
  std::vector<Session> sessions;     ///< Those that are scheduled and not cancelled.
};

/// Where somebody stands in a course. `events` are those of the enrollment, of all cycles, in any
/// order; the answer is about `cycle`, which began at `cycle_start`.
///
/// The same events give the same answer whatever their numbers and order: they are replayed by when
/// they happened. Read like this:
/// - An item counts where the course has it. It is done by a score that passed and, unless it is a
///   scored one, by progress of 100 per cent. Neither is undone by less that comes later.
/// - Items needed are those that the rule names, else the required ones, else all. Of those,
///   `required_count`, or all.
/// - `pass_percent` is of the mean of the best scores in the scored ones among them, 0 where there
///   is none; where only some are needed, of the best as many. It asks for nothing where none is
///   scored.
/// - Of a session the latest mark counts; PRESENT and LATE are attendance. A session counts that
///   ended after the cycle began and needs no registration, or where the learner was marked; one
///   from which they are excused does not. Without any that counts, somebody who was excused has
///   attended enough, and nobody else has.
/// - Of signatures, and of what somebody said by hand, the latest counts.
/// - COMPLETED by hand, or FAILED by hand, beats the rule. FAILED by the rule: more needed items
///   are left without an attempt than it can do without.
/// - Percent is the mean over what is asked for, 100 in COMPLETED alone.
///
/// Pure. Cost: n log n in the events, and a walk over the items for each that changes something.
LearningState FoldCourse(const CourseTerms& terms, absl::Span<const NumberedEvent> events,
                         int cycle, absl::Time cycle_start);

}  // namespace provost

#endif  // PROVOST_LEARNING_COURSE_FOLD_H_
