#ifndef PROVOST_SERVICE_TRAINING_RECORD_FACTS_H_
#define PROVOST_SERVICE_TRAINING_RECORD_FACTS_H_

#include "service/methods.h"

namespace provost {

/// Registers the handlers of what is added to training records.
void RegisterTrainingRecordFacts(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_TRAINING_RECORD_FACTS_H_
