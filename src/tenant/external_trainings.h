#ifndef PROVOST_TENANT_EXTERNAL_TRAININGS_H_
#define PROVOST_TENANT_EXTERNAL_TRAININGS_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "policy/world/state.h"
#include "provost/internal/v1/record_rows.pb.h"
#include "store/reader.h"
#include "tenant/draft.h"
#include "tenant/names.h"

namespace provost {

/// Trainings from elsewhere, entered by hand. One is a person's, and has a home - a catalog, course
/// or plan - where questions about it are asked and with which it goes.

/// The row; nothing where there is none.
absl::StatusOr<std::optional<rows::ExternalTrainingRow>> ReadExternalTraining(
    const store::Reader& reader, uint64_t tenant, const ExternalTrainingId& id);
/// All of a person, by uid. Cost: a row each.
absl::StatusOr<std::vector<std::pair<uint64_t, rows::ExternalTrainingRow>>> ReadExternalTrainings(
    const store::Reader& reader, uint64_t tenant, SubjectId learner);

/// Writes one, with its revision and what it is found by at its home, which never changes. The
/// lane's thread alone, as all that follow.
void PutExternalTraining(TenantDraft& draft, const ExternalTrainingId& id,
                         rows::ExternalTrainingRow row);

/// Take away one; all of a person who goes.
void EraseExternalTraining(TenantDraft& draft, const ExternalTrainingId& id,
                           const rows::ExternalTrainingRow& row);
absl::Status EraseExternalTrainingsOf(TenantDraft& draft, SubjectId learner);

}  // namespace provost

#endif  // PROVOST_TENANT_EXTERNAL_TRAININGS_H_
