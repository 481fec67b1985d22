#include "service/group_service.h"

#include <google/protobuf/empty.pb.h>

#include <algorithm>
#include <string>
#include <vector>

#include "policy/decide/automatic.h"
#include "policy/decide/delegation.h"
#include "provost/v1/group_service.pb.h"
#include "service/export_groups.h"
#include "service/group_members.h"
#include "service/group_rule.h"
#include "service/import_members.h"
#include "service/subject_resource.h"

namespace provost {
namespace {

struct GroupKind {
  using Row = rows::GroupRow;
  using Resource = v1::Group;
  static constexpr Collection kCollection = Collection::kGroups;
  static constexpr absl::string_view kField = "group";
  static constexpr absl::string_view kIdField = "group_id";
  static constexpr absl::string_view kNoun = "group";
  static constexpr absl::string_view kRead = "group.read";
  static constexpr bool kSelfReads = false;
  static constexpr ScopeKind kLowestHome = ScopeKind::kCourse;
  static constexpr absl::string_view kUpdatable[] = {"display_name", "rule"};

  static const v1::Group& Of(const rows::GroupRow& row) { return row.group(); }
  static v1::Group* Of(rows::GroupRow* row) { return row->mutable_group(); }
  static const v1::Group& Of(const v1::CreateGroupRequest& request) { return request.group(); }
  static const v1::Group& Of(const v1::UpdateGroupRequest& request) { return request.group(); }
  static const std::string& IdOf(const v1::CreateGroupRequest& request) {
    return request.group_id();
  }
  static v1::Group* Add(v1::ListGroupsResponse* response) { return response->add_groups(); }
  static const std::string& HomeNameOf(const v1::Group& group) { return group.home_scope(); }

  static void CheckField(absl::string_view field, const v1::Group& group, absl::Status* status) {
    if (field == "rule") {
      if (group.has_rule()) CheckGroupRule(group.rule(), status);
    } else {
      CheckText("group.display_name", group.display_name(), 1, kMaxDisplayName, status);
    }
  }
  static void CheckHomeOf(const v1::CreateGroupRequest& request, absl::Status* status) {
    CheckHome("group.home_scope", request.group().home_scope(), request.parent(), kLowestHome,
              status);
  }

  static void SetHome(ScopeId home, rows::GroupRow* row) { row->set_home(home.value); }
  static void AddHome(absl::string_view tenant, const WorldState& state, const rows::GroupRow& row,
                      v1::Group* group) {
    const ScopeId home = row.home() == 0 ? state.root() : ScopeId(row.home());
    if (state.HasScope(home)) group->set_home_scope(FullName(tenant, state.ScopeName(home)));
    ShowGroupRule(tenant, state, row, group);
  }

  static absl::Status BeforePut(MutateCall& call, const rows::GroupRow* before,
                                rows::GroupRow* row) {
    return DraftGroupRule(call, before, row);
  }
  static void HidePrivate(const MutateCall&, const rows::GroupRow&, v1::Group*) {}
};

using Groups = SubjectKit<GroupKind>;

absl::StatusOr<SubjectId> FindGroup(const WorldState& state, absl::string_view name) {
  absl::StatusOr<ResourceName> parsed = ParseName(name);
  if (!parsed.ok() || parsed->collection != Collection::kGroups) {
    return NotFound(GroupKind::kNoun, name);
  }
  const SubjectId group = state.FindSubject(parsed->Relative());
  if (!state.HasSubject(group)) return NotFound(GroupKind::kNoun, name);
  return group;
}

// Rule 12: a group that is gone, or contains nobody, has lost every member.
absl::Status MayEmpty(const RuleCall& call, absl::string_view name) {
  absl::StatusOr<SubjectId> group = FindGroup(call.state, name);
  if (!group.ok()) return group.status();
  return TellWhereReadable(CheckRemoveMember(call.state, call.actor, *group, call.now), call,
                           {*group}, name);
}

absl::Status MayDelete(const RuleCall& call, const v1::DeleteGroupRequest& request) {
  absl::Status status = MayEmpty(call, request.name());
  return absl::IsNotFound(status) && request.allow_missing() ? absl::OkStatus() : status;
}

// Rule 13, where the new group has a rule.
absl::Status MayCreate(const RuleCall& call, const v1::CreateGroupRequest& request) {
  if (!request.group().has_rule()) return absl::OkStatus();
  if (absl::Status status = Groups::ValidateCreate(request); !status.ok()) return status;
  absl::StatusOr<ScopeId> home = Groups::FindHome(call.state, request.group().home_scope());
  return home.ok() ? MayRule(call, *home, request.parent()) : home.status();
}

// Rules 12, 13, 17 and 19, where a rule comes, changes or goes: people come in and leave by it, or
// stay by hand.
absl::Status MayUpdate(const RuleCall& call, const v1::UpdateGroupRequest& request) {
  if (absl::Status status = Groups::ValidateUpdate(request); !status.ok()) return status;
  absl::StatusOr<std::vector<std::string>> fields =
      FieldsToUpdate(request.update_mask(), request.group(), GroupKind::kUpdatable);
  if (!fields.ok()) return fields.status();
  if (std::find(fields->begin(), fields->end(), "rule") == fields->end()) return absl::OkStatus();
  const std::string& name = request.group().name();
  absl::StatusOr<SubjectId> group = FindGroup(call.state, name);
  if (!group.ok()) return group.status();
  absl::Status status = MayRule(call, call.state.HomeOf(*group), name);
  if (!status.ok()) return status;
  status = CheckAddMember(call.state, call.actor, *group, *group, Window(), call.now);
  if (status.ok()) status = CheckRemoveMember(call.state, call.actor, *group, call.now);
  if (status.ok() && request.group().has_rule()) {
    status = CheckMayBeAutomatic(call.state, *group, call.now);
  }
  return TellWhereReadable(status, call, {*group}, name);
}

// Rules 12, 17 and 19: every member comes back at once. That is judged as one addition, of the
// group to itself for as long as its last member stays: what it confers is the same for each of
// them, and exclusive roles are looked for in everybody below.
absl::Status MayReactivate(const RuleCall& call, const v1::ReactivateGroupRequest& request) {
  absl::StatusOr<SubjectId> group = FindGroup(call.state, request.name());
  if (!group.ok()) return group.status();
  Window longest{absl::InfiniteFuture(), absl::InfinitePast()};
  call.state.ForEachMember(*group, SubjectId(0), [&](SubjectId member) {
    for (const MembershipRecord& record : call.state.GroupsOf(member)) {
      if (record.group != group->value) continue;
      longest.not_before = std::min(longest.not_before, record.window.not_before);
      longest.expires = std::max(longest.expires, record.window.expires);
    }
    return true;
  });
  if (longest.empty()) return absl::OkStatus();  // Nobody is in it.
  return TellWhereReadable(
      CheckAddMember(call.state, call.actor, *group, *group, longest, call.now), call, {*group},
      request.name());
}

}  // namespace

void RegisterGroupService(Methods& methods) {
  Method& create = methods.Mutate<v1::CreateGroupRequest, v1::Group>(
      Groups::ValidateCreate<v1::CreateGroupRequest>, Groups::DoCreate<v1::CreateGroupRequest>);
  Methods::AuthorizeBy<v1::CreateGroupRequest>(create, MayCreate);
  Method& get = methods.Read<v1::GetGroupRequest, v1::Group>(Groups::DoGet<v1::GetGroupRequest>);
  Methods::ValidateBy<v1::GetGroupRequest>(get, Groups::ValidateGet<v1::GetGroupRequest>);
  methods.Scan<v1::ListGroupsRequest, v1::ListGroupsResponse>(
      [](ReadCall& call, const v1::ListGroupsRequest& request, v1::ListGroupsResponse* response) {
        return Groups::DoList(call, request, request.home_scope(), response);
      });
  Method& update = methods.Mutate<v1::UpdateGroupRequest, v1::Group>(
      Groups::ValidateUpdate<v1::UpdateGroupRequest>, Groups::DoUpdate<v1::UpdateGroupRequest>);
  Methods::AuthorizeBy<v1::UpdateGroupRequest>(update, MayUpdate);

  Method& remove = methods.Mutate<v1::DeleteGroupRequest, google::protobuf::Empty>(
      Groups::ValidateName<v1::DeleteGroupRequest>,
      Groups::DoDelete<v1::DeleteGroupRequest, google::protobuf::Empty>);
  Methods::AuthorizeBy<v1::DeleteGroupRequest>(remove, MayDelete);

  Method& suspend = methods.Mutate<v1::SuspendGroupRequest, v1::Group>(
      Groups::ValidateName<v1::SuspendGroupRequest>,
      [](MutateCall& call, const v1::SuspendGroupRequest& request, v1::Group* response) {
        return Groups::SetSuspended(call, request, true, response);
      });
  Methods::AuthorizeBy<v1::SuspendGroupRequest>(
      suspend, [](const RuleCall& call, const v1::SuspendGroupRequest& request) {
        return MayEmpty(call, request.name());
      });

  Method& reactivate = methods.Mutate<v1::ReactivateGroupRequest, v1::Group>(
      Groups::ValidateName<v1::ReactivateGroupRequest>,
      [](MutateCall& call, const v1::ReactivateGroupRequest& request, v1::Group* response) {
        return Groups::SetSuspended(call, request, false, response);
      });
  Methods::AuthorizeBy<v1::ReactivateGroupRequest>(reactivate, MayReactivate);

  RegisterGroupMembers(methods);
  RegisterImportMembers(methods);
  RegisterExportGroups(methods);
}

}  // namespace provost
