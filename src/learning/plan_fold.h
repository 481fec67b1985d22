#ifndef PROVOST_LEARNING_PLAN_FOLD_H_
#define PROVOST_LEARNING_PLAN_FOLD_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "learning/facts.h"

namespace provost {

/// What a training plan asks for, and how far somebody is in its courses.
struct PlanTerms {
  struct Step {
    std::vector<uint32_t> courses;
    int required_count = 0;  ///< 0: all.
  };
  /// Of the enrollment in a course.
  struct Course {
    std::optional<absl::Time> start_time;
    std::optional<absl::Time> complete_time;  ///< The last one.
    bool lapsed = false;                      ///< It is not valid any more.
    bool recertified = false;                 ///< It was completed before that, too.
    int progress_percent = 0;
  };
  std::vector<Step> steps;
  absl::flat_hash_map<uint32_t, Course> courses;  ///< By uid, those that they are enrolled in.
};

/// Where somebody stands in a plan. `events` are those of the enrollment in the plan, of all cycles
/// and in any order; the answer is about `cycle`, which began at `cycle_start`. `completed` is when
/// the plan was completed in this cycle, where it was before.
///
/// - A course is done by having been completed; in a cycle after the first, by being completed
///   since it began. One that has lapsed is not, unless the plan was completed already: what lapses
///   afterwards does not undo that. A plan is completed when each of its steps has as many as it
///   needs.
/// - It is completed since the last step came to have as many. A course that was recertified does
///   not say when that was the first time: then a plan that was completed before stays so since
///   then.
/// - What somebody said by hand goes as for courses, and nothing else in `events` counts but
///   credit.
///
/// Pure.
LearningState FoldPlan(const PlanTerms& terms, absl::Span<const NumberedEvent> events, int cycle,
                       absl::Time cycle_start, std::optional<absl::Time> completed);

}  // namespace provost

#endif  // PROVOST_LEARNING_PLAN_FOLD_H_
