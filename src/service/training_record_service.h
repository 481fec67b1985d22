#ifndef PROVOST_SERVICE_TRAINING_RECORD_SERVICE_H_
#define PROVOST_SERVICE_TRAINING_RECORD_SERVICE_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of TrainingRecordService.
void RegisterTrainingRecordService(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_TRAINING_RECORD_SERVICE_H_
