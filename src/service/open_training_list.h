#ifndef PROVOST_SERVICE_OPEN_TRAINING_LIST_H_
#define PROVOST_SERVICE_OPEN_TRAINING_LIST_H_

#include "service/methods.h"

namespace provost {

/// Registers the list of what people can come into by themselves (LE2).
void RegisterOpenTrainingList(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_OPEN_TRAINING_LIST_H_
