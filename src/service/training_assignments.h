#ifndef PROVOST_SERVICE_TRAINING_ASSIGNMENTS_H_
#define PROVOST_SERVICE_TRAINING_ASSIGNMENTS_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "policy/world/state.h"
#include "service/methods.h"

namespace provost {

/// Registers the handlers of trainings that are assigned to people and groups.
void RegisterTrainingAssignments(Methods& methods);

/// Adds a bad field to `status` unless `name` names a course or a training plan of the tenant that
/// `parent` names.
void CheckTrainingName(absl::string_view field, absl::string_view name, absl::string_view parent,
                       absl::Status* status);

/// At which trainings the caller may read enrollments, each asked about once. One thread; the call
/// outlives it.
class ReadableTrainings {
 public:
  explicit ReadableTrainings(const ReadCall& call) : call_(call) {}
  bool Has(ScopeId training);

 private:
  const ReadCall& call_;
  std::map<uint32_t, bool> known_;
};

}  // namespace provost

#endif  // PROVOST_SERVICE_TRAINING_ASSIGNMENTS_H_
