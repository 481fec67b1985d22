#include "service/enrollment_message.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/lookup.h"
#include "service/resource.h"
#include "service/subject_resource.h"
#include "tenant/enrollment_rows.h"
#include "tenant/errors.h"
#include "tenant/record_events.h"
#include "tenant/rows.h"
#include "tenant/training_rules.h"

namespace provost {

std::string EtagOf(EnrollmentId id, const rows::EnrollmentRow& row) {
  return EtagOf(id.learner, row.revision());
}

v1::Enrollment ToMessage(const WorldState& state, const std::string& tenant, EnrollmentId id,
                         const rows::EnrollmentRow& row) {
  v1::Enrollment enrollment = row.enrollment();
  enrollment.set_name(NameIn(tenant, Collection::kEnrollments, id.ToString()));
  enrollment.set_learner(SubjectFullName(state, tenant, SubjectId(id.learner)));
  enrollment.set_training(ScopeFullName(state, tenant, ScopeId(id.training)));
  enrollment.set_enrolled_by(SubjectFullName(state, tenant, SubjectId(row.enrolled_by())));
  enrollment.set_etag(EtagOf(id, row));
  enrollment.clear_waiting_position();
  for (const rows::EnrollmentRow::Source& source : row.sources()) {
    if (source.training_assignment() == 0) {
      enrollment.set_independent(true);
    } else {
      enrollment.add_training_assignments(NameIn(tenant, Collection::kTrainingAssignments,
                                                 absl::StrCat(source.training_assignment())));
    }
  }
  return enrollment;
}

absl::Status SetWaitingPosition(const store::Reader& reader, uint64_t tenant, EnrollmentId id,
                                v1::Enrollment* enrollment) {
  if (enrollment->state() != v1::Enrollment::WAITING) return absl::OkStatus();
  absl::StatusOr<std::vector<EnrollmentId>> line =
      ReadWaitingIds(reader, WaitingAt(tenant, ScopeId(id.training)));
  if (!line.ok()) return line.status();
  for (size_t i = 0; i < line->size(); ++i) {
    if ((*line)[i].learner == id.learner) {
      enrollment->set_waiting_position(static_cast<int32_t>(i + 1));
    }
  }
  return absl::OkStatus();
}

EnrollmentId EnrollmentIdIn(absl::string_view name) {
  return ParseEnrollmentId(IdOf(name)).value_or(EnrollmentId());
}

absl::StatusOr<rows::EnrollmentRow> FindEnrollment(const store::Reader& reader, uint64_t tenant,
                                                   absl::string_view name) {
  absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
      ReadEnrollment(reader, tenant, EnrollmentIdIn(name));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound("enrollment", name);
  return **std::move(row);
}

absl::StatusOr<rows::EnrollmentRow> FindForChange(const MutateCall& call, absl::string_view name,
                                                  absl::string_view etag) {
  absl::StatusOr<rows::EnrollmentRow> row =
      FindEnrollment(call.draft.reader(), call.draft.number(), name);
  if (!row.ok()) return row;
  absl::Status status = CheckEtag(name, etag, EtagOf(EnrollmentIdIn(name), *row));
  if (!status.ok()) return status;
  return row;
}

absl::Status CheckMove(absl::string_view name, absl::string_view reason, size_t min) {
  absl::Status status;
  CheckNameIn(Collection::kEnrollments, "name", name, &status);
  CheckText("reason", reason, min, kMaxReasonChars, &status);
  return status;
}

MoveCause CauseOf(const MutateCall& call, absl::string_view reason) {
  MoveCause cause;
  cause.actor = call.actor_uid();
  cause.reason = std::string(reason);
  return cause;
}

absl::Status Answer(MutateCall& call, EnrollmentId id, absl::string_view reason,
                    v1::Enrollment* response) {
  // Whoever comes in may have done all of it already.
  if (absl::Status status = FollowEnrolled(call.draft); !status.ok()) return status;
  absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
      ReadEnrollment(call.draft.reader(), call.draft.number(), id);
  if (!row.ok()) return row.status();
  if (!row->has_value()) {
    return NotFound("enrollment", NameIn(call.draft.id(), Collection::kEnrollments, id.ToString()));
  }
  *response = ToMessage(call.state(), call.draft.id(), id, **row);
  call.draft.Describe(response->name(), reason);
  return SetWaitingPosition(call.draft.reader(), call.draft.number(), id, response);
}

absl::Status CheckState(absl::string_view name, const rows::EnrollmentRow& row,
                        v1::Enrollment::State wanted, absl::string_view violation) {
  const v1::Enrollment::State state = row.enrollment().state();
  if (state == wanted) return absl::OkStatus();
  return FailedPrecondition(violation, name,
                            absl::StrCat("it is `", v1::Enrollment::State_Name(state),
                                         "`; wanted `", v1::Enrollment::State_Name(wanted), "`"));
}

absl::StatusOr<SubjectId> AskedManager(const WorldState& state, const store::Reader& reader,
                                       uint64_t tenant, SubjectId learner) {
  if (!state.HasSubject(learner)) return SubjectId(0);
  const std::optional<RelativeName> name = SplitRelative(state.SubjectName(learner));
  if (!name.has_value() || name->collection != Collection::kUsers) return SubjectId(0);
  absl::StatusOr<std::optional<rows::UserRow>> row = ReadRow<rows::UserRow>(
      reader, TableOf(name->collection), EntityKey(tenant, name->collection, name->id));
  if (!row.ok()) return row.status();
  const SubjectId manager(row->has_value() ? (*row)->manager() : 0);
  if (!state.HasSubject(manager) || state.IsSuspended(manager)) return SubjectId(0);
  return manager;
}

absl::StatusOr<bool> IsDecidingManager(const WorldState& state, const store::Reader& reader,
                                       uint64_t tenant, EnrollmentId id,
                                       const rows::EnrollmentRow& row, SubjectId person) {
  if (row.enrollment().state() != v1::Enrollment::REQUESTED ||
      row.enrollment().manager_approved() || person.value == 0) {
    return false;
  }
  absl::StatusOr<SubjectId> manager = AskedManager(state, reader, tenant, SubjectId(id.learner));
  if (!manager.ok()) return manager.status();
  if (*manager != person) return false;
  absl::StatusOr<std::optional<Training>> training =
      ReadTraining(reader, tenant, state, ScopeId(id.training));
  if (!training.ok()) return training.status();
  return training->has_value() && (*training)->rules.enrollment().approval() ==
                                      v1::EnrollmentRules::MANAGER_THEN_ADMINISTRATOR;
}

}  // namespace provost
