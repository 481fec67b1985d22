#ifndef PROVOST_SERVICE_TRAINING_RECORD_CORRECTIONS_H_
#define PROVOST_SERVICE_TRAINING_RECORD_CORRECTIONS_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of what is corrected in training records, and taken away.
void RegisterTrainingRecordCorrections(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_TRAINING_RECORD_CORRECTIONS_H_
