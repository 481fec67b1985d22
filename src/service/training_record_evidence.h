#ifndef PROVOST_SERVICE_TRAINING_RECORD_EVIDENCE_H_
#define PROVOST_SERVICE_TRAINING_RECORD_EVIDENCE_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of files that show trainings from elsewhere: how they come and go out.
void RegisterTrainingRecordEvidence(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_TRAINING_RECORD_EVIDENCE_H_
