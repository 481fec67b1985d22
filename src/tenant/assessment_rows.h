#ifndef PROVOST_TENANT_ASSESSMENT_ROWS_H_
#define PROVOST_TENANT_ASSESSMENT_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "policy/world/state.h"
#include "provost/internal/v1/assessment_rows.pb.h"
#include "store/key.h"
#include "store/reader.h"
#include "tenant/draft.h"
#include "tenant/moments.h"
#include "tenant/names.h"
#include "tenant/rows.h"

namespace provost {

/// Where the rows of attempts and submissions are, and how they are found. Quizzes and tasks are
/// named by their uids, which are never given again: rows may outlive them.

/// Of kAttempts.
std::string AttemptKey(uint64_t tenant, uint64_t attempt);
std::string QuizStandingKey(uint64_t tenant, EnrollmentId enrollment, uint64_t quiz);
store::KeyRange QuizStandingsOf(uint64_t tenant, EnrollmentId enrollment);
/// Of kSubmissions: one, what was handed in, and its grades.
std::string SubmissionKey(uint64_t tenant, uint64_t submission);
std::string HandInKey(uint64_t tenant, uint64_t submission, int32_t version);
std::string GradeKey(uint64_t tenant, uint64_t submission, int32_t number);
store::KeyRange SubmissionRows(uint64_t tenant, uint64_t submission);

/// In kIndexes: all attempts or submissions of a course, by person and then quiz or task; and all
/// at a quiz or task, by course.
enum class WorkKind { kAttempt, kSubmission };
std::string WorkOfKey(uint64_t tenant, WorkKind kind, EnrollmentId enrollment, uint64_t item,
                      uint64_t work);
store::KeyRange WorkInCourse(uint64_t tenant, WorkKind kind, ScopeId course);
store::KeyRange WorkOf(uint64_t tenant, WorkKind kind, EnrollmentId enrollment);
store::KeyRange WorkOf(uint64_t tenant, WorkKind kind, EnrollmentId enrollment, uint64_t item);
std::string WorkAtKey(uint64_t tenant, WorkKind kind, uint64_t item, ScopeId course, uint64_t work);
store::KeyRange WorkAt(uint64_t tenant, WorkKind kind, uint64_t item);
store::KeyRange WorkAt(uint64_t tenant, WorkKind kind, uint64_t item, ScopeId course);

/// The uid that such a key ends with.
absl::StatusOr<uint64_t> WorkIdIn(absl::string_view key);
/// The uids that the keys of such ranges end with, in their order. Cost: a row each.
absl::StatusOr<std::vector<uint64_t>> ReadWorkIds(
    const store::Reader& reader, const store::KeyRange& range,
    const store::ScanOptions& options = store::ScanOptions());

/// The rows; nothing where there is none.
absl::StatusOr<std::optional<rows::AttemptRow>> ReadAttempt(const store::Reader& reader,
                                                            uint64_t tenant, uint64_t attempt);
absl::StatusOr<std::optional<rows::SubmissionRow>> ReadSubmission(const store::Reader& reader,
                                                                  uint64_t tenant,
                                                                  uint64_t submission);
/// Zeros where nobody has tried. It is about the cycle that it says: of another, nothing counts.
absl::StatusOr<rows::QuizStandingRow> ReadQuizStanding(const store::Reader& reader, uint64_t tenant,
                                                       EnrollmentId enrollment, uint64_t quiz);
/// The submission of a cycle, with its uid.
absl::StatusOr<std::optional<std::pair<uint64_t, rows::SubmissionRow>>> FindSubmissionOf(
    const store::Reader& reader, uint64_t tenant, EnrollmentId enrollment, uint64_t task,
    int32_t cycle);

/// Write a row with its revision, and what it is found by.
void PutAttempt(TenantDraft& draft, uint64_t uid, rows::AttemptRow row);
void PutSubmission(TenantDraft& draft, uint64_t uid, rows::SubmissionRow row);

/// When the time of an attempt is up; without a time, to take that away.
Moment AttemptEnd(EnrollmentId enrollment, uint64_t attempt,
                  absl::Time time = absl::InfinitePast());

/// Takes away all of one person in one course: attempts, submissions, and the files that were
/// handed in. Cost: a few rows for each.
absl::Status EraseAssessmentsOf(TenantDraft& draft, EnrollmentId enrollment);

/// For whoever deletes a quiz or task: attempts at it and submissions of it are not found by it any
/// more, and stay with those who made them. Cost: a row for each.
absl::Status ForgetAssessedItem(TenantDraft& draft, uint64_t item);
/// Whether anybody has tried the quiz or worked on the task.
absl::StatusOr<bool> IsAssessed(const store::Reader& reader, uint64_t tenant, uint64_t item);

}  // namespace provost

#endif  // PROVOST_TENANT_ASSESSMENT_ROWS_H_
