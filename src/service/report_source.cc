#include "service/report_source.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/descriptor.h"
#include "tenant/assessment_rows.h"
#include "tenant/enrollment_rows.h"
#include "tenant/enrollment_states.h"
#include "tenant/moments.h"
#include "tenant/times.h"

namespace provost {

using v1::Enrollment;
using v1::ReportDefinition;
using v1::TrainingFigures;

ReportColumns::ReportColumns(absl::Span<const absl::string_view> all,
                             const ReportDefinition& report)
    : wanted_(all.size(), report.columns().empty()) {
  for (absl::string_view name : all) names_.emplace_back(name);
  if (report.columns().empty()) {
    for (size_t i = 0; i < all.size(); ++i) order_.push_back(i);
  }
  for (const std::string& column : report.columns()) {
    const size_t at =
        static_cast<size_t>(std::find(names_.begin(), names_.end(), column) - names_.begin());
    if (at == names_.size()) continue;
    order_.push_back(at);
    wanted_[at] = true;
  }
}

std::vector<std::string> ReportColumns::Names() const {
  std::vector<std::string> names;
  for (size_t at : order_) names.push_back(names_[at]);
  return names;
}

ReportRow ReportColumns::Pick(const ReportRow& row) const {
  ReportRow cells;
  for (size_t at : order_) cells.push_back(row[at]);
  return cells;
}

absl::Span<const absl::string_view> ColumnsOf(ReportDefinition::Kind kind) {
  switch (kind) {
    case ReportDefinition::CATALOG:
    case ReportDefinition::TENANT:
      return FigureColumns();
    case ReportDefinition::ITEM_ANALYSIS:
      return QuestionColumns();
    case ReportDefinition::COURSE_STATISTICS:
      return CourseColumns();
    case ReportDefinition::ATTENDANCE:
      return AttendanceColumns();
    default:
      return LearnerColumns();
  }
}

absl::string_view ScopesOf(ReportDefinition::Kind kind) {
  switch (kind) {
    case ReportDefinition::COURSE:
      return "a course or a training plan";
    case ReportDefinition::CATALOG:
      return "a catalog or the tenant";
    case ReportDefinition::TENANT:
      return "the tenant";
    case ReportDefinition::ITEM_ANALYSIS:
    case ReportDefinition::COURSE_STATISTICS:
      return "a course";
    case ReportDefinition::ATTENDANCE:
      return "a course, a training plan or a session";
    default:
      return "a course, a training plan, a catalog or the tenant";
  }
}

bool IsReportedAt(ReportDefinition::Kind kind, Collection collection) {
  const bool is_training = collection == Collection::kCourses || collection == Collection::kPlans;
  const bool is_above = collection == Collection::kCatalogs || collection == Collection::kTenant;
  switch (kind) {
    case ReportDefinition::COURSE:
      return is_training;
    case ReportDefinition::CATALOG:
      return is_above;
    case ReportDefinition::TENANT:
      return collection == Collection::kTenant;
    case ReportDefinition::ITEM_ANALYSIS:
    case ReportDefinition::COURSE_STATISTICS:
      return collection == Collection::kCourses;
    case ReportDefinition::ATTENDANCE:
      return is_training || collection == Collection::kSessions;
    default:
      return is_training || is_above;
  }
}

std::unique_ptr<ReportSource> MakeReportSource(const ReadCall& call, ReportCall report) {
  switch (report.report.kind()) {
    case ReportDefinition::CATALOG:
    case ReportDefinition::TENANT:
      return MakeFigureReport(call, std::move(report));
    case ReportDefinition::ITEM_ANALYSIS:
      return MakeQuestionReport(call, std::move(report));
    case ReportDefinition::COURSE_STATISTICS:
      return MakeCourseReport(call, std::move(report));
    case ReportDefinition::ATTENDANCE:
      return MakeAttendanceReport(call, std::move(report));
    default:
      return MakeLearnerReport(call, std::move(report));
  }
}

std::vector<ScopeId> TrainingsBelow(const WorldState& state, ScopeId scope) {
  std::vector<ScopeId> trainings;
  state.ForEachInSubtree(scope, [&](ScopeId each) {
    if (state.KindOf(each) == ScopeKind::kCourse) trainings.push_back(each);
    return true;
  });
  return trainings;
}

bool IsOverdue(const Enrollment& enrollment, absl::Time now) {
  return IsOpen(enrollment.state()) && enrollment.has_due_time() &&
         FromTimestamp(enrollment.due_time()) < now;
}

void CountEnrollment(const Enrollment& enrollment, absl::Time now, TrainingFigures* figures) {
  switch (enrollment.state()) {
    case Enrollment::REQUESTED:
      figures->set_requested_count(figures->requested_count() + 1);
      return;
    case Enrollment::WAITING:
      figures->set_waiting_count(figures->waiting_count() + 1);
      return;
    case Enrollment::ENROLLED:
      figures->set_enrolled_count(figures->enrolled_count() + 1);
      break;
    case Enrollment::IN_PROGRESS:
      figures->set_in_progress_count(figures->in_progress_count() + 1);
      break;
    case Enrollment::COMPLETED:
      figures->set_completed_count(figures->completed_count() + 1);
      break;
    case Enrollment::FAILED:
      figures->set_failed_count(figures->failed_count() + 1);
      break;
    case Enrollment::EXPIRED:
      figures->set_expired_count(figures->expired_count() + 1);
      break;
    case Enrollment::RECERTIFYING:
      figures->set_recertifying_count(figures->recertifying_count() + 1);
      break;
    default:
      return;
  }
  figures->set_learner_count(figures->learner_count() + 1);
  if (IsOverdue(enrollment, now)) figures->set_overdue_count(figures->overdue_count() + 1);
}

absl::Status ForEachEnrollment(
    const RecordView& view, uint64_t tenant, ScopeId training,
    absl::FunctionRef<absl::Status(SubjectId, const rows::EnrollmentRow&)> visit) {
  constexpr auto kTable = store::Table::kEnrollments;
  store::Cursor cursor = view.reader().Scan(kTable, EnrollmentsAt(tenant, training));
  while (cursor.Next()) {
    store::KeyReader key(kTable, cursor.key());
    key.U64();
    key.U32();
    const SubjectId learner(key.U32());
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    absl::StatusOr<rows::EnrollmentRow> row =
        ParseRow<rows::EnrollmentRow>(kTable, cursor.key(), cursor.value());
    if (!row.ok()) return row.status();
    if (absl::Status status = visit(learner, *row); !status.ok()) return status;
  }
  return cursor.status();
}

absl::StatusOr<TrainingFigures> CountTraining(const RecordView& view, uint64_t tenant,
                                              ScopeId training) {
  TrainingFigures figures;
  absl::Status status =
      ForEachEnrollment(view, tenant, training, [&](SubjectId, const rows::EnrollmentRow& row) {
        CountEnrollment(row.enrollment(), view.time(), &figures);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  absl::StatusOr<std::vector<uint64_t>> submissions =
      ReadWorkIds(view.reader(), WorkInCourse(tenant, WorkKind::kSubmission, training));
  if (!submissions.ok()) return submissions.status();
  for (uint64_t submission : *submissions) {
    absl::StatusOr<std::optional<rows::SubmissionRow>> row =
        ReadSubmission(view.reader(), tenant, submission);
    if (!row.ok()) return row.status();
    if (!row->has_value() || (*row)->state() != v1::Submission::HANDED_IN) continue;
    figures.set_ungraded_count(figures.ungraded_count() + 1);
  }
  return figures;
}

void AddFigures(const TrainingFigures& from, TrainingFigures* to) {
  const google::protobuf::Descriptor& type = *TrainingFigures::descriptor();
  const google::protobuf::Reflection& reflection = *TrainingFigures::GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = type.field(i);
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_INT64) continue;
    reflection.SetInt64(to, field,
                        reflection.GetInt64(*to, field) + reflection.GetInt64(from, field));
  }
}

std::string HundredthsCell(std::optional<int64_t> hundredths) {
  if (!hundredths.has_value()) return "";
  const int64_t size = *hundredths < 0 ? -*hundredths : *hundredths;
  return absl::StrFormat("%s%d.%02d", *hundredths < 0 ? "-" : "", size / 100, size % 100);
}

}  // namespace provost
