#ifndef PROVOST_TENANT_LEARNING_STATE_H_
#define PROVOST_TENANT_LEARNING_STATE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "learning/course_fold.h"
#include "learning/facts.h"
#include "policy/world/state.h"
#include "provost/internal/v1/learning_rows.pb.h"
#include "store/reader.h"
#include "tenant/names.h"
#include "tenant/training_rules.h"

namespace provost {

/// What follows from the log of an enrollment, worked out anew. Any thread; `reader` has the rows
/// that go with `state`.

/// What a course asks for. Cost: a row for each of its items and, where attendance counts, for each
/// of its sessions.
absl::StatusOr<CourseTerms> ReadCourseTerms(const store::Reader& reader, uint64_t tenant,
                                            const WorldState& state, const Training& training);

/// Where `row` stands by `events`, which are those of its log. Cost: for a course as for
/// ReadCourseTerms; for a plan two rows for each of its courses, and the log of each that was left.
absl::StatusOr<LearningState> FoldRecord(const store::Reader& reader, uint64_t tenant,
                                         const WorldState& state, const Training& training,
                                         EnrollmentId enrollment, const rows::EnrollmentRow& row,
                                         const std::vector<NumberedEvent>& events);

/// The same with its log and its training, which it reads too.
absl::StatusOr<LearningState> ReadLearningState(const store::Reader& reader, uint64_t tenant,
                                                const WorldState& state, EnrollmentId enrollment,
                                                const rows::EnrollmentRow& row);

}  // namespace provost

#endif  // PROVOST_TENANT_LEARNING_STATE_H_
