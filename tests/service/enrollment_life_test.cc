// How people come into trainings, wait, are approved and leave (LE2, CA1), under the lms365 preset.
#include <google/protobuf/empty.pb.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/enrollment_life.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using v1::Enrollment;

constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;

class EnrollmentLifeTest : public EnrollmentLife {};

TEST_F(EnrollmentLifeTest, LE2_MembersEnrollThemselvesWhereThatIsOpen) {
  EXPECT_EQ(EnrollSelf("users/lea").code(), kDenied);
  const auto closed = EnrollSelf("users/cora");
  EXPECT_THAT(closed.violations(), ElementsAre("NOT_OPEN")) << "who may read it hears why";
  EXPECT_THAT(closed.message(), HasSubstr("not published"));
  Open("self_enrollment: true");
  EXPECT_FALSE(MayRead("users/lea"));
  const auto in = EnrollSelf("users/lea");
  ASSERT_TRUE(in.ok()) << in.message();
  EXPECT_EQ(in.value.state(), Enrollment::ENROLLED);
  EXPECT_EQ(in.value.enrolled_by(), Full("users/lea"));
  EXPECT_EQ(in.value.cycle(), 1);
  EXPECT_TRUE(MayRead("users/lea")) << "being enrolled is the role learner";
  EXPECT_TRUE(IsLearner("users/lea"));
  EXPECT_EQ(EnrollSelf("users/lea").code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(Apply("users/leo").code(), kDenied) << "nobody applies there";
  EXPECT_EQ(EnrollSelf("users/leo", "courses/drill").code(), kDenied);
  v1::EnrollSelfRequest wrong;
  wrong.set_training(Full("catalogs/safety"));
  EXPECT_THAT(Call<Enrollment>("users/leo", wrong).bad_fields(), ElementsAre(Key("training")));
}

TEST_F(EnrollmentLifeTest, LE2_TheCatalogSaysWhomAndHow) {
  Open("self_enrollment: true applications: true");
  MakeGroup("crew", "catalogs/safety");
  AddMember("groups/crew", "users/lea");
  v1::DefineCatalogRequest audience;
  audience.mutable_catalog()->set_name(Full("catalogs/safety"));
  audience.mutable_catalog()->add_audience(Full("groups/crew"));
  audience.mutable_update_mask()->add_paths("audience");
  ASSERT_TRUE(Call<v1::Catalog>("users/ann", audience).ok());
  EXPECT_EQ(EnrollSelf("users/leo").code(), kDenied);
  EXPECT_THAT(EnrollSelf("users/cora").message(), HasSubstr("for others"));
  v1::ConfigureEnrollmentFlowsRequest flows;
  flows.mutable_catalog()->set_name(Full("catalogs/safety"));
  flows.mutable_catalog()->add_enrollment_flows(v1::Catalog::APPROVAL);
  ASSERT_TRUE(Call<v1::Catalog>("users/ann", flows).ok());
  EXPECT_EQ(EnrollSelf("users/lea").code(), kDenied);
  EXPECT_EQ(Apply("users/leo").code(), kDenied);
  EXPECT_EQ(Apply("users/lea").value.state(), Enrollment::REQUESTED);
}

TEST_F(EnrollmentLifeTest, LE2_ItOpensAndCloses) {
  const int64_t now = absl::ToUnixSeconds(absl::Now());
  Open(absl::StrCat("self_enrollment: true open_time { seconds: ", now + 3600,
                    " } close_time { seconds: ", now + 7200, " }"));
  EXPECT_EQ(EnrollSelf("users/lea").code(), kDenied);
  EXPECT_THAT(EnrollSelf("users/cora").message(), HasSubstr("opens at"));
  server().Advance(absl::Hours(1) + absl::Minutes(1));
  EXPECT_TRUE(EnrollSelf("users/lea").ok());
  server().Advance(absl::Hours(1));
  EXPECT_EQ(EnrollSelf("users/leo").code(), kDenied);
  EXPECT_THAT(EnrollSelf("users/cora").message(), HasSubstr("closed since"));
  EXPECT_TRUE(Enroll("users/cora", "users/leo").ok()) << "others still enroll people";
}

TEST_F(EnrollmentLifeTest, CA1_WhoAppliesIsApprovedByTheManagerThenByTheAdministrator) {
  Open("applications: true approval: MANAGER_THEN_ADMINISTRATOR");
  const auto asked = Apply("users/lea", "I run the boiler");
  ASSERT_TRUE(asked.ok()) << asked.message();
  const std::string name = asked.value.name();
  EXPECT_EQ(asked.value.state(), Enrollment::REQUESTED);
  EXPECT_FALSE(IsLearner("users/lea"));
  EXPECT_EQ(Apply("users/lea").code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_THAT(Listed({Enrollment::REQUESTED}, "users/cora"), ElementsAre("users/lea"));

  // mo sees what there is to decide, and nobody else's.
  v1::ListEnrollmentsRequest list;
  list.set_parent(Full(""));
  list.set_learner(Full("users/lea"));
  EXPECT_THAT(Call<v1::ListEnrollmentsResponse>("users/mo", list).value.enrollments(), SizeIs(1));
  EXPECT_THAT(Call<v1::ListEnrollmentsResponse>("users/leo", list).value.enrollments(), IsEmpty());

  EXPECT_THAT(Move<v1::ApproveEnrollmentRequest>("users/cora", name).violations(),
              ElementsAre("MANAGER_FIRST"));
  for (const char* other : {"users/leo", "users/lea"}) {
    EXPECT_EQ(Move<v1::ApproveEnrollmentRequest>(other, name).code(), kDenied) << other;
  }
  const auto first = Move<v1::ApproveEnrollmentRequest>("users/mo", name, "she does");
  ASSERT_TRUE(first.ok()) << first.message();
  EXPECT_EQ(first.value.state(), Enrollment::REQUESTED);
  EXPECT_TRUE(first.value.manager_approved());
  EXPECT_EQ(Move<v1::ApproveEnrollmentRequest>("users/mo", name).code(), kDenied) << "once";
  EXPECT_THAT(Call<v1::ListEnrollmentsResponse>("users/mo", list).value.enrollments(), IsEmpty());
  const auto second = Move<v1::ApproveEnrollmentRequest>("users/cora", name, "fine");
  ASSERT_TRUE(second.ok()) << second.message();
  EXPECT_EQ(second.value.state(), Enrollment::ENROLLED);
  EXPECT_TRUE(IsLearner("users/lea"));
  EXPECT_THAT(Move<v1::ApproveEnrollmentRequest>("users/cora", name).violations(),
              ElementsAre("NOT_REQUESTED"));

  // Who, when and why.
  const std::vector<v1::EnrollmentTransition> log = Transitions(name);
  ASSERT_EQ(log.size(), 3u);
  EXPECT_EQ(log[0].to(), Enrollment::REQUESTED);
  EXPECT_EQ(log[0].actor(), Full("users/lea"));
  EXPECT_EQ(log[0].reason(), "I run the boiler");
  EXPECT_EQ(log[1].from(), log[1].to());
  EXPECT_EQ(log[1].actor(), Full("users/mo"));
  EXPECT_EQ(log[2].from(), Enrollment::REQUESTED);
  EXPECT_EQ(log[2].to(), Enrollment::ENROLLED);
  EXPECT_EQ(log[2].reason(), "fine");
  EXPECT_GE(log[2].time().seconds(), log[0].time().seconds());
  EXPECT_EQ(Transitions(name, "users/lea").size(), 3u) << "one's own is free";
  v1::ListEnrollmentTransitionsRequest others;
  others.set_name(name);
  EXPECT_EQ(Call<v1::ListEnrollmentTransitionsResponse>("users/leo", others).code(), kDenied);
}

TEST_F(EnrollmentLifeTest, CA1_WhoHasNoManagerIsApprovedAtOnceAndAManagerWhoMayDoesBoth) {
  Open("applications: true approval: MANAGER_THEN_ADMINISTRATOR");
  const std::string leo = Apply("users/leo").value.name();
  EXPECT_EQ(Move<v1::ApproveEnrollmentRequest>("users/cora", leo).value.state(),
            Enrollment::ENROLLED);
  Assign("users/mo", "course_admin", "courses/fire");
  const std::string lea = Apply("users/lea").value.name();
  EXPECT_EQ(Move<v1::ApproveEnrollmentRequest>("users/mo", lea).value.state(),
            Enrollment::ENROLLED);
}

TEST_F(EnrollmentLifeTest, CA1_ApplicationsAreTurnedDownWithAReason) {
  Open("applications: true");
  const std::string name = Apply("users/lea").value.name();
  EXPECT_EQ(Move<v1::RejectEnrollmentRequest>("users/mo", name).code(), kDenied)
      << "managers are not asked there";
  EXPECT_THAT(Move<v1::RejectEnrollmentRequest>("users/cora", name, "").bad_fields(),
              ElementsAre(Key("reason")));
  ASSERT_TRUE(Move<v1::RejectEnrollmentRequest>("users/cora", name, "next year").ok());
  EXPECT_EQ(Transitions(name, "users/lea").back().reason(), "next year");
  EXPECT_THAT(Listed({}), IsEmpty());
  EXPECT_THAT(Listed({Enrollment::WITHDRAWN}), ElementsAre("users/lea"));
  EXPECT_TRUE(Apply("users/lea").ok()) << "one can ask again";
  EXPECT_EQ(StateOf(name), Enrollment::REQUESTED);
}

TEST_F(EnrollmentLifeTest, Rule23_WhoMayNoLongerApplyIsNotLetIn) {
  Open("applications: true");
  const std::string name = Apply("users/lea").value.name();
  v1::SuspendUserRequest suspend;
  suspend.set_name(Full("users/lea"));
  ASSERT_TRUE(Call<v1::User>("users/ann", suspend).ok());
  EXPECT_THAT(Move<v1::ApproveEnrollmentRequest>("users/cora", name).violations(),
              ElementsAre("MAY_NOT_APPLY"));
  v1::ReactivateUserRequest reactivate;
  reactivate.set_name(Full("users/lea"));
  ASSERT_TRUE(Call<v1::User>("users/ann", reactivate).ok());
  // That it has been closed since is no matter.
  v1::UnpublishCourseRequest unpublish;
  unpublish.set_name(Full("courses/fire"));
  ASSERT_TRUE(Call<v1::Course>("users/cora", unpublish).ok());
  EXPECT_TRUE(Move<v1::ApproveEnrollmentRequest>("users/cora", name).ok());
}

TEST_F(EnrollmentLifeTest, Rule21_NobodyApprovesTheirOwn) {
  Open("applications: true waiting_list: true capacity: 1");
  const std::string name = Apply("users/cora").value.name();
  EXPECT_EQ(Move<v1::ApproveEnrollmentRequest>("users/cora", name).code(), kDenied);
  EXPECT_EQ(Move<v1::RejectEnrollmentRequest>("users/cora", name).code(), kDenied);
  EXPECT_EQ(Enroll("users/cora", "users/cora").code(), kDenied) << "the same by another way";
  EXPECT_EQ(StateOf(name), Enrollment::REQUESTED);
  ASSERT_TRUE(Enroll("users/kai", "users/leo").ok());
  EXPECT_EQ(Move<v1::ApproveEnrollmentRequest>("users/kai", name).value.state(),
            Enrollment::WAITING);
  EXPECT_EQ(Move<v1::PromoteEnrollmentRequest>("users/cora", name).code(), kDenied);
  v1::MoveInWaitingListRequest move;
  move.set_name(name);
  move.set_position(1);
  EXPECT_EQ(Call<Enrollment>("users/cora", move).code(), kDenied);
  EXPECT_TRUE(Move<v1::WithdrawEnrollmentRequest>("users/cora", name).ok());
}

TEST_F(EnrollmentLifeTest, CA1_OfTwoForTheLastSeatOneWaits) {
  Open("self_enrollment: true capacity: 1 waiting_list: true");
  for (int round = 0; round < 5; ++round) {
    Answer<Enrollment> lea;
    Answer<Enrollment> leo;
    std::thread other([&] { leo = EnrollSelf("users/leo"); });
    lea = EnrollSelf("users/lea");
    other.join();
    ASSERT_TRUE(lea.ok()) << lea.message();
    ASSERT_TRUE(leo.ok()) << leo.message();
    EXPECT_THAT((std::vector<Enrollment::State>{lea.value.state(), leo.value.state()}),
                UnorderedElementsAre(Enrollment::ENROLLED, Enrollment::WAITING));
    const bool lea_waits = lea.value.state() == Enrollment::WAITING;
    EXPECT_EQ((lea_waits ? lea : leo).value.waiting_position(), 1);
    EXPECT_NE(IsLearner("users/lea"), IsLearner("users/leo"));
    // Who has the seat leaves, and the other has it in the same commit.
    const std::string first = (lea_waits ? leo : lea).value.name();
    const std::string then = (lea_waits ? lea : leo).value.name();
    ASSERT_TRUE(
        Move<v1::WithdrawEnrollmentRequest>(lea_waits ? "users/leo" : "users/lea", first).ok());
    EXPECT_EQ(StateOf(then), Enrollment::ENROLLED);
    EXPECT_EQ(Transitions(then).back().actor(), "");
    EXPECT_EQ(Transitions(then).back().reason(), "a seat became free");
    ASSERT_TRUE(Remove("users/cora", then).ok());
  }
}

TEST_F(EnrollmentLifeTest, CA1_WithoutAWaitingListTheCourseIsFull) {
  Open("self_enrollment: true capacity: 1");
  ASSERT_TRUE(Enroll("users/cora", "users/lea").ok());
  EXPECT_THAT(Enroll("users/cora", "users/leo").violations(), ElementsAre("COURSE_FULL"));
  EXPECT_THAT(EnrollSelf("users/leo").violations(), ElementsAre("COURSE_FULL"));
  EXPECT_THAT(Listed({}), ElementsAre("users/lea"));
  // Whoever is assigned waits all the same.
  MakeGroup("crew", "catalogs/safety");
  AddMember("groups/crew", "users/leo");
  AssignTraining("courses/fire", "groups/crew", v1::TrainingAssignment::WITHDRAW);
  EXPECT_THAT(Listed({Enrollment::WAITING}), ElementsAre("users/leo"));
  // More seats are given to who waits.
  ASSERT_TRUE(SetRules("users/cora", "courses/fire", "enrollment { capacity: 2 }").ok());
  EXPECT_THAT(Listed({Enrollment::ENROLLED}), ElementsAre("users/lea", "users/leo"));
  EXPECT_TRUE(IsLearner("users/leo"));
}

TEST_F(EnrollmentLifeTest, CA1_TheWaitingListIsOrderedAndMovedUpByHand) {
  Open("self_enrollment: true capacity: 1 waiting_list: true");
  const auto mo = EnrollSelf("users/mo");
  ASSERT_TRUE(mo.ok()) << mo.message();
  std::vector<std::string> names;
  for (const char* user : {"users/lea", "users/leo", "users/eve"}) {
    const auto in = EnrollSelf(user);
    ASSERT_EQ(in.value.state(), Enrollment::WAITING) << in.message();
    names.push_back(in.value.name());
  }
  EXPECT_EQ(Get(names[2], "users/eve").waiting_position(), 3) << "people know where they stand";
  const auto line = [&] { return Listed({Enrollment::WAITING}, "users/cora", 1); };
  EXPECT_THAT(line(), ElementsAre("users/lea", "users/leo", "users/eve"));
  const auto move = [&](absl::string_view actor, const std::string& name, int position) {
    v1::MoveInWaitingListRequest request;
    request.set_name(name);
    request.set_position(position);
    return Call<Enrollment>(actor, request);
  };
  EXPECT_EQ(move("users/lea", names[0], 1).code(), kDenied);
  EXPECT_EQ(move("users/eve", names[0], 1).code(), kDenied);
  EXPECT_THAT(move("users/cora", names[0], 0).bad_fields(), ElementsAre(Key("position")));
  EXPECT_EQ(move("users/cora", names[2], 1).value.waiting_position(), 1);
  EXPECT_THAT(line(), ElementsAre("users/eve", "users/lea", "users/leo"));
  EXPECT_EQ(move("users/cora", names[2], 99).value.waiting_position(), 3);
  EXPECT_THAT(line(), ElementsAre("users/lea", "users/leo", "users/eve"));
  EXPECT_EQ(move("users/cora", names[1], 2).value.waiting_position(), 2);
  Restart();
  EXPECT_THAT(line(), ElementsAre("users/lea", "users/leo", "users/eve"));

  // By hand, beyond what fits; then nobody moves up until there is a seat.
  EXPECT_EQ(Move<v1::PromoteEnrollmentRequest>("users/leo", names[1]).code(), kDenied);
  ASSERT_TRUE(Move<v1::PromoteEnrollmentRequest>("users/cora", names[1], "urgent").ok());
  EXPECT_TRUE(IsLearner("users/leo"));
  EXPECT_THAT(Move<v1::PromoteEnrollmentRequest>("users/cora", names[1]).violations(),
              ElementsAre("NOT_WAITING"));
  ASSERT_TRUE(Move<v1::WithdrawEnrollmentRequest>("users/leo", names[1]).ok());
  EXPECT_THAT(line(), ElementsAre("users/lea", "users/eve"));
  ASSERT_TRUE(Move<v1::WithdrawEnrollmentRequest>("users/lea", names[0]).ok()) << "out of the line";
  ASSERT_TRUE(Move<v1::WithdrawEnrollmentRequest>("users/mo", mo.value.name()).ok());
  EXPECT_THAT(Listed({}), ElementsAre("users/eve"));
  EXPECT_EQ(StateOf(names[2]), Enrollment::ENROLLED);
}

TEST_F(EnrollmentLifeTest, LE2_PeopleLeaveWhileTheRulesLetThem) {
  Open("self_enrollment: true withdrawal_days: 2");
  const std::string lea = EnrollSelf("users/lea").value.name();
  EXPECT_EQ(Move<v1::WithdrawEnrollmentRequest>("users/leo", lea).code(), kDenied);
  EXPECT_EQ(Move<v1::WithdrawEnrollmentRequest>("users/cora", lea).code(), kDenied)
      << "others remove";
  ASSERT_TRUE(Move<v1::WithdrawEnrollmentRequest>("users/lea", lea, "no time").ok());
  EXPECT_FALSE(IsLearner("users/lea"));
  EXPECT_EQ(Get(lea, "users/lea").state(), Enrollment::WITHDRAWN) << "the record stays";
  EXPECT_EQ(EnrollSelf("users/lea").value.name(), lea) << "one for good";
  server().Advance(absl::Hours(49));
  const auto late = Move<v1::WithdrawEnrollmentRequest>("users/lea", lea);
  EXPECT_THAT(late.violations(), ElementsAre("NO_WITHDRAWAL"));
  EXPECT_THAT(late.message(), HasSubstr("2 days"));
  ASSERT_TRUE(SetRules("users/cora", "courses/fire",
                       "enrollment { self_enrollment: true no_withdrawal: true }")
                  .ok());
  const std::string leo = EnrollSelf("users/leo").value.name();
  EXPECT_THAT(Move<v1::WithdrawEnrollmentRequest>("users/leo", leo).violations(),
              ElementsAre("NO_WITHDRAWAL"));
  EXPECT_TRUE(Remove("users/cora", leo, "left us").ok());
  EXPECT_EQ(Transitions(leo, "users/leo").back().reason(), "left us");
  // What was assigned is not for the person to end.
  AssignTraining("courses/fire", "users/eve", v1::TrainingAssignment::WITHDRAW);
  const auto eve = Listed({Enrollment::ENROLLED});
  EXPECT_THAT(eve, ElementsAre("users/lea", "users/eve"));
  v1::ListEnrollmentsRequest own;
  own.set_parent(Full(""));
  own.set_learner(Full("users/eve"));
  const auto assigned = Call<v1::ListEnrollmentsResponse>("users/eve", own);
  ASSERT_THAT(assigned.value.enrollments(), SizeIs(1));
  EXPECT_THAT(Move<v1::WithdrawEnrollmentRequest>("users/eve", assigned.value.enrollments(0).name())
                  .violations(),
              ElementsAre("ASSIGNED"));
}

}  // namespace
}  // namespace provost
