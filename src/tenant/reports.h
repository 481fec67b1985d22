#ifndef PROVOST_TENANT_REPORTS_H_
#define PROVOST_TENANT_REPORTS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "policy/world/state.h"
#include "provost/internal/v1/notification_rows.pb.h"
#include "store/key.h"
#include "store/reader.h"
#include "tenant/draft.h"
#include "tenant/moments.h"
#include "tenant/rows.h"

namespace provost {

/// Saved reports (CA6): each has a home, which is what it is about, and an owner. It goes with its
/// home, its owner, and the group of its filter.

template <>
struct RowCollection<rows::ReportRow> {
  static constexpr Collection kValue = Collection::kReports;
};

/// In kIndexes: that a report is somebody's, and all that are; that a report's filter names a
/// group, and all that do.
std::string ReportOwnerKey(uint64_t tenant, SubjectId owner, uint64_t uid);
store::KeyRange ReportsOwnedBy(uint64_t tenant, SubjectId owner);
std::string ReportGroupKey(uint64_t tenant, SubjectId group, absl::string_view id);
store::KeyRange ReportsAboutGroup(uint64_t tenant, SubjectId group);

/// A row with the id in its name.
struct NamedReport {
  std::string id;
  rows::ReportRow row;
};

/// Nothing where there is none. Reads one row.
absl::StatusOr<std::optional<rows::ReportRow>> ReadReport(const store::Reader& reader,
                                                          uint64_t tenant, absl::string_view id);
/// By uid, of an owner; nothing where they have none such. Reads two rows.
absl::StatusOr<std::optional<NamedReport>> ReadReportOf(const store::Reader& reader,
                                                        uint64_t tenant, SubjectId owner,
                                                        uint64_t uid);

/// The moment at which a report is to run; the time says nothing where it is never.
Moment ReportMoment(const rows::ReportRow& row);

/// Writes a report, with all that it is found by, and has it run at its `next_run_time`, where it
/// has one. Once it has no schedule any more, its last mail goes, if that waits still. `before` is
/// null for a new one; its uid, home and owner are the same. The row's revision is left as it is:
/// it counts changes by somebody alone. The lane's thread alone, as all that follow. Cost: some
/// rows.
void PutReport(TenantDraft& draft, absl::string_view id, const rows::ReportRow* before,
               const rows::ReportRow& row);

/// Once the tenant's time zone is another: has the reports whose schedules name none run by its
/// clocks. What is due by now stays due. Cost: the rows of all reports.
absl::Status RescheduleReports(TenantDraft& draft);

/// Takes away a report; its last mail too, if that waits still.
absl::Status EraseReport(TenantDraft& draft, absl::string_view id, const rows::ReportRow& row);

/// Before a person or a group goes: takes away the reports that are theirs, and those whose filter
/// names it. Cost: some rows for each.
absl::Status EraseReportsOf(TenantDraft& draft, SubjectId owner);
absl::Status EraseReportsAbout(TenantDraft& draft, SubjectId group);

}  // namespace provost

#endif  // PROVOST_TENANT_REPORTS_H_
