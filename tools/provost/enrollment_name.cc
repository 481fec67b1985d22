#include "tools/provost/enrollment_name.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/provost/enum_words.h"

namespace provost::cli {
namespace {

constexpr absl::string_view kNumbers = "0123456789.";

bool IsTraining(absl::string_view full) {
  return absl::StrContains(full, "/courses/") || absl::StrContains(full, "/plans/");
}

// `fire` is a course, `12.7` an enrollment.
absl::StatusOr<std::string> NameOf(const Names& names, absl::string_view given) {
  const bool is_number = given.find_first_not_of(kNumbers) == absl::string_view::npos;
  return names.Full(given, is_number ? "enrollments" : "courses");
}

}  // namespace

void AddEnrollmentName(CLI::App* command, std::string& enrollment, std::string* learner,
                       bool more) {
  command
      ->add_option("enrollment", enrollment,
                   absl::StrCat("The course or the training plan: courses/fire; or the "
                                "enrollment's name: 12.7",
                                learner == nullptr ? "; of the first, your own" : ""))
      ->required();
  if (learner == nullptr) return;
  CLI::Option* const option = command->add_option(
      "learner", *learner, "In a training: whose, such as users/lea; your own if left out");
  if (!more) return;
  command->validate_positionals();
  option->check([](const std::string& text) {
    return absl::StartsWith(text, "users/") || absl::StartsWith(text, "tenants/") ? "" : "no user";
  });
}

absl::StatusOr<std::string> EnrollmentName(Context& context, absl::string_view given,
                                           absl::string_view learner) {
  const Names names = context.names();
  absl::StatusOr<std::string> name = NameOf(names, given);
  if (!name.ok()) return name;
  if (!IsTraining(*name)) {
    if (learner.empty()) return name;
    return absl::InvalidArgumentError(
        absl::StrCat("`", given, "` is somebody's already: leave out `", learner,
                     "`, or name the course or the training plan, such as `courses/fire`"));
  }
  auto person = learner.empty() ? context.Actor() : names.Full(learner, "users");
  if (!person.ok()) return person.status();
  v1::ListEnrollmentsRequest request;
  if (absl::Status status = names.SetTenant(*request.mutable_parent()); !status.ok()) return status;
  request.set_training(*name);
  request.set_learner(*person);
  for (const std::string& word : EnumWords(*v1::Enrollment::State_descriptor())) {
    request.add_states(
        static_cast<v1::Enrollment::State>(EnumNumber(*v1::Enrollment::State_descriptor(), word)));
  }
  v1::ListEnrollmentsResponse response;
  absl::Status status = context.CallPages("EnrollmentService.ListEnrollments", request, response,
                                          /*limit=*/1);
  if (!status.ok()) return status;
  if (response.enrollments().empty()) {
    return absl::NotFoundError(absl::StrCat("there is no enrollment of ", names.Short(*person),
                                            " in ", names.Short(*name),
                                            " that you may read; `provost enrollments list --in ",
                                            names.Short(*name), "` lists those there are"));
  }
  return response.enrollments(0).name();
}

std::string EnrollmentStateText(const v1::Enrollment& enrollment, const Names& names) {
  std::string text = absl::StrCat(EnumWord(v1::Enrollment::State_Name(enrollment.state())), ": ",
                                  names.Short(enrollment.name()));
  if (enrollment.waiting_position() > 0) {
    absl::StrAppend(&text, ", place ", enrollment.waiting_position());
  }
  return text;
}

}  // namespace provost::cli
