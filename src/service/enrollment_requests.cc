#include "service/enrollment_requests.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/time_text.h"
#include "policy/decide/check.h"
#include "policy/decide/freeze.h"
#include "provost/v1/enrollment_service.pb.h"
#include "service/enrollment_message.h"
#include "service/lookup.h"
#include "service/places.h"
#include "service/resource.h"
#include "service/rule21.h"
#include "service/training_assignments.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollments.h"
#include "tenant/errors.h"
#include "tenant/record_log.h"
#include "tenant/record_rows.h"
#include "tenant/times.h"
#include "tenant/training_rules.h"

namespace provost {
namespace {

using v1::Enrollment;

// --- EnrollSelf, RequestEnrollment ---

absl::Status ValidateTraining(absl::string_view training, absl::string_view reason) {
  absl::Status status;
  CheckTrainingName("training", training, "", &status);
  CheckText("reason", reason, 0, kMaxReasonChars, &status);
  return status;
}

absl::Status ComeIn(MutateCall& call, const std::string& name, absl::string_view reason,
                    Entry entry, Enrollment* response) {
  const WorldState& state = call.state();
  const ScopeId training = state.FindScope(ParseName(name)->Relative());
  if (!state.HasScope(training)) return NotFound("training", name);
  // A program learns nothing.
  if (state.KindOf(call.actor()) != SubjectKind::kUser) return NotPermitted("", name);
  const EnrollmentId id{training.value, call.actor_uid()};
  absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
      ReadEnrollment(call.draft.reader(), call.draft.number(), id);
  if (!row.ok()) return row.status();
  if (row->has_value()) {
    const Enrollment::State at = (*row)->enrollment().state();
    if (at != Enrollment::WITHDRAWN && (at != Enrollment::REQUESTED || entry == Entry::kApplies)) {
      return AlreadyExists("enrollment",
                           NameIn(call.draft.id(), Collection::kEnrollments, id.ToString()));
    }
  }
  absl::Status status =
      Enroll(call.draft, id, rows::EnrollmentRow::Source(), entry, CauseOf(call, reason));
  if (!status.ok()) return status;
  return Answer(call, id, reason, response);
}

absl::Status DoEnrollSelf(MutateCall& call, const v1::EnrollSelfRequest& request,
                          Enrollment* response) {
  return ComeIn(call, request.training(), "", Entry::kByHand, response);
}

absl::Status DoRequest(MutateCall& call, const v1::RequestEnrollmentRequest& request,
                       Enrollment* response) {
  return ComeIn(call, request.training(), request.reason(), Entry::kApplies, response);
}

// --- ApproveEnrollment, RejectEnrollment ---

Decision AskApprove(const WorldState& state, const store::Reader& reader, uint64_t tenant,
                    SubjectId actor, ScopeId training, absl::Time now) {
  return ItemQuestion(state, reader, tenant, actor, now)
      .AskAt(training, SubjectId(0), "enrollment.approve");
}

// Who may approve enrollments at the training, and the person's manager while it is their turn.
absl::Status MayDecide(const RuleCall& call, const std::string& name) {
  const EnrollmentId id = EnrollmentIdIn(name);
  const ScopeId training(id.training);
  const uint64_t tenant = call.tenant.number();
  const Decision decision =
      AskApprove(call.state, call.reader, tenant, call.actor, training, call.now);
  if (decision.allowed()) return absl::OkStatus();
  absl::StatusOr<rows::EnrollmentRow> row = FindEnrollment(call.reader, tenant, name);
  if (!row.ok()) return row.status();
  absl::StatusOr<bool> decides =
      IsDecidingManager(call.state, call.reader, tenant, id, *row, call.actor);
  if (!decides.ok()) return decides.status();
  if (!*decides && decision.reason != Reason::kFrozen) {
    return NotPermitted("enrollment.approve", name);
  }
  absl::Status frozen = CheckPathNotFrozen(call.state, training);
  return frozen.ok() ? absl::OkStatus() : FailedPrecondition("FROZEN", name, frozen.message());
}

// Rule 23: an application is judged anew as it is granted, as whoever made it, but for whether the
// training is open now: it was.
absl::Status CheckMayStillApply(const MutateCall& call, const std::string& name, EnrollmentId id) {
  const WorldState& state = call.state();
  const std::optional<PermissionId> permission =
      state.matrix().FindPermission("enrollment.request");
  if (permission.has_value()) {
    Question question;
    question.subject = SubjectId(id.learner);
    question.permission = *permission;
    question.scope = ScopeId(id.training);
    question.time = call.now();
    for (const absl::string_view fact : {"self", "enrollment_open"}) {
      const std::optional<int> bit = state.matrix().FindFact(fact);
      if (bit.has_value()) question.facts |= FactSet{1} << *bit;
    }
    if (Check(state, question).allowed()) return absl::OkStatus();
  }
  return FailedPrecondition("MAY_NOT_APPLY", name,
                            "the person is suspended, or may no longer apply there");
}

absl::Status DoApprove(MutateCall& call, const v1::ApproveEnrollmentRequest& request,
                       Enrollment* response) {
  absl::StatusOr<rows::EnrollmentRow> row = FindForChange(call, request.name(), request.etag());
  if (!row.ok()) return row.status();
  const EnrollmentId id = EnrollmentIdIn(request.name());
  absl::Status status = CheckNotOneself(call.actor(), SubjectId(id.learner), "approve");
  if (status.ok())
    status = CheckState(request.name(), *row, Enrollment::REQUESTED, "NOT_REQUESTED");
  if (!status.ok()) return status;
  TenantDraft& draft = call.draft;
  absl::StatusOr<std::optional<Training>> training =
      ReadTraining(draft.reader(), draft.number(), call.state(), ScopeId(id.training));
  if (!training.ok()) return training.status();
  if (!training->has_value()) return NotFound("enrollment", request.name());
  absl::StatusOr<SubjectId> manager =
      AskedManager(call.state(), draft.reader(), draft.number(), SubjectId(id.learner));
  if (!manager.ok()) return manager.status();
  const bool manager_first = (*training)->rules.enrollment().approval() ==
                                 v1::EnrollmentRules::MANAGER_THEN_ADMINISTRATOR &&
                             manager->value != 0 && !row->enrollment().manager_approved();
  if (manager_first && *manager != call.actor()) {
    return FailedPrecondition("MANAGER_FIRST", request.name(),
                              "the person's manager approves first, and has not yet");
  }
  if (manager_first) {
    const rows::EnrollmentRow before = *row;
    row->mutable_enrollment()->set_manager_approved(true);
    rows::RecordEventRow event;
    event.set_actor(call.actor_uid());
    event.set_reason(request.reason());
    event.mutable_manager_approval();
    AppendRecordEvent(draft, id, &*row, std::move(event));
    PutEnrollment(draft, id, &before, *std::move(row));
    // Who may approve for the training too does both at once.
    const Decision decision = AskApprove(call.state(), draft.reader(), draft.number(), call.actor(),
                                         ScopeId(id.training), call.now());
    if (!decision.allowed()) return Answer(call, id, request.reason(), response);
  }
  status = CheckMayStillApply(call, request.name(), id);
  if (!status.ok()) return status;
  status = Enroll(draft, id, rows::EnrollmentRow::Source(), Entry::kByHand,
                  CauseOf(call, request.reason()), &**training);
  if (!status.ok()) return status;
  return Answer(call, id, request.reason(), response);
}

absl::Status DoReject(MutateCall& call, const v1::RejectEnrollmentRequest& request,
                      Enrollment* response) {
  absl::StatusOr<rows::EnrollmentRow> row = FindForChange(call, request.name(), request.etag());
  if (!row.ok()) return row.status();
  const EnrollmentId id = EnrollmentIdIn(request.name());
  absl::Status status = CheckNotOneself(call.actor(), SubjectId(id.learner), "reject");
  if (status.ok())
    status = CheckState(request.name(), *row, Enrollment::REQUESTED, "NOT_REQUESTED");
  if (status.ok()) status = Withdraw(call.draft, id, CauseOf(call, request.reason()));
  if (!status.ok()) return status;
  return Answer(call, id, request.reason(), response);
}

// --- WithdrawEnrollment ---

// When somebody was last let in.
absl::StatusOr<absl::Time> AdmittedAt(const TenantDraft& draft, EnrollmentId id) {
  absl::StatusOr<std::vector<std::pair<uint64_t, rows::RecordEventRow>>> events =
      ReadRecordEvents(draft.reader(), draft.number(), id);
  if (!events.ok()) return events.status();
  absl::Time admitted = absl::InfinitePast();
  for (const auto& [number, event] : *events) {
    if (event.has_transition() && !IsAdmitted(event.transition().from()) &&
        IsAdmitted(event.transition().to())) {
      admitted = FromTimestamp(event.time());
    }
  }
  return admitted;
}

// What the rules of the training say about leaving it.
absl::Status CheckMayLeave(const MutateCall& call, const std::string& name, EnrollmentId id,
                           const rows::EnrollmentRow& row) {
  for (const rows::EnrollmentRow::Source& source : row.sources()) {
    if (source.training_assignment() == 0) continue;
    return FailedPrecondition("ASSIGNED", name,
                              "it rests on a training assignment, and ends with that");
  }
  if (!IsAdmitted(row.enrollment().state())) return absl::OkStatus();
  const TenantDraft& draft = call.draft;
  absl::StatusOr<std::optional<Training>> training =
      ReadTraining(draft.reader(), draft.number(), call.state(), ScopeId(id.training));
  if (!training.ok()) return training.status();
  if (!training->has_value()) return absl::OkStatus();
  const v1::EnrollmentRules& rules = (*training)->rules.enrollment();
  if (rules.no_withdrawal()) {
    return FailedPrecondition("NO_WITHDRAWAL", name, "the rules of the training let nobody leave");
  }
  if (rules.withdrawal_days() == 0) return absl::OkStatus();
  absl::StatusOr<absl::Time> admitted = AdmittedAt(draft, id);
  if (!admitted.ok()) return admitted.status();
  const absl::Time last = *admitted + absl::Hours(24) * rules.withdrawal_days();
  if (call.now() <= last) return absl::OkStatus();
  return FailedPrecondition(
      "NO_WITHDRAWAL", name,
      absl::StrCat("the rules of the training let people leave for ", rules.withdrawal_days(),
                   rules.withdrawal_days() == 1 ? " day" : " days", ", which ended at ",
                   TimeText(last)));
}

absl::Status DoWithdraw(MutateCall& call, const v1::WithdrawEnrollmentRequest& request,
                        Enrollment* response) {
  absl::StatusOr<rows::EnrollmentRow> row = FindForChange(call, request.name(), request.etag());
  if (!row.ok()) return row.status();
  const EnrollmentId id = EnrollmentIdIn(request.name());
  absl::Status status = CheckMayLeave(call, request.name(), id, *row);
  if (!status.ok()) return status;
  const rows::EnrollmentRow before = *row;
  status =
      MoveEnrollment(call.draft, id, &*row, Enrollment::WITHDRAWN, CauseOf(call, request.reason()));
  if (!status.ok()) return status;
  PutEnrollment(call.draft, id, &before, *std::move(row));
  return Answer(call, id, request.reason(), response);
}

}  // namespace

absl::StatusOr<std::vector<EnrollmentId>> OwnApplications(const MutateCall& call) {
  std::vector<EnrollmentId> applications;
  if (call.actor_uid() == 0) return applications;
  absl::StatusOr<std::vector<EnrollmentId>> own = ReadLearnerIds(
      call.draft.reader(), EnrollmentsOf(call.draft.number(), SubjectId(call.actor_uid())));
  if (!own.ok()) return own.status();
  for (const EnrollmentId& id : *own) {
    absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
        ReadEnrollment(call.draft.reader(), call.draft.number(), id);
    if (!row.ok()) return row.status();
    if (row->has_value() && (*row)->enrollment().state() == Enrollment::REQUESTED) {
      applications.push_back(id);
    }
  }
  return applications;
}

absl::Status CheckStillApplications(const MutateCall& call,
                                    const std::vector<EnrollmentId>& applications) {
  for (const EnrollmentId& id : applications) {
    absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
        ReadEnrollment(call.draft.reader(), call.draft.number(), id);
    if (!row.ok()) return row.status();
    if (row->has_value() && (*row)->enrollment().state() != Enrollment::REQUESTED) {
      return CheckNotOneself(call.actor(), SubjectId(id.learner), "approve");
    }
  }
  return absl::OkStatus();
}

void RegisterEnrollmentRequests(Methods& methods) {
  methods.Mutate<v1::EnrollSelfRequest, Enrollment>(
      [](const v1::EnrollSelfRequest& request) { return ValidateTraining(request.training(), ""); },
      DoEnrollSelf);
  methods.Mutate<v1::RequestEnrollmentRequest, Enrollment>(
      [](const v1::RequestEnrollmentRequest& request) {
        return ValidateTraining(request.training(), request.reason());
      },
      DoRequest);
  Methods::AuthorizeBy<v1::ApproveEnrollmentRequest>(
      methods.Mutate<v1::ApproveEnrollmentRequest, Enrollment>(
          [](const v1::ApproveEnrollmentRequest& request) {
            return CheckMove(request.name(), request.reason(), 0);
          },
          DoApprove),
      [](const RuleCall& call, const v1::ApproveEnrollmentRequest& request) {
        return MayDecide(call, request.name());
      });
  Methods::AuthorizeBy<v1::RejectEnrollmentRequest>(
      methods.Mutate<v1::RejectEnrollmentRequest, Enrollment>(
          [](const v1::RejectEnrollmentRequest& request) {
            return CheckMove(request.name(), request.reason(), 1);
          },
          DoReject),
      [](const RuleCall& call, const v1::RejectEnrollmentRequest& request) {
        return MayDecide(call, request.name());
      });
  methods.Mutate<v1::WithdrawEnrollmentRequest, Enrollment>(
      [](const v1::WithdrawEnrollmentRequest& request) {
        return CheckMove(request.name(), request.reason(), 0);
      },
      DoWithdraw);
}

}  // namespace provost
