// Saved reports.
#include <string>

#include "absl/strings/str_cat.h"
#include "tenant/homed_rows.h"
#include "tenant/reports.h"
#include "tenant/verify_checks.h"

namespace provost {
namespace {

using store::Table;

class ReportChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Check(VerifiedRow& row) override {
    std::string id;
    const auto report = tenant_.ParseNamed<rows::ReportRow>(row, &id);
    if (!report.has_value()) return;
    tenant_.Revision(report->revision());
    tenant_.GivenItem(report->uid(), "uid");
    if (report->last_message() != 0) tenant_.GivenItem(report->last_message(), "last_message");
    tenant_.ScopeIn(
        report->home(),
        {Collection::kTenant, Collection::kCatalogs, Collection::kCourses, Collection::kPlans},
        "home");
    tenant_.Subject(report->owner(), "owner");
    CheckIndexes(id, *report);
    CheckDefinition(*report);
    CheckSchedule(*report);
  }

 private:
  void CheckIndexes(const std::string& id, const rows::ReportRow& row) {
    const uint64_t number = tenant_.number();
    tenant_.Wants(Table::kIndexes,
                  HomedAtKey(number, ScopeId(row.home()),
                             absl::StrCat(CollectionName(Collection::kReports), "/", id)));
    rows::OwnedReportRow owned;
    owned.set_id(id);
    tenant_.Wants(Table::kIndexes, ReportOwnerKey(number, SubjectId(row.owner()), row.uid()),
                  FormatRow(owned));
    if (row.group() == 0) return;
    tenant_.Group(row.group(), "group");
    tenant_.Wants(Table::kIndexes, ReportGroupKey(number, SubjectId(row.group()), id));
  }

  // What can be called something else tomorrow is kept by uid.
  void CheckDefinition(const rows::ReportRow& row) {
    const v1::ReportDefinition& definition = row.report().definition();
    if (definition.scope().empty() && definition.filter().group().empty()) return;
    tenant_.Figure("keeps names of its scope or group, which it has by uid");
  }

  void CheckSchedule(const rows::ReportRow& row) {
    const v1::Report& report = row.report();
    if (report.has_schedule() != report.has_next_run_time()) {
      tenant_.Figure(report.has_schedule() ? "has a schedule, and does not say when it is to run"
                                           : "is to run, and has no schedule");
    }
    if (report.has_next_run_time()) WantsMoment(tenant_, ReportMoment(row));
  }
};

}  // namespace

CheckSet ReportChecks() {
  return {
      {{Table::kReports, MakeChecker<ReportChecker>}},
      {{kReportOwnerIndex, "48", IndexCheck::Value::kBytes}, {kReportGroupIndex, "4s"}},
  };
}

}  // namespace provost
