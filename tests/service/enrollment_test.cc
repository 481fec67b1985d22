// Enrollments and trainings that are assigned (M2, M3, CC1-CC3, rule 20), under the coreachieve and
// plutolms presets.
#include <google/protobuf/empty.pb.h>

#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/group_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/acme.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using v1::TrainingAssignment;

class EnrollmentFixture : public AcmeTest {
 protected:
  using AcmeTest::AcmeTest;

  Answer<v1::Enrollment> EnrollAs(absl::string_view actor, absl::string_view learner,
                                  absl::string_view training) {
    v1::CreateEnrollmentRequest request;
    request.set_parent(Full(""));
    request.mutable_enrollment()->set_learner(Full(learner));
    request.mutable_enrollment()->set_training(Full(training));
    return Call<v1::Enrollment>(actor, request);
  }
  Answer<TrainingAssignment> AssignAs(
      absl::string_view actor, absl::string_view training, absl::string_view assignee,
      TrainingAssignment::OnLeave on_leave = TrainingAssignment::ON_LEAVE_UNSPECIFIED) {
    v1::CreateTrainingAssignmentRequest request;
    request.set_parent(Full(""));
    TrainingAssignment* const assignment = request.mutable_training_assignment();
    assignment->set_training(Full(training));
    assignment->set_assignee(Full(assignee));
    assignment->set_on_leave(on_leave);
    return Call<TrainingAssignment>(actor, request);
  }
  Answer<v1::ListEnrollmentsResponse> ListAs(absl::string_view actor, absl::string_view learner,
                                             absl::string_view training) {
    v1::ListEnrollmentsRequest request;
    request.set_parent(Full(""));
    if (!learner.empty()) request.set_learner(Full(learner));
    if (!training.empty()) request.set_training(Full(training));
    return Call<v1::ListEnrollmentsResponse>(actor, request);
  }
  // Where somebody is enrolled, within the tenant: `courses/fire`.
  std::vector<std::string> TrainingsOf(absl::string_view learner) {
    std::vector<std::string> trainings;
    const auto list = ListAs("users/ann", learner, "");
    EXPECT_TRUE(list.ok()) << list.message();
    for (const v1::Enrollment& enrollment : list.value.enrollments()) {
      trainings.push_back(absl::StrReplaceAll(enrollment.training(), {{Full("") + "/", ""}}));
    }
    return trainings;
  }
  std::vector<std::string> LearnersAt(absl::string_view training) {
    std::vector<std::string> learners;
    const auto list = ListAs("users/ann", "", training);
    EXPECT_TRUE(list.ok()) << list.message();
    for (const v1::Enrollment& enrollment : list.value.enrollments()) {
      learners.push_back(absl::StrReplaceAll(enrollment.learner(), {{Full("") + "/", ""}}));
    }
    return learners;
  }
  std::vector<std::string> Assignments() {
    v1::ListTrainingAssignmentsRequest request;
    request.set_parent(Full(""));
    const auto list = Call<v1::ListTrainingAssignmentsResponse>("users/ann", request);
    EXPECT_TRUE(list.ok()) << list.message();
    std::vector<std::string> names;
    for (const TrainingAssignment& each : list.value.training_assignments()) {
      names.push_back(each.name());
    }
    return names;
  }
  void MakePlan(absl::string_view id, const std::vector<std::vector<std::string>>& steps,
                absl::string_view parent = "") {
    v1::CreateTrainingPlanRequest request;
    request.set_parent(Full(""));
    request.set_training_plan_id(std::string(id));
    request.mutable_training_plan()->set_display_name(std::string(id));
    if (!parent.empty()) request.mutable_training_plan()->set_parent_scope(Full(parent));
    for (const auto& courses : steps) AddStep(request.mutable_training_plan(), courses);
    const auto made = Call<v1::TrainingPlan>("users/ann", request);
    ASSERT_TRUE(made.ok()) << made.message();
  }
  Answer<v1::TrainingPlan> SetSteps(absl::string_view actor, absl::string_view plan,
                                    const std::vector<std::vector<std::string>>& steps,
                                    int required_of_first = 0) {
    v1::UpdateTrainingPlanRequest request;
    request.mutable_training_plan()->set_name(Full(plan));
    for (const auto& courses : steps) AddStep(request.mutable_training_plan(), courses);
    request.mutable_training_plan()->mutable_steps(0)->set_required_count(required_of_first);
    request.mutable_update_mask()->add_paths("steps");
    return Call<v1::TrainingPlan>(actor, request);
  }
  static void AddStep(v1::TrainingPlan* plan, const std::vector<std::string>& courses) {
    v1::PlanStep* const step = plan->add_steps();
    for (const std::string& course : courses) {
      step->add_courses(Full(absl::StrCat("courses/", course)));
    }
  }
  void RemoveMember(absl::string_view group, absl::string_view member) {
    v1::RemoveMemberRequest request;
    request.set_group(Full(group));
    request.set_member(Full(member));
    const auto removed = Call<Empty>("users/ann", request);
    EXPECT_TRUE(removed.ok()) << removed.message();
  }
  template <typename Request>
  Answer<Empty> Delete(absl::string_view name, absl::string_view actor = "users/ann",
                       bool force = false) {
    Request request;
    request.set_name(absl::StartsWith(name, "tenants/") ? std::string(name) : Full(name));
    if constexpr (std::is_same_v<Request, v1::DeleteCourseRequest> ||
                  std::is_same_v<Request, v1::DeleteTrainingPlanRequest>) {
      request.set_force(force);
    }
    return Call<Empty>(actor, request);
  }
};

// mara manages attendees, owen writes, ina teaches courses/fire; lea and leo learn. ann, the
// administrator, may do everything.
class EnrollmentTest : public EnrollmentFixture {
 protected:
  EnrollmentTest() : EnrollmentFixture("coreachieve") {
    MakeCatalog("safety");
    for (const char* course : {"fire", "first-aid", "hoists"})
      MakeCourse(course, "catalogs/safety");
    for (const char* user : {"mara", "owen", "ina", "lea", "leo"}) MakeUser(user);
    Assign("users/mara", "attendee_manager", "");
    Assign("users/owen", "author", "");
    Assign("users/ina", "instructor", "courses/fire");
    MakeGroup("crew");
  }
};

TEST_F(EnrollmentTest, M2_AttendeeManagersEnrollLearners) {
  const auto made = EnrollAs("users/mara", "users/lea", "courses/fire");
  ASSERT_TRUE(made.ok()) << made.message();
  EXPECT_TRUE(made.value.independent());
  EXPECT_EQ(made.value.enrolled_by(), Full("users/mara"));
  EXPECT_EQ(EnrollAs("users/owen", "users/leo", "courses/fire").code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(EnrollAs("users/lea", "users/lea", "courses/hoists").code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(EnrollAs("users/mara", "users/lea", "courses/fire").code(),
            grpc::StatusCode::ALREADY_EXISTS);
  Restart();
  EXPECT_THAT(LearnersAt("courses/fire"), ElementsAre("users/lea"));

  EXPECT_EQ(Delete<v1::DeleteEnrollmentRequest>(made.value.name(), "users/ina").code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(Delete<v1::DeleteEnrollmentRequest>(made.value.name(), "users/mara").ok());
  EXPECT_THAT(LearnersAt("courses/fire"), IsEmpty());
  EXPECT_THAT(TrainingsOf("users/lea"), IsEmpty());
}

TEST_F(EnrollmentTest, I1_InstructorsEnrollInTheirCoursesAlone) {
  EXPECT_TRUE(EnrollAs("users/ina", "users/lea", "courses/fire").ok());
  EXPECT_EQ(EnrollAs("users/ina", "users/lea", "courses/hoists").code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(EnrollmentTest, BadEnrollmentsAreRefusedFieldByField) {
  v1::CreateEnrollmentRequest request;
  request.set_parent(Full(""));
  request.mutable_enrollment()->set_learner(Full("groups/crew"));
  request.mutable_enrollment()->set_training(Full("catalogs/safety"));
  request.mutable_enrollment()->mutable_due_time()->set_nanos(-1);
  EXPECT_THAT(Call<v1::Enrollment>("users/mara", request).bad_fields(),
              UnorderedElementsAre(Key("enrollment.learner"), Key("enrollment.training"),
                                   Key("enrollment.due_time")));
  EXPECT_THAT(EnrollAs("users/mara", "users/nobody", "courses/fire").bad_fields(),
              ElementsAre(Key("enrollment.learner")));
  request.mutable_enrollment()->set_learner("tenants/other/users/lea");
  request.mutable_enrollment()->set_training(Full("courses/fire"));
  request.mutable_enrollment()->clear_due_time();
  EXPECT_THAT(Call<v1::Enrollment>("users/mara", request).bad_fields(),
              ElementsAre(Key("enrollment.learner")));
  request.mutable_enrollment()->set_learner(Full("users/lea"));
  request.mutable_enrollment()->set_training("tenants/other/courses/fire");
  EXPECT_THAT(Call<v1::Enrollment>("users/mara", request).bad_fields(),
              ElementsAre(Key("enrollment.training")));

  v1::CreateTrainingAssignmentRequest assign;
  assign.set_parent(Full(""));
  assign.mutable_training_assignment()->set_training(Full("sessions/one"));
  assign.mutable_training_assignment()->set_assignee(Full("courses/fire"));
  assign.mutable_training_assignment()->mutable_due()->set_days_after_hire(3661);
  assign.mutable_training_assignment()->set_on_leave(static_cast<TrainingAssignment::OnLeave>(7));
  EXPECT_THAT(
      Call<TrainingAssignment>("users/mara", assign).bad_fields(),
      UnorderedElementsAre(Key("training_assignment.training"), Key("training_assignment.assignee"),
                           Key("training_assignment.due.days_after_hire"),
                           Key("training_assignment.on_leave")));
  EXPECT_THAT(AssignAs("users/mara", "courses/fire", "groups/nothing").bad_fields(),
              ElementsAre(Key("training_assignment.assignee")));
  v1::ListEnrollmentsRequest list;
  list.set_parent(Full(""));
  EXPECT_THAT(Call<v1::ListEnrollmentsResponse>("users/mara", list).bad_fields(),
              ElementsAre(Key("learner")));
  EXPECT_THAT(Assignments(), IsEmpty());
}

TEST_F(EnrollmentTest, Rule25_OnesOwnEnrollmentsAreFreeToSee) {
  const std::string lea = EnrollAs("users/mara", "users/lea", "courses/fire").value.name();
  const std::string leo = EnrollAs("users/mara", "users/leo", "courses/fire").value.name();
  const auto get = [&](absl::string_view actor, const std::string& name) {
    v1::GetEnrollmentRequest request;
    request.set_name(name);
    return Call<v1::Enrollment>(actor, request);
  };
  EXPECT_EQ(get("users/lea", lea).value.learner(), Full("users/lea"));
  EXPECT_TRUE(get("users/ina", lea).ok());
  const auto hidden = get("users/lea", leo);
  const auto missing = get("users/lea", Full("enrollments/999.999"));
  EXPECT_EQ(hidden.code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(absl::StrReplaceAll(hidden.message(), {{leo, "x"}}),
            absl::StrReplaceAll(missing.message(), {{Full("enrollments/999.999"), "x"}}));
  EXPECT_EQ(get("users/ann", Full("enrollments/999.999")).code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(get("users/ann", Full("enrollments/x")).bad_fields(), ElementsAre(Key("name")));

  EXPECT_THAT(ListAs("users/lea", "", "courses/fire").value.enrollments(), SizeIs(1));
  EXPECT_THAT(ListAs("users/lea", "users/leo", "").value.enrollments(), IsEmpty());
  EXPECT_THAT(ListAs("users/lea", "users/lea", "").value.enrollments(), SizeIs(1));
  EXPECT_THAT(ListAs("users/ina", "", "courses/fire").value.enrollments(), SizeIs(2));
  EXPECT_THAT(ListAs("users/ina", "users/leo", "courses/fire").value.enrollments(), SizeIs(1));
  EXPECT_THAT(ListAs("users/lea", "users/nobody", "").value.enrollments(), IsEmpty());
}

TEST_F(EnrollmentTest, M3_WhoeverJoinsAGroupIsEnrolled) {
  AddMember("groups/crew", "users/lea");
  EXPECT_EQ(AssignAs("users/ina", "courses/hoists", "groups/crew").code(),
            grpc::StatusCode::PERMISSION_DENIED);
  const auto assigned =
      AssignAs("users/mara", "courses/hoists", "groups/crew", TrainingAssignment::WITHDRAW);
  ASSERT_TRUE(assigned.ok()) << assigned.message();
  EXPECT_EQ(assigned.value.assigned_by(), Full("users/mara"));
  EXPECT_EQ(AssignAs("users/mara", "courses/hoists", "groups/crew").code(),
            grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_THAT(LearnersAt("courses/hoists"), ElementsAre("users/lea"));
  AddMember("groups/crew", "users/leo");
  EXPECT_THAT(LearnersAt("courses/hoists"), ElementsAre("users/lea", "users/leo"));
  const auto listed = ListAs("users/ann", "users/leo", "").value;
  EXPECT_THAT(listed.enrollments(0).training_assignments(), ElementsAre(assigned.value.name()));
  EXPECT_FALSE(listed.enrollments(0).independent());
  EXPECT_EQ(listed.enrollments(0).enrolled_by(), "");

  RemoveMember("groups/crew", "users/lea");
  EXPECT_THAT(LearnersAt("courses/hoists"), ElementsAre("users/leo"));
}

TEST_F(EnrollmentTest, M3_LeavingKeepsWhereTheAssignmentSaysSo) {
  ASSERT_TRUE(AssignAs("users/mara", "courses/hoists", "groups/crew").ok());
  AddMember("groups/crew", "users/lea");
  RemoveMember("groups/crew", "users/lea");
  const auto kept = ListAs("users/ann", "users/lea", "").value;
  ASSERT_THAT(kept.enrollments(), SizeIs(1));
  EXPECT_TRUE(kept.enrollments(0).independent());
  EXPECT_THAT(kept.enrollments(0).training_assignments(), IsEmpty());
}

TEST_F(EnrollmentTest, M3_WhatRestsOnSomethingElseTooStays) {
  AddMember("groups/crew", "users/lea");
  ASSERT_TRUE(
      AssignAs("users/mara", "courses/hoists", "groups/crew", TrainingAssignment::WITHDRAW).ok());
  ASSERT_TRUE(EnrollAs("users/mara", "users/lea", "courses/hoists").ok());
  RemoveMember("groups/crew", "users/lea");
  EXPECT_THAT(TrainingsOf("users/lea"), ElementsAre("courses/hoists"));
}

TEST_F(EnrollmentTest, M3_NestedGroupsAndOtherChains) {
  // crew contains day and night, and night contains late.
  for (const char* group : {"day", "night", "late"}) MakeGroup(group);
  AddMember("groups/late", "users/lea");
  AddMember("groups/day", "users/leo");
  ASSERT_TRUE(
      AssignAs("users/mara", "courses/hoists", "groups/crew", TrainingAssignment::WITHDRAW).ok());
  EXPECT_THAT(LearnersAt("courses/hoists"), IsEmpty());
  AddMember("groups/night", "groups/late");
  AddMember("groups/crew", "groups/night");
  AddMember("groups/crew", "groups/day");
  EXPECT_THAT(LearnersAt("courses/hoists"), ElementsAre("users/lea", "users/leo"));
  // lea is in crew by two chains: leaving one leaves the other.
  AddMember("groups/day", "users/lea");
  RemoveMember("groups/crew", "groups/night");
  EXPECT_THAT(LearnersAt("courses/hoists"), ElementsAre("users/lea", "users/leo"));
  RemoveMember("groups/day", "users/lea");
  EXPECT_THAT(LearnersAt("courses/hoists"), ElementsAre("users/leo"));
  // A group that is deleted is left by everybody in it.
  ASSERT_TRUE(Delete<v1::DeleteGroupRequest>("groups/day").ok());
  EXPECT_THAT(LearnersAt("courses/hoists"), IsEmpty());
}

TEST_F(EnrollmentTest, M3_AMembershipThatHasEndedIsNone) {
  ASSERT_TRUE(
      AssignAs("users/mara", "courses/hoists", "groups/crew", TrainingAssignment::WITHDRAW).ok());
  v1::AddMemberRequest request;
  request.set_group(Full("groups/crew"));
  request.set_member(Full("users/lea"));
  request.mutable_expires()->set_seconds(1000);
  ASSERT_TRUE(Call<v1::Member>("users/ann", request).ok());
  EXPECT_THAT(LearnersAt("courses/hoists"), IsEmpty());
  request.clear_expires();
  ASSERT_TRUE(Call<v1::Member>("users/ann", request).ok());
  EXPECT_THAT(LearnersAt("courses/hoists"), ElementsAre("users/lea"));
  request.mutable_expires()->set_seconds(1000);
  ASSERT_TRUE(Call<v1::Member>("users/ann", request).ok());
  EXPECT_THAT(LearnersAt("courses/hoists"), IsEmpty());
}

TEST_F(EnrollmentTest, M3_APlanEnrollsIntoItsRequiredCourses) {
  MakePlan("basics", {{"fire"}, {"first-aid", "hoists"}}, "catalogs/safety");
  ASSERT_TRUE(SetSteps("users/ann", "plans/basics", {{"first-aid", "hoists"}, {"fire"}}, 1).ok());
  AddMember("groups/crew", "users/lea");
  const auto assigned =
      AssignAs("users/mara", "plans/basics", "groups/crew", TrainingAssignment::WITHDRAW);
  ASSERT_TRUE(assigned.ok()) << assigned.message();
  EXPECT_THAT(TrainingsOf("users/lea"), UnorderedElementsAre("plans/basics", "courses/fire"));
  // Steps that change are followed: what is new is entered, what is gone is kept.
  ASSERT_TRUE(SetSteps("users/ann", "plans/basics", {{"first-aid", "hoists"}}).ok());
  EXPECT_THAT(
      TrainingsOf("users/lea"),
      UnorderedElementsAre("plans/basics", "courses/fire", "courses/first-aid", "courses/hoists"));
  EXPECT_TRUE(ListAs("users/ann", "users/lea", "courses/fire").value.enrollments(0).independent());
  ASSERT_TRUE(Delete<v1::DeleteTrainingAssignmentRequest>(assigned.value.name()).ok());
  EXPECT_THAT(TrainingsOf("users/lea"), ElementsAre("courses/fire"));
  EXPECT_THAT(Assignments(), IsEmpty());
}

TEST_F(EnrollmentTest, Rule20_AssigningAPlanNeedsEnrollmentAtEachCourse) {
  MakeUser("pia");
  MakeCatalog("paths");
  MakePlan("basics", {{"fire"}}, "catalogs/paths");
  Assign("users/pia", "attendee_manager", "catalogs/paths");
  const auto refused = AssignAs("users/pia", "plans/basics", "users/lea");
  EXPECT_EQ(refused.code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(TrainingsOf("users/lea"), IsEmpty());
  Assign("users/pia", "attendee_manager", "catalogs/safety");
  ASSERT_TRUE(
      AssignAs("users/pia", "plans/basics", "users/lea", TrainingAssignment::WITHDRAW).ok());
  // So does adding a course to a plan that is assigned.
  MakeUser("pam");
  Assign("users/pam", "attendee_manager", "catalogs/paths");
  Assign("users/pam", "author", "catalogs/safety");
  EXPECT_EQ(SetSteps("users/pam", "plans/basics", {{"fire", "hoists"}}).code(),
            grpc::StatusCode::PERMISSION_DENIED);
  // And what ends enrollments at the courses.
  ASSERT_THAT(Assignments(), SizeIs(1));
  EXPECT_EQ(Delete<v1::DeleteTrainingAssignmentRequest>(Assignments().front(), "users/pam").code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(Delete<v1::DeleteTrainingAssignmentRequest>(Assignments().front(), "users/pia").ok());
  EXPECT_THAT(TrainingsOf("users/lea"), IsEmpty());
}

TEST_F(EnrollmentTest, Rule19_WhatIsFrozenIsSkipped) {
  AddMember("groups/crew", "users/lea");
  ASSERT_TRUE(
      AssignAs("users/mara", "courses/fire", "groups/crew", TrainingAssignment::WITHDRAW).ok());
  v1::ArchiveCourseRequest archive;
  archive.set_name(Full("courses/fire"));
  ASSERT_TRUE(Call<v1::Course>("users/ann", archive).ok());
  AddMember("groups/crew", "users/leo");
  EXPECT_THAT(LearnersAt("courses/fire"), ElementsAre("users/lea"));
  RemoveMember("groups/crew", "users/lea");
  EXPECT_THAT(LearnersAt("courses/fire"), ElementsAre("users/lea"));
  EXPECT_EQ(EnrollAs("users/mara", "users/leo", "courses/fire").violations().front(), "FROZEN");
}

TEST_F(EnrollmentTest, Rule20_ACourseThatIsDeletedMakesTheOtherRequired) {
  MakePlan("basics", {{"first-aid", "hoists"}}, "catalogs/safety");
  ASSERT_TRUE(SetSteps("users/ann", "plans/basics", {{"first-aid", "hoists"}}, 1).ok());
  AddMember("groups/crew", "users/lea");
  ASSERT_TRUE(AssignAs("users/mara", "plans/basics", "groups/crew").ok());
  ASSERT_THAT(TrainingsOf("users/lea"), ElementsAre("plans/basics"));
  ASSERT_TRUE(Delete<v1::DeleteCourseRequest>("courses/hoists").ok());
  EXPECT_THAT(TrainingsOf("users/lea"), UnorderedElementsAre("plans/basics", "courses/first-aid"));
}

TEST_F(EnrollmentTest, Rule19_TheStepsOfAFrozenPlanAreNotFollowed) {
  MakeCatalog("paths");
  MakePlan("basics", {{"fire", "hoists"}, {"first-aid"}}, "catalogs/paths");
  ASSERT_TRUE(SetSteps("users/ann", "plans/basics", {{"fire", "hoists"}, {"first-aid"}}, 1).ok());
  AddMember("groups/crew", "users/lea");
  ASSERT_TRUE(
      AssignAs("users/mara", "plans/basics", "groups/crew", TrainingAssignment::WITHDRAW).ok());
  Hold("catalogs/paths");
  ASSERT_TRUE(Delete<v1::DeleteCourseRequest>("courses/hoists").ok());
  EXPECT_THAT(TrainingsOf("users/lea"), UnorderedElementsAre("plans/basics", "courses/first-aid"));
}

TEST_F(EnrollmentTest, TheEarliestDueTimeCounts) {
  v1::CreateTrainingAssignmentRequest request;
  request.set_parent(Full(""));
  request.mutable_training_assignment()->set_training(Full("courses/fire"));
  request.mutable_training_assignment()->set_assignee(Full("users/lea"));
  request.mutable_training_assignment()->mutable_due()->set_days_after_enrollment(30);
  const auto assigned = Call<TrainingAssignment>("users/mara", request);
  ASSERT_TRUE(assigned.ok()) << assigned.message();
  v1::Enrollment enrollment = ListAs("users/ann", "users/lea", "").value.enrollments(0);
  EXPECT_EQ(enrollment.due_time().seconds(), enrollment.create_time().seconds() + 30 * 86400);

  v1::CreateEnrollmentRequest by_hand;
  by_hand.set_parent(Full(""));
  by_hand.mutable_enrollment()->set_learner(Full("users/lea"));
  by_hand.mutable_enrollment()->set_training(Full("courses/fire"));
  const int64_t soon = enrollment.create_time().seconds() + 86400;
  by_hand.mutable_enrollment()->mutable_due_time()->set_seconds(soon);
  ASSERT_TRUE(Call<v1::Enrollment>("users/mara", by_hand).ok());
  enrollment = ListAs("users/ann", "users/lea", "").value.enrollments(0);
  EXPECT_EQ(enrollment.due_time().seconds(), soon);
  EXPECT_TRUE(enrollment.independent());
  EXPECT_THAT(enrollment.training_assignments(), ElementsAre(assigned.value.name()));
}

TEST_F(EnrollmentTest, WhatIsDeletedTakesItsEnrollmentsAlong) {
  MakePlan("basics", {{"fire"}, {"first-aid"}}, "catalogs/safety");
  AddMember("groups/crew", "users/lea");
  ASSERT_TRUE(
      AssignAs("users/mara", "plans/basics", "groups/crew", TrainingAssignment::WITHDRAW).ok());
  ASSERT_TRUE(AssignAs("users/mara", "courses/hoists", "users/leo").ok());
  ASSERT_TRUE(AssignAs("users/mara", "courses/hoists", "groups/crew").ok());
  ASSERT_THAT(Assignments(), SizeIs(3));

  // A course: refused while people are enrolled, and leaves the plan.
  EXPECT_THAT(Delete<v1::DeleteCourseRequest>("courses/fire").violations(),
              ElementsAre("NOT_EMPTY"));
  ASSERT_TRUE(Delete<v1::DeleteCourseRequest>("courses/fire", "users/ann", true).ok());
  EXPECT_THAT(TrainingsOf("users/lea"),
              UnorderedElementsAre("plans/basics", "courses/first-aid", "courses/hoists"));
  // A person.
  ASSERT_TRUE(Delete<v1::DeleteUserRequest>("users/leo").ok());
  EXPECT_THAT(LearnersAt("courses/hoists"), ElementsAre("users/lea"));
  EXPECT_THAT(Assignments(), SizeIs(2));
  // A plan, with what rested on its assignments.
  ASSERT_TRUE(Delete<v1::DeleteTrainingPlanRequest>("plans/basics", "users/ann", true).ok());
  EXPECT_THAT(TrainingsOf("users/lea"), ElementsAre("courses/hoists"));
  EXPECT_THAT(Assignments(), SizeIs(1));
  // A group: who was enrolled by a KEEP stays.
  ASSERT_TRUE(Delete<v1::DeleteGroupRequest>("groups/crew").ok());
  EXPECT_THAT(Assignments(), IsEmpty());
  EXPECT_THAT(TrainingsOf("users/lea"), ElementsAre("courses/hoists"));
  EXPECT_TRUE(ListAs("users/ann", "users/lea", "").value.enrollments(0).independent());
  Restart();
  EXPECT_THAT(TrainingsOf("users/lea"), ElementsAre("courses/hoists"));
}

TEST_F(EnrollmentTest, ListsContinueAndReadNoMoreThanTheyShow) {
  for (int i = 0; i < 30; ++i) {
    const std::string user = absl::StrCat("u", i);
    MakeUser(user);
    AddMember("groups/crew", absl::StrCat("users/", user));
  }
  ASSERT_TRUE(AssignAs("users/mara", "courses/fire", "groups/crew").ok());
  ASSERT_TRUE(AssignAs("users/mara", "courses/hoists", "groups/crew").ok());
  v1::ListEnrollmentsRequest request;
  request.set_parent(Full(""));
  request.set_training(Full("courses/fire"));
  request.set_page_size(20);
  const auto first = Call<v1::ListEnrollmentsResponse>("users/mara", request);
  ASSERT_THAT(first.value.enrollments(), SizeIs(20));
  request.set_page_token(first.value.next_page_token());
  const auto second = Call<v1::ListEnrollmentsResponse>("users/mara", request);
  EXPECT_THAT(second.value.enrollments(), SizeIs(10));
  EXPECT_EQ(second.value.next_page_token(), "");
  EXPECT_NE(second.value.enrollments(0).name(), first.value.enrollments(19).name());

  const uint64_t before = server().rows_read();
  EXPECT_THAT(ListAs("users/mara", "users/u7", "").value.enrollments(), SizeIs(2));
  EXPECT_LE(server().rows_read() - before, 8u) << "one's enrollments, not the tenant's";
}

TEST_F(EnrollmentTest, ListsOfTrainingAssignmentsReadAPageAtATime) {
  std::vector<std::string> made;
  for (int i = 0; i < 20; ++i) {
    const std::string course = absl::StrCat("c", i);
    MakeCourse(course, "catalogs/safety");
    const auto assigned = AssignAs("users/mara", absl::StrCat("courses/", course), "groups/crew");
    ASSERT_TRUE(assigned.ok()) << assigned.message();
    made.push_back(assigned.value.name());
  }
  v1::ListTrainingAssignmentsRequest request;
  request.set_parent(Full(""));
  request.set_page_size(5);
  std::vector<std::string> listed;
  do {
    const uint64_t before = server().rows_read();
    const auto page = Call<v1::ListTrainingAssignmentsResponse>("users/mara", request);
    ASSERT_TRUE(page.ok()) << page.message();
    EXPECT_LE(server().rows_read() - before, 7u);
    for (const auto& each : page.value.training_assignments()) listed.push_back(each.name());
    request.set_page_token(page.value.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(listed, made);
}

TEST_F(EnrollmentTest, OneChangeMakesOnlySoManyEnrollments) {
  // 1000 enrollments a person: the plan, and 999 courses.
  std::vector<std::vector<std::string>> steps(1);
  for (int i = 0; i < 999; ++i) {
    steps[0].push_back(absl::StrCat("c", i));
    MakeCourse(steps[0].back(), "catalogs/safety");
  }
  MakePlan("all", steps, "catalogs/safety");
  for (int i = 0; i < 51; ++i) {
    const std::string user = absl::StrCat("u", i);
    MakeUser(user);
    AddMember("groups/crew", absl::StrCat("users/", user));
  }
  EXPECT_THAT(AssignAs("users/mara", "plans/all", "groups/crew").violations(),
              ElementsAre("TOO_MANY_ENROLLMENTS"));
  EXPECT_THAT(TrainingsOf("users/u0"), IsEmpty());
  RemoveMember("groups/crew", "users/u50");
  const auto fits = AssignAs("users/mara", "plans/all", "groups/crew");
  EXPECT_TRUE(fits.ok()) << fits.message();
  EXPECT_THAT(LearnersAt("plans/all"), SizeIs(50));
}

class CreatorTest : public EnrollmentFixture {
 protected:
  CreatorTest() : EnrollmentFixture("plutolms") {
    for (const char* user : {"cc", "cd", "lea"}) MakeUser(user);
    MakeCatalog("safety");
    Assign("users/cc", "course_creator", "");
    Assign("users/cd", "course_creator", "");
    v1::CreateCourseRequest request;
    request.set_parent(Full(""));
    request.set_course_id("mine");
    request.mutable_course()->set_display_name("Mine");
    request.mutable_course()->set_parent_scope(Full("catalogs/safety"));
    const auto made = Call<v1::Course>("users/cc", request);
    EXPECT_TRUE(made.ok()) << made.message();
  }
};

TEST_F(CreatorTest, CC1_CC2_CC3_CreatorsManageTheEnrollmentsOfTheirOwnCourses) {
  const auto made = EnrollAs("users/cc", "users/lea", "courses/mine");
  ASSERT_TRUE(made.ok()) << made.message();
  EXPECT_EQ(EnrollAs("users/cd", "users/cd", "courses/mine").code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(ListAs("users/cc", "", "courses/mine").value.enrollments(), SizeIs(1));
  EXPECT_EQ(Delete<v1::DeleteEnrollmentRequest>(made.value.name(), "users/cd").code(),
            grpc::StatusCode::PERMISSION_DENIED);
  const auto assigned = AssignAs("users/cc", "courses/mine", "users/cd");
  ASSERT_TRUE(assigned.ok()) << assigned.message();
  EXPECT_EQ(Delete<v1::DeleteTrainingAssignmentRequest>(assigned.value.name(), "users/cd").code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(Delete<v1::DeleteTrainingAssignmentRequest>(assigned.value.name(), "users/cc").ok());
  EXPECT_TRUE(Delete<v1::DeleteEnrollmentRequest>(made.value.name(), "users/cc").ok());
}

}  // namespace
}  // namespace provost
