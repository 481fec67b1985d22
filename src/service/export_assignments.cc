#include "service/export_assignments.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "provost/v1/role_service.pb.h"
#include "service/export_run.h"
#include "service/subject_resource.h"

namespace provost {
namespace {

using store::Table;
using MaybeCells = std::optional<std::vector<std::string>>;

// The assignments at a scope and below it, in the order in which they were made.
class AssignmentExport : public ExportKind {
 public:
  explicit AssignmentExport(const ReadCall& call)
      : scope_(call.state.FindScope(call.subject.places[0].name.Relative())) {}

  std::vector<std::string> Columns() const override {
    return {"subject", "role", "scope", "not_before", "expires", "suspended", "reason"};
  }
  Table table() const override { return Table::kAssignments; }
  std::optional<store::KeyRange> Range(const ReadCall& call) const override {
    if (scope_ != call.state.root()) return std::nullopt;
    return store::KeyRange::Tenant(call.tenant->number());
  }
  std::vector<uint64_t> List(const ReadCall& call) const override {
    const WorldState& state = call.state;
    std::vector<uint64_t> uids;
    state.ForEachInSubtree(scope_, [&](ScopeId scope) {
      state.ForEachHolderAt(scope, [&](RoleId role, SubjectId holder) {
        for (const AssignmentRecord& record : state.AssignmentsOf(holder)) {
          if (record.scope == scope.value && record.role == role.value) uids.push_back(record.uid);
        }
        return true;
      });
      return true;
    });
    std::sort(uids.begin(), uids.end());
    uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
    return uids;
  }
  std::optional<std::string> KeyOf(const ReadCall& call, uint64_t id) const override {
    return AssignmentKey(call.tenant->number(), AssignmentId(id));
  }
  absl::StatusOr<MaybeCells> Cells(const ReadCall& call, Asked& asked, absl::string_view key,
                                   absl::string_view value) const override {
    const WorldState& state = call.state;
    absl::StatusOr<rows::AssignmentRow> row = ParseRow<rows::AssignmentRow>(table(), key, value);
    if (!row.ok()) return row.status();
    const SubjectId subject(row->subject());
    const ScopeId at(row->scope());
    // Rows are a moment newer than the state.
    // The role that an enrollment gives comes with that.
    if (row->enrollment() || !state.HasSubject(subject) || !state.HasScope(at) ||
        !state.IsOnPath(scope_, at) || !asked.May(call, "role.read", at)) {
      return MaybeCells();
    }
    const v1::Assignment& kept = row->assignment();
    return MaybeCells({std::string(state.SubjectName(subject)), kept.role(),
                       std::string(state.ScopeName(at)),
                       kept.has_not_before() ? TimeCell(kept.not_before()) : "",
                       kept.has_expires() ? TimeCell(kept.expires()) : "",
                       kept.suspended() ? "true" : "false", kept.reason()});
  }

 private:
  const ScopeId scope_;
};

absl::Status Validate(const v1::ExportAssignmentsRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  CheckExport(request.options(), {}, {}, &status);
  return status;
}

}  // namespace

void RegisterExportAssignments(Methods& methods) {
  Method& method = methods.Send<v1::ExportAssignmentsRequest, v1::ExportAssignmentsResponse>(
      [](ReadCall& call, const v1::ExportAssignmentsRequest& request)
          -> absl::StatusOr<Source<v1::ExportAssignmentsResponse>> {
        return OpenExport<v1::ExportAssignmentsResponse>(
            call, std::make_unique<const AssignmentExport>(call), request.options());
      });
  Methods::ValidateBy<v1::ExportAssignmentsRequest>(method, Validate);
}

}  // namespace provost
