#include "tenant/record_rows.h"

#include "tenant/index_parts.h"

namespace provost {
namespace {

using store::KeyReader;
using store::KeyWriter;
using store::Table;

// What the fourth part of a key in kRecords says.
constexpr uint8_t kEventPart = 1;
constexpr uint8_t kItemPart = 2;
constexpr uint8_t kCompetencyPart = 3;
constexpr uint8_t kExternalPart = 4;

// What is a person's, and of no training.
constexpr uint32_t kNoTraining = 0;

KeyWriter Of(uint64_t tenant, uint32_t training, uint32_t learner) {
  return KeyWriter(tenant).U32(training).U32(learner);
}

// All rows of a range, each with the number that ends its key.
template <typename Row>
absl::StatusOr<std::vector<std::pair<uint64_t, Row>>> ReadNumbered(const store::Reader& reader,
                                                                   const store::KeyRange& range) {
  std::vector<std::pair<uint64_t, Row>> found;
  store::Cursor cursor = reader.Scan(Table::kRecords, range);
  while (cursor.Next()) {
    KeyReader key(Table::kRecords, cursor.key());
    key.U64();
    key.U32();
    key.U32();
    key.U8();
    const uint64_t number = key.U64();
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    absl::StatusOr<Row> row = ParseRow<Row>(Table::kRecords, cursor.key(), cursor.value());
    if (!row.ok()) return row.status();
    found.emplace_back(number, *std::move(row));
  }
  if (!cursor.status().ok()) return cursor.status();
  return found;
}

}  // namespace

std::string RecordEventKey(uint64_t tenant, const RecordEventId& event) {
  return Of(tenant, event.enrollment.training, event.enrollment.learner)
      .U8(kEventPart)
      .U64(event.number)
      .Take();
}
store::KeyRange RecordEventsOf(uint64_t tenant, EnrollmentId enrollment) {
  return Of(tenant, enrollment.training, enrollment.learner).U8(kEventPart).Range();
}
std::string ItemRecordKey(uint64_t tenant, EnrollmentId enrollment, uint64_t item) {
  return Of(tenant, enrollment.training, enrollment.learner).U8(kItemPart).U64(item).Take();
}
store::KeyRange ItemRecordsOf(uint64_t tenant, EnrollmentId enrollment) {
  return Of(tenant, enrollment.training, enrollment.learner).U8(kItemPart).Range();
}
store::KeyRange RecordsOf(uint64_t tenant, EnrollmentId enrollment) {
  return Of(tenant, enrollment.training, enrollment.learner).Range();
}
store::KeyRange RecordsAt(uint64_t tenant, ScopeId training) {
  return KeyWriter(tenant).U32(training.value).Range();
}
std::string HeldCompetencyKey(uint64_t tenant, SubjectId learner, uint64_t competency,
                              ScopeId course) {
  return Of(tenant, kNoTraining, learner.value)
      .U8(kCompetencyPart)
      .U64(competency)
      .U32(course.value)
      .Take();
}
store::KeyRange HeldCompetenciesOf(uint64_t tenant, SubjectId learner) {
  return Of(tenant, kNoTraining, learner.value).U8(kCompetencyPart).Range();
}
std::string ExternalTrainingKey(uint64_t tenant, const ExternalTrainingId& training) {
  return Of(tenant, kNoTraining, training.learner).U8(kExternalPart).U64(training.uid).Take();
}
store::KeyRange ExternalTrainingsOf(uint64_t tenant, SubjectId learner) {
  return Of(tenant, kNoTraining, learner.value).U8(kExternalPart).Range();
}
store::KeyRange PersonalRecordsOf(uint64_t tenant, SubjectId learner) {
  return Of(tenant, kNoTraining, learner.value).Range();
}

std::string SeatsKey(uint64_t tenant, ScopeId training) {
  return KeyWriter(tenant).U8(kSeatsIndex).U32(training.value).Take();
}

absl::StatusOr<std::vector<std::pair<uint64_t, rows::RecordEventRow>>> ReadRecordEvents(
    const store::Reader& reader, uint64_t tenant, EnrollmentId enrollment) {
  return ReadNumbered<rows::RecordEventRow>(reader, RecordEventsOf(tenant, enrollment));
}

absl::StatusOr<std::vector<std::pair<uint64_t, rows::ItemRecordRow>>> ReadItemRecords(
    const store::Reader& reader, uint64_t tenant, EnrollmentId enrollment) {
  return ReadNumbered<rows::ItemRecordRow>(reader, ItemRecordsOf(tenant, enrollment));
}

absl::StatusOr<rows::SeatsRow> ReadSeats(const store::Reader& reader, uint64_t tenant,
                                         ScopeId training) {
  absl::StatusOr<std::optional<rows::SeatsRow>> row =
      ReadRow<rows::SeatsRow>(reader, Table::kIndexes, SeatsKey(tenant, training));
  if (!row.ok()) return row.status();
  return row->value_or(rows::SeatsRow());
}

}  // namespace provost
