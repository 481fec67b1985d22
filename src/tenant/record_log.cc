#include "tenant/record_log.h"

#include "store/table.h"
#include "tenant/record_rows.h"
#include "tenant/times.h"

namespace provost {

void AppendRecordEvent(TenantDraft& draft, EnrollmentId enrollment, rows::EnrollmentRow* row,
                       rows::RecordEventRow event) {
  row->set_last_event(row->last_event() + 1);
  *event.mutable_record_time() = ToTimestamp(draft.now());
  if (!event.has_time()) *event.mutable_time() = event.record_time();
  event.set_cycle(row->enrollment().cycle());
  draft.Write(store::Table::kRecords,
              RecordEventKey(draft.number(), RecordEventId{enrollment, row->last_event()}), event);
}

}  // namespace provost
