// Who registers for sessions, waits for a seat and leaves (I2, I3, LE2), under the lms365 and the
// coreachieve preset.
#include <google/protobuf/empty.pb.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "provost/v1/attendance_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/sessions.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class RegistrationTest : public SessionTest {
 protected:
  Answer<v1::SessionRegistration> Put(absl::string_view actor, const std::string& learner,
                                      const std::string& session, int position) {
    v1::MoveSessionRegistrationRequest request;
    request.set_session(Full(absl::StrCat("sessions/", session)));
    request.set_learner(Full(absl::StrCat("users/", learner)));
    request.set_position(position);
    return Call<v1::SessionRegistration>(actor, request);
  }
  Answer<v1::SessionRegistration> Promote(absl::string_view actor, const std::string& learner,
                                          const std::string& session, bool beyond = false) {
    v1::PromoteSessionRegistrationRequest request;
    request.set_session(Full(absl::StrCat("sessions/", session)));
    request.set_learner(Full(absl::StrCat("users/", learner)));
    request.set_beyond_capacity(beyond);
    return Call<v1::SessionRegistration>(actor, request);
  }
  // With room for `capacity`, in three days.
  void Open(const std::string& id, int capacity) {
    MustMake(id, absl::StrCat(When(3), "registration: true capacity: ", capacity));
  }
  void Withdraw(const std::string& learner) {
    v1::ListEnrollmentsRequest list;
    list.set_parent(Full(""));
    list.set_learner(Full(absl::StrCat("users/", learner)));
    list.set_training(Full("courses/fire"));
    const auto found = Call<v1::ListEnrollmentsResponse>("users/ann", list);
    ASSERT_THAT(found.value.enrollments(), SizeIs(1));
    v1::DeleteEnrollmentRequest request;
    request.set_name(found.value.enrollments(0).name());
    const auto gone = Call<Empty>("users/ann", request);
    ASSERT_TRUE(gone.ok()) << gone.message();
  }
};

TEST_F(RegistrationTest, I3_LearnersTakeSeatsAndThenWait) {
  Open("drill", 1);
  const v1::SessionRegistration first = MustRegister("lea", "drill");
  EXPECT_EQ(first.state(), v1::SessionRegistration::REGISTERED);
  EXPECT_EQ(first.registered_by(), Full("users/lea"));
  const v1::SessionRegistration second = MustRegister("leo", "drill");
  EXPECT_EQ(second.state(), v1::SessionRegistration::WAITING);
  EXPECT_EQ(second.waiting_position(), 1);
  EXPECT_EQ(MustRegister("lin", "drill").waiting_position(), 2);
  EXPECT_THAT(Registered("drill"), ElementsAre("lea", "1. leo", "2. lin"));
  const v1::Session session = Get("users/lea", "drill").value;
  EXPECT_EQ(session.registered_count(), 1);
  EXPECT_EQ(session.waiting_count(), 2);
  EXPECT_EQ(Register("users/lea", "lea", "drill").code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(Register("users/leo", "leo", "drill").code(), grpc::StatusCode::ALREADY_EXISTS);
}

TEST_F(RegistrationTest, I3_OnlyWhoIsAdmittedRegisters) {
  Open("drill", 5);
  EXPECT_EQ(Register("users/otto", "otto", "drill").code(), kDenied);
  const auto outsider = Register("users/dan", "otto", "drill");
  EXPECT_EQ(outsider.code(), kFailed);
  EXPECT_THAT(outsider.violations(), ElementsAre("NOT_ENROLLED"));
  EXPECT_THAT(outsider.message(), HasSubstr("courses/fire"));
  Withdraw("lea");
  EXPECT_EQ(Register("users/lea", "lea", "drill").code(), kDenied);
  EXPECT_THAT(Register("users/dan", "lea", "drill").violations(), ElementsAre("NOT_ENROLLED"));
  EXPECT_THAT(Registered("drill"), IsEmpty());
}

TEST_F(RegistrationTest, CA2_OthersAreRegisteredByWhoMayEnrollThem) {
  Open("drill", 5);
  EXPECT_EQ(Register("users/lea", "leo", "drill").code(), kDenied);
  const auto made = Register("users/dan", "leo", "drill");
  ASSERT_TRUE(made.ok()) << made.message();
  EXPECT_EQ(made.value.registered_by(), Full("users/dan"));
  EXPECT_EQ(Unregister("users/lea", "leo", "drill").code(), kDenied);
  EXPECT_TRUE(Unregister("users/dan", "leo", "drill").ok());
  EXPECT_THAT(Registered("drill"), IsEmpty());
  // Conducting a session enrolls nobody under lms365.
  Assign("users/ian", "instructor", "sessions/drill");
  EXPECT_EQ(Register("users/ian", "leo", "drill").code(), kDenied);
}

TEST_F(RegistrationTest, I3_OfTwoForTheLastSeatOneWaits) {
  for (int round = 0; round < 5; ++round) {
    const std::string id = absl::StrCat("drill-", round);
    Open(id, 1);
    std::vector<v1::SessionRegistration::State> states(2);
    const char* const learners[] = {"lea", "leo"};
    std::vector<std::thread> callers;
    for (size_t i = 0; i < 2; ++i) {
      callers.emplace_back([&, i] { states[i] = MustRegister(learners[i], id).state(); });
    }
    for (std::thread& caller : callers) caller.join();
    EXPECT_THAT(states, UnorderedElementsAre(v1::SessionRegistration::REGISTERED,
                                             v1::SessionRegistration::WAITING));
    EXPECT_EQ(Get("users/dan", id).value.registered_count(), 1);
  }
}

TEST_F(RegistrationTest, I3_WhoWaitsMovesUpAsSomebodyLeaves) {
  MustAddRule("changed", "SESSION_CHANGED", "recipients: LEARNER");
  Open("drill", 1);
  for (const char* learner : {"lea", "leo", "lin"}) MustRegister(learner, "drill");
  ASSERT_TRUE(Unregister("users/lea", "lea", "drill").ok());
  EXPECT_THAT(Registered("drill"), ElementsAre("leo", "1. lin"));
  EXPECT_THAT(Told(), ElementsAre("leo: SESSION_CHANGED fire"));
  ASSERT_TRUE(Unregister("users/lin", "lin", "drill").ok());
  EXPECT_THAT(Registered("drill"), ElementsAre("leo"));
  EXPECT_EQ(Unregister("users/lin", "lin", "drill").code(), kMissing);
  EXPECT_THAT(Told(), SizeIs(1));
}

TEST_F(RegistrationTest, I3_WhoLeavesTheCourseLeavesTheSession) {
  Open("drill", 1);
  Open("later", 1);
  for (const char* learner : {"lea", "leo", "lin"}) MustRegister(learner, "drill");
  MustRegister("leo", "later");
  Withdraw("leo");
  EXPECT_THAT(Registered("drill"), ElementsAre("lea", "1. lin"));
  EXPECT_THAT(Registered("later"), IsEmpty());
  Withdraw("lea");
  EXPECT_THAT(Registered("drill"), ElementsAre("lin"));
}

TEST_F(RegistrationTest, I3_MoreSeatsAreForThoseWhoWait) {
  Open("drill", 1);
  for (const char* learner : {"lea", "leo", "lin"}) MustRegister(learner, "drill");
  ASSERT_TRUE(Update("users/dan", "drill", "capacity: 2").ok());
  EXPECT_THAT(Registered("drill"), ElementsAre("lea", "leo", "1. lin"));
  EXPECT_THAT(Update("users/dan", "drill", "capacity: 1").bad_fields(),
              ElementsAre(Key("session.capacity")));
  v1::UpdateSessionRequest all;
  all.mutable_session()->set_name(Full("sessions/drill"));
  all.mutable_update_mask()->add_paths("registration");
  all.mutable_update_mask()->add_paths("capacity");
  EXPECT_THAT(Call<v1::Session>("users/dan", all).violations(), ElementsAre("REGISTERED"));
}

TEST_F(RegistrationTest, CA2_TheLineIsOrderedByWhoMayManageIt) {
  Open("drill", 1);
  for (const char* learner : {"lea", "leo", "lin"}) MustRegister(learner, "drill");
  EXPECT_EQ(Put("users/lin", "lin", "drill", 1).code(), kDenied);
  EXPECT_EQ(Promote("users/lin", "lin", "drill").code(), kDenied);
  const auto put = Put("users/dan", "lin", "drill", 1);
  ASSERT_TRUE(put.ok()) << put.message();
  EXPECT_EQ(put.value.waiting_position(), 1);
  EXPECT_THAT(Registered("drill"), ElementsAre("lea", "1. lin", "2. leo"));
  ASSERT_TRUE(Put("users/dan", "lin", "drill", 99).ok());
  EXPECT_THAT(Registered("drill"), ElementsAre("lea", "1. leo", "2. lin"));
  EXPECT_THAT(Put("users/dan", "lin", "drill", 0).bad_fields(), ElementsAre(Key("position")));
  EXPECT_THAT(Put("users/dan", "lea", "drill", 1).violations(), ElementsAre("NOT_WAITING"));
  EXPECT_THAT(Promote("users/dan", "lin", "drill").violations(), ElementsAre("FULL"));
  ASSERT_TRUE(Promote("users/dan", "lin", "drill", true).ok());
  EXPECT_THAT(Registered("drill"), ElementsAre("lea", "lin", "1. leo"));
  // One too many: who leaves frees nothing.
  ASSERT_TRUE(Unregister("users/lea", "lea", "drill").ok());
  EXPECT_THAT(Registered("drill"), ElementsAre("lin", "1. leo"));
}

TEST_F(RegistrationTest, I3_NobodyComesOrGoesOnceItHasBegun) {
  Open("drill", 1);
  MustMake("open", When(3));
  MustRegister("lea", "drill");
  MustRegister("leo", "drill");
  EXPECT_THAT(Register("users/lea", "lea", "open").violations(), ElementsAre("NO_REGISTRATION"));
  GoTo(3);
  EXPECT_THAT(Register("users/lin", "lin", "drill").violations(), ElementsAre("BEGUN"));
  EXPECT_THAT(Unregister("users/lea", "lea", "drill").violations(), ElementsAre("BEGUN"));
  EXPECT_THAT(Promote("users/dan", "leo", "drill", true).violations(), ElementsAre("BEGUN"));
  Withdraw("lea");
  EXPECT_THAT(Registered("drill"), ElementsAre("lea", "1. leo")) << "who took part is settled";
  Open("off", 1);
}

TEST_F(RegistrationTest, I3_ACancelledSessionTakesNobody) {
  Open("drill", 1);
  MustRegister("lea", "drill");
  ASSERT_TRUE(Cancel("users/dan", "drill").ok());
  EXPECT_THAT(Register("users/leo", "leo", "drill").violations(), ElementsAre("CANCELLED"));
  EXPECT_THAT(Registered("drill"), ElementsAre("lea"));
}

TEST_F(RegistrationTest, I3_WaitingCanBeDeclined) {
  Open("drill", 1);
  MustRegister("lea", "drill");
  v1::RegisterForSessionRequest request;
  request.set_session(Full("sessions/drill"));
  request.set_learner(Full("users/leo"));
  request.set_refuse_waiting(true);
  EXPECT_THAT(Call<v1::SessionRegistration>("users/leo", request).violations(),
              ElementsAre("FULL"));
  EXPECT_THAT(Registered("drill"), ElementsAre("lea"));
}

TEST_F(RegistrationTest, P2_OneSeesOnesOwnRegistrationAndNoOthers) {
  Open("drill", 1);
  MustRegister("lea", "drill");
  MustRegister("leo", "drill");
  v1::ListSessionRegistrationsRequest request;
  request.set_session(Full("sessions/drill"));
  EXPECT_EQ(Call<v1::ListSessionRegistrationsResponse>("users/lea", request).code(), kDenied);
  request.set_learner(Full("users/lea"));
  EXPECT_EQ(Call<v1::ListSessionRegistrationsResponse>("users/leo", request).code(), kDenied);
  request.set_learner(Full("users/leo"));
  const auto own = Call<v1::ListSessionRegistrationsResponse>("users/leo", request);
  ASSERT_TRUE(own.ok()) << own.message();
  ASSERT_THAT(own.value.registrations(), SizeIs(1));
  EXPECT_EQ(own.value.registrations(0).waiting_position(), 1);
  // What is there is no matter of somebody who is not in it.
  for (const char* session : {"sessions/drill", "sessions/none"}) {
    request.set_session(Full(session));
    request.set_learner(Full("users/otto"));
    const auto none = Call<v1::ListSessionRegistrationsResponse>("users/otto", request);
    ASSERT_TRUE(none.ok()) << none.message();
    EXPECT_THAT(none.value.registrations(), IsEmpty());
  }
}

TEST_F(RegistrationTest, I3_RegistrationsComeInPages) {
  Open("drill", 2);
  for (const char* learner : {"lea", "leo", "lin"}) MustRegister(learner, "drill");
  MakeUser("liz", "catalogs/safety");
  Enroll("liz", "fire");
  MustRegister("liz", "drill");
  v1::ListSessionRegistrationsRequest request;
  request.set_session(Full("sessions/drill"));
  for (int size = 1; size <= 4; ++size) {
    request.set_page_size(size);
    request.clear_page_token();
    std::vector<std::string> found;
    do {
      const auto page = Call<v1::ListSessionRegistrationsResponse>("users/dan", request);
      ASSERT_TRUE(page.ok()) << page.message();
      for (const auto& one : page.value.registrations()) {
        found.push_back(one.learner().substr(Full("users/").size()));
      }
      request.set_page_token(page.value.next_page_token());
    } while (!request.page_token().empty());
    EXPECT_THAT(found, ElementsAre("lea", "leo", "lin", "liz")) << size;
  }
}

TEST_F(RegistrationTest, CA4_SessionsOfATrainingPlanAreForItsLearners) {
  v1::CreateTrainingPlanRequest plan;
  plan.set_parent(Full(""));
  plan.set_training_plan_id("path");
  plan.mutable_training_plan()->set_display_name("Path");
  plan.mutable_training_plan()->set_parent_scope(Full("catalogs/safety"));
  ASSERT_TRUE(Call<v1::TrainingPlan>("users/kim", plan).ok());
  v1::CreateSessionRequest session = NewSession("kickoff", When(3) + "registration: true");
  session.mutable_session()->set_parent_scope(Full("plans/path"));
  const auto made = Call<v1::Session>("users/kim", session);
  ASSERT_TRUE(made.ok()) << made.message();
  EXPECT_EQ(Register("users/lea", "lea", "kickoff").code(), kDenied);
  v1::CreateEnrollmentRequest enroll;
  enroll.set_parent(Full(""));
  enroll.mutable_enrollment()->set_learner(Full("users/lea"));
  enroll.mutable_enrollment()->set_training(Full("plans/path"));
  ASSERT_TRUE(Call<v1::Enrollment>("users/kim", enroll).ok());
  EXPECT_EQ(MustRegister("lea", "kickoff").state(), v1::SessionRegistration::REGISTERED);
  GoTo(3);
  const auto marked = Mark("users/kim", "lea", "kickoff", "status: PRESENT");
  EXPECT_TRUE(marked.ok()) << marked.message();
}

TEST_F(RegistrationTest, Rule19_NobodyRegistersForWhatIsArchived) {
  Open("drill", 1);
  MustRegister("lea", "drill");
  v1::ArchiveSessionRequest request;
  request.set_name(Full("sessions/drill"));
  ASSERT_TRUE(Call<v1::Session>("users/dan", request).ok());
  EXPECT_THAT(Register("users/leo", "leo", "drill").violations(), ElementsAre("FROZEN"));
  EXPECT_THAT(Unregister("users/lea", "lea", "drill").violations(), ElementsAre("FROZEN"));
  v1::UnarchiveSessionRequest thaw;
  thaw.set_name(Full("sessions/drill"));
  ASSERT_TRUE(Call<v1::Session>("users/dan", thaw).ok());
  Archive("courses/fire");
  EXPECT_EQ(Register("users/leo", "leo", "drill").code(), kFailed);
}

// Under coreachieve learners do not enroll themselves, and instructors enroll them (I1).
class CoreAchieveRegistrationTest : public OutboxFixture {
 protected:
  CoreAchieveRegistrationTest() : OutboxFixture("coreachieve") {
    MakeCourse("fire");
    for (const char* user : {"ian", "lea", "leo"}) MakeUser(user);
    Assign("users/ian", "instructor", "courses/fire");
    for (const char* learner : {"lea", "leo"}) {
      v1::CreateEnrollmentRequest request;
      request.set_parent(Full(""));
      request.mutable_enrollment()->set_learner(Full(absl::StrCat("users/", learner)));
      request.mutable_enrollment()->set_training(Full("courses/fire"));
      EXPECT_TRUE(Call<v1::Enrollment>("users/ian", request).ok());
    }
    v1::CreateSessionRequest session;
    session.set_parent(Full(""));
    session.set_session_id("drill");
    session.mutable_session()->set_display_name("Drill");
    session.mutable_session()->set_parent_scope(Full("courses/fire"));
    session.mutable_session()->set_registration(true);
    const auto made = Call<v1::Session>("users/ian", session);
    EXPECT_TRUE(made.ok()) << made.message();
  }
  Answer<v1::SessionRegistration> Register(absl::string_view actor, absl::string_view learner) {
    v1::RegisterForSessionRequest request;
    request.set_session(Full("sessions/drill"));
    request.set_learner(Full(learner));
    return Call<v1::SessionRegistration>(actor, request);
  }
};

TEST_F(CoreAchieveRegistrationTest, I1_InstructorsRegisterLearnersAndTheyThemselves) {
  const auto own = Register("users/lea", "users/lea");
  EXPECT_TRUE(own.ok()) << own.message();
  const auto other = Register("users/ian", "users/leo");
  EXPECT_TRUE(other.ok()) << other.message();
  v1::UnregisterFromSessionRequest request;
  request.set_session(Full("sessions/drill"));
  request.set_learner(Full("users/leo"));
  EXPECT_EQ(Call<Empty>("users/ian", request).code(), kDenied) << "has no `enrollment.remove`";
  EXPECT_TRUE(Call<Empty>("users/leo", request).ok());
}

TEST_F(CoreAchieveRegistrationTest, I3_WhoIsDeletedLeavesNothingBehind) {
  const auto update = [&](const std::string& name, const std::string& fields) {
    v1::UpdateSessionRequest request;
    *request.mutable_session() = Parse<v1::Session>(fields);
    request.mutable_session()->set_name(Full(name));
    const auto updated = Call<v1::Session>("users/ann", request);
    EXPECT_TRUE(updated.ok()) << updated.message();
  };
  const auto erase = [&](auto request, absl::string_view name) {
    request.set_name(Full(name));
    if constexpr (requires { request.set_force(true); }) request.set_force(true);
    const auto gone = Call<Empty>("users/ann", request);
    EXPECT_TRUE(gone.ok()) << gone.message();
  };
  const auto get = [&](const char* name) {
    v1::GetSessionRequest request;
    request.set_name(Full(name));
    return Call<v1::Session>("users/ann", request).value;
  };
  update("sessions/drill",
         "start: '2100-03-15T09:00' end: '2100-03-15T10:00' capacity: 1 "
         "instructors: 'tenants/acme/users/ian' room: 'Room 7'");
  EXPECT_TRUE(Register("users/lea", "users/lea").ok());
  EXPECT_TRUE(Register("users/leo", "users/leo").ok());
  v1::CreateSessionRequest past;
  past.set_parent(Full(""));
  past.set_session_id("past");
  *past.mutable_session() = Parse<v1::Session>(
      "display_name: 'Past' start: '2026-01-12T09:00' end: '2026-01-12T10:00' "
      "parent_scope: 'tenants/acme/courses/fire' instructors: 'tenants/acme/users/ian'");
  ASSERT_TRUE(Call<v1::Session>("users/ian", past).ok());
  for (const char* learner : {"users/lea", "users/leo"}) {
    v1::MarkAttendanceRequest mark;
    mark.set_session(Full("sessions/past"));
    mark.mutable_attendance()->set_learner(Full(learner));
    mark.mutable_attendance()->set_status(v1::Attendance::PRESENT);
    const auto marked = Call<v1::Attendance>("users/ian", mark);
    ASSERT_TRUE(marked.ok()) << marked.message();
  }
  erase(v1::DeleteUserRequest(), "users/lea");
  EXPECT_EQ(get("sessions/drill").registered_count(), 1) << "leo has moved up";
  EXPECT_EQ(get("sessions/drill").waiting_count(), 0);
  erase(v1::DeleteUserRequest(), "users/ian");
  EXPECT_THAT(get("sessions/drill").instructors(), IsEmpty());
  EXPECT_THAT(get("sessions/past").instructors(), IsEmpty());
  v1::ListAttendanceRequest list;
  list.set_session(Full("sessions/past"));
  const auto attended = Call<v1::ListAttendanceResponse>("users/ann", list);
  ASSERT_THAT(attended.value.attendances(), SizeIs(1));
  EXPECT_EQ(attended.value.attendances(0).learner(), Full("users/leo"));
  EXPECT_EQ(attended.value.attendances(0).marked_by(), "");
  erase(v1::DeleteCourseRequest(), "courses/fire");
}

}  // namespace
}  // namespace provost
