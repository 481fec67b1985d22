#ifndef PROVOST_TENANT_RECORD_ROWS_H_
#define PROVOST_TENANT_RECORD_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "policy/world/state.h"
#include "provost/internal/v1/record_rows.pb.h"
#include "store/key.h"
#include "store/reader.h"
#include "tenant/names.h"
#include "tenant/rows.h"

namespace provost {

/// Where the rows of training records are beside enrollments: in kRecords, but for seats.

/// One event of an enrollment's log, and all of them, in their order.
std::string RecordEventKey(uint64_t tenant, const RecordEventId& event);
store::KeyRange RecordEventsOf(uint64_t tenant, EnrollmentId enrollment);
/// How far somebody is with an item, and with all of them.
std::string ItemRecordKey(uint64_t tenant, EnrollmentId enrollment, uint64_t item);
store::KeyRange ItemRecordsOf(uint64_t tenant, EnrollmentId enrollment);
/// All of one enrollment, and of all enrollments of a training.
store::KeyRange RecordsOf(uint64_t tenant, EnrollmentId enrollment);
store::KeyRange RecordsAt(uint64_t tenant, ScopeId training);
/// What somebody can do, from which course.
std::string HeldCompetencyKey(uint64_t tenant, SubjectId learner, uint64_t competency,
                              ScopeId course);
store::KeyRange HeldCompetenciesOf(uint64_t tenant, SubjectId learner);
/// Trainings from elsewhere.
std::string ExternalTrainingKey(uint64_t tenant, const ExternalTrainingId& training);
store::KeyRange ExternalTrainingsOf(uint64_t tenant, SubjectId learner);
/// All that is kept of a person beside enrollments.
store::KeyRange PersonalRecordsOf(uint64_t tenant, SubjectId learner);

/// In kIndexes: how many are enrolled in a training, and how many wait.
std::string SeatsKey(uint64_t tenant, ScopeId training);

/// The log, with the number of each event. Cost: a row each.
absl::StatusOr<std::vector<std::pair<uint64_t, rows::RecordEventRow>>> ReadRecordEvents(
    const store::Reader& reader, uint64_t tenant, EnrollmentId enrollment);
/// The items that somebody has begun, by uid; those of another cycle too.
absl::StatusOr<std::vector<std::pair<uint64_t, rows::ItemRecordRow>>> ReadItemRecords(
    const store::Reader& reader, uint64_t tenant, EnrollmentId enrollment);
/// Zeros where nobody is.
absl::StatusOr<rows::SeatsRow> ReadSeats(const store::Reader& reader, uint64_t tenant,
                                         ScopeId training);

}  // namespace provost

#endif  // PROVOST_TENANT_RECORD_ROWS_H_
