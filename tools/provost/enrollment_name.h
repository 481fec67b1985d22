// Enrollments as people say them: by the training and the person, or by the name.
#ifndef PROVOST_TOOLS_PROVOST_ENROLLMENT_NAME_H_
#define PROVOST_TOOLS_PROVOST_ENROLLMENT_NAME_H_

#include <CLI/CLI.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "provost/v1/enrollment_service.pb.h"
#include "tools/provost/context.h"

namespace provost::cli {

// Adds what names an enrollment: a training, or the name, and the person, if not null. `more`:
// other words follow, so that the person is told by `users/`.
void AddEnrollmentName(CLI::App* command, std::string& enrollment, std::string* learner, bool more);

// The full name of the enrollment that was given: `12.7` is one; `courses/fire`, or `fire`, is that
// of `learner` in that training, whatever its state; an empty `learner` is who calls. NOT_FOUND
// where there is none that the caller may read. Costs a call where a training is given.
absl::StatusOr<std::string> EnrollmentName(Context& context, absl::string_view given,
                                           absl::string_view learner = "");

// How it stands, for people: `waiting: enrollments/12.7, place 2`.
std::string EnrollmentStateText(const v1::Enrollment& enrollment, const Names& names);

}  // namespace provost::cli

#endif  // PROVOST_TOOLS_PROVOST_ENROLLMENT_NAME_H_
