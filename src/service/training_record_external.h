#ifndef PROVOST_SERVICE_TRAINING_RECORD_EXTERNAL_H_
#define PROVOST_SERVICE_TRAINING_RECORD_EXTERNAL_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of trainings from elsewhere.
void RegisterTrainingRecordExternal(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_TRAINING_RECORD_EXTERNAL_H_
