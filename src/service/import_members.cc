#include "service/import_members.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policy/decide/lists.h"
#include "provost/v1/group_service.pb.h"
#include "service/import_people.h"
#include "service/import_run.h"
#include "service/row_method.h"
#include "service/subject_resource.h"
#include "tenant/errors.h"

namespace provost {
namespace {

constexpr absl::string_view kMember = "member";

struct MemberMethods {
  RowMethod add;
  RowMethod remove;
};

bool IsMember(const WorldState& state, absl::string_view group, absl::string_view member) {
  absl::StatusOr<ResourceName> group_name = ParseName(group);
  absl::StatusOr<ResourceName> member_name = ParseName(member);
  if (!group_name.ok() || !member_name.ok()) return false;
  const SubjectId in = state.FindSubject(group_name->Relative());
  const SubjectId who = state.FindSubject(member_name->Relative());
  if (!state.HasSubject(in) || !state.HasSubject(who)) return false;
  for (const MembershipRecord& record : state.GroupsOf(who)) {
    if (record.group == in.value) return true;
  }
  return false;
}

class MemberRows : public ImportKind {
 public:
  MemberRows(const MemberMethods& methods, std::string parent)
      : methods_(methods), parent_(std::move(parent)) {}

  std::vector<std::string> Fields() const override {
    std::vector<std::string> fields = PersonColumns(kMember);
    for (const char* field : {"group", "not_before", "expires", "action"}) fields.push_back(field);
    return fields;
  }
  absl::Status CheckColumns(const std::vector<std::string>& fields) const override {
    return CheckPersonColumns(kMember, {"group"}, fields);
  }
  bool IsPersonal(absl::string_view field) const override {
    return field == "email" || field == "external_id" || field == "user_id" || field == kMember;
  }
  std::string FieldOf(absl::string_view path, const ImportCells& row) const override {
    return path == kMember ? PersonColumn(kMember, row.fields()) : std::string(path);
  }

  absl::StatusOr<Outcome> Do(const MutateCall& call, const ImportCells& row) const override {
    absl::StatusOr<bool> removal = IsRemoval(row, "add");
    if (!removal.ok()) return removal.status();
    if (row.Get("group").empty()) return BadField("group", "", "wanted a group");
    const std::string group = NameOfCell(parent_, "groups", row.Get("group"));
    absl::StatusOr<std::string> member = PersonOfRow(call, parent_, kMember, row);
    if (!member.ok()) return member.status();
    return *removal ? Remove(call, group, *member) : Add(call, row, group, *member);
  }

 private:
  absl::StatusOr<Outcome> Add(const MutateCall& call, const ImportCells& row,
                              const std::string& group, const std::string& member) const {
    v1::AddMemberRequest request;
    request.set_group(group);
    request.set_member(member);
    if (absl::Status status = SetWindowOfRow(row, &request); !status.ok()) return status;
    const bool was = IsMember(call.state(), group, member);
    if (absl::Status status = methods_.add.Run(call, request, /*ask_permission=*/true);
        !status.ok()) {
      return status;
    }
    return was ? Outcome::kUpdated : Outcome::kCreated;
  }

  absl::StatusOr<Outcome> Remove(const MutateCall& call, const std::string& group,
                                 const std::string& member) const {
    v1::RemoveMemberRequest request;
    request.set_group(group);
    request.set_member(member);
    request.set_allow_missing(true);
    if (absl::Status status = methods_.remove.Run(call, request, /*ask_permission=*/true);
        !status.ok()) {
      return status;
    }
    return Outcome::kUpdated;
  }

  const MemberMethods methods_;
  const std::string parent_;
};

absl::Status Validate(const v1::ImportMembersRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  CheckImportOptions(request.options(), &status);
  return status;
}

// Each row is judged by itself; who could not have any done has nothing to send.
absl::Status MayImport(const RuleCall& call, const v1::ImportMembersRequest& request) {
  constexpr absl::string_view kPermission = "group.members.manage";
  const std::optional<PermissionId> id = call.state.matrix().FindPermission(kPermission);
  ListContext context;
  context.time = call.now;
  if (id.has_value() &&
      !ListScopes(call.state, call.actor, *id, std::nullopt, ScopeId(0), 1, context)
           .scopes.empty()) {
    return absl::OkStatus();
  }
  return NotPermitted(kPermission, request.parent());
}

}  // namespace

void RegisterImportMembers(Methods& methods) {
  const MemberMethods members{RowMethod(methods, "GroupService.AddMember"),
                              RowMethod(methods, "GroupService.RemoveMember")};
  Method& method = methods.Receive<v1::ImportMembersRequest, v1::Import>(
      Validate, [members](StreamCall& call, const v1::ImportMembersRequest& request) {
        return OpenImport(call, request, "GroupService.ImportMembers", [&](ScopeId) {
          return std::make_unique<const MemberRows>(members, request.parent());
        });
      });
  Methods::AuthorizeBy<v1::ImportMembersRequest>(method, MayImport);
}

}  // namespace provost
