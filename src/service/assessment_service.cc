#include "service/assessment_service.h"

#include "service/attempt_calls.h"
#include "service/submission_calls.h"
#include "service/submission_grading.h"
#include "service/submission_hand_in.h"

namespace provost {

void RegisterAssessmentService(Methods& methods) {
  RegisterAttempts(methods);
  RegisterHandIns(methods);
  RegisterSubmissions(methods);
  RegisterGrading(methods);
}

}  // namespace provost
