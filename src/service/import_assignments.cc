#include "service/import_assignments.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "policy/decide/delegation.h"
#include "policy/decide/exclusive.h"
#include "provost/v1/role_service.pb.h"
#include "service/import_people.h"
#include "service/import_run.h"
#include "service/lookup.h"
#include "service/row_method.h"
#include "service/subject_resource.h"
#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {
namespace {

constexpr absl::string_view kSubject = "subject";

struct AssignmentMethods {
  RowMethod create;
  RowMethod remove;
};

class AssignmentRows : public ImportKind {
 public:
  AssignmentRows(const AssignmentMethods& methods, std::string parent)
      : methods_(methods), parent_(std::move(parent)) {}

  std::vector<std::string> Fields() const override {
    std::vector<std::string> fields = PersonColumns(kSubject);
    for (const char* field :
         {"role", "scope", "not_before", "expires", "suspended", "reason", "action"}) {
      fields.push_back(field);
    }
    return fields;
  }
  absl::Status CheckColumns(const std::vector<std::string>& fields) const override {
    return CheckPersonColumns(kSubject, {"role"}, fields);
  }
  bool IsPersonal(absl::string_view field) const override {
    return field == "email" || field == "external_id" || field == "user_id" || field == kSubject ||
           field == "reason";
  }
  std::string FieldOf(absl::string_view path, const ImportCells& row) const override {
    const std::string field = ImportKind::FieldOf(path, row);
    return field == kSubject ? PersonColumn(kSubject, row.fields()) : field;
  }

  absl::StatusOr<Outcome> Do(const MutateCall& call, const ImportCells& row) const override {
    absl::StatusOr<bool> removal = IsRemoval(row, "assign");
    if (!removal.ok()) return removal.status();
    absl::StatusOr<std::string> subject = PersonOfRow(call, parent_, kSubject, row);
    if (!subject.ok()) return subject.status();
    v1::CreateAssignmentRequest request;
    request.set_parent(parent_);
    v1::Assignment& assignment = *request.mutable_assignment();
    assignment.set_subject(*subject);
    assignment.set_role(std::string(row.Get("role")));
    const absl::string_view scope = row.Get("scope");
    const bool is_root = scope.empty() || scope == kRootScopeName;
    assignment.set_scope(is_root ? parent_ : NameOfCell(parent_, "catalogs", scope));
    assignment.set_reason(std::string(row.Get("reason")));
    if (absl::Status status = SetWindowOfRow(row, &assignment); !status.ok()) return status;
    const absl::string_view suspended = row.Get("suspended");
    if (!suspended.empty() && suspended != "true" && suspended != "false") {
      return BadField("suspended", suspended, "wanted `true` or `false`");
    }
    assignment.set_suspended(suspended == "true");

    absl::StatusOr<RoleId> role = ResolveRole(call.state(), "role", assignment.role());
    if (!role.ok()) return role.status();
    const bool any = *removal && row.Get("not_before").empty() && row.Get("expires").empty() &&
                     suspended.empty();
    const std::optional<AssignmentId> there = Find(call, assignment, *role, any);
    // What is there tells only whoever could have made it.
    const bool may_know = MayUnassign(call, assignment, *role);
    if (!*removal) {
      if (there.has_value() && may_know) return Outcome::kSkipped;
      absl::Status status = methods_.create.Run(call, request, /*ask_permission=*/true);
      return status.ok() ? absl::StatusOr<Outcome>(Outcome::kCreated) : status;
    }
    if (!may_know) return NotPermitted("", assignment.scope());
    if (!there.has_value()) return Outcome::kSkipped;
    v1::DeleteAssignmentRequest remove;
    remove.set_name(NameIn(call.draft.id(), Collection::kAssignments, absl::StrCat(there->value)));
    absl::Status status = methods_.remove.Run(call, remove, /*ask_permission=*/true);
    return status.ok() ? absl::StatusOr<Outcome>(Outcome::kUpdated) : status;
  }

 private:
  // Rule 11 for taking the role back, and so for hearing whether it is held.
  static bool MayUnassign(const MutateCall& call, const v1::Assignment& assignment, RoleId role) {
    const WorldState& state = call.state();
    absl::StatusOr<ScopeId> scope =
        ResolveScope(state, call.draft.id(), "scope", assignment.scope());
    return scope.ok() && CheckUnassign(state, call.actor(), role, *scope, call.now()).ok();
  }

  // The oldest assignment of the same subject, role and scope, and, unless any will do, of the same
  // window and suspended or not.
  static std::optional<AssignmentId> Find(const MutateCall& call, const v1::Assignment& assignment,
                                          RoleId role, bool any) {
    const WorldState& state = call.state();
    absl::StatusOr<SubjectId> subject =
        ResolveSubject(state, call.draft.id(), kSubject, assignment.subject());
    absl::StatusOr<ScopeId> scope =
        ResolveScope(state, call.draft.id(), "scope", assignment.scope());
    if (!subject.ok() || !scope.ok()) return std::nullopt;
    std::optional<AssignmentId> oldest;
    for (const AssignmentRecord& record : state.AssignmentsOf(*subject)) {
      const bool fits = record.scope == scope->value && record.role == role.value &&
                        (any || (record.suspended == assignment.suspended() &&
                                 record.window == WindowOf(assignment)));
      if (fits && (!oldest.has_value() || record.uid < oldest->value)) {
        oldest = AssignmentId(record.uid);
      }
    }
    return oldest;
  }

  const AssignmentMethods methods_;
  const std::string parent_;
};

absl::Status Validate(const v1::ImportAssignmentsRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  CheckImportOptions(request.options(), &status);
  return status;
}

// Each row is judged by itself (rule 11); who may assign nothing anywhere has nothing to send.
absl::Status MayImport(const RuleCall& call, const v1::ImportAssignmentsRequest& request) {
  const Matrix& matrix = call.state.matrix();
  const auto assigns = [&](RoleId role) {
    const RoleInfo& info = matrix.role(role);
    return !info.may_assign.empty() || info.may_assign_subset;
  };
  if (matrix.default_role().has_value() && assigns(*matrix.default_role())) {
    return absl::OkStatus();
  }
  for (const Holding& held : HoldingsOf(call.state, call.actor, call.now)) {
    if (assigns(held.role)) return absl::OkStatus();
  }
  return NotPermitted("", request.parent());
}

}  // namespace

void RegisterImportAssignments(Methods& methods) {
  const AssignmentMethods assignments{RowMethod(methods, "RoleService.CreateAssignment"),
                                      RowMethod(methods, "RoleService.DeleteAssignment")};
  Method& method = methods.Receive<v1::ImportAssignmentsRequest, v1::Import>(
      Validate, [assignments](StreamCall& call, const v1::ImportAssignmentsRequest& request) {
        return OpenImport(call, request, "RoleService.ImportAssignments", [&](ScopeId) {
          return std::make_unique<const AssignmentRows>(assignments, request.parent());
        });
      });
  Methods::AuthorizeBy<v1::ImportAssignmentsRequest>(method, MayImport);
}

}  // namespace provost
