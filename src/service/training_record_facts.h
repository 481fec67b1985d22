#ifndef PROVOST_SERVICE_TRAINING_RECORD_FACTS_H_
#define PROVOST_SERVICE_TRAINING_RECORD_FACTS_H_

#include <cstdint>

#include "service/methods.h"

namespace provost {

/// How much credit one training gives one person at most, in hundredths, however often it is done.
inline constexpr int64_t kMaxCreditHundredthsInAll = 100'000'000;

/// Registers the handlers of what is added to training records.
void RegisterTrainingRecordFacts(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_TRAINING_RECORD_FACTS_H_
