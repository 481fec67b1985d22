#include "tenant/draft.h"

#include <algorithm>

#include "tenant/discussion_rows.h"
#include "tenant/enrollments.h"
#include "tenant/message_rows.h"
#include "tenant/moments.h"
#include "tenant/open_trainings.h"
#include "tenant/outbox.h"
#include "tenant/reports.h"
#include "tenant/rule_references.h"
#include "tenant/sessions.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::Table;

// True if the World would be the same after `op`.
struct IsKnown {
  const WorldState& state;

  bool operator()(const PutSubject& op) const {
    const ScopeId home = op.home.value == 0 ? state.root() : op.home;
    const ScopeId known = state.HomeOf(op.uid);
    return state.HasSubject(op.uid) && state.SubjectName(op.uid) == op.name &&
           (known.value == 0 ? state.root() : known) == home &&
           state.IsSuspended(op.uid) == op.suspended && state.IsFilledByRule(op.uid) == op.by_rule;
  }
  bool operator()(const PutScope& op) const {
    if (!state.HasScope(op.uid) || state.ScopeName(op.uid) != op.name ||
        state.ParentOf(op.uid) != op.parent) {
      return false;
    }
    const uint8_t flags = state.scope_line(op.uid.value)->flags;
    return ((flags & ScopeLine::kArchived) != 0) == op.archived &&
           ((flags & ScopeLine::kHeld) != 0) == op.held;
  }
  template <typename Op>
  bool operator()(const Op&) const {
    return false;
  }
};

absl::StatusOr<std::vector<std::string>> KeysIn(const store::Reader& reader,
                                                const store::KeyRange& range) {
  std::vector<std::string> keys;
  store::Cursor cursor = reader.Scan(Table::kIndexes, range);
  while (cursor.Next()) keys.emplace_back(cursor.key());
  if (!cursor.status().ok()) return cursor.status();
  return keys;
}

}  // namespace

void TenantDraft::AddIfNew(ChangeOp op) {
  const auto* scope = std::get_if<PutScope>(&op);
  if (scope != nullptr && state_->HasScope(scope->uid)) {
    if (state_->ParentOf(scope->uid) != scope->parent) moved_scopes_.push_back(scope->uid);
    const uint8_t flags = state_->scope_line(scope->uid.value)->flags;
    has_thawed_ |= ((flags & ScopeLine::kArchived) != 0 && !scope->archived) ||
                   ((flags & ScopeLine::kHeld) != 0 && !scope->held);
  }
  if (!std::visit(IsKnown{*state_}, op)) Add(std::move(op));
}

absl::StatusOr<std::optional<rows::AssignmentRow>> TenantDraft::GetAssignment(
    AssignmentId uid) const {
  return ReadRow<rows::AssignmentRow>(group_, Table::kAssignments, AssignmentKey(number(), uid));
}
absl::StatusOr<std::optional<rows::OverrideRow>> TenantDraft::GetOverride(
    ScopeId scope, absl::string_view role, absl::string_view permission) const {
  return ReadRow<rows::OverrideRow>(group_, Table::kOverrides,
                                    OverrideKey(number(), scope, role, permission));
}
absl::StatusOr<std::optional<rows::MemberRow>> TenantDraft::GetMember(SubjectId group,
                                                                      SubjectId member) const {
  return ReadRow<rows::MemberRow>(group_, Table::kMembers, MemberKey(number(), group, member));
}
absl::StatusOr<std::optional<rows::PolicyRow>> TenantDraft::GetPolicy(uint64_t version) const {
  return ReadRow<rows::PolicyRow>(group_, Table::kPolicies, PolicyKey(number(), version));
}

void TenantDraft::CountUser(const rows::UserRow& row) {
  const SubjectId user(row.uid());
  rows::GrowthRow& people = growth_[""];
  const bool is_new = row.uid() > known_subjects_;
  const bool was_suspended = !is_new && state_->IsSuspended(user);
  if (is_new) people.set_joined(people.joined() + 1);
  if (row.user().suspended() == was_suspended) return;
  if (was_suspended) {
    people.set_reactivated(people.reactivated() + 1);
  } else {
    people.set_suspended(people.suspended() + 1);
  }
}

void TenantDraft::PutAssignmentRow(AssignmentId uid, rows::AssignmentRow row) {
  row.set_revision(revision());
  if (uid.value > known_assignments_) {
    rows::GrowthRow& role = growth_[row.assignment().role()];
    role.set_joined(role.joined() + 1);
  }
  std::optional<rows::AssignmentRow> before;
  if (uid.value <= known_assignments_) {
    absl::StatusOr<std::optional<rows::AssignmentRow>> known = GetAssignment(uid);
    Fail(known.status());
    if (known.ok()) before = *std::move(known);
  }
  SyncGrantEnd(*this, uid, before.has_value() ? &*before : nullptr, &row);
  Add(ToOp(uid, row));
  Write(Table::kAssignments, AssignmentKey(number(), uid), row);
}

void TenantDraft::PutOverrideRow(ScopeId scope, rows::OverrideRow row) {
  row.set_revision(revision());
  Add(ToOp(scope, row));
  Write(Table::kOverrides,
        OverrideKey(number(), scope, row.override().role(), row.override().permission()), row);
}

absl::Status TenantDraft::PutMemberRow(SubjectId group, SubjectId member,
                                       const rows::MemberRow& row) {
  const Window window = WindowOf(row.member());
  bool was_in = false;
  for (const MembershipRecord& record : GroupsOf(member)) {
    was_in |= record.group == group.value && record.window.expires > now_;
  }
  const bool is_in = window.expires > now_;
  members_[member.value][group.value] = window;
  Add(ToOp(group, member, row));
  Write(Table::kMembers, MemberKey(number(), group, member), row);
  // It may have ended by itself, and enrollments rest on it still.
  if (!is_in) return WithdrawMember(*this, group, member);
  return was_in ? absl::OkStatus() : EnrollMember(*this, group, member);
}

std::vector<MembershipRecord> TenantDraft::GroupsOf(SubjectId member) const {
  std::vector<MembershipRecord> groups;
  const auto changed = members_.find(member.value);
  if (state_->HasSubject(member)) {
    for (const MembershipRecord& record : state_->GroupsOf(member)) {
      if (changed != members_.end() && changed->second.contains(record.group)) continue;
      groups.push_back(record);
    }
  }
  if (changed == members_.end()) return groups;
  for (const auto& [group, window] : changed->second) {
    if (window.has_value()) groups.push_back({group, *window});
  }
  return groups;
}

std::vector<SubjectId> TenantDraft::MembersOf(SubjectId group) const {
  std::vector<SubjectId> members;
  if (state_->HasSubject(group)) {
    state_->ForEachMember(group, SubjectId(0), [&](SubjectId member) {
      const auto changed = members_.find(member.value);
      if (changed != members_.end() && changed->second.contains(group.value)) return true;
      members.push_back(member);
      return true;
    });
  }
  for (const auto& [member, groups] : members_) {
    const auto window = groups.find(group.value);
    if (window == groups.end() || !window->second.has_value()) continue;
    members.push_back(SubjectId(member));
  }
  return members;
}

bool TenantDraft::IsUser(SubjectId subject) const {
  if (state_->HasSubject(subject)) return state_->KindOf(subject) == SubjectKind::kUser;
  // Who is asked about is most often the last who was made.
  for (auto op = change_.ops.rbegin(); op != change_.ops.rend(); ++op) {
    const auto* const put = std::get_if<PutSubject>(&*op);
    if (put != nullptr && put->uid == subject) return put->kind == SubjectKind::kUser;
  }
  return false;
}

uint64_t TenantDraft::PutPolicy(rows::PolicyRow row, std::shared_ptr<const Matrix> matrix) {
  const uint64_t version = counters_.last_policy_version() + 1;
  counters_.set_last_policy_version(version);
  row.set_matrix(matrix->Serialize());
  rows::TenantRow tenant = row_;
  tenant.set_policy_version(version);
  tenant.mutable_tenant()->set_policy(matrix->name());
  PutTenant(std::move(tenant));
  Write(Table::kPolicies, PolicyKey(number(), version), row);
  Add(SetPolicy{std::move(matrix)});
  return version;
}

void TenantDraft::PutTenant(rows::TenantRow row) {
  row.set_revision(revision());
  if (row.tenant().suspended() != state_->suspended()) Add(SetTenant{row.tenant().suspended()});
  AddIfNew(RootOp(row));
  Write(Table::kTenants, TenantRowKey(number()), row);
  row_ = std::move(row);
  row_changed_ = true;
}

void TenantDraft::EraseAssignment(AssignmentId uid, const rows::AssignmentRow& row) {
  rows::GrowthRow& role = growth_[row.assignment().role()];
  role.set_left(role.left() + 1);
  SyncGrantEnd(*this, uid, &row, nullptr);
  Erase(Table::kAssignments, AssignmentKey(number(), uid));
  Add(RemoveAssignment{uid, SubjectId(row.subject())});
}

// Of a subject or scope that goes, which says so to the World.
void TenantDraft::EraseHeld(const AssignmentRecord& record) {
  // It may have gone with an enrollment.
  const absl::StatusOr<std::optional<rows::AssignmentRow>> row =
      GetAssignment(AssignmentId(record.uid));
  if (row.ok() && !row->has_value()) return;
  if (row.ok()) SyncGrantEnd(*this, AssignmentId(record.uid), &**row, nullptr);
  rows::GrowthRow& role = growth_[state_->matrix().role(RoleId(record.role)).name];
  role.set_left(role.left() + 1);
  Erase(Table::kAssignments, AssignmentKey(number(), AssignmentId(record.uid)));
}

void TenantDraft::EraseOverride(ScopeId scope, absl::string_view role,
                                absl::string_view permission) {
  Erase(Table::kOverrides, OverrideKey(number(), scope, role, permission));
  Add(RemoveOverride{scope, std::string(role), std::string(permission)});
}

absl::Status TenantDraft::EraseMember(SubjectId group, SubjectId member) {
  members_[member.value][group.value] = std::nullopt;
  Erase(Table::kMembers, MemberKey(number(), group, member));
  Add(RemoveMember{group, member});
  return WithdrawMember(*this, group, member);
}

absl::Status TenantDraft::EraseMemberships(SubjectId subject) {
  for (const MembershipRecord& record : GroupsOf(subject)) {
    members_[subject.value][record.group] = std::nullopt;
    Erase(Table::kMembers, MemberKey(number(), SubjectId(record.group), subject));
    if (IsUser(subject)) continue;  // Its enrollments go with it.
    absl::Status status = WithdrawMember(*this, SubjectId(record.group), subject);
    if (!status.ok()) return status;
  }
  if (absl::Status status = EraseEnrollmentsOf(*this, subject); !status.ok()) return status;
  state_->ForEachMember(subject, SubjectId(0), [&](SubjectId member) {
    members_[member.value][subject.value] = std::nullopt;
    Erase(Table::kMembers, MemberKey(number(), subject, member));
    return true;
  });
  return absl::OkStatus();
}

void TenantDraft::EraseEntity(absl::string_view relative) {
  const std::optional<RelativeName> name = SplitRelative(relative);
  Erase(TableOf(name->collection), EntityKey(number(), name->collection, name->id));
}

// Everything of a user that hangs on what the profile says.
absl::Status TenantDraft::EraseProfile(const rows::UserRow& row) {
  const v1::User& user = row.user();
  if (!user.email().empty()) Erase(Table::kIndexes, EmailIndexKey(number(), user.email()));
  if (!user.external_id().empty()) {
    Erase(Table::kIndexes, ExternalIdKey(number(), user.external_id()));
  }
  if (row.manager() != 0) Erase(Table::kIndexes, ReportKey(number(), row.manager(), row.uid()));

  absl::StatusOr<std::vector<std::string>> reports =
      KeysIn(reader(), ReportKeys(number(), row.uid()));
  if (!reports.ok()) return reports.status();
  for (const std::string& index : *reports) {
    store::KeyReader key(Table::kIndexes, index);
    key.U64();
    key.U8();
    key.U32();
    const SubjectId report(key.U32());
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    Erase(Table::kIndexes, index);
    const std::string id(SplitRelative(state_->SubjectName(report))->id);
    absl::StatusOr<std::optional<rows::UserRow>> below = Get<rows::UserRow>(id);
    if (!below.ok()) return below.status();
    if (!below->has_value()) continue;
    (*below)->set_manager(0);
    Put(id, **std::move(below));
  }

  absl::StatusOr<std::vector<std::string>> answers =
      KeysIn(reader(), ProfileAnswerKeys(number(), row.uid()));
  if (!answers.ok()) return answers.status();
  for (const std::string& index : *answers) {
    store::KeyReader key(Table::kIndexes, index);
    key.U64();
    key.U8();
    key.U32();
    const std::string request = KeptAnswerKey(number(), key.String());
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    Erase(Table::kIndexes, index);
    // A retry still finds that it was carried out, and no more than that.
    absl::StatusOr<std::optional<rows::RequestRow>> kept =
        ReadRow<rows::RequestRow>(reader(), Table::kRequests, request);
    if (!kept.ok()) return kept.status();
    if (!kept->has_value()) continue;
    (*kept)->clear_response();
    Write(Table::kRequests, request, **kept);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ScopeId>> TenantDraft::Indexed(const store::KeyRange& range) const {
  std::vector<ScopeId> scopes;
  store::Cursor rows = group_.Scan(Table::kIndexes, range);
  while (rows.Next()) {
    absl::StatusOr<ScopeId> scope = IndexedScope(rows.key());
    if (!scope.ok()) return scope.status();
    scopes.push_back(*scope);
  }
  if (!rows.status().ok()) return rows.status();
  return scopes;
}

absl::Status TenantDraft::LeaveAudiences(SubjectId group) {
  absl::StatusOr<std::vector<ScopeId>> catalogs = Indexed(AudienceIndexRange(number(), group));
  if (!catalogs.ok()) return catalogs.status();
  for (ScopeId catalog : *catalogs) {
    Erase(Table::kIndexes, AudienceIndexKey(number(), group, catalog));
    const std::string id(SplitRelative(state_->ScopeName(catalog))->id);
    absl::StatusOr<std::optional<rows::CatalogRow>> row = Get<rows::CatalogRow>(id);
    if (!row.ok()) return row.status();
    if (!row->has_value()) continue;
    auto* const audience = (*row)->mutable_audience();
    audience->erase(std::remove(audience->begin(), audience->end(), group.value), audience->end());
    // A catalog for nobody left is not one for everybody: no subject has this uid.
    if (audience->empty()) audience->Add(0);
    Put(id, **std::move(row));
  }
  return absl::OkStatus();
}

absl::Status TenantDraft::LeavePlans(ScopeId course) {
  absl::StatusOr<std::vector<ScopeId>> plans = Indexed(PlanIndexRange(number(), course));
  if (!plans.ok()) return plans.status();
  for (ScopeId plan : *plans) {
    Erase(Table::kIndexes, PlanIndexKey(number(), course, plan));
    const std::string id(SplitRelative(state_->ScopeName(plan))->id);
    absl::StatusOr<std::optional<rows::TrainingPlanRow>> row = Get<rows::TrainingPlanRow>(id);
    if (!row.ok()) return row.status();
    if (!row->has_value()) continue;
    const rows::TrainingPlanRow before = **row;
    auto* const steps = (*row)->mutable_steps();
    for (rows::PlanStepRow& step : *steps) {
      auto* const courses = step.mutable_courses();
      courses->erase(std::remove(courses->begin(), courses->end(), course.value), courses->end());
      step.set_required_count(std::min(step.required_count(), courses->size()));
    }
    steps->erase(
        std::remove_if(steps->begin(), steps->end(),
                       [](const rows::PlanStepRow& step) { return step.courses().empty(); }),
        steps->end());
    if (absl::Status status = FollowSteps(*this, before, **row); !status.ok()) return status;
    Put(id, **std::move(row));
  }
  return absl::OkStatus();
}

absl::Status TenantDraft::EraseIndexes(ScopeId scope, const RelativeName& name) {
  if (name.collection == Collection::kCourses || name.collection == Collection::kPlans) {
    EraseOpenTraining(*this, scope);
  }
  if (name.collection == Collection::kCourses) {
    absl::StatusOr<std::optional<rows::CourseRow>> row = Get<rows::CourseRow>(name.id);
    if (!row.ok()) return row.status();
    if (row->has_value()) PutRuleReferences(*this, scope, RuleReferences(**row), {});
    return LeavePlans(scope);
  }
  if (name.collection == Collection::kCatalogs) {
    absl::StatusOr<std::optional<rows::CatalogRow>> row = Get<rows::CatalogRow>(name.id);
    if (!row.ok()) return row.status();
    if (!row->has_value()) return absl::OkStatus();
    for (uint32_t group : (*row)->audience()) {
      Erase(Table::kIndexes, AudienceIndexKey(number(), SubjectId(group), scope));
    }
  }
  if (name.collection == Collection::kPlans) {
    absl::StatusOr<std::optional<rows::TrainingPlanRow>> row = Get<rows::TrainingPlanRow>(name.id);
    if (!row.ok()) return row.status();
    if (!row->has_value()) return absl::OkStatus();
    PutRuleReferences(*this, scope, RuleReferences(**row), {});
    for (const rows::PlanStepRow& step : (*row)->steps()) {
      for (uint32_t course : step.courses()) {
        Erase(Table::kIndexes, PlanIndexKey(number(), ScopeId(course), scope));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status TenantDraft::EraseSubject(SubjectId subject) {
  if (absl::Status status = EraseMemberships(subject); !status.ok()) return status;
  for (const AssignmentRecord& record : state_->AssignmentsOf(subject)) EraseHeld(record);
  const std::string relative(state_->SubjectName(subject));
  if (state_->KindOf(subject) == SubjectKind::kUser) {
    absl::StatusOr<std::optional<rows::UserRow>> row =
        Get<rows::UserRow>(SplitRelative(relative)->id);
    if (!row.ok()) return row.status();
    if (row->has_value()) {
      if (absl::Status status = EraseProfile(**row); !status.ok()) return status;
    }
    Erase(Table::kNotifications, PreferencesKey(number(), subject));
    if (absl::Status status = EraseOutboxOf(*this, subject); !status.ok()) return status;
    if (absl::Status status = EraseParticipationsOf(*this, subject); !status.ok()) return status;
    rows::GrowthRow& people = growth_[""];
    people.set_left(people.left() + 1);
  }
  if (state_->KindOf(subject) == SubjectKind::kUser ||
      state_->KindOf(subject) == SubjectKind::kServiceAccount) {
    if (absl::Status status = ErasePostsOf(*this, subject); !status.ok()) return status;
    if (absl::Status status = EraseMessagesOf(*this, subject); !status.ok()) return status;
    if (absl::Status status = EraseReportsOf(*this, subject); !status.ok()) return status;
  }
  if (state_->KindOf(subject) == SubjectKind::kGroup) {
    if (absl::Status status = LeaveAudiences(subject); !status.ok()) return status;
    if (absl::Status status = EraseReportsAbout(*this, subject); !status.ok()) return status;
  }
  EraseEntity(relative);
  const std::string id(SplitRelative(relative)->id);
  if (state_->KindOf(subject) == SubjectKind::kUser) touched_users_.insert(id);
  if (state_->KindOf(subject) == SubjectKind::kGroup) touched_groups_.insert(id);
  Add(RemoveSubject{subject});
  return absl::OkStatus();
}

absl::Status TenantDraft::EraseSubtree(ScopeId top) {
  std::vector<ScopeId> scopes;
  state_->ForEachInSubtree(top, [&](ScopeId scope) {
    scopes.push_back(scope);
    return true;
  });
  const ScopeId heir = state_->ParentOf(top);
  // Children first: a World takes away only scopes that have nothing below them.
  std::reverse(scopes.begin(), scopes.end());
  // Plans before courses, so that nobody follows the steps of a plan that goes too.
  for (const bool plans : {true, false}) {
    for (ScopeId scope : scopes) {
      const RelativeName name = *SplitRelative(state_->ScopeName(scope));
      if ((name.collection == Collection::kPlans) != plans) continue;
      if (absl::Status status = EraseEnrollmentsAt(*this, scope); !status.ok()) return status;
      if (absl::Status status = EraseOutboxAt(*this, scope); !status.ok()) return status;
      if (absl::Status status = EraseDiscussionsAt(*this, scope); !status.ok()) return status;
      if (absl::Status status = EraseMessagesAt(*this, scope); !status.ok()) return status;
      if (absl::Status status = EraseIndexes(scope, name); !status.ok()) return status;
      if (name.collection != Collection::kSessions) continue;
      absl::Status status = EraseParticipationsAt(*this, scope, scope == top);
      if (!status.ok()) return status;
    }
  }
  for (ScopeId scope : scopes) {
    std::vector<SubjectId> homeless;
    state_->ForEachAtHome(scope, [&](SubjectId subject) {
      homeless.push_back(subject);
      return true;
    });
    for (SubjectId subject : homeless) {
      const std::string id(SplitRelative(state_->SubjectName(subject))->id);
      absl::Status status;
      if (state_->KindOf(subject) == SubjectKind::kGroup) {
        absl::StatusOr<std::optional<rows::GroupRow>> row = Get<rows::GroupRow>(id);
        if (!row.ok()) return row.status();
        (*row)->set_home(heir.value);
        // Its rule would take in people of the scopes beside this one, for whom nobody gave it.
        (*row)->mutable_group()->clear_rule();
        (*row)->clear_rule();
        (*row)->set_by_rule(false);
        Put(id, **std::move(row));
      } else {
        absl::StatusOr<std::optional<rows::UserRow>> row = Get<rows::UserRow>(id);
        if (!row.ok()) return row.status();
        (*row)->set_home(heir.value);
        Put(id, **std::move(row));
      }
    }
    std::vector<SubjectId> holders;
    state_->ForEachHolderAt(scope, [&](RoleId, SubjectId subject) {
      holders.push_back(subject);
      return true;
    });
    // Each comes once for each role.
    std::sort(holders.begin(), holders.end());
    holders.erase(std::unique(holders.begin(), holders.end()), holders.end());
    for (SubjectId subject : holders) {
      for (const AssignmentRecord& record : state_->AssignmentsOf(subject)) {
        if (record.scope == scope.value) EraseHeld(record);
      }
    }
    for (const OverrideRecord& record : state_->OverridesAt(scope)) {
      Erase(Table::kOverrides,
            OverrideKey(number(), scope, state_->matrix().role(RoleId(record.role)).name,
                        state_->matrix().permission(PermissionId(record.permission)).name));
    }
    EraseEntity(state_->ScopeName(scope));
    Add(RemoveScope{scope});
  }
  return absl::OkStatus();
}

}  // namespace provost
