// What an adversary tried on records, seats and applications, and does not get.
#include <google/protobuf/empty.pb.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "provost/v1/attendance_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/group_service.pb.h"
#include "provost/v1/training_record_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/assessment.h"
#include "tests/service/enrollment_life.h"
#include "tests/service/sessions.h"

namespace provost {
namespace {

using ::google::protobuf::Empty;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using v1::Enrollment;

// --- seats that become free while nobody can move up ---

// CoreAchieve's administrator may delete people who are enrolled in what is archived.
class FrozenSeatTest : public EnrollmentLife {
 protected:
  FrozenSeatTest() : EnrollmentLife("coreachieve") {}
  template <typename Response, typename Request>
  Response Must(const Request& request) {
    const auto done = Call<Response>("users/ann", request);
    EXPECT_TRUE(done.ok()) << done.message();
    return done.value;
  }
  void FreeASeatUnderAnArchive(absl::string_view user) {
    v1::ArchiveCourseRequest archive;
    archive.set_name(Full("courses/fire"));
    Must<v1::Course>(archive);
    v1::DeleteUserRequest gone;
    gone.set_name(Full(user));
    Must<Empty>(gone);
    v1::UnarchiveCourseRequest unarchive;
    unarchive.set_name(Full("courses/fire"));
    Must<v1::Course>(unarchive);
  }
};

TEST_F(FrozenSeatTest, Rule19_NobodyPassesThoseWhoWaitedWhileItWasFrozen) {
  ASSERT_TRUE(
      SetRules("users/ann", "courses/fire", "enrollment { capacity: 1 waiting_list: true }").ok());
  ASSERT_TRUE(Enroll("users/ann", "users/leo").ok());
  const std::string lea = Enroll("users/ann", "users/lea").value.name();
  ASSERT_EQ(StateOf(lea), Enrollment::WAITING);
  FreeASeatUnderAnArchive("users/leo");
  EXPECT_EQ(StateOf(lea), Enrollment::WAITING);
  EXPECT_EQ(Enroll("users/ann", "users/eve").value.state(), Enrollment::WAITING);
  EXPECT_EQ(StateOf(lea), Enrollment::ENROLLED);
  EXPECT_THAT(Listed({Enrollment::WAITING}), ElementsAre("users/eve"));
}

TEST_F(FrozenSeatTest, Rule19_NorInTheLineForASession) {
  for (const char* learner : {"users/lea", "users/leo", "users/eve"}) {
    ASSERT_TRUE(Enroll("users/ann", learner).ok());
  }
  v1::CreateSessionRequest session;
  session.set_parent(Full(""));
  session.set_session_id("drill");
  session.mutable_session()->set_display_name("Drill");
  session.mutable_session()->set_parent_scope(Full("courses/fire"));
  session.mutable_session()->set_registration(true);
  session.mutable_session()->set_capacity(1);
  Must<v1::Session>(session);
  v1::RegisterForSessionRequest request;
  request.set_session(Full("sessions/drill"));
  for (const char* learner : {"users/leo", "users/lea"}) {
    request.set_learner(Full(learner));
    Must<v1::SessionRegistration>(request);
  }
  FreeASeatUnderAnArchive("users/leo");
  request.set_learner(Full("users/eve"));
  EXPECT_EQ(Must<v1::SessionRegistration>(request).state(), v1::SessionRegistration::WAITING);
  v1::ListSessionRegistrationsRequest list;
  list.set_session(Full("sessions/drill"));
  const auto all = Must<v1::ListSessionRegistrationsResponse>(list);
  ASSERT_EQ(all.registrations_size(), 2);
  EXPECT_EQ(all.registrations(0).learner(), Full("users/lea"));
  EXPECT_EQ(all.registrations(0).state(), v1::SessionRegistration::REGISTERED);
}

// --- one's own ---

class OwnApplicationTest : public EnrollmentLife {
 protected:
  Answer<v1::TrainingAssignment> AssignTo(absl::string_view actor, absl::string_view assignee,
                                          absl::string_view training = "courses/fire") {
    v1::CreateTrainingAssignmentRequest request;
    request.set_parent(Full(""));
    request.mutable_training_assignment()->set_training(Full(training));
    request.mutable_training_assignment()->set_assignee(Full(assignee));
    return Call<v1::TrainingAssignment>(actor, request);
  }
};

TEST_F(OwnApplicationTest, Rule21_NobodyGrantsTheirOwnApplicationByAnAssignment) {
  Open("applications: true");
  const std::string name = Apply("users/kai").value.name();
  MakeGroup("one", "catalogs/safety");
  MakeGroup("all", "catalogs/safety");
  AddMember("groups/one", "users/kai");
  AddMember("groups/all", "groups/one");
  for (const char* to : {"users/kai", "groups/one", "groups/all"}) {
    const auto made = AssignTo("users/kai", to);
    EXPECT_EQ(made.code(), grpc::StatusCode::PERMISSION_DENIED) << to;
    EXPECT_THAT(made.message(), HasSubstr("approve their own record")) << to;
    EXPECT_EQ(StateOf(name), Enrollment::REQUESTED) << to;
  }
  // Of others it decides, and others decide of one's own.
  const std::string lea = Apply("users/lea").value.name();
  ASSERT_TRUE(AssignTo("users/kai", "users/lea").ok());
  EXPECT_EQ(StateOf(lea), Enrollment::ENROLLED);
  ASSERT_TRUE(AssignTo("users/ann", "groups/one").ok());
  EXPECT_EQ(StateOf(name), Enrollment::ENROLLED);
}

TEST_F(OwnApplicationTest, Rule21_NorByJoiningAGroupThatItIsAssignedTo) {
  Open("applications: true");
  const std::string name = Apply("users/kai").value.name();
  for (const char* group : {"inner", "outer"}) MakeGroup(group, "catalogs/safety");
  AddMember("groups/outer", "groups/inner");
  ASSERT_TRUE(AssignTo("users/kai", "groups/outer").ok());
  v1::AddMemberRequest join;
  join.set_group(Full("groups/inner"));
  join.set_member(Full("users/kai"));
  EXPECT_EQ(Call<v1::Member>("users/kai", join).code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(StateOf(name), Enrollment::REQUESTED);
  ASSERT_TRUE(Call<v1::Member>("users/ann", join).ok());
  EXPECT_EQ(StateOf(name), Enrollment::ENROLLED);
}

TEST_F(OwnApplicationTest, CA1_WhoIsHiredAtTheEndOfTimeIsDueNever) {
  v1::UpdateUserRequest hired;
  hired.mutable_user()->set_name(Full("users/lea"));
  hired.mutable_user()->set_hire_date("9999-12-31");
  hired.mutable_update_mask()->add_paths("hire_date");
  ASSERT_TRUE(Call<v1::User>("users/ann", hired).ok());
  ASSERT_TRUE(SetRules("users/kai", "courses/fire", "due { days_after_hire: 90 }").ok());
  const auto in = Enroll("users/kai", "users/lea");
  ASSERT_TRUE(in.ok()) << in.message();
  EXPECT_FALSE(in.value.has_due_time()) << "a Timestamp ends with the year 9999";
}

class OwnSeatTest : public SessionTest {};

TEST_F(OwnSeatTest, Rule21_NobodyMovesThemselvesUpInTheLineForASession) {
  MustMake("drill", absl::StrCat(When(3), "registration: true capacity: 1"));
  Enroll("dan", "fire");
  for (const char* learner : {"lea", "leo", "dan"}) MustRegister(learner, "drill");
  v1::PromoteSessionRegistrationRequest promote;
  promote.set_session(Full("sessions/drill"));
  promote.set_learner(Full("users/dan"));
  promote.set_beyond_capacity(true);
  EXPECT_EQ(Call<v1::SessionRegistration>("users/dan", promote).code(), kDenied);
  v1::MoveSessionRegistrationRequest move;
  move.set_session(Full("sessions/drill"));
  move.set_learner(Full("users/dan"));
  move.set_position(1);
  EXPECT_EQ(Call<v1::SessionRegistration>("users/dan", move).code(), kDenied);
  EXPECT_THAT(Registered("drill"), ElementsAre("lea", "1. leo", "2. dan"));
  promote.set_learner(Full("users/leo"));
  EXPECT_TRUE(Call<v1::SessionRegistration>("users/dan", promote).ok());
}

// --- scores and credits ---

class CorrectedRecordTest : public AssessmentTest {
 protected:
  CorrectedRecordTest() : AssessmentTest(kLms365) {}

  // The names of the events of a kind, in the order of the log.
  std::vector<std::string> Events(v1::RecordEvent::EventCase kind) {
    v1::ListRecordEventsRequest request;
    request.set_training_record(lea_);
    request.set_page_size(1000);
    const auto list = Call<v1::ListRecordEventsResponse>("users/kim", request);
    EXPECT_TRUE(list.ok()) << list.message();
    std::vector<std::string> names;
    for (const v1::RecordEvent& event : list.value.events()) {
      if (event.event_case() == kind) names.push_back(event.name());
    }
    return names;
  }
  Answer<v1::TrainingRecord> Correct(const std::string& event, const std::string& with) {
    v1::CorrectRecordRequest request;
    request.set_name(event);
    request.set_reason("a mistake");
    if (!with.empty()) *request.mutable_replacement() = Parse<v1::RecordEvent>(with);
    return Call<v1::TrainingRecord>("users/kim", request);
  }
  template <typename Message>
  static Message Parse(const std::string& text) {
    Message message;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
    return message;
  }
  Answer<v1::TrainingRecord> Award(int hundredths) {
    v1::AwardCreditRequest request;
    request.set_scope(Full("courses/fire"));
    request.set_learner(Full("users/lea"));
    request.set_credit_hundredths(hundredths);
    request.set_override(hundredths > 0);
    request.set_reason("for a test");
    return Call<v1::TrainingRecord>("users/kim", request);
  }
};

TEST_F(CorrectedRecordTest, I1_AGradeTakesThePlaceOfOneThatWasCorrectedInTheRecord) {
  AddTask("tasks/plan", "max_points: 10 pass_percent: 50");
  const std::string work = HandIn("users/lea", "tasks/plan").value.name();
  ASSERT_TRUE(Call<v1::Submission>("users/kim", GradeOf(work, 1, 200)).ok());
  // Twice, for the second correction stands in the place of the first.
  for (const char* score : {"8000", "9000"}) {
    ASSERT_TRUE(Correct(Events(v1::RecordEvent::kScore).back(),
                        absl::StrCat("score { passed: true score_hundredths: ", score, " }"))
                    .ok());
  }
  EXPECT_EQ(Record(lea_).score_hundredths(), 9000);
  EXPECT_EQ(Record(lea_).state(), Enrollment::COMPLETED);
  ASSERT_TRUE(Call<v1::Submission>("users/kim", GradeOf(work, 1, 300, "once more")).ok());
  EXPECT_EQ(Record(lea_).score_hundredths(), 3000);
  EXPECT_EQ(Record(lea_).state(), Enrollment::IN_PROGRESS);
  // One that was taken out of the record is in nobody's way.
  ASSERT_TRUE(Correct(Events(v1::RecordEvent::kScore).back(), "").ok());
  EXPECT_FALSE(Record(lea_).has_score_hundredths());
  ASSERT_TRUE(Call<v1::Submission>("users/kim", GradeOf(work, 1, 700, "and again")).ok());
  EXPECT_EQ(Record(lea_).score_hundredths(), 7000);
  // Work that was given back is another try, whose grade leaves the corrected one of the first.
  ASSERT_TRUE(Correct(Events(v1::RecordEvent::kScore).back(),
                      "score { passed: true score_hundredths: 7500 }")
                  .ok());
  ASSERT_TRUE(Return("users/kim", work).ok());
  ASSERT_TRUE(HandIn("users/lea", "tasks/plan").ok());
  ASSERT_TRUE(Call<v1::Submission>("users/kim", GradeOf(work, 2, 600)).ok());
  EXPECT_EQ(Record(lea_).score_hundredths(), 7500);
}

TEST_F(CorrectedRecordTest, CA5_CreditIsBoundedInAll) {
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(Award(1000000).ok()) << i;
  EXPECT_EQ(Record(lea_).credit_hundredths(), 100000000);
  const auto more = Award(1);
  EXPECT_THAT(more.bad_fields(), ElementsAre(Key("credit_hundredths")));
  EXPECT_THAT(more.message(), HasSubstr("at most 0"));
}

TEST_F(CorrectedRecordTest, CA5_NoCorrectionTakesMoreCreditThanThereIs) {
  ASSERT_TRUE(Award(300).ok());
  ASSERT_TRUE(Award(-200).ok());
  const std::vector<std::string> events = Events(v1::RecordEvent::kCredit);
  ASSERT_EQ(events.size(), 2u);
  const char* const kField = "replacement.credit.credit_hundredths";
  EXPECT_THAT(Correct(events[0], "credit { credit_hundredths: -1000000 }").bad_fields(),
              ElementsAre(Key(kField)));
  EXPECT_THAT(Correct(events[0], "credit { credit_hundredths: 199 }").bad_fields(),
              ElementsAre(Key(kField)));
  EXPECT_THAT(Correct(events[0], "").bad_fields(), ElementsAre(Key(kField)))
      << "what was taken back is to be corrected first";
  EXPECT_EQ(Record(lea_).credit_hundredths(), 100);
  ASSERT_TRUE(Correct(events[0], "credit { credit_hundredths: 250 }").ok());
  EXPECT_EQ(Record(lea_).credit_hundredths(), 50);
  ASSERT_TRUE(Correct(events[1], "").ok());
  EXPECT_EQ(Record(lea_).credit_hundredths(), 250);
}

// --- requests that are wrong in millions of places ---

TEST_F(OwnApplicationTest, WhatIsWrongAMillionTimesIsAnsweredInTime) {
  v1::ListEnrollmentsRequest request;
  request.set_parent(Full(""));
  request.set_training(Full("courses/fire"));
  for (int i = 0; i < 4000000; ++i) request.add_states(static_cast<Enrollment::State>(99));
  const auto list = Call<v1::ListEnrollmentsResponse>("users/lea", request);
  EXPECT_EQ(list.code(), grpc::StatusCode::INVALID_ARGUMENT) << list.message();
  EXPECT_THAT(list.message(), HasSubstr("states[1]"));
}

}  // namespace
}  // namespace provost
