#include "service/role_assignments.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "policy/decide/delegation.h"
#include "policy/decide/exclusive.h"
#include "policy/decide/freeze.h"
#include "policy/decide/held.h"
#include "provost/v1/role_service.pb.h"
#include "service/authorize.h"
#include "service/lookup.h"
#include "service/pages.h"
#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {
namespace {

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

// What the rules say of an assignment that somebody would make.
struct Verdict {
  absl::Status status;
  int rule = 0;  // The one that refuses it; 0 where it is none of them.
};

Verdict JudgeAssign(const WorldState& state, SubjectId actor, RoleId role, ScopeId scope,
                    const absl::StatusOr<SubjectId>& subject, const Window& window,
                    absl::Time now) {
  if (state.suspended() || state.IsSuspended(actor)) {
    return {absl::PermissionDeniedError(state.suspended() ? "the tenant is suspended"
                                                          : "who would assign is suspended"),
            6};
  }
  // Who may not assign here anyway learns nothing else: neither whether there is such a subject,
  // nor what kind of scope this is.
  absl::Status status = CheckUnassign(state, actor, role, scope, now);
  if (!status.ok()) return {std::move(status), 11};
  if (!subject.ok()) return {subject.status(), 1};
  status = CheckAssign(state, actor, *subject, role, scope, window, now);
  int rule = 0;
  if (absl::IsPermissionDenied(status)) rule = 11;
  if (absl::IsFailedPrecondition(status)) rule = CheckPathNotFrozen(state, scope).ok() ? 17 : 19;
  return {std::move(status), rule};
}

// May `reader` read roles wherever the subject, or anybody in it, holds one?
bool MayReadRolesOf(const WorldState& state, SubjectId reader, SubjectId subject, absl::Time now) {
  for (SubjectId below : SubjectsBelow(state, subject)) {
    for (const Holding& held : HoldingsOf(state, below, now)) {
      if (!IsAllowed(state, reader, "role.read", held.scope, /*about_self=*/false, now)) {
        return false;
      }
    }
  }
  return true;
}

// What is told of a conflict of roles: with whom and where only to who may read roles there.
std::string WhyExcluded(const absl::Status& conflict, bool readable, absl::string_view role) {
  return readable ? std::string(conflict.message())
                  : absl::StrCat("somebody would hold `", role, "` and a role that excludes it");
}

// A verdict as an answer to `reader`, with its details. PERMISSION_DENIED stays as it is: the door
// takes the reason out where roles cannot be read.
absl::Status AsAnswer(const Verdict& verdict, const RuleCall& call, RoleId role,
                      absl::string_view scope, absl::StatusOr<SubjectId> subject,
                      absl::string_view subject_name) {
  if (!subject.ok()) return verdict.status;
  if (absl::IsInvalidArgument(verdict.status)) {
    return BadField("assignment.scope", scope, verdict.status.message());
  }
  if (verdict.rule == 19) return FailedPrecondition("FROZEN", scope, verdict.status.message());
  if (verdict.rule == 17) {
    return FailedPrecondition(
        "EXCLUSIVE_ROLES", subject_name,
        WhyExcluded(verdict.status, MayReadRolesOf(call.state, call.actor, *subject, call.now),
                    call.state.matrix().role(role).name));
  }
  return verdict.status;
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
  return AsAnswer(
      JudgeAssign(call.state, call.actor, *role, *scope, subject, WindowOf(assignment), call.now),
      call, *role, assignment.scope(), subject, assignment.subject());
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
    absl::StatusOr<std::optional<rows::AssignmentRow>> row = ReadRow<rows::AssignmentRow>(
        call.reader(), store::Table::kAssignments, AssignmentKey(call.tenant->number(), *at));
    if (!row.ok()) return row.status();
    if (!row->has_value()) continue;  // Removed since the list began.
    const ScopeId held_at((*row)->scope());
    const auto readable = [&](bool about_self) {
      return IsAllowed(state, call.self(), "role.read", held_at, about_self, page->snapshot->time);
    };
    const bool to_everybody = readable(false);
    if (!to_everybody && (SubjectId((*row)->subject()) != call.self() || !readable(true))) continue;
    // Only now, so that a further page tells of nothing that is hidden.
    if (response->assignments_size() == page->limit) {
      response->set_next_page_token(
          call.backend.pages->TokenAfter(*page, absl::StrCat(last.value)));
      break;
    }
    v1::Assignment* assignment = response->add_assignments();
    *assignment = ToMessage(state, tenant, *at, **row);
    if (!to_everybody) {
      // Who sees it as its subject alone is told neither granter nor reason (rule 25).
      assignment->clear_granted_by();
      assignment->clear_reason();
    }
    last = *at;
  }
  return absl::OkStatus();
}

absl::Status ValidateUpdateAssignment(const v1::UpdateAssignmentRequest& request) {
  absl::Status bad =
      ParseNameIn(Collection::kAssignments, "assignment.name", request.assignment().name())
          .status();
  if (!bad.ok()) return bad;
  CheckWindow("assignment.", request.assignment(), &bad);
  CheckText("assignment.reason", request.assignment().reason(), 0, kMaxReasonChars, &bad);
  return bad;
}

// The role that an enrollment gives comes and goes with that alone.
absl::Status CheckOwnRight(absl::string_view name, absl::string_view tenant,
                           const rows::AssignmentRow& row) {
  if (!row.enrollment()) return absl::OkStatus();
  const std::string enrollment =
      NameIn(tenant, Collection::kEnrollments, EnrollmentId{row.scope(), row.subject()}.ToString());
  return FailedPrecondition("ENROLLMENT", name,
                            absl::StrCat("it goes with the enrollment ", Quoted(enrollment),
                                         "; end the enrollment instead"));
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
  const bool narrows = after.not_before > before.not_before || after.expires < before.expires ||
                       (!row->assignment().suspended() && next->assignment().suspended());
  if (widens) {
    // It gives what was not given before, so it is judged like a new assignment.
    const SubjectId subject(row->subject());
    const Verdict verdict =
        JudgeAssign(call.state, call.actor, *role, scope, subject, after, call.now);
    if (!verdict.status.ok()) {
      return AsAnswer(verdict, call, *role, request.assignment().name(), subject,
                      request.assignment().name());
    }
  } else if (absl::Status status = CheckUnassign(call.state, call.actor, *role, scope, call.now);
             !status.ok()) {
    return status;
  } else if (!narrows) {
    // Under a freeze grants may be taken away, and that is all.
    if (absl::Status frozen = CheckPathNotFrozen(call.state, scope); !frozen.ok()) {
      return FailedPrecondition("FROZEN", request.assignment().name(), frozen.message());
    }
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
  if (absl::Status status = CheckOwnRight(request.assignment().name(), draft.id(), *row);
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
  if (absl::Status status = CheckOwnRight(request.name(), draft.id(), *row); !status.ok()) {
    return status;
  }
  draft.EraseAssignment(uid, *row);
  draft.Describe(request.name());
  return absl::OkStatus();
}

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
  if (!scope.ok() && !absl::IsNotFound(scope.status())) return scope.status();
  absl::StatusOr<SubjectId> subject =
      ResolveSubject(call.state, tenant, "subject", request.subject());
  if (!subject.ok() && !absl::IsNotFound(subject.status())) return subject.status();
  const absl::Time now = request.has_time() ? FromTimestamp(request.time()) : call.now;
  const Verdict verdict =
      scope.ok() ? JudgeAssign(call.state, actor, *role, *scope, subject, WindowOf(request), now)
                 : Verdict{scope.status(), 1};
  response->set_allowed(verdict.status.ok());
  if (verdict.status.ok()) return absl::OkStatus();
  const auto may_read = [&](ScopeId at) {
    return call.subject.by_system_permission ||
           IsAllowed(call.state, call.self(), "role.read", at, /*about_self=*/false, call.now);
  };
  response->set_rule(verdict.rule);
  response->set_why(std::string(verdict.status.message()));
  if ((!scope.ok() || absl::IsPermissionDenied(verdict.status)) &&
      !may_read(scope.ok() ? *scope : call.state.root())) {
    // No right and no scope look alike to whoever may not look (rule 25).
    response->set_rule(11);
    response->set_why(absl::StrCat("not permitted on ", Quoted(request.scope())));
  } else if (verdict.rule == 17) {
    response->set_why(WhyExcluded(verdict.status,
                                  call.subject.by_system_permission ||
                                      MayReadRolesOf(call.state, call.self(), *subject, call.now),
                                  request.role()));
  }
  return absl::OkStatus();
}

template <typename Request>
absl::Status NothingToValidate(const Request&) {
  return absl::OkStatus();
}

}  // namespace

void RegisterAssignments(Methods& methods) {
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
  methods.Read<v1::TestAssignRequest, v1::TestAssignResponse>(TestAssign);
}

}  // namespace provost
