// What being enrolled gives, and what it is due by (CA1, CA2, KA2, rule 17), under the lms365
// preset and policies that extend it.
#include <google/protobuf/empty.pb.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/policy_service.pb.h"
#include "provost/v1/role_service.pb.h"
#include "provost/v1/tenant_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/enrollment_life.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using v1::Enrollment;

constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;

class EnrollmentRoleTest : public EnrollmentLife {};

TEST_F(EnrollmentRoleTest, CA2_KA2_IllegalTransitionsNameTheLegalOnes) {
  const auto made = Enroll("users/cora", "users/lea");
  ASSERT_TRUE(made.ok()) << made.message();
  EXPECT_EQ(Enroll("users/cora", "users/leo", "courses/drill").code(), kDenied);
  EXPECT_TRUE(Enroll("users/kai", "users/leo", "courses/drill").ok());
  EXPECT_EQ(Enroll("users/lea", "users/leo").code(), kDenied);
  EXPECT_EQ(Remove("users/lea", made.value.name()).code(), kDenied);
  ASSERT_TRUE(Remove("users/cora", made.value.name()).ok());
  const auto again = Remove("users/cora", made.value.name());
  EXPECT_THAT(again.violations(), ElementsAre("ILLEGAL_TRANSITION"));
  EXPECT_THAT(again.message(), HasSubstr("`REQUESTED`, `WAITING`, `ENROLLED`"));
  v1::DeleteEnrollmentRequest missing;
  missing.set_name(made.value.name());
  missing.set_allow_missing(true);
  EXPECT_TRUE(Call<Empty>("users/cora", missing).ok());
  EXPECT_THAT(Move<v1::WithdrawEnrollmentRequest>("users/lea", made.value.name()).violations(),
              ElementsAre("ILLEGAL_TRANSITION"));
  v1::DeleteEnrollmentRequest stale;
  stale.set_name(Enroll("users/cora", "users/lea").value.name());
  stale.set_etag(made.value.etag());
  EXPECT_EQ(Call<Empty>("users/cora", stale).code(), grpc::StatusCode::ABORTED);
}

TEST_F(EnrollmentRoleTest, CA2_TheRoleOfLearnersGoesWithTheEnrollmentAlone) {
  const std::string name = Enroll("users/cora", "users/lea").value.name();
  const std::vector<v1::Assignment> roles = RolesAt("users/lea", "courses/fire");
  ASSERT_EQ(roles.size(), 1u);
  EXPECT_EQ(roles[0].granted_by(), Full("users/cora"));
  v1::DeleteAssignmentRequest remove;
  remove.set_name(roles[0].name());
  const auto refused = Call<Empty>("users/cora", remove);
  EXPECT_THAT(refused.violations(), ElementsAre("ENROLLMENT"));
  EXPECT_THAT(refused.message(), HasSubstr(name));
  v1::UpdateAssignmentRequest update;
  update.mutable_assignment()->set_name(roles[0].name());
  update.mutable_assignment()->set_suspended(true);
  update.mutable_update_mask()->add_paths("suspended");
  EXPECT_THAT(Call<v1::Assignment>("users/cora", update).violations(), ElementsAre("ENROLLMENT"));
  EXPECT_EQ(Call<Empty>("users/leo", remove).code(), kDenied);
  ASSERT_TRUE(Remove("users/cora", name).ok());
  EXPECT_THAT(RolesAt("users/lea", "courses/fire"), IsEmpty());
  // Those given by hand are as they were.
  Unassign(Assign("users/lea", "learner", "courses/fire"));
  // A course that goes takes both along, and one that moves keeps both.
  ASSERT_TRUE(Enroll("users/kai", "users/lea", "courses/drill").ok());
  MakeCatalog("other");
  Assign("users/ann", "catalog_admin", "catalogs/other");
  v1::MoveCourseRequest move;
  move.set_name(Full("courses/drill"));
  move.set_parent_scope(Full("catalogs/other"));
  ASSERT_TRUE(Call<v1::Course>("users/ann", move).ok());
  EXPECT_TRUE(IsLearner("users/lea", "courses/drill"));
  Restart();
  EXPECT_TRUE(IsLearner("users/lea", "courses/drill"));
  v1::DeleteCourseRequest gone;
  gone.set_name(Full("courses/drill"));
  gone.set_force(true);
  ASSERT_TRUE(Call<Empty>("users/ann", gone).ok());
  v1::ListEnrollmentsRequest list;
  list.set_parent(Full(""));
  list.set_learner(Full("users/lea"));
  list.add_states(Enrollment::ENROLLED);
  EXPECT_THAT(Call<v1::ListEnrollmentsResponse>("users/ann", list).value.enrollments(), IsEmpty());
}

TEST_F(EnrollmentRoleTest, CA1_DueDatesByRule) {
  const auto due = [&](const Enrollment& enrollment) { return enrollment.due_time().seconds(); };
  ASSERT_TRUE(SetRules("users/cora", "courses/fire", "due { days_after_enrollment: 30 }").ok());
  EXPECT_EQ(SetRules("users/lea", "courses/fire", "due { days_after_enrollment: 3 }").code(),
            kDenied);
  const auto lea = Enroll("users/cora", "users/lea");
  EXPECT_EQ(due(lea.value), lea.value.create_time().seconds() + 30 * 86400);
  // The earliest counts; what is given by hand lies ahead.
  v1::CreateEnrollmentRequest by_hand;
  by_hand.set_parent(Full(""));
  by_hand.mutable_enrollment()->set_learner(Full("users/leo"));
  by_hand.mutable_enrollment()->set_training(Full("courses/fire"));
  by_hand.mutable_enrollment()->mutable_due_time()->set_seconds(1000);
  EXPECT_THAT(Call<Enrollment>("users/cora", by_hand).bad_fields(),
              ElementsAre(Key("enrollment.due_time")));
  const int64_t soon = absl::ToUnixSeconds(absl::Now()) + 86400;
  by_hand.mutable_enrollment()->mutable_due_time()->set_seconds(soon);
  EXPECT_EQ(due(Call<Enrollment>("users/cora", by_hand).value), soon);

  // After hire, at the end of that day where the person is; after the enrollment where that is
  // over.
  v1::UpdateUserRequest hired;
  hired.mutable_user()->set_name(Full("users/eve"));
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::CivilDay today = absl::ToCivilDay(absl::Now(), utc);
  hired.mutable_user()->set_hire_date(absl::FormatCivilTime(today));
  hired.mutable_user()->set_time_zone("Asia/Tokyo");
  hired.mutable_update_mask()->add_paths("hire_date");
  hired.mutable_update_mask()->add_paths("time_zone");
  ASSERT_TRUE(Call<v1::User>("users/ann", hired).ok());
  ASSERT_TRUE(SetRules("users/cora", "courses/fire", "due { days_after_hire: 10 }").ok());
  absl::TimeZone tokyo;
  ASSERT_TRUE(absl::LoadTimeZone("Asia/Tokyo", &tokyo));
  EXPECT_EQ(due(Enroll("users/cora", "users/eve").value),
            absl::ToUnixSeconds(absl::FromCivil(today + 11, tokyo)));
  hired.mutable_user()->set_name(Full("users/mo"));
  hired.mutable_user()->set_hire_date("1999-12-31");
  ASSERT_TRUE(Call<v1::User>("users/ann", hired).ok());
  const auto mo = Enroll("users/cora", "users/mo");
  EXPECT_EQ(due(mo.value), mo.value.create_time().seconds() + 10 * 86400);
}

TEST_F(EnrollmentRoleTest, U_HireDatesAreDaysAndNotOnesOwnToWrite) {
  v1::UpdateUserRequest request;
  request.mutable_user()->set_name(Full("users/lea"));
  request.mutable_update_mask()->add_paths("hire_date");
  for (const char* wrong : {"2026-13-01", "2026-1-2", "yesterday", "2026-02-30"}) {
    request.mutable_user()->set_hire_date(wrong);
    EXPECT_THAT(Call<v1::User>("users/ann", request).bad_fields(),
                ElementsAre(Key("user.hire_date")))
        << wrong;
  }
  request.mutable_user()->set_hire_date("2026-02-28");
  EXPECT_EQ(Call<v1::User>("users/lea", request).code(), kDenied);
  EXPECT_EQ(Call<v1::User>("users/ann", request).value.hire_date(), "2026-02-28");
}

// CoreAchieve's attendee managers see to enrollments: kai does, in the whole tenant.
class CoreAchieveLifeTest : public EnrollmentLife {
 protected:
  CoreAchieveLifeTest() : EnrollmentLife("coreachieve") {
    Assign("users/kai", "attendee_manager", "");
  }
  Answer<Empty> DeleteUser(absl::string_view name) {
    v1::DeleteUserRequest request;
    request.set_name(Full(name));
    return Call<Empty>("users/ann", request);
  }
};

TEST_F(CoreAchieveLifeTest, CA1_RightUnderTheTenantTheRulesAloneSayWhoMayApply) {
  MakeCourse("desk");
  v1::RequestEnrollmentRequest apply;
  apply.set_training(Full("courses/desk"));
  EXPECT_EQ(Call<Enrollment>("users/lea", apply).code(), kDenied);
  v1::UpdateTrainingRulesRequest rules;
  rules.set_training(Full("courses/desk"));
  rules.set_section(v1::TrainingRules::ENROLLMENT);
  rules.mutable_rules()->mutable_enrollment()->set_applications(true);
  ASSERT_TRUE(Call<v1::UpdateTrainingRulesResponse>("users/kai", rules).ok());
  v1::PublishCourseRequest publish;
  publish.set_name(Full("courses/desk"));
  ASSERT_TRUE(Call<v1::Course>("users/ann", publish).ok());
  const auto asked = Call<Enrollment>("users/lea", apply);
  ASSERT_TRUE(asked.ok()) << asked.message();
  EXPECT_EQ(asked.value.state(), Enrollment::REQUESTED);
  v1::ApproveEnrollmentRequest approve;
  approve.set_name(asked.value.name());
  EXPECT_EQ(Call<Enrollment>("users/leo", approve).code(), kDenied);
  EXPECT_TRUE(Call<Enrollment>("users/kai", approve).ok());
}

TEST_F(CoreAchieveLifeTest, A3_LearnersAreCountedAsTheyComeAndGo) {
  // How often the role was given and taken away.
  const auto learners = [&] {
    v1::GetGrowthRequest request;
    request.set_tenant(Full(""));
    const auto report = Call<v1::GetGrowthResponse>("users/ann", request);
    EXPECT_TRUE(report.ok()) << report.message();
    for (const auto& role : report.value.months(0).roles()) {
      if (role.role() == "learner") return std::make_pair(role.given(), role.taken());
    }
    return std::make_pair(int64_t{0}, int64_t{0});
  };
  const std::string lea = Enroll("users/kai", "users/lea").value.name();
  ASSERT_TRUE(Enroll("users/kai", "users/leo").ok());
  EXPECT_EQ(learners(), std::make_pair(int64_t{2}, int64_t{0}));
  ASSERT_TRUE(Remove("users/kai", lea).ok());
  EXPECT_EQ(learners(), std::make_pair(int64_t{2}, int64_t{1}));
  ASSERT_TRUE(DeleteUser("users/leo").ok());
  EXPECT_EQ(learners(), std::make_pair(int64_t{2}, int64_t{2})) << "each once";
}

TEST_F(CoreAchieveLifeTest, Rule19_NobodyMovesUpWhereItIsFrozen) {
  const auto set_capacity = [&](int capacity) {
    return SetRules("users/kai", "courses/fire",
                    absl::StrCat("enrollment { waiting_list: true capacity: ", capacity, " }"));
  };
  ASSERT_TRUE(set_capacity(1).ok());
  for (const char* user : {"users/lea", "users/leo", "users/eve"}) {
    ASSERT_TRUE(Enroll("users/kai", user).ok());
  }
  ASSERT_TRUE(DeleteUser("users/lea").ok());
  EXPECT_THAT(Listed({Enrollment::ENROLLED}), ElementsAre("users/leo")) << "a seat is left";
  Hold("courses/fire");
  ASSERT_TRUE(DeleteUser("users/leo").ok());
  EXPECT_THAT(Listed({Enrollment::WAITING}), ElementsAre("users/eve"));
  v1::UnfreezeScopeRequest thaw;
  thaw.set_name(Full("courses/fire"));
  thaw.set_freeze(v1::Scope::HOLD);
  ASSERT_TRUE(Call<v1::ScopeState>("users/ann", thaw).ok());
  EXPECT_THAT(Listed({Enrollment::WAITING}), ElementsAre("users/eve"));
  ASSERT_TRUE(set_capacity(2).ok());
  EXPECT_THAT(Listed({Enrollment::ENROLLED}), ElementsAre("users/eve"));
}

// Learners may not administer a course, and a policy may come to have the role or not.
class EnrollmentPolicyTest : public EnrollmentLife {
 protected:
  Answer<v1::PolicyVersion> ApplyPolicy(const std::string& more) {
    v1::ApplyPolicyRequest request;
    request.set_parent(Full(""));
    request.set_source_text(
        absl::StrCat("name: \"acme\" version: \"1\" extends { name: \"lms365\" } ", more));
    return Call<v1::PolicyVersion>("users/ann", request);
  }
};

TEST_F(EnrollmentPolicyTest, Rule17_WhoHoldsARoleThatExcludesLearnersIsNotEnrolled) {
  const auto applied =
      ApplyPolicy("exclusive_sets { name: \"apart\" roles: [\"course_admin\", \"learner\"] }");
  ASSERT_TRUE(applied.ok()) << applied.message();
  EXPECT_THAT(Enroll("users/kai", "users/cora").violations(), ElementsAre("EXCLUSIVE_ROLES"));
  EXPECT_TRUE(Enroll("users/kai", "users/cora", "courses/drill").ok()) << "on another path";
  // What follows from a group leaves them out.
  MakeGroup("crew", "catalogs/safety");
  AddMember("groups/crew", "users/cora");
  AddMember("groups/crew", "users/lea");
  AssignTraining("courses/fire", "groups/crew", v1::TrainingAssignment::KEEP);
  EXPECT_THAT(Listed({}), ElementsAre("users/lea"));
  // A membership that gives such a role and enrolls at once does the one.
  MakeGroup("chiefs", "catalogs/safety");
  Assign("groups/chiefs", "course_admin", "courses/fire");
  AssignTraining("courses/fire", "groups/chiefs", v1::TrainingAssignment::KEEP);
  AddMember("groups/chiefs", "users/leo");
  EXPECT_THAT(Listed({}), ElementsAre("users/lea"));
  // And whoever learns there is not made one of them.
  v1::CreateAssignmentRequest assign;
  assign.set_parent(Full(""));
  assign.mutable_assignment()->set_subject(Full("users/lea"));
  assign.mutable_assignment()->set_role("course_admin");
  assign.mutable_assignment()->set_scope(Full("courses/fire"));
  EXPECT_THAT(Call<v1::Assignment>("users/ann", assign).violations(),
              ElementsAre("EXCLUSIVE_ROLES"));
}

TEST_F(EnrollmentPolicyTest, Rule17_WhoWaitsAndMayNotLearnStaysInLine) {
  Open("self_enrollment: true capacity: 1 waiting_list: true");
  const auto mo = EnrollSelf("users/mo");
  for (const char* user : {"users/lea", "users/leo"}) ASSERT_TRUE(EnrollSelf(user).ok());
  Assign("users/lea", "course_admin", "courses/fire");
  ASSERT_TRUE(
      ApplyPolicy("exclusive_sets { name: \"apart\" roles: [\"course_admin\", \"learner\"] }")
          .ok());
  ASSERT_TRUE(Move<v1::WithdrawEnrollmentRequest>("users/mo", mo.value.name()).ok());
  EXPECT_THAT(Listed({Enrollment::ENROLLED}), ElementsAre("users/leo"));
  EXPECT_THAT(Listed({Enrollment::WAITING}), ElementsAre("users/lea"));
}

}  // namespace
}  // namespace provost
