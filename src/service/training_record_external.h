#ifndef PROVOST_SERVICE_TRAINING_RECORD_EXTERNAL_H_
#define PROVOST_SERVICE_TRAINING_RECORD_EXTERNAL_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "provost/internal/v1/record_rows.pb.h"
#include "provost/v1/training_record_service.pb.h"
#include "service/methods.h"
#include "store/reader.h"
#include "tenant/names.h"

namespace provost {

/// A training from elsewhere, found by its name.
struct FoundExternalTraining {
  ExternalTrainingId id;
  rows::ExternalTrainingRow row;
};
/// NOT_FOUND where there is none; ABORTED where `etag` is set and is another.
absl::StatusOr<FoundExternalTraining> FindExternalTraining(const store::Reader& reader,
                                                           uint64_t tenant, const std::string& name,
                                                           absl::string_view etag = "");

/// Describes the change, and answers with the training as the draft has it.
absl::Status AnswerExternalTraining(MutateCall& call, const ExternalTrainingId& id,
                                    absl::string_view reason, v1::ExternalTraining* response);

/// Registers the handlers of trainings from elsewhere.
void RegisterTrainingRecordExternal(Methods& methods);

}  // namespace provost

#endif  // PROVOST_SERVICE_TRAINING_RECORD_EXTERNAL_H_
