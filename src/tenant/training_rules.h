#ifndef PROVOST_TENANT_TRAINING_RULES_H_
#define PROVOST_TENANT_TRAINING_RULES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "policy/world/state.h"
#include "provost/v1/course.pb.h"
#include "store/reader.h"
#include "tenant/names.h"

namespace provost {

/// A course or a training plan, as far as learning it goes: how both are read alike.
struct Training {
  ScopeId uid;
  Collection collection = Collection::kCourses;  ///< kCourses or kPlans.
  std::string id;                                ///< That in its name: `fire`.
  std::string display_name;
  std::string description;
  bool published = false;
  /// Without what refers to items: `completion.items` and `completion.certificate_template`.
  v1::TrainingRules rules;
  std::vector<uint64_t> completion_items;  ///< Of `completion.items`, the uids.
  uint64_t certificate_template = 0;       ///< The uid of the template; 0: none.
};

/// The training that is the scope `uid` of `state`; nothing where there is none, or where that is
/// something else. `reader` has the rows that go with `state`. Cost: one row.
absl::StatusOr<std::optional<Training>> ReadTraining(const store::Reader& reader, uint64_t tenant,
                                                     const WorldState& state, ScopeId uid);

/// When `rule` makes a training due for somebody who is admitted at `enrolled`, never earlier than
/// that; InfiniteFuture: never. What goes by the day on which the person was hired goes by the
/// enrollment where that day is not known, or what follows from it was over before the enrollment.
/// Cost: nothing but for `days_after_hire`, with two rows.
absl::StatusOr<absl::Time> DueTime(const v1::DueRule& rule, const store::Reader& reader,
                                   uint64_t tenant, const WorldState& state, SubjectId learner,
                                   absl::Time enrolled);

}  // namespace provost

#endif  // PROVOST_TENANT_TRAINING_RULES_H_
