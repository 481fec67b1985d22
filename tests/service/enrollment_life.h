// A tenant in which people come into trainings and leave them.
#ifndef PROVOST_TESTS_SERVICE_ENROLLMENT_LIFE_H_
#define PROVOST_TESTS_SERVICE_ENROLLMENT_LIFE_H_

#include <google/protobuf/empty.pb.h>
#include <google/protobuf/text_format.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/acme.h"

namespace provost {

// kai and ann administer the catalog safety, cora the course fire in it. The others learn; mo is
// lea's manager.
class EnrollmentLife : public AcmeTest {
 protected:
  explicit EnrollmentLife(absl::string_view policy = "lms365") : AcmeTest(policy) {
    MakeCatalog("safety");
    if (policy == "lms365") Assign("users/ann", "catalog_admin", "catalogs/safety");
    for (const char* course : {"fire", "drill"}) MakeCourse(course, "catalogs/safety");
    for (const char* user : {"kai", "cora", "mo", "lea", "leo", "eve"})
      MakeUser(user, "catalogs/safety");
    if (policy == "lms365") {
      Assign("users/kai", "catalog_admin", "catalogs/safety");
      Assign("users/cora", "course_admin", "courses/fire");
    }
    v1::UpdateUserRequest request;
    request.mutable_user()->set_name(Full("users/lea"));
    request.mutable_user()->set_manager(Full("users/mo"));
    request.mutable_update_mask()->add_paths("manager");
    EXPECT_TRUE(Call<v1::User>("users/ann", request).ok());
  }

  Answer<v1::UpdateTrainingRulesResponse> SetRules(absl::string_view actor,
                                                   absl::string_view training,
                                                   const std::string& rules) {
    v1::UpdateTrainingRulesRequest request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(rules, request.mutable_rules()));
    request.set_training(Full(training));
    request.set_section(request.rules().has_due() ? v1::TrainingRules::DUE
                                                  : v1::TrainingRules::ENROLLMENT);
    return Call<v1::UpdateTrainingRulesResponse>(actor, request);
  }
  // fire, published, with these rules on who may come in.
  void Open(const std::string& rules, absl::string_view course = "courses/fire") {
    const auto set = SetRules("users/kai", course, absl::StrCat("enrollment { ", rules, " }"));
    ASSERT_TRUE(set.ok()) << set.message();
    v1::PublishCourseRequest request;
    request.set_name(Full(course));
    const auto published = Call<v1::Course>("users/kai", request);
    ASSERT_TRUE(published.ok()) << published.message();
  }
  Answer<v1::Enrollment> EnrollSelf(absl::string_view actor,
                                    absl::string_view training = "courses/fire") {
    v1::EnrollSelfRequest request;
    request.set_training(Full(training));
    return Call<v1::Enrollment>(actor, request);
  }
  Answer<v1::Enrollment> Apply(absl::string_view actor, absl::string_view reason = "") {
    v1::RequestEnrollmentRequest request;
    request.set_training(Full("courses/fire"));
    request.set_reason(std::string(reason));
    return Call<v1::Enrollment>(actor, request);
  }
  Answer<v1::Enrollment> Enroll(absl::string_view actor, absl::string_view learner,
                                absl::string_view training = "courses/fire") {
    v1::CreateEnrollmentRequest request;
    request.set_parent(Full(""));
    request.mutable_enrollment()->set_learner(Full(learner));
    request.mutable_enrollment()->set_training(Full(training));
    return Call<v1::Enrollment>(actor, request);
  }
  // Approve, Reject, Withdraw, Promote.
  template <typename Request>
  Answer<v1::Enrollment> Move(absl::string_view actor, const std::string& name,
                              absl::string_view reason = "for a reason") {
    Request request;
    request.set_name(name);
    request.set_reason(std::string(reason));
    return Call<v1::Enrollment>(actor, request);
  }
  Answer<google::protobuf::Empty> Remove(absl::string_view actor, const std::string& name,
                                         absl::string_view reason = "") {
    v1::DeleteEnrollmentRequest request;
    request.set_name(name);
    request.set_reason(std::string(reason));
    return Call<google::protobuf::Empty>(actor, request);
  }
  v1::Enrollment Get(const std::string& name, absl::string_view actor = "users/ann") {
    v1::GetEnrollmentRequest request;
    request.set_name(name);
    const auto found = Call<v1::Enrollment>(actor, request);
    EXPECT_TRUE(found.ok()) << found.message();
    return found.value;
  }
  v1::Enrollment::State StateOf(const std::string& name) { return Get(name).state(); }
  // Who is listed at a training, within the tenant.
  std::vector<std::string> Listed(const std::vector<v1::Enrollment::State>& states,
                                  absl::string_view actor = "users/ann", int page_size = 0,
                                  absl::string_view training = "courses/fire") {
    v1::ListEnrollmentsRequest request;
    request.set_parent(Full(""));
    request.set_training(Full(training));
    request.set_page_size(page_size);
    for (v1::Enrollment::State state : states) request.add_states(state);
    std::vector<std::string> learners;
    do {
      const auto list = Call<v1::ListEnrollmentsResponse>(actor, request);
      EXPECT_TRUE(list.ok()) << list.message();
      for (const v1::Enrollment& each : list.value.enrollments()) {
        learners.push_back(absl::StrReplaceAll(each.learner(), {{Full("") + "/", ""}}));
      }
      request.set_page_token(list.value.next_page_token());
    } while (!request.page_token().empty());
    return learners;
  }
  // The roles that somebody holds at a scope.
  std::vector<v1::Assignment> RolesAt(absl::string_view subject, absl::string_view scope) {
    v1::ListAssignmentsRequest request;
    request.set_parent(Full(""));
    request.set_subject(Full(subject));
    request.set_scope(Full(scope));
    const auto list = Call<v1::ListAssignmentsResponse>("users/ann", request);
    EXPECT_TRUE(list.ok()) << list.message();
    return {list.value.assignments().begin(), list.value.assignments().end()};
  }
  bool IsLearner(absl::string_view subject, absl::string_view scope = "courses/fire") {
    const std::vector<v1::Assignment> roles = RolesAt(subject, scope);
    EXPECT_LE(roles.size(), 1u);
    return !roles.empty() && roles[0].role() == "learner";
  }
  std::vector<v1::EnrollmentTransition> Transitions(const std::string& name,
                                                    absl::string_view actor = "users/ann") {
    v1::ListEnrollmentTransitionsRequest request;
    request.set_name(name);
    const auto list = Call<v1::ListEnrollmentTransitionsResponse>(actor, request);
    EXPECT_TRUE(list.ok()) << list.message();
    return {list.value.transitions().begin(), list.value.transitions().end()};
  }
  v1::TrainingAssignment AssignTraining(absl::string_view training, absl::string_view assignee,
                                        v1::TrainingAssignment::OnLeave on_leave) {
    v1::CreateTrainingAssignmentRequest request;
    request.set_parent(Full(""));
    request.mutable_training_assignment()->set_training(Full(training));
    request.mutable_training_assignment()->set_assignee(Full(assignee));
    request.mutable_training_assignment()->set_on_leave(on_leave);
    const auto made = Call<v1::TrainingAssignment>("users/ann", request);
    EXPECT_TRUE(made.ok()) << made.message();
    return made.value;
  }
  bool MayRead(absl::string_view actor, absl::string_view course = "courses/fire") {
    v1::GetCourseRequest request;
    request.set_name(Full(course));
    return Call<v1::Course>(actor, request).ok();
  }
};

}  // namespace provost

#endif  // PROVOST_TESTS_SERVICE_ENROLLMENT_LIFE_H_
