#ifndef PROVOST_TENANT_HELD_COMPETENCIES_H_
#define PROVOST_TENANT_HELD_COMPETENCIES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "policy/world/state.h"
#include "provost/internal/v1/learning_rows.pb.h"
#include "provost/internal/v1/record_rows.pb.h"
#include "store/reader.h"
#include "tenant/draft.h"
#include "tenant/names.h"

namespace provost {

/// What people can do because they have completed courses: for each course that gives it a row of
/// its own, valid for as long as that completion is. It follows from what the course gives now.

/// One that somebody holds.
struct HeldCompetency {
  uint64_t competency = 0;  ///< Its uid.
  ScopeId course;           ///< From which.
  rows::HeldCompetencyRow row;
};

/// All of a person, those that are no longer valid included, in the order of competencies and
/// courses. Cost: a row each.
absl::StatusOr<std::vector<HeldCompetency>> ReadHeldCompetencies(const store::Reader& reader,
                                                                 uint64_t tenant,
                                                                 SubjectId learner);

/// Makes what the learner holds from the course what it gives, if `row` has been completed, and
/// nothing otherwise. Cost: a row for each that the learner holds and that the course gives. The
/// lane's thread alone.
absl::Status FollowHeldCompetencies(TenantDraft& draft, EnrollmentId enrollment,
                                    const rows::EnrollmentRow& row);

/// Take away what refers to what goes: what a person holds from a course; what anybody holds of a
/// competency, before it is taken out of the courses that give it. Cost: a row for each that the
/// person holds; for each enrollment in those courses.
absl::Status EraseHeldFrom(TenantDraft& draft, EnrollmentId enrollment);
absl::Status EraseHeld(TenantDraft& draft, absl::string_view id, uint64_t competency);

}  // namespace provost

#endif  // PROVOST_TENANT_HELD_COMPETENCIES_H_
