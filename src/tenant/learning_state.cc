#include "tenant/learning_state.h"

#include <optional>
#include <string>
#include <utility>

#include "learning/plan_fold.h"
#include "provost/internal/v1/content_rows.pb.h"
#include "provost/internal/v1/rows.pb.h"
#include "store/key.h"
#include "tenant/content_items.h"
#include "tenant/enrollment_rows.h"
#include "tenant/index_parts.h"
#include "tenant/record_rows.h"
#include "tenant/rows.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::KeyWriter;
using store::Table;
using v1::Enrollment;

absl::StatusOr<bool> IsScored(const store::Reader& reader, uint64_t tenant, uint64_t item) {
  absl::StatusOr<std::optional<rows::ItemNameRow>> row =
      ReadRow<rows::ItemNameRow>(reader, Table::kIndexes, ItemNameKey(tenant, item));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return false;
  const std::optional<RelativeName> name = SplitRelative((*row)->name());
  return name.has_value() &&
         (name->collection == Collection::kQuizzes || name->collection == Collection::kTasks);
}

absl::Status AddSessions(const store::Reader& reader, uint64_t tenant, const WorldState& state,
                         ScopeId course, CourseTerms* terms) {
  absl::Status status;
  state.ForEachChild(course, ScopeId(0), [&](ScopeId child) {
    const std::optional<RelativeName> name = SplitRelative(state.ScopeName(child));
    if (!name.has_value() || name->collection != Collection::kSessions) return true;
    absl::StatusOr<std::optional<rows::SessionRow>> row = ReadRow<rows::SessionRow>(
        reader, TableOf(Collection::kSessions), EntityKey(tenant, Collection::kSessions, name->id));
    if (!row.ok()) {
      status = row.status();
      return false;
    }
    if (!row->has_value() || (*row)->uid() != child.value) return true;
    const v1::Session& session = (*row)->session();
    if (!session.has_end_time() || session.state() == v1::Session::CANCELLED) return true;
    terms->sessions.push_back(
        {child.value, FromTimestamp(session.end_time()), session.registration()});
    return true;
  });
  return status;
}

// Whether what somebody has completed is no longer valid: who left then has nothing by having left.
absl::StatusOr<bool> HasLapsed(const store::Reader& reader, uint64_t tenant,
                               EnrollmentId enrollment, const Enrollment& at) {
  if (at.state() != Enrollment::WITHDRAWN || !at.has_complete_time()) {
    return at.state() == Enrollment::EXPIRED;
  }
  absl::StatusOr<std::vector<NumberedEvent>> events = ReadRecordEvents(reader, tenant, enrollment);
  if (!events.ok()) return events.status();
  for (auto event = events->rbegin(); event != events->rend(); ++event) {
    if (event->second.has_transition()) {
      return event->second.transition().from() == Enrollment::EXPIRED;
    }
  }
  return false;
}

absl::StatusOr<PlanTerms> ReadPlanTerms(const store::Reader& reader, uint64_t tenant,
                                        const Training& training, EnrollmentId enrollment) {
  PlanTerms terms;
  absl::StatusOr<std::optional<rows::TrainingPlanRow>> plan = ReadRow<rows::TrainingPlanRow>(
      reader, TableOf(Collection::kPlans), EntityKey(tenant, Collection::kPlans, training.id));
  if (!plan.ok()) return plan.status();
  if (!plan->has_value()) return terms;
  for (const rows::PlanStepRow& step : (*plan)->steps()) {
    terms.steps.push_back({std::vector<uint32_t>(step.courses().begin(), step.courses().end()),
                           step.required_count()});
    for (uint32_t course : step.courses()) {
      absl::StatusOr<std::optional<rows::EnrollmentRow>> row =
          ReadEnrollment(reader, tenant, EnrollmentId{course, enrollment.learner});
      if (!row.ok()) return row.status();
      if (!row->has_value()) continue;
      const Enrollment& at = (*row)->enrollment();
      PlanTerms::Course& figures = terms.courses[course];
      if (at.has_start_time()) figures.start_time = FromTimestamp(at.start_time());
      if (at.has_complete_time()) figures.complete_time = FromTimestamp(at.complete_time());
      absl::StatusOr<bool> lapsed =
          HasLapsed(reader, tenant, EnrollmentId{course, enrollment.learner}, at);
      if (!lapsed.ok()) return lapsed.status();
      figures.lapsed = *lapsed;
      figures.recertified = at.cycle() > 1;
      figures.progress_percent = at.progress_percent();
    }
  }
  return terms;
}

}  // namespace

absl::StatusOr<CourseTerms> ReadCourseTerms(const store::Reader& reader, uint64_t tenant,
                                            const WorldState& state, const Training& training) {
  CourseTerms terms;
  terms.rule = training.rules.completion();
  terms.rule_items = training.completion_items;
  absl::StatusOr<std::optional<rows::CourseItemsRow>> items = ReadRow<rows::CourseItemsRow>(
      reader, Table::kIndexes,
      KeyWriter(tenant).U8(kCourseItemIndex).U32(training.uid.value).Take());
  if (!items.ok()) return items.status();
  if (items->has_value()) {
    for (const rows::CourseItemsRow::Entry& entry : (*items)->items()) {
      absl::StatusOr<bool> scored = IsScored(reader, tenant, entry.item());
      if (!scored.ok()) return scored.status();
      terms.items.push_back({entry.item(), entry.required(), *scored});
    }
  }
  if (terms.rule.attendance_percent() > 0) {
    absl::Status status = AddSessions(reader, tenant, state, training.uid, &terms);
    if (!status.ok()) return status;
  }
  return terms;
}

absl::StatusOr<LearningState> FoldRecord(const store::Reader& reader, uint64_t tenant,
                                         const WorldState& state, const Training& training,
                                         EnrollmentId enrollment, const rows::EnrollmentRow& row,
                                         const std::vector<NumberedEvent>& events) {
  const Enrollment& kept = row.enrollment();
  const absl::Time cycle_start = FromTimestamp(kept.cycle_start_time());
  if (training.collection == Collection::kPlans) {
    absl::StatusOr<PlanTerms> terms = ReadPlanTerms(reader, tenant, training, enrollment);
    if (!terms.ok()) return terms.status();
    std::optional<absl::Time> completed;
    if (kept.state() == Enrollment::COMPLETED || kept.state() == Enrollment::EXPIRED) {
      completed = FromTimestamp(kept.complete_time());
    }
    return FoldPlan(*terms, events, kept.cycle(), cycle_start, completed);
  }
  absl::StatusOr<CourseTerms> terms = ReadCourseTerms(reader, tenant, state, training);
  if (!terms.ok()) return terms.status();
  return FoldCourse(*terms, events, kept.cycle(), cycle_start);
}

absl::StatusOr<LearningState> ReadLearningState(const store::Reader& reader, uint64_t tenant,
                                                const WorldState& state, EnrollmentId enrollment,
                                                const rows::EnrollmentRow& row) {
  absl::StatusOr<std::optional<Training>> training =
      ReadTraining(reader, tenant, state, ScopeId(enrollment.training));
  if (!training.ok()) return training.status();
  if (!training->has_value()) return LearningState();
  absl::StatusOr<std::vector<NumberedEvent>> events = ReadRecordEvents(reader, tenant, enrollment);
  if (!events.ok()) return events.status();
  return FoldRecord(reader, tenant, state, **training, enrollment, row, *events);
}

}  // namespace provost
