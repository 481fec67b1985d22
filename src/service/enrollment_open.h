#ifndef PROVOST_SERVICE_ENROLLMENT_OPEN_H_
#define PROVOST_SERVICE_ENROLLMENT_OPEN_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "policy/world/state.h"
#include "store/reader.h"

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

}  // namespace provost

#endif  // PROVOST_SERVICE_ENROLLMENT_OPEN_H_
