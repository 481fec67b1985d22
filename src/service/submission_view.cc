#include "service/submission_view.h"

#include "absl/strings/str_cat.h"
#include "service/lookup.h"
#include "service/task_rules.h"
#include "tenant/enrollment_rows.h"
#include "tenant/errors.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::Table;
using v1::Submission;

template <typename Row>
absl::StatusOr<Row> ReadPart(const store::Reader& reader, const std::string& key) {
  absl::StatusOr<std::optional<Row>> row = ReadRow<Row>(reader, Table::kSubmissions, key);
  if (!row.ok()) return row.status();
  if (row->has_value()) return **std::move(row);
  return absl::DataLossError(
      absl::StrCat("there is no row `", store::PrintableKey(Table::kSubmissions, key), "`"));
}

}  // namespace

WorkTimes TimesOf(const v1::TaskBody& task, const rows::SubmissionRow& submission,
                  const rows::EnrollmentRow& enrollment) {
  WorkTimes times;
  const v1::Enrollment& enrolled = enrollment.enrollment();
  if (submission.has_due_time()) {
    times.due = FromTimestamp(submission.due_time());
  } else if (enrolled.cycle() == submission.cycle() || task.due().has_time()) {
    times.due =
        DueTimeOf(task, FromTimestamp(enrolled.has_cycle_start_time() ? enrolled.cycle_start_time()
                                                                      : enrolled.create_time()));
  }
  times.close = CloseTimeOf(task, times.due);
  return times;
}

absl::StatusOr<const v1::TaskBody*> SubmissionView::TaskOf(uint64_t task, int32_t version) {
  absl::StatusOr<const NamedItem*> item = items_.Find(task);
  if (!item.ok()) return item.status();
  if (*item == nullptr) return nullptr;
  const auto [at, is_new] = tasks_.try_emplace({task, version});
  if (is_new) {
    absl::StatusOr<rows::ContentVersionRow> row =
        ReadVersion(view_.reader, view_.tenant, task, version);
    if (!row.ok()) return row.status();
    at->second = *std::move(row);
  }
  return &at->second.body().task();
}

absl::StatusOr<const v1::TaskBody*> SubmissionView::TaskToShow(uint64_t uid,
                                                               const rows::SubmissionRow& row) {
  absl::StatusOr<const NamedItem*> item = items_.Find(row.task());
  if (!item.ok()) return item.status();
  if (*item == nullptr) return nullptr;
  int32_t version = (*item)->row.content_item().published_version();
  const bool is_open = row.state() == Submission::ASSIGNED || row.state() == Submission::RETURNED;
  if (row.last_hand_in() > 0 && (!is_open || version == 0)) {
    absl::StatusOr<rows::HandInRow> last =
        ReadHandIn(view_.reader, view_.tenant, uid, row.last_hand_in());
    if (!last.ok()) return last.status();
    version = last->hand_in().task_version();
  }
  if (version == 0) return nullptr;  // It was retired before anything was handed in.
  return TaskOf(row.task(), version);
}

absl::StatusOr<Submission> SubmissionView::Begin(uint64_t uid, const rows::SubmissionRow& row,
                                                 const v1::TaskBody* task) {
  Submission message;
  message.set_name(NameIn(view_.id, Collection::kSubmissions, absl::StrCat(uid)));
  message.set_course(ScopeFullName(view_.state, view_.id, ScopeId(row.course())));
  message.set_learner(SubjectFullName(view_.state, view_.id, SubjectId(row.learner())));
  absl::StatusOr<std::string> name = items_.NameOf(row.task());
  if (!name.ok()) return name.status();
  message.set_task(*std::move(name));
  message.set_task_display_name(row.task_display_name());
  message.set_cycle(row.cycle());
  message.set_state(row.state());
  message.set_assigned_by(SubjectFullName(view_.state, view_.id, SubjectId(row.assigned_by())));
  *message.mutable_create_time() = row.create_time();
  *message.mutable_update_time() = row.update_time();
  if (row.state() == Submission::RETURNED) message.set_return_comment(row.return_comment());
  message.set_etag(EtagOf(uid, row));
  if (task == nullptr) {
    if (row.has_due_time()) *message.mutable_due_time() = row.due_time();
    return message;
  }
  const auto [at, is_new] = enrollments_.try_emplace(row.learner());
  if (is_new) {
    absl::StatusOr<std::optional<rows::EnrollmentRow>> enrollment =
        ReadEnrollment(view_.reader, view_.tenant, EnrollmentId{row.course(), row.learner()});
    if (!enrollment.ok()) return enrollment.status();
    at->second = *std::move(enrollment);
  }
  if (!at->second.has_value()) return message;
  const WorkTimes times = TimesOf(*task, row, *at->second);
  if (times.due != absl::InfiniteFuture()) *message.mutable_due_time() = ToTimestamp(times.due);
  if (times.close != absl::InfiniteFuture()) {
    *message.mutable_close_time() = ToTimestamp(times.close);
  }
  return message;
}

void SubmissionView::AddGrade(const rows::GradeRow& row, Submission* submission) const {
  v1::Grade* const grade = submission->add_grades();
  *grade = row.grade();
  grade->set_grader(SubjectFullName(view_.state, view_.id, SubjectId(row.grader())));
}

absl::StatusOr<Submission> SubmissionView::Outline(uint64_t uid, const rows::SubmissionRow& row) {
  absl::StatusOr<const v1::TaskBody*> task = TaskToShow(uid, row);
  if (!task.ok()) return task.status();
  absl::StatusOr<Submission> message = Begin(uid, row, *task);
  if (!message.ok()) return message;
  if (row.last_hand_in() > 0) {
    absl::StatusOr<rows::HandInRow> last =
        ReadHandIn(view_.reader, view_.tenant, uid, row.last_hand_in());
    if (!last.ok()) return last.status();
    *message->add_hand_ins() = *std::move(last->mutable_hand_in());
    message->mutable_hand_ins(0)->clear_text();
  }
  if (row.last_grade() > 0) {
    absl::StatusOr<rows::GradeRow> last =
        ReadGrade(view_.reader, view_.tenant, uid, row.last_grade());
    if (!last.ok()) return last.status();
    AddGrade(*last, &*message);
  }
  return message;
}

absl::StatusOr<Submission> SubmissionView::Full(uint64_t uid, const rows::SubmissionRow& row) {
  absl::StatusOr<const v1::TaskBody*> task = TaskToShow(uid, row);
  if (!task.ok()) return task.status();
  absl::StatusOr<Submission> message = Begin(uid, row, *task);
  if (!message.ok()) return message;
  if (*task != nullptr) *message->mutable_task_body() = **task;
  for (int32_t version = 1; version <= row.last_hand_in(); ++version) {
    absl::StatusOr<rows::HandInRow> hand_in = ReadHandIn(view_.reader, view_.tenant, uid, version);
    if (!hand_in.ok()) return hand_in.status();
    *message->add_hand_ins() = *std::move(hand_in->mutable_hand_in());
  }
  for (int32_t number = 1; number <= row.last_grade(); ++number) {
    absl::StatusOr<rows::GradeRow> grade = ReadGrade(view_.reader, view_.tenant, uid, number);
    if (!grade.ok()) return grade.status();
    AddGrade(*grade, &*message);
  }
  return message;
}

std::string EtagOf(uint64_t uid, const rows::SubmissionRow& row) {
  return EtagOf(uid, row.revision());
}

absl::StatusOr<rows::SubmissionRow> FindSubmission(const WorkView& view, absl::string_view name) {
  absl::StatusOr<std::optional<rows::SubmissionRow>> row =
      ReadSubmission(view.reader, view.tenant, WorkUidIn(name));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound(CollectionNoun(Collection::kSubmissions), name);
  return **std::move(row);
}

absl::StatusOr<rows::HandInRow> ReadHandIn(const store::Reader& reader, uint64_t tenant,
                                           uint64_t submission, int32_t version) {
  return ReadPart<rows::HandInRow>(reader, HandInKey(tenant, submission, version));
}

absl::StatusOr<rows::GradeRow> ReadGrade(const store::Reader& reader, uint64_t tenant,
                                         uint64_t submission, int32_t number) {
  return ReadPart<rows::GradeRow>(reader, GradeKey(tenant, submission, number));
}

}  // namespace provost
