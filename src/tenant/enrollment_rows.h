#ifndef PROVOST_TENANT_ENROLLMENT_ROWS_H_
#define PROVOST_TENANT_ENROLLMENT_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "policy/world/state.h"
#include "provost/internal/v1/learning_rows.pb.h"
#include "store/key.h"
#include "store/reader.h"
#include "tenant/names.h"
#include "tenant/rows.h"

namespace provost {

/// Where the rows of enrollments and training assignments are, and how they are found.

/// Of one person in one course or training plan.
std::string EnrollmentKey(uint64_t tenant, EnrollmentId enrollment);
store::KeyRange EnrollmentsAt(uint64_t tenant, ScopeId training);
std::string TrainingAssignmentKey(uint64_t tenant, uint64_t uid);

/// In kIndexes, all of them.
std::string LearnerKey(uint64_t tenant, EnrollmentId enrollment);
store::KeyRange EnrollmentsOf(uint64_t tenant, SubjectId learner);
/// That an enrollment rests on a training assignment.
std::string SourceKey(uint64_t tenant, uint64_t assignment, EnrollmentId enrollment);
store::KeyRange SourcesOf(uint64_t tenant, uint64_t assignment);
store::KeyRange SourcesAt(uint64_t tenant, uint64_t assignment, ScopeId training);
std::string AssigneeKey(uint64_t tenant, SubjectId assignee, uint64_t assignment);
store::KeyRange AssignedTo(uint64_t tenant, SubjectId assignee);
std::string AssignedTrainingKey(uint64_t tenant, ScopeId training, uint64_t assignment);
store::KeyRange AssignedAt(uint64_t tenant, ScopeId training);

/// What the keys of such ranges name, in their order: of EnrollmentsAt in kEnrollments; of
/// EnrollmentsOf; of SourcesOf and SourcesAt; of AssignedTo and AssignedAt. Cost: a row each.
absl::StatusOr<std::vector<EnrollmentId>> ReadEnrollmentIds(
    const store::Reader& reader, const store::KeyRange& range,
    const store::ScanOptions& options = store::ScanOptions());
absl::StatusOr<std::vector<EnrollmentId>> ReadLearnerIds(const store::Reader& reader,
                                                         const store::KeyRange& range);
absl::StatusOr<std::vector<EnrollmentId>> ReadSourceIds(const store::Reader& reader,
                                                        const store::KeyRange& range);
absl::StatusOr<std::vector<uint64_t>> ReadAssignedIds(const store::Reader& reader,
                                                      const store::KeyRange& range);

/// The rows; nothing where there is none.
absl::StatusOr<std::optional<rows::EnrollmentRow>> ReadEnrollment(const store::Reader& reader,
                                                                  uint64_t tenant,
                                                                  EnrollmentId enrollment);
absl::StatusOr<std::optional<rows::TrainingAssignmentRow>> ReadTrainingAssignment(
    const store::Reader& reader, uint64_t tenant, uint64_t uid);

/// The courses of a plan that everybody takes: those of steps in which all are required.
std::vector<ScopeId> RequiredCourses(const rows::TrainingPlanRow& plan);

}  // namespace provost

#endif  // PROVOST_TENANT_ENROLLMENT_ROWS_H_
