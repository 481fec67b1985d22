#ifndef PROVOST_SERVICE_EXPORT_RECORDS_H_
#define PROVOST_SERVICE_EXPORT_RECORDS_H_

#include "service/methods.h"

namespace provost {

/// Registers the handler of TrainingRecordService.ExportRecords.
void RegisterExportRecords(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_EXPORT_RECORDS_H_
