#include "tenant/record_events.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/time_text.h"
#include "tenant/enrollment_rows.h"
#include "tenant/errors.h"
#include "tenant/moments.h"
#include "tenant/record_evaluation.h"
#include "tenant/record_log.h"
#include "tenant/rows.h"
#include "tenant/sessions.h"
#include "tenant/times.h"
#include "tenant/training_rules.h"

namespace provost {
namespace {

using store::Table;
using v1::Enrollment;
using State = Enrollment::State;
using Event = rows::RecordEventRow;

std::string NameOf(const TenantDraft& draft, EnrollmentId id) {
  return FullName(draft.id(),
                  absl::StrCat(CollectionName(Collection::kEnrollments), "/", id.ToString()));
}

// The enrollment and its training; nothing where either is missing.
struct Found {
  rows::EnrollmentRow row;
  Training training;
};
absl::StatusOr<std::optional<Found>> Find(const TenantDraft& draft, EnrollmentId id) {
  absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
      ReadEnrollment(draft.reader(), draft.number(), id);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return std::optional<Found>();
  absl::StatusOr<std::optional<Training>> training =
      ReadTraining(draft.reader(), draft.number(), draft.state(), ScopeId(id.training));
  if (!training.ok()) return training.status();
  if (!training->has_value()) return std::optional<Found>();
  return std::optional<Found>(Found{**std::move(row), **std::move(training)});
}

// Works an enrollment out, and before that does what may be said in its log.
absl::Status WorkOut(TenantDraft& draft, EnrollmentId enrollment,
                     absl::FunctionRef<absl::Status(RecordEvaluation&)> before) {
  absl::StatusOr<std::optional<Found>> found = Find(draft, enrollment);
  if (!found.ok()) return found.status();
  if (!found->has_value() || !IsAdmitted((*found)->row.enrollment().state())) {
    return absl::OkStatus();
  }
  RecordEvaluation evaluation(draft, enrollment, (*found)->training, std::move((*found)->row));
  if (absl::Status status = before(evaluation); !status.ok()) return status;
  return evaluation.Run(MoveCause());
}

// The plans that a course is a step of.
absl::StatusOr<std::vector<ScopeId>> PlansOf(const TenantDraft& draft, ScopeId course) {
  std::vector<ScopeId> plans;
  store::Cursor cursor =
      draft.reader().Scan(Table::kIndexes, PlanIndexRange(draft.number(), course));
  while (cursor.Next()) {
    absl::StatusOr<ScopeId> plan = IndexedScope(cursor.key());
    if (!plan.ok()) return plan.status();
    plans.push_back(*plan);
  }
  if (!cursor.status().ok()) return cursor.status();
  return plans;
}

absl::Status CheckTimeOfEvent(const TenantDraft& draft, const Enrollment& enrollment,
                              const rows::RecordEventRow& event) {
  if (!event.has_time()) return absl::OkStatus();
  const absl::Time time = FromTimestamp(event.time());
  const absl::Time start = FromTimestamp(enrollment.cycle_start_time());
  if (time > draft.now()) {
    return BadField("time", TimeText(time), "wanted a time that is not in the future");
  }
  if (time < start) {
    return BadField("time", TimeText(time),
                    absl::StrCat("wanted a time since the enrollment, or what was last begun of "
                                 "it: from ",
                                 TimeText(start), " on"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status AddRecordEvent(TenantDraft& draft, EnrollmentId enrollment,
                            rows::RecordEventRow event) {
  std::vector<rows::RecordEventRow> events;
  events.push_back(std::move(event));
  return AddRecordEvents(draft, enrollment, std::move(events));
}

absl::Status AddRecordEvents(TenantDraft& draft, EnrollmentId enrollment,
                             std::vector<rows::RecordEventRow> events, uint64_t* first) {
  absl::StatusOr<std::optional<Found>> found = Find(draft, enrollment);
  if (!found.ok()) return found.status();
  if (!found->has_value()) return NotFound("enrollment", NameOf(draft, enrollment));
  const Enrollment& kept = (*found)->row.enrollment();
  if (!IsAdmitted(kept.state())) {
    return FailedPrecondition(
        "NOT_ENROLLED", NameOf(draft, enrollment),
        absl::StrCat("it is `", Enrollment::State_Name(kept.state()), "`; wanted `",
                     Enrollment::State_Name(Enrollment::ENROLLED),
                     "`, or another state in which people take the training"));
  }
  for (const rows::RecordEventRow& event : events) {
    absl::Status status = CheckTimeOfEvent(draft, kept, event);
    if (!status.ok()) return status;
  }
  const bool kept_complete = kept.has_complete_time();
  RecordEvaluation evaluation(draft, enrollment, (*found)->training, std::move((*found)->row));
  absl::Status kept_status = evaluation.KeepCompletion(false);
  if (kept_status.ok()) kept_status = evaluation.FollowTakenBack(events);
  if (kept_status.ok() && kept_complete) kept_status = KeepPlans(draft, enrollment);
  if (!kept_status.ok()) return kept_status;
  evaluation.SetFactsAdded();
  if (first != nullptr) *first = evaluation.row().last_event() + 1;
  MoveCause cause;
  for (rows::RecordEventRow& event : events) {
    cause.actor = event.actor();
    // Why somebody decides or corrects something is also why what follows from it does.
    if (event.has_override() || event.has_retraction()) cause.reason = event.reason();
    absl::Status status = FollowMark(draft, enrollment, evaluation.row().last_event() + 1, event);
    if (!status.ok()) return status;
    AppendRecordEvent(draft, enrollment, &evaluation.row(), std::move(event));
  }
  return evaluation.Run(cause);
}

absl::Status Reevaluate(TenantDraft& draft, EnrollmentId enrollment, bool terms_changed) {
  return WorkOut(draft, enrollment, [terms_changed](RecordEvaluation& evaluation) {
    return evaluation.KeepCompletion(terms_changed);
  });
}

absl::Status FollowEnrolled(TenantDraft& draft) {
  const std::vector<EnrollmentId> enrolled = draft.enrolled();
  for (const EnrollmentId& id : enrolled) {
    absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
        ReadEnrollment(draft.reader(), draft.number(), id);
    if (!row.ok()) return row.status();
    if (!row->has_value()) continue;
    // Of a course nothing but that they came in is known.
    const bool is_new = (*row)->last_event() == 1;
    if (is_new && draft.state().HasScope(ScopeId(id.training))) {
      const std::optional<RelativeName> name =
          SplitRelative(draft.state().ScopeName(ScopeId(id.training)));
      if (name.has_value() && name->collection == Collection::kCourses) continue;
    }
    if (absl::Status status = Reevaluate(draft, id); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status StartCycle(TenantDraft& draft, EnrollmentId enrollment, const MoveCause& cause) {
  absl::StatusOr<std::optional<Found>> found = Find(draft, enrollment);
  if (!found.ok()) return found.status();
  if (!found->has_value()) return NotFound("enrollment", NameOf(draft, enrollment));
  RecordEvaluation evaluation(draft, enrollment, (*found)->training, std::move((*found)->row));
  Enrollment* const kept = evaluation.row().mutable_enrollment();
  // The change of state is the first event of the new cycle.
  kept->set_cycle(kept->cycle() + 1);
  absl::Status status = MoveEnrollment(draft, enrollment, &evaluation.row(),
                                       Enrollment::RECERTIFYING, cause, &(*found)->training);
  if (!status.ok()) return status;
  *kept->mutable_cycle_start_time() = ToTimestamp(draft.now());
  return evaluation.Run(cause);
}

absl::Status ReevaluateCourseLater(TenantDraft& draft, ScopeId training) {
  PutMoment(draft, Moment{MomentKind::kReevaluate, draft.now(), training.value, 0, 0});
  return absl::OkStatus();
}

absl::Status KeepPlans(TenantDraft& draft, EnrollmentId enrollment) {
  absl::StatusOr<std::vector<ScopeId>> plans = PlansOf(draft, ScopeId(enrollment.training));
  if (!plans.ok()) return plans.status();
  for (ScopeId plan : *plans) {
    if (!AreTermsNew(draft, plan)) continue;
    absl::Status status = Reevaluate(draft, EnrollmentId{plan.value, enrollment.learner});
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status FollowCourse(TenantDraft& draft, EnrollmentId enrollment) {
  absl::StatusOr<std::vector<ScopeId>> plans = PlansOf(draft, ScopeId(enrollment.training));
  if (!plans.ok()) return plans.status();
  for (ScopeId plan : *plans) {
    absl::Status status = Reevaluate(draft, EnrollmentId{plan.value, enrollment.learner});
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status FollowFacts(TenantDraft& draft, EnrollmentId enrollment, absl::Time lost) {
  absl::StatusOr<std::vector<ScopeId>> plans = PlansOf(draft, ScopeId(enrollment.training));
  if (!plans.ok()) return plans.status();
  for (ScopeId plan : *plans) {
    absl::Status status = WorkOut(
        draft, EnrollmentId{plan.value, enrollment.learner}, [lost](RecordEvaluation& evaluation) {
          return lost == absl::InfiniteFuture() ? absl::OkStatus() : evaluation.FollowLost(lost);
        });
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace provost
