#ifndef PROVOST_SERVICE_REPORT_DEFINITION_H_
#define PROVOST_SERVICE_REPORT_DEFINITION_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "policy/world/state.h"
#include "provost/internal/v1/notification_rows.pb.h"
#include "provost/v1/report_service.pb.h"
#include "service/methods.h"
#include "service/report_source.h"
#include "tenant/names.h"
#include "tenant/rows.h"

namespace provost {

/// What a report is made of: checked and opened in one way, whoever asks for it.

/// Adds a bad field to `status` for everything that is wrong with a definition by itself. `path` is
/// that of the definition: `report.definition`. Pure.
void CheckReportDefinition(absl::string_view path, const v1::ReportDefinition& definition,
                           absl::Status* status);

/// What is asked at a scope that a name of `collection` names, to read reports of it.
absl::string_view ReportPermission(Collection collection);

/// The definition of a saved report, with the names that its scope and the group of its filter have
/// now. Whoever is shown it may not know the group: see ShownDefinition().
v1::ReportDefinition DefinitionOf(const WorldState& state, absl::string_view tenant,
                                  const rows::ReportRow& row);

/// The same for `reader`: a group that they may not read (rule 25) has the name
/// HiddenGroupName(), which names none, so that nobody takes the filter for none.
v1::ReportDefinition ShownDefinition(const WorldState& state, absl::string_view tenant,
                                     const rows::ReportRow& row, SubjectId reader, absl::Time now);
/// `tenants/acme/groups/-`.
std::string HiddenGroupName(absl::string_view tenant);

/// Everything that it takes to make a report that was found to be well formed, of the records as
/// they are now. INVALID_ARGUMENT for a group that the caller may not read or that is not there, in
/// the same words. Cost: a row, and the members of the group.
absl::StatusOr<ReportCall> OpenReport(const ReadCall& call, absl::string_view path,
                                      const v1::ReportDefinition& definition);

/// The same of a saved report. PERMISSION_DENIED where the caller may not read the group.
absl::StatusOr<ReportCall> OpenSavedReport(const ReadCall& call, const rows::ReportRow& row);
/// That alone, of the group of its filter; 0: none.
absl::Status CheckSavedGroup(const ReadCall& call, SubjectId group);

/// May `reader` read reports at the home of a saved one?
bool MayReadReport(const WorldState& state, SubjectId reader, const rows::ReportRow& row,
                   absl::Time now);

}  // namespace provost

#endif  // PROVOST_SERVICE_REPORT_DEFINITION_H_
