#ifndef PROVOST_SERVICE_ENROLLMENT_OPEN_H_
#define PROVOST_SERVICE_ENROLLMENT_OPEN_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "policy/decide/question.h"
#include "policy/world/state.h"
#include "store/reader.h"
#include "tenant/training_rules.h"

namespace provost {

/// How people come in by themselves.
enum class EnrollmentWay {
  kEnroll,  ///< By enrolling.
  kApply,   ///< By applying.
  kAny,     ///< By one of the two.
};

/// The fact `enrollment_open` (LE2): whether `person` may come into a training by themselves at
/// `now`. It is published, its rules and the nearest catalogs that say something offer that way in,
/// the person is in the audience of the catalog that it stands in, and it is neither too early nor
/// too late. A training that stands right under the tenant is offered to everybody.
///
/// Empty where it is open; otherwise why not, for people. Cost: the row of the training, then of
/// each catalog above it.
absl::StatusOr<std::string> WhyNotOpen(const WorldState& state, const store::Reader& reader,
                                       uint64_t tenant, ScopeId training, SubjectId person,
                                       EnrollmentWay way, absl::Time now);
/// The same of one whose row was read.
absl::StatusOr<std::string> WhyNotOpen(const WorldState& state, const store::Reader& reader,
                                       uint64_t tenant, const Training& training, SubjectId person,
                                       EnrollmentWay way, absl::Time now);

/// What is decided where a fact is missing that may be `enrollment_open`.
struct OpenDecision {
  Decision decision;    ///< As if the training were open.
  std::string why_not;  ///< For people; not empty where that is all that is missing, and it is not.

  bool allowed() const { return decision.allowed() && why_not.empty(); }
};

/// Asks `question`, about a course or a plan, again with that fact: by which way in, its permission
/// says. `training` is the one that it is about, where the caller has read it. What the door asks,
/// and whoever wants to know beforehand. Cost: none unless it depends on the fact alone, then that
/// of WhyNotOpen.
absl::StatusOr<OpenDecision> AskWhetherOpen(const WorldState& state, const store::Reader& reader,
                                            uint64_t tenant, Question question,
                                            const Training* training = nullptr);

}  // namespace provost

#endif  // PROVOST_SERVICE_ENROLLMENT_OPEN_H_
