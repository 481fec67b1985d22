#ifndef PROVOST_TENANT_RECORD_LOG_H_
#define PROVOST_TENANT_RECORD_LOG_H_

#include "provost/internal/v1/learning_rows.pb.h"
#include "provost/internal/v1/record_rows.pb.h"
#include "tenant/draft.h"
#include "tenant/names.h"

namespace provost {

/// Adds an event to the log of an enrollment, after those that are there. `record_time` becomes
/// that of the draft, as does `time` where it is unset; `cycle` is that of `row`, whose
/// `last_event` becomes the number of the event. The caller writes `row`.
///
/// The lane's thread alone. Cost: one row written.
void AppendRecordEvent(TenantDraft& draft, EnrollmentId enrollment, rows::EnrollmentRow* row,
                       rows::RecordEventRow event);

}  // namespace provost

#endif  // PROVOST_TENANT_RECORD_LOG_H_
