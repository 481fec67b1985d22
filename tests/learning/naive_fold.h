#ifndef PROVOST_TESTS_LEARNING_NAIVE_FOLD_H_
#define PROVOST_TESTS_LEARNING_NAIVE_FOLD_H_

#include <vector>

#include "absl/time/time.h"
#include "learning/course_fold.h"

namespace provost {

/// What FoldCourse answers, `unmet` left out, found by asking each question anew at each instant,
/// with nothing kept from one to the next.
LearningState NaiveFold(const CourseTerms& terms, const std::vector<NumberedEvent>& events,
                        int cycle, absl::Time cycle_start);

}  // namespace provost

#endif  // PROVOST_TESTS_LEARNING_NAIVE_FOLD_H_
