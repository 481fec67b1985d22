#ifndef PROVOST_SERVICE_SUBMISSION_GRADING_H_
#define PROVOST_SERVICE_SUBMISSION_GRADING_H_

#include "service/methods.h"

namespace provost {

/// How often one person's work on one task can be graded.
inline constexpr int kMaxGrades = 100;
/// How many are given a task at once.
inline constexpr int kMaxAssignedLearners = 500;

/// Registers the handlers of GradeSubmission, ReturnSubmission and AssignWork.
void RegisterGrading(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_SUBMISSION_GRADING_H_
