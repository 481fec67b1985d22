#ifndef PROVOST_SERVICE_SUBMISSION_VIEW_H_
#define PROVOST_SERVICE_SUBMISSION_VIEW_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "provost/internal/v1/assessment_rows.pb.h"
#include "provost/internal/v1/learning_rows.pb.h"
#include "provost/v1/assessment.pb.h"
#include "service/work_list.h"

namespace provost {

/// When work is due, and until when it is taken. The infinite future: there is no such time.
struct WorkTimes {
  absl::Time due = absl::InfiniteFuture();
  absl::Time close = absl::InfiniteFuture();
};

/// Of a submission of somebody with that enrollment. Times that follow from an enrollment of
/// another cycle are not known any more. Pure.
WorkTimes TimesOf(const v1::TaskBody& task, const rows::SubmissionRow& submission,
                  const rows::EnrollmentRow& enrollment);

/// What clients see of submissions. What many of them share is read once. Not thread-safe.
class SubmissionView {
 public:
  explicit SubmissionView(const WorkView& view) : view_(view), items_(view) {}

  /// With the newest of what was handed in, without its text, and the last grade.
  absl::StatusOr<v1::Submission> Outline(uint64_t uid, const rows::SubmissionRow& row);
  /// All of it.
  absl::StatusOr<v1::Submission> Full(uint64_t uid, const rows::SubmissionRow& row);

  /// A task in a version; null where it was deleted.
  absl::StatusOr<const v1::TaskBody*> TaskOf(uint64_t task, int32_t version);

 private:
  absl::StatusOr<v1::Submission> Begin(uint64_t uid, const rows::SubmissionRow& row,
                                       const v1::TaskBody* task);
  // As it was when the work was handed in; where more can be, as it is published.
  absl::StatusOr<const v1::TaskBody*> TaskToShow(uint64_t uid, const rows::SubmissionRow& row);
  void AddGrade(const rows::GradeRow& row, v1::Submission* submission) const;

  const WorkView& view_;
  ItemsByUid items_;
  std::map<std::pair<uint64_t, int32_t>, rows::ContentVersionRow> tasks_;
  std::map<uint32_t, std::optional<rows::EnrollmentRow>> enrollments_;  // Of one course: by person.
};

std::string EtagOf(uint64_t uid, const rows::SubmissionRow& row);

/// NOT_FOUND where there is none. The name is well formed.
absl::StatusOr<rows::SubmissionRow> FindSubmission(const WorkView& view, absl::string_view name);

/// What was handed in, and how it was graded; both have to be there.
absl::StatusOr<rows::HandInRow> ReadHandIn(const store::Reader& reader, uint64_t tenant,
                                           uint64_t submission, int32_t version);
absl::StatusOr<rows::GradeRow> ReadGrade(const store::Reader& reader, uint64_t tenant,
                                         uint64_t submission, int32_t number);

}  // namespace provost

#endif  // PROVOST_SERVICE_SUBMISSION_VIEW_H_
