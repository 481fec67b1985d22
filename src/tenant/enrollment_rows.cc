#include "tenant/enrollment_rows.h"

#include "tenant/index_parts.h"
#include "tenant/key_walk.h"

namespace provost {

using store::KeyWriter;
using store::Table;

std::string EnrollmentKey(uint64_t tenant, EnrollmentId enrollment) {
  return KeyWriter(tenant).U32(enrollment.training).U32(enrollment.learner).Take();
}
store::KeyRange EnrollmentsAt(uint64_t tenant, ScopeId training) {
  return KeyWriter(tenant).U32(training.value).Range();
}
std::string TrainingAssignmentKey(uint64_t tenant, uint64_t uid) {
  return KeyWriter(tenant).U64(uid).Take();
}
std::string LearnerKey(uint64_t tenant, EnrollmentId enrollment) {
  return KeyWriter(tenant)
      .U8(kLearnerIndex)
      .U32(enrollment.learner)
      .U32(enrollment.training)
      .Take();
}
store::KeyRange EnrollmentsOf(uint64_t tenant, SubjectId learner) {
  return KeyWriter(tenant).U8(kLearnerIndex).U32(learner.value).Range();
}
std::string SourceKey(uint64_t tenant, uint64_t assignment, EnrollmentId enrollment) {
  return KeyWriter(tenant)
      .U8(kEnrollmentSourceIndex)
      .U64(assignment)
      .U32(enrollment.training)
      .U32(enrollment.learner)
      .Take();
}
store::KeyRange SourcesOf(uint64_t tenant, uint64_t assignment) {
  return KeyWriter(tenant).U8(kEnrollmentSourceIndex).U64(assignment).Range();
}
store::KeyRange SourcesAt(uint64_t tenant, uint64_t assignment, ScopeId training) {
  return KeyWriter(tenant).U8(kEnrollmentSourceIndex).U64(assignment).U32(training.value).Range();
}
std::string AssigneeKey(uint64_t tenant, SubjectId assignee, uint64_t assignment) {
  return KeyWriter(tenant).U8(kAssigneeIndex).U32(assignee.value).U64(assignment).Take();
}
store::KeyRange AssignedTo(uint64_t tenant, SubjectId assignee) {
  return KeyWriter(tenant).U8(kAssigneeIndex).U32(assignee.value).Range();
}
std::string AssignedTrainingKey(uint64_t tenant, ScopeId training, uint64_t assignment) {
  return KeyWriter(tenant).U8(kAssignedTrainingIndex).U32(training.value).U64(assignment).Take();
}
store::KeyRange AssignedAt(uint64_t tenant, ScopeId training) {
  return KeyWriter(tenant).U8(kAssignedTrainingIndex).U32(training.value).Range();
}

absl::StatusOr<std::vector<EnrollmentId>> ReadEnrollmentIds(const store::Reader& reader,
                                                            const store::KeyRange& range,
                                                            const store::ScanOptions& options) {
  std::vector<EnrollmentId> ids;
  absl::Status status =
      ForEachKey(reader, Table::kEnrollments, range, options, [&](store::KeyReader& key) {
        const uint32_t training = key.U32();
        ids.push_back(EnrollmentId{training, key.U32()});
      });
  if (!status.ok()) return status;
  return ids;
}

absl::StatusOr<std::vector<EnrollmentId>> ReadLearnerIds(const store::Reader& reader,
                                                         const store::KeyRange& range) {
  std::vector<EnrollmentId> ids;
  absl::Status status = ForEachIndex(reader, range, [&](store::KeyReader& key) {
    const uint32_t learner = key.U32();
    ids.push_back(EnrollmentId{key.U32(), learner});
  });
  if (!status.ok()) return status;
  return ids;
}

absl::StatusOr<std::vector<EnrollmentId>> ReadSourceIds(const store::Reader& reader,
                                                        const store::KeyRange& range) {
  std::vector<EnrollmentId> ids;
  absl::Status status = ForEachIndex(reader, range, [&](store::KeyReader& key) {
    key.U64();
    const uint32_t training = key.U32();
    ids.push_back(EnrollmentId{training, key.U32()});
  });
  if (!status.ok()) return status;
  return ids;
}

absl::StatusOr<std::vector<uint64_t>> ReadAssignedIds(const store::Reader& reader,
                                                      const store::KeyRange& range) {
  std::vector<uint64_t> ids;
  absl::Status status = ForEachIndex(reader, range, [&](store::KeyReader& key) {
    key.U32();
    ids.push_back(key.U64());
  });
  if (!status.ok()) return status;
  return ids;
}

absl::StatusOr<std::optional<rows::EnrollmentRow>> ReadEnrollment(const store::Reader& reader,
                                                                  uint64_t tenant,
                                                                  EnrollmentId enrollment) {
  return ReadRow<rows::EnrollmentRow>(reader, Table::kEnrollments,
                                      EnrollmentKey(tenant, enrollment));
}

absl::StatusOr<std::optional<rows::TrainingAssignmentRow>> ReadTrainingAssignment(
    const store::Reader& reader, uint64_t tenant, uint64_t uid) {
  return ReadRow<rows::TrainingAssignmentRow>(reader, Table::kTrainingAssignments,
                                              TrainingAssignmentKey(tenant, uid));
}

std::vector<ScopeId> RequiredCourses(const rows::TrainingPlanRow& plan) {
  std::vector<ScopeId> courses;
  for (const rows::PlanStepRow& step : plan.steps()) {
    if (step.required_count() != 0 && step.required_count() != step.courses_size()) continue;
    for (uint32_t course : step.courses()) courses.push_back(ScopeId(course));
  }
  return courses;
}

}  // namespace provost
