#ifndef PROVOST_TENANT_REPORT_SCHEDULE_H_
#define PROVOST_TENANT_REPORT_SCHEDULE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "provost/v1/report_service.pb.h"
#include "store/reader.h"

namespace provost {

/// Adds a bad field to `status` for everything that is wrong with a schedule by itself. `path` is
/// that of the schedule: "report.schedule". Pure but for CheckTimeZone, any thread.
void CheckReportSchedule(absl::string_view path, const v1::ReportSchedule& schedule,
                         absl::Status* status);

/// The first time after `after`, not `after` itself, that a schedule names, by the clocks of
/// `zone`; what it says of a zone counts for nothing. It has passed CheckReportSchedule.
///
/// A day of the month that a month does not have is its last. Where clocks are put forward over the
/// time of day, it is as much later as they are put; where they show it twice, it is the first.
/// InfiniteFuture() where no year up to 9998 has one. A pure function, any thread; microseconds.
absl::Time NextReportRun(const v1::ReportSchedule& schedule, absl::TimeZone zone, absl::Time after);

/// By whose clocks: the zone that the schedule names, or the tenant's. Cost: at most a row.
absl::StatusOr<absl::TimeZone> ReportZone(const store::Reader& reader, uint64_t tenant,
                                          const v1::ReportSchedule& schedule);

}  // namespace provost

#endif  // PROVOST_TENANT_REPORT_SCHEDULE_H_
