#ifndef PROVOST_SERVICE_TRAINING_FILTER_H_
#define PROVOST_SERVICE_TRAINING_FILTER_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "policy/world/state.h"
#include "tenant/names.h"

namespace provost {

/// What a list about people and trainings is narrowed to; 0: not by that.
struct TrainingFilter {
  ScopeId training{0};
  SubjectId subject{0};
};

/// Finds what a request for such a list names, both of them names of the tenant or empty. Nothing
/// where one of them is not there: nothing is listed then, as of what is hidden.
inline std::optional<TrainingFilter> FindTrainingFilter(const WorldState& state,
                                                        absl::string_view training,
                                                        absl::string_view subject) {
  TrainingFilter filter;
  if (!training.empty()) {
    filter.training = state.FindScope(ParseName(training)->Relative());
    if (!state.HasScope(filter.training)) return std::nullopt;
  }
  if (!subject.empty()) {
    filter.subject = state.FindSubject(ParseName(subject)->Relative());
    if (!state.HasSubject(filter.subject)) return std::nullopt;
  }
  return filter;
}

}  // namespace provost

#endif  // PROVOST_SERVICE_TRAINING_FILTER_H_
