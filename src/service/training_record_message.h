#ifndef PROVOST_SERVICE_TRAINING_RECORD_MESSAGE_H_
#define PROVOST_SERVICE_TRAINING_RECORD_MESSAGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "learning/facts.h"
#include "policy/world/state.h"
#include "provost/internal/v1/learning_rows.pb.h"
#include "provost/internal/v1/record_rows.pb.h"
#include "provost/v1/training_record_service.pb.h"
#include "service/methods.h"
#include "store/reader.h"
#include "tenant/names.h"

namespace provost {

/// What clients see of training records. A value, for the length of a call.
class TrainingRecordView {
 public:
  TrainingRecordView(const WorldState& state, const store::Reader& reader, const Tenant& tenant)
      : state_(state), reader_(reader), tenant_(tenant) {}
  explicit TrainingRecordView(const ReadCall& call)
      : TrainingRecordView(call.state, call.reader(), *call.tenant) {}
  explicit TrainingRecordView(const MutateCall& call)
      : TrainingRecordView(call.state(), call.draft.reader(), call.draft.tenant()) {}

  /// What follows from the log by the rules of now. Cost: a row for each event, two for each item
  /// of the course.
  absl::StatusOr<LearningState> Learning(EnrollmentId id, const rows::EnrollmentRow& row) const;
  /// The whole of it.
  absl::StatusOr<v1::TrainingRecord> Record(EnrollmentId id, const rows::EnrollmentRow& row) const;
  /// What is missing, each with words for people.
  absl::StatusOr<std::vector<v1::MissingRequirement>> Missing(const LearningState& learning,
                                                              bool is_plan) const;
  /// An entry of the log. `retracted_by` is the number of the one by which it counts no more; 0:
  /// none.
  absl::StatusOr<v1::RecordEvent> Event(RecordEventId id, const rows::RecordEventRow& row,
                                        uint64_t retracted_by) const;
  /// A training from elsewhere.
  v1::ExternalTraining External(const ExternalTrainingId& id,
                                const rows::ExternalTrainingRow& row) const;

 private:
  std::string Scope(uint64_t uid) const;
  std::string Subject(uint32_t uid) const;
  // Empty for what is gone.
  absl::StatusOr<std::string> Item(uint64_t uid, std::string* display_name = nullptr) const;

  const WorldState& state_;
  const store::Reader& reader_;
  const Tenant& tenant_;
};

}  // namespace provost

#endif  // PROVOST_SERVICE_TRAINING_RECORD_MESSAGE_H_
