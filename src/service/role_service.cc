#include "service/role_service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "policy/decide/delegation.h"
#include "provost/v1/role_service.pb.h"
#include "service/lookup.h"
#include "service/scope_rows.h"

#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {
namespace {

// The engine's INVALID_ARGUMENT, as a bad field.
absl::Status AsBadField(const absl::Status& status, absl::string_view field,
                        absl::string_view value) {
  return absl::IsInvalidArgument(status) ? BadField(field, value, status.message()) : status;
}

// --- assignments ---

v1::Assignment ToMessage(const WorldState& state, absl::string_view tenant, AssignmentId uid,
                         const rows::AssignmentRow& row) {
  v1::Assignment message = row.assignment();
  message.set_name(NameIn(tenant, Collection::kAssignments, absl::StrCat(uid.value)));
  message.set_subject(SubjectFullName(state, tenant, SubjectId(row.subject())));
  message.set_scope(ScopeFullName(state, tenant, ScopeId(row.scope())));
  message.set_granted_by(SubjectFullName(state, tenant, SubjectId(row.granted_by())));
  message.set_etag(EtagOf(static_cast<uint32_t>(uid.value), row.revision()));
  return message;
}

AssignmentId UidOf(const ResourceName& name) {
  uint64_t uid = 0;
  return absl::SimpleAtoi(name.id, &uid) ? AssignmentId(uid) : AssignmentId(0);
}

absl::StatusOr<rows::AssignmentRow> FindAssignment(const store::Reader& reader, uint64_t tenant,
                                                   absl::string_view name, AssignmentId* uid) {
  absl::StatusOr<ResourceName> parsed = ParseNameIn(Collection::kAssignments, "name", name);
  if (!parsed.ok()) return parsed.status();
  *uid = UidOf(*parsed);
  absl::StatusOr<std::optional<rows::AssignmentRow>> row =
      ReadRow<rows::AssignmentRow>(reader, store::Table::kAssignments, AssignmentKey(tenant, *uid));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound("assignment", name);
  return **std::move(row);
}

// Rule 22: what is left when this assignment no longer counts.
absl::Status CheckTopRoleKept(const WorldState& state, const rows::AssignmentRow& row,
                              AssignmentId uid, absl::Time now) {
  const std::optional<RoleId> top = state.matrix().top_role();
  if (!top.has_value() || state.matrix().role(*top).name != row.assignment().role() ||
      ScopeId(row.scope()) != state.root() || HasTopRoleHolder(state, now, kAnonymous, uid)) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      "TOP_ROLE", row.assignment().role(),
      absl::StrCat("the tenant would be left without an active holder of `",
                   row.assignment().role(), "` by a direct, unending assignment"));
}

absl::Status ValidateCreateAssignment(const v1::CreateAssignmentRequest& request) {
  absl::Status bad;
  const v1::Assignment& assignment = request.assignment();
  if (assignment.role().empty()) {
    AddBadField(&bad, "assignment.role", "", "wanted a role of the tenant's policy");
  }
  if (assignment.subject().empty()) {
    AddBadField(&bad, "assignment.subject", "", "wanted a user, a service account or a group");
  }
  CheckWindow("assignment.", assignment, &bad);
  CheckText("assignment.reason", assignment.reason(), 0, kMaxReasonChars, &bad);
  return bad;
}

// Rules 11, 17 and 19.
absl::Status MayCreateAssignment(const RuleCall& call, const v1::CreateAssignmentRequest& request) {
  const v1::Assignment& assignment = request.assignment();
  const std::string& tenant = call.tenant.id();
  absl::StatusOr<RoleId> role = ResolveRole(call.state, "assignment.role", assignment.role());
  if (!role.ok()) return role.status();
  absl::StatusOr<ScopeId> scope =
      ResolveScope(call.state, tenant, "assignment.scope", assignment.scope());
  if (!scope.ok()) return scope.status();
  absl::StatusOr<SubjectId> subject =
      ResolveSubject(call.state, tenant, "assignment.subject", assignment.subject());
  if (!subject.ok()) {
    // Who may not assign here anyway does not learn whether there is such a subject.
    const absl::Status unassign = CheckUnassign(call.state, call.actor, *role, *scope, call.now);
    return unassign.ok() ? subject.status() : unassign;
  }
  return AsBadField(
      CheckAssign(call.state, call.actor, *subject, *role, *scope, WindowOf(assignment), call.now),
      "assignment.scope", assignment.scope());
}

absl::Status CreateAssignment(MutateCall& call, const v1::CreateAssignmentRequest& request,
                              v1::Assignment* response) {
  TenantDraft& draft = call.draft;
  absl::StatusOr<ScopeId> scope =
      ResolveScope(draft.state(), draft.id(), "assignment.scope", request.assignment().scope());
  if (!scope.ok()) return scope.status();
  absl::StatusOr<SubjectId> subject = ResolveSubject(
      draft.state(), draft.id(), "assignment.subject", request.assignment().subject());
  if (!subject.ok()) return subject.status();
  rows::AssignmentRow row;
  row.set_subject(subject->value);
  row.set_scope(scope->value);
  row.set_granted_by(call.actor_uid());
  row.set_revision(draft.revision());
  v1::Assignment& kept = *row.mutable_assignment();
  kept.set_role(request.assignment().role());
  SetWindow(WindowOf(request.assignment()), &kept);
  kept.set_suspended(request.assignment().suspended());
  kept.set_reason(request.assignment().reason());
  *kept.mutable_create_time() = ToTimestamp(call.now());
  *kept.mutable_update_time() = kept.create_time();
  const AssignmentId uid = draft.NewAssignment();
  *response = ToMessage(draft.state(), draft.id(), uid, row);
  draft.Describe(response->name(), kept.reason());
  draft.PutAssignmentRow(uid, std::move(row));
  return absl::OkStatus();
}

absl::Status GetAssignment(ReadCall& call, const v1::GetAssignmentRequest& request,
                           v1::Assignment* response) {
  AssignmentId uid;
  absl::StatusOr<rows::AssignmentRow> row =
      FindAssignment(call.reader(), call.tenant->number(), request.name(), &uid);
  if (!row.ok()) return row.status();
  *response = ToMessage(call.state, call.tenant->id(), uid, *row);
  return absl::OkStatus();
}

absl::Status ListAssignments(ReadCall& call, const v1::ListAssignmentsRequest& request,
                             v1::ListAssignmentsResponse* response) {
  absl::StatusOr<Pages::Page> page =
      call.backend.pages->Begin(request, call.actor.name, call.tenant, call.now);
  if (!page.ok()) return page.status();
  const WorldState& state = *page->snapshot->view;
  const std::string& tenant = call.tenant->id();
  std::optional<ScopeId> scope;
  std::optional<SubjectId> subject;
  if (!request.scope().empty()) {
    absl::StatusOr<ScopeId> found = ResolveScope(state, tenant, "scope", request.scope());
    if (absl::IsNotFound(found.status())) return absl::OkStatus();
    if (!found.ok()) return found.status();
    scope = *found;
  }
  if (!request.subject().empty()) {
    absl::StatusOr<SubjectId> found = ResolveSubject(state, tenant, "subject", request.subject());
    if (absl::IsNotFound(found.status())) return absl::OkStatus();
    if (!found.ok()) return found.status();
    subject = *found;
  }
  std::optional<RoleId> role;
  if (!request.role().empty()) {
    absl::StatusOr<RoleId> found = ResolveRole(state, "role", request.role());
    if (!found.ok()) return found.status();
    role = *found;
  }

  // By uid, which is the order in which they were made.
  std::vector<AssignmentId> uids;
  auto add_all_of = [&](SubjectId holder) {
    for (const AssignmentRecord& record : state.AssignmentsOf(holder)) {
      if (scope.has_value() && record.scope != scope->value) continue;
      if (role.has_value() && record.role != role->value) continue;
      uids.push_back(AssignmentId(record.uid));
    }
  };
  if (subject.has_value()) {
    add_all_of(*subject);
  } else if (scope.has_value()) {
    std::vector<SubjectId> holders;
    state.ForEachHolderAt(*scope, [&](RoleId, SubjectId holder) {
      holders.push_back(holder);
      return true;
    });
    std::sort(holders.begin(), holders.end());
    holders.erase(std::unique(holders.begin(), holders.end()), holders.end());
    for (SubjectId holder : holders) add_all_of(holder);
  } else {
    state.ForEachSubject(SubjectId(0), [&](SubjectId holder, const SubjectLine&) {
      add_all_of(holder);
      return true;
    });
  }
  std::sort(uids.begin(), uids.end());
  uint64_t after = 0;
  if (!page->cursor.empty() && !absl::SimpleAtoi(page->cursor, &after)) after = 0;
  AssignmentId last;
  for (auto at = std::upper_bound(uids.begin(), uids.end(), AssignmentId(after)); at != uids.end();
       ++at) {
    if (response->assignments_size() == page->limit) {
      response->set_next_page_token(
          call.backend.pages->TokenAfter(*page, absl::StrCat(last.value)));
      break;
    }
    absl::StatusOr<std::optional<rows::AssignmentRow>> row = ReadRow<rows::AssignmentRow>(
        call.reader(), store::Table::kAssignments, AssignmentKey(call.tenant->number(), *at));
    if (!row.ok()) return row.status();
    if (!row->has_value()) continue;  // Removed since the list began.
    const bool about_self = SubjectId((*row)->subject()) == call.self();
    if (!IsAllowed(state, call.self(), "role.read", ScopeId((*row)->scope()), about_self,
                   page->snapshot->time)) {
      continue;
    }
    *response->add_assignments() = ToMessage(state, tenant, *at, **row);
    last = *at;
  }
  return absl::OkStatus();
}

absl::Status ValidateUpdateAssignment(const v1::UpdateAssignmentRequest& request) {
  absl::Status bad;
  CheckWindow("assignment.", request.assignment(), &bad);
  CheckText("assignment.reason", request.assignment().reason(), 0, kMaxReasonChars, &bad);
  return bad;
}

// What the row becomes.
absl::StatusOr<rows::AssignmentRow> Updated(const rows::AssignmentRow& row,
                                            const v1::UpdateAssignmentRequest& request) {
  rows::AssignmentRow next = row;
  if (absl::Status status =
          ApplyMask(request.update_mask(), request.assignment(),
                    {"not_before", "expires", "suspended", "reason"}, next.mutable_assignment());
      !status.ok()) {
    return status;
  }
  absl::Status bad;
  CheckWindow("assignment.", next.assignment(), &bad);
  if (!bad.ok()) return bad;
  return next;
}

absl::Status MayUpdateAssignment(const RuleCall& call, const v1::UpdateAssignmentRequest& request) {
  AssignmentId uid;
  absl::StatusOr<rows::AssignmentRow> row =
      FindAssignment(call.reader, call.tenant.number(), request.assignment().name(), &uid);
  if (!row.ok()) return row.status();
  absl::StatusOr<rows::AssignmentRow> next = Updated(*row, request);
  if (!next.ok()) return next.status();
  absl::StatusOr<RoleId> role = call.state.matrix().ResolveRole(row->assignment().role());
  if (!role.ok()) return role.status();
  const ScopeId scope(row->scope());
  const Window before = WindowOf(row->assignment());
  const Window after = WindowOf(next->assignment());
  const bool wakes = row->assignment().suspended() && !next->assignment().suspended();
  const bool widens =
      after.not_before < before.not_before || after.expires > before.expires || wakes;
  if (widens) {
    // It gives what was not given before, so it is judged like a new assignment.
    if (absl::Status status = CheckAssign(call.state, call.actor, SubjectId(row->subject()), *role,
                                          scope, after, call.now);
        !status.ok()) {
      return status;
    }
  } else if (absl::Status status = CheckUnassign(call.state, call.actor, *role, scope, call.now);
             !status.ok()) {
    return status;
  }
  const bool still_counts = !next->assignment().suspended() &&
                            after.expires == absl::InfiniteFuture() && after.not_before <= call.now;
  return still_counts ? absl::OkStatus() : CheckTopRoleKept(call.state, *row, uid, call.now);
}

absl::Status UpdateAssignment(MutateCall& call, const v1::UpdateAssignmentRequest& request,
                              v1::Assignment* response) {
  TenantDraft& draft = call.draft;
  AssignmentId uid;
  absl::StatusOr<rows::AssignmentRow> row =
      FindAssignment(draft.reader(), draft.number(), request.assignment().name(), &uid);
  if (!row.ok()) return row.status();
  if (absl::Status status = CheckEtag(request.assignment().name(), request.assignment().etag(),
                                      EtagOf(static_cast<uint32_t>(uid.value), row->revision()));
      !status.ok()) {
    return status;
  }
  absl::StatusOr<rows::AssignmentRow> next = Updated(*row, request);
  if (!next.ok()) return next.status();
  *next->mutable_assignment()->mutable_update_time() = ToTimestamp(call.now());
  next->set_revision(draft.revision());
  *response = ToMessage(draft.state(), draft.id(), uid, *next);
  draft.Describe(response->name(), response->reason());
  draft.PutAssignmentRow(uid, *std::move(next));
  return absl::OkStatus();
}

absl::Status MayDeleteAssignment(const RuleCall& call, const v1::DeleteAssignmentRequest& request) {
  AssignmentId uid;
  absl::StatusOr<rows::AssignmentRow> row =
      FindAssignment(call.reader, call.tenant.number(), request.name(), &uid);
  if (!row.ok()) {
    return absl::IsNotFound(row.status()) && request.allow_missing() ? absl::OkStatus()
                                                                     : row.status();
  }
  absl::StatusOr<RoleId> role = call.state.matrix().ResolveRole(row->assignment().role());
  if (!role.ok()) return role.status();
  if (absl::Status status =
          CheckUnassign(call.state, call.actor, *role, ScopeId(row->scope()), call.now);
      !status.ok()) {
    return status;
  }
  return CheckTopRoleKept(call.state, *row, uid, call.now);
}

absl::Status DeleteAssignment(MutateCall& call, const v1::DeleteAssignmentRequest& request,
                              google::protobuf::Empty*) {
  TenantDraft& draft = call.draft;
  AssignmentId uid;
  absl::StatusOr<rows::AssignmentRow> row =
      FindAssignment(draft.reader(), draft.number(), request.name(), &uid);
  if (!row.ok()) {
    return absl::IsNotFound(row.status()) && request.allow_missing() ? absl::OkStatus()
                                                                     : row.status();
  }
  if (absl::Status status = CheckEtag(request.name(), request.etag(),
                                      EtagOf(static_cast<uint32_t>(uid.value), row->revision()));
      !status.ok()) {
    return status;
  }
  draft.EraseAssignment(uid, SubjectId(row->subject()));
  draft.Describe(request.name());
  return absl::OkStatus();
}

// --- overrides ---

struct OverridePlace {
  ScopeId scope;
  RoleId role;
  PermissionId permission;
};

v1::Override ToMessage(const WorldState& state, absl::string_view tenant, ScopeId scope,
                       const rows::OverrideRow& row) {
  v1::Override message = row.override();
  message.set_name(
      NameIn(tenant, Collection::kOverrides,
             OverrideId{scope.value, message.role(), message.permission()}.ToString()));
  message.set_scope(ScopeFullName(state, tenant, scope));
  message.set_author(SubjectFullName(state, tenant, SubjectId(row.author())));
  message.set_etag(EtagOf(scope.value, row.revision()));
  return message;
}

absl::StatusOr<OverridePlace> PlaceOf(const WorldState& state, absl::string_view tenant,
                                      const v1::Override& override) {
  absl::Status bad;
  OverridePlace place;
  absl::StatusOr<RoleId> role = state.matrix().ResolveRole(override.role());
  if (role.ok()) {
    place.role = *role;
  } else {
    AddBadField(&bad, "override.role", override.role(), role.status().message());
  }
  absl::StatusOr<PermissionId> permission = state.matrix().ResolvePermission(override.permission());
  if (permission.ok()) {
    place.permission = *permission;
  } else {
    AddBadField(&bad, "override.permission", override.permission(), permission.status().message());
  }
  if (!bad.ok()) return bad;
  absl::StatusOr<ScopeId> scope = ResolveScope(state, tenant, "override.scope", override.scope());
  if (!scope.ok()) return scope.status();
  place.scope = *scope;
  return place;
}

absl::StatusOr<OverrideRecord> RecordOf(const Matrix& matrix, const OverridePlace& place,
                                        const v1::Override& override) {
  OverrideRecord record{};
  record.role = place.role.value;
  record.permission = place.permission.value;
  record.effect = static_cast<Effect>(override.effect());
  record.locked = override.locked();
  record.facts_set = override.has_facts();
  absl::Status bad;
  for (int i = 0; i < override.facts().facts_size(); ++i) {
    absl::StatusOr<int> bit = matrix.ResolveFact(override.facts().facts(i));
    if (bit.ok()) {
      record.facts |= FactSet{1} << *bit;
    } else {
      AddBadField(&bad, absl::StrCat("override.facts.facts[", i, "]"), override.facts().facts(i),
                  bit.status().message());
    }
  }
  if (record.facts_set && record.effect != Effect::kAllow) {
    AddBadField(&bad, "override.facts", "set", "only an ALLOW names facts");
  }
  if (!bad.ok()) return bad;
  return record;
}

absl::Status ValidateEffect(const v1::Override& override, bool wanted) {
  absl::Status bad;
  if (override.effect() == v1::EFFECT_UNSPECIFIED ? wanted
                                                  : !v1::Effect_IsValid(override.effect())) {
    AddBadField(&bad, "override.effect", v1::Effect_Name(override.effect()),
                "wanted ALLOW, PREVENT or PROHIBIT");
  }
  CheckText("override.reason", override.reason(), 0, kMaxReasonChars, &bad);
  return bad;
}

absl::Status ValidateCreateOverride(const v1::CreateOverrideRequest& request) {
  return ValidateEffect(request.override(), true);
}

absl::Status MayCreateOverride(const RuleCall& call, const v1::CreateOverrideRequest& request) {
  absl::StatusOr<OverridePlace> place = PlaceOf(call.state, call.tenant.id(), request.override());
  if (!place.ok()) return place.status();
  absl::StatusOr<OverrideRecord> record = RecordOf(call.state.matrix(), *place, request.override());
  if (!record.ok()) return record.status();
  return AsBadField(CheckOverride(call.state, call.actor, place->scope, place->role,
                                  place->permission, *record, call.now),
                    "override.permission", request.override().permission());
}

absl::Status CreateOverride(MutateCall& call, const v1::CreateOverrideRequest& request,
                            v1::Override* response) {
  TenantDraft& draft = call.draft;
  absl::StatusOr<OverridePlace> place = PlaceOf(draft.state(), draft.id(), request.override());
  if (!place.ok()) return place.status();
  rows::OverrideRow row;
  v1::Override& kept = *row.mutable_override();
  kept = request.override();
  for (auto clear : {&v1::Override::clear_name, &v1::Override::clear_scope,
                     &v1::Override::clear_author, &v1::Override::clear_etag}) {
    (kept.*clear)();
  }
  *kept.mutable_create_time() = ToTimestamp(call.now());
  *kept.mutable_update_time() = kept.create_time();
  row.set_author(call.actor_uid());
  row.set_revision(draft.revision());
  *response = ToMessage(draft.state(), draft.id(), place->scope, row);
  absl::StatusOr<std::optional<rows::OverrideRow>> existing =
      draft.GetOverride(place->scope, kept.role(), kept.permission());
  if (!existing.ok()) return existing.status();
  if (existing->has_value()) return AlreadyExists("override", response->name());
  draft.Describe(response->name(), kept.reason());
  draft.PutOverrideRow(place->scope, std::move(row));
  return absl::OkStatus();
}

absl::StatusOr<rows::OverrideRow> FindOverride(const store::Reader& reader, uint64_t tenant,
                                               const WorldState& state, absl::string_view name,
                                               OverridePlace* place) {
  absl::StatusOr<ResourceName> parsed = ParseNameIn(Collection::kOverrides, "name", name);
  if (!parsed.ok()) return parsed.status();
  const std::optional<OverrideId> id = ParseOverrideId(parsed->id);
  const std::optional<RoleId> role = state.matrix().FindRole(id->role);
  const std::optional<PermissionId> permission = state.matrix().FindPermission(id->permission);
  absl::StatusOr<std::optional<rows::OverrideRow>> row =
      ReadRow<rows::OverrideRow>(reader, store::Table::kOverrides,
                                 OverrideKey(tenant, ScopeId(id->scope), id->role, id->permission));
  if (!row.ok()) return row.status();
  if (!row->has_value() || !role.has_value() || !permission.has_value()) {
    return NotFound("override", name);
  }
  *place = OverridePlace{ScopeId(id->scope), *role, *permission};
  return **std::move(row);
}

absl::Status GetOverride(ReadCall& call, const v1::GetOverrideRequest& request,
                         v1::Override* response) {
  OverridePlace place;
  absl::StatusOr<rows::OverrideRow> row =
      FindOverride(call.reader(), call.tenant->number(), call.state, request.name(), &place);
  if (!row.ok()) return row.status();
  *response = ToMessage(call.state, call.tenant->id(), place.scope, *row);
  return absl::OkStatus();
}

absl::Status ListOverrides(ReadCall& call, const v1::ListOverridesRequest& request,
                           v1::ListOverridesResponse* response) {
  absl::StatusOr<Pages::Page> page =
      call.backend.pages->Begin(request, call.actor.name, call.tenant, call.now);
  if (!page.ok()) return page.status();
  const WorldState& state = *page->snapshot->view;
  const Matrix& matrix = state.matrix();
  std::vector<ScopeId> scopes;
  if (request.scope().empty()) {
    state.ForEachOverriddenScope([&](ScopeId scope) {
      scopes.push_back(scope);
      return true;
    });
  } else {
    absl::StatusOr<ScopeId> found =
        ResolveScope(state, call.tenant->id(), "scope", request.scope());
    if (absl::IsNotFound(found.status())) return absl::OkStatus();
    if (!found.ok()) return found.status();
    scopes.push_back(*found);
  }
  std::optional<RoleId> role;
  if (!request.role().empty()) {
    absl::StatusOr<RoleId> found = ResolveRole(state, "role", request.role());
    if (!found.ok()) return found.status();
    role = *found;
  }
  // By scope, role and permission; the cursor is how many came before.
  uint64_t before = 0;
  if (!page->cursor.empty() && !absl::SimpleAtoi(page->cursor, &before)) before = 0;
  uint64_t at = 0;
  for (ScopeId scope : scopes) {
    if (!IsAllowed(state, call.self(), "role.read", scope, false, page->snapshot->time)) continue;
    for (const OverrideRecord& record : state.OverridesAt(scope)) {
      if (role.has_value() && record.role != role->value) continue;
      if (at++ < before) continue;
      if (response->overrides_size() == page->limit) {
        response->set_next_page_token(call.backend.pages->TokenAfter(*page, absl::StrCat(at - 1)));
        return absl::OkStatus();
      }
      absl::StatusOr<std::optional<rows::OverrideRow>> row = ReadRow<rows::OverrideRow>(
          call.reader(), store::Table::kOverrides,
          OverrideKey(call.tenant->number(), scope, matrix.role(RoleId(record.role)).name,
                      matrix.permission(PermissionId(record.permission)).name));
      if (!row.ok()) return row.status();
      if (row->has_value()) {
        *response->add_overrides() = ToMessage(state, call.tenant->id(), scope, **row);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status ValidateUpdateOverride(const v1::UpdateOverrideRequest& request) {
  // One set to nothing by the mask is found once that has been applied.
  return ValidateEffect(request.override(), false);
}

absl::StatusOr<rows::OverrideRow> Updated(const rows::OverrideRow& row,
                                          const v1::UpdateOverrideRequest& request) {
  rows::OverrideRow next = row;
  if (absl::Status status =
          ApplyMask(request.update_mask(), request.override(),
                    {"effect", "locked", "facts", "reason"}, next.mutable_override());
      !status.ok()) {
    return status;
  }
  if (absl::Status status = ValidateEffect(next.override(), true); !status.ok()) return status;
  return next;
}

absl::Status MayUpdateOverride(const RuleCall& call, const v1::UpdateOverrideRequest& request) {
  OverridePlace place;
  absl::StatusOr<rows::OverrideRow> row = FindOverride(
      call.reader, call.tenant.number(), call.state, request.override().name(), &place);
  if (!row.ok()) return row.status();
  absl::StatusOr<rows::OverrideRow> next = Updated(*row, request);
  if (!next.ok()) return next.status();
  absl::StatusOr<OverrideRecord> record = RecordOf(call.state.matrix(), place, next->override());
  if (!record.ok()) return record.status();
  return CheckOverride(call.state, call.actor, place.scope, place.role, place.permission, *record,
                       call.now);
}

absl::Status UpdateOverride(MutateCall& call, const v1::UpdateOverrideRequest& request,
                            v1::Override* response) {
  TenantDraft& draft = call.draft;
  OverridePlace place;
  absl::StatusOr<rows::OverrideRow> row = FindOverride(
      draft.reader(), draft.number(), draft.state(), request.override().name(), &place);
  if (!row.ok()) return row.status();
  if (absl::Status status = CheckEtag(request.override().name(), request.override().etag(),
                                      EtagOf(place.scope.value, row->revision()));
      !status.ok()) {
    return status;
  }
  absl::StatusOr<rows::OverrideRow> next = Updated(*row, request);
  if (!next.ok()) return next.status();
  *next->mutable_override()->mutable_update_time() = ToTimestamp(call.now());
  next->set_author(call.actor_uid());
  next->set_revision(draft.revision());
  *response = ToMessage(draft.state(), draft.id(), place.scope, *next);
  draft.Describe(response->name(), response->reason());
  draft.PutOverrideRow(place.scope, *std::move(next));
  return absl::OkStatus();
}

absl::Status MayDeleteOverride(const RuleCall& call, const v1::DeleteOverrideRequest& request) {
  OverridePlace place;
  absl::StatusOr<rows::OverrideRow> row =
      FindOverride(call.reader, call.tenant.number(), call.state, request.name(), &place);
  if (!row.ok()) {
    return absl::IsNotFound(row.status()) && request.allow_missing() ? absl::OkStatus()
                                                                     : row.status();
  }
  return CheckOverride(call.state, call.actor, place.scope, place.role, place.permission,
                       std::nullopt, call.now);
}

absl::Status DeleteOverride(MutateCall& call, const v1::DeleteOverrideRequest& request,
                            google::protobuf::Empty*) {
  TenantDraft& draft = call.draft;
  OverridePlace place;
  absl::StatusOr<rows::OverrideRow> row =
      FindOverride(draft.reader(), draft.number(), draft.state(), request.name(), &place);
  if (!row.ok()) {
    return absl::IsNotFound(row.status()) && request.allow_missing() ? absl::OkStatus()
                                                                     : row.status();
  }
  if (absl::Status status =
          CheckEtag(request.name(), request.etag(), EtagOf(place.scope.value, row->revision()));
      !status.ok()) {
    return status;
  }
  draft.EraseOverride(place.scope, row->override().role(), row->override().permission());
  draft.Describe(request.name());
  return absl::OkStatus();
}

// --- freezes ---

template <typename Request>
absl::Status ValidateFreeze(const Request& request) {
  absl::Status bad;
  if (request.freeze() != v1::Scope::ARCHIVE && request.freeze() != v1::Scope::HOLD) {
    AddBadField(&bad, "freeze",
                v1::Scope::Freeze_IsValid(request.freeze())
                    ? v1::Scope::Freeze_Name(request.freeze())
                    : absl::StrCat(request.freeze()),
                "wanted ARCHIVE or HOLD");
  }
  CheckText("reason", request.reason(), 0, kMaxReasonChars, &bad);
  return bad;
}

template <typename Request>
absl::Status ChangeFreeze(MutateCall& call, const Request& request, bool frozen,
                          v1::ScopeState* response) {
  TenantDraft& draft = call.draft;
  const WorldState& state = draft.state();
  absl::StatusOr<ScopeId> scope = ResolveScope(state, draft.id(), "name", request.name());
  if (!scope.ok()) return scope.status();
  const Freeze freeze = request.freeze() == v1::Scope::ARCHIVE ? Freeze::kArchive : Freeze::kHold;
  if (absl::Status status = SetFreeze(draft, *scope, freeze, frozen, call.now()); !status.ok()) {
    return status;
  }
  const uint8_t flags = state.scope_line(scope->value)->flags;
  response->set_name(request.name());
  response->set_archived(freeze == Freeze::kArchive ? frozen : (flags & ScopeLine::kArchived) != 0);
  response->set_held(freeze == Freeze::kHold ? frozen : (flags & ScopeLine::kHeld) != 0);
  if (*scope != state.root()) {
    response->set_parent_scope(ScopeFullName(state, draft.id(), state.ParentOf(*scope)));
  }
  response->set_kind(static_cast<v1::Scope::Kind>(state.KindOf(*scope)));
  draft.Describe(request.name(), request.reason());
  return absl::OkStatus();
}

absl::Status FreezeScope(MutateCall& call, const v1::FreezeScopeRequest& request,
                         v1::ScopeState* response) {
  return ChangeFreeze(call, request, true, response);
}
absl::Status UnfreezeScope(MutateCall& call, const v1::UnfreezeScopeRequest& request,
                           v1::ScopeState* response) {
  return ChangeFreeze(call, request, false, response);
}

// --- questions ---

absl::Status TestAssign(ReadCall& call, const v1::TestAssignRequest& request,
                        v1::TestAssignResponse* response) {
  const std::string& tenant = call.tenant->id();
  absl::Status bad;
  CheckWindow("", request, &bad);
  if (request.has_time()) CheckTime("time", request.time(), &bad);
  if (!bad.ok()) return bad;
  absl::StatusOr<RoleId> role = ResolveRole(call.state, "role", request.role());
  if (!role.ok()) return role.status();
  SubjectId actor = call.self();
  if (!request.actor().empty()) {
    absl::StatusOr<SubjectId> found = ResolveSubject(call.state, tenant, "actor", request.actor());
    if (!found.ok() && !absl::IsNotFound(found.status())) return found.status();
    actor = found.ok() ? *found : kUnknownSubject;
  }
  absl::StatusOr<ScopeId> scope = ResolveScope(call.state, tenant, "scope", request.scope());
  absl::StatusOr<SubjectId> subject =
      ResolveSubject(call.state, tenant, "subject", request.subject());
  absl::Status verdict = scope.status();
  if (verdict.ok()) verdict = subject.status();
  if (verdict.ok()) {
    const absl::Time now = request.has_time() ? FromTimestamp(request.time()) : call.now;
    verdict = CheckAssign(call.state, actor, *subject, *role, *scope, WindowOf(request), now);
  }
  response->set_allowed(verdict.ok());
  if (!verdict.ok()) response->set_why(std::string(verdict.message()));
  return absl::OkStatus();
}

absl::Status ListRoles(ReadCall& call, const v1::ListRolesRequest& request,
                       v1::ListRolesResponse* response) {
  absl::StatusOr<Pages::Page> page =
      call.backend.pages->Begin(request, call.actor.name, call.tenant, call.now);
  if (!page.ok()) return page.status();
  const Matrix& matrix = page->snapshot->view->matrix();
  uint32_t first = 0;
  if (!page->cursor.empty() && !absl::SimpleAtoi(page->cursor, &first)) first = 0;
  for (uint32_t i = first; i < matrix.roles().size(); ++i) {
    if (response->roles_size() == page->limit) {
      response->set_next_page_token(call.backend.pages->TokenAfter(*page, absl::StrCat(i)));
      break;
    }
    const RoleInfo& role = matrix.roles()[i];
    v1::RoleSummary* summary = response->add_roles();
    summary->set_role(role.name);
    summary->set_title(role.title);
    for (ScopeKind kind : kAllScopeKinds) {
      if (role.assignable_at.Has(kind)) {
        summary->add_assignable_at(static_cast<v1::Scope::Kind>(kind));
      }
    }
    for (RoleId assignable : role.may_assign) summary->add_may_assign(matrix.role(assignable).name);
    const RoleId id(static_cast<uint16_t>(i));
    summary->set_custom(role.is_custom);
    summary->set_default_role(matrix.default_role() == id);
    summary->set_top_role(matrix.top_role() == id);
  }
  return absl::OkStatus();
}

template <typename Request>
absl::Status NothingToValidate(const Request&) {
  return absl::OkStatus();
}

}  // namespace

void RegisterRoleService(Methods& methods) {
  Methods::AuthorizeBy<v1::CreateAssignmentRequest>(
      methods.Mutate<v1::CreateAssignmentRequest, v1::Assignment>(ValidateCreateAssignment,
                                                                  CreateAssignment),
      MayCreateAssignment);
  methods.Read<v1::GetAssignmentRequest, v1::Assignment>(GetAssignment);
  methods.Scan<v1::ListAssignmentsRequest, v1::ListAssignmentsResponse>(ListAssignments);
  Methods::AuthorizeBy<v1::UpdateAssignmentRequest>(
      methods.Mutate<v1::UpdateAssignmentRequest, v1::Assignment>(ValidateUpdateAssignment,
                                                                  UpdateAssignment),
      MayUpdateAssignment);
  Methods::AuthorizeBy<v1::DeleteAssignmentRequest>(
      methods.Mutate<v1::DeleteAssignmentRequest, google::protobuf::Empty>(
          NothingToValidate<v1::DeleteAssignmentRequest>, DeleteAssignment),
      MayDeleteAssignment);
  Methods::AuthorizeBy<v1::CreateOverrideRequest>(
      methods.Mutate<v1::CreateOverrideRequest, v1::Override>(ValidateCreateOverride,
                                                              CreateOverride),
      MayCreateOverride);
  methods.Read<v1::GetOverrideRequest, v1::Override>(GetOverride);
  methods.Scan<v1::ListOverridesRequest, v1::ListOverridesResponse>(ListOverrides);
  Methods::AuthorizeBy<v1::UpdateOverrideRequest>(
      methods.Mutate<v1::UpdateOverrideRequest, v1::Override>(ValidateUpdateOverride,
                                                              UpdateOverride),
      MayUpdateOverride);
  Methods::AuthorizeBy<v1::DeleteOverrideRequest>(
      methods.Mutate<v1::DeleteOverrideRequest, google::protobuf::Empty>(
          NothingToValidate<v1::DeleteOverrideRequest>, DeleteOverride),
      MayDeleteOverride);
  methods.Mutate<v1::FreezeScopeRequest, v1::ScopeState>(ValidateFreeze<v1::FreezeScopeRequest>,
                                                         FreezeScope);
  methods.Mutate<v1::UnfreezeScopeRequest, v1::ScopeState>(ValidateFreeze<v1::UnfreezeScopeRequest>,
                                                           UnfreezeScope);
  methods.Read<v1::TestAssignRequest, v1::TestAssignResponse>(TestAssign);
  methods.Read<v1::ListRolesRequest, v1::ListRolesResponse>(ListRoles);
}

}  // namespace provost
