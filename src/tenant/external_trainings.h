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
#include "provost/v1/content_service.pb.h"
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

/// How often a training is corrected with what it was before kept: the last times.
inline constexpr int kMaxExternalTrainingsBefore = 20;

/// The bytes of a file that shows it, and what file they are.
struct Evidence {
  uint64_t blob = 0;
  v1::PackageBody file;
};
/// The file that `row` has, or, for `before` from 1 on, had at that place of its `before`; nothing
/// where there is none, and no such place. Pure.
std::optional<Evidence> EvidenceOf(const rows::ExternalTrainingRow& row, int before);

/// For whoever corrects one: keeps what it `was` in `row`, which it becomes. The bytes of a file
/// belong to the newest that has it; those of what is no longer kept go. The lane's thread alone,
/// as all that follow.
void KeepExternalTraining(TenantDraft& draft, rows::ExternalTrainingRow was,
                          rows::ExternalTrainingRow* row);

/// Writes one, with its revision and what it is found by at its home, which never changes.
void PutExternalTraining(TenantDraft& draft, const ExternalTrainingId& id,
                         rows::ExternalTrainingRow row);

/// Take away one, with its files; all of a person who goes. Cost: a row for each piece of a file.
void EraseExternalTraining(TenantDraft& draft, const ExternalTrainingId& id,
                           const rows::ExternalTrainingRow& row);
absl::Status EraseExternalTrainingsOf(TenantDraft& draft, SubjectId learner);

}  // namespace provost

#endif  // PROVOST_TENANT_EXTERNAL_TRAININGS_H_
