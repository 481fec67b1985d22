// provostd is killed while it tells people of what is overdue (KA4): everybody is told once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "provost/v1/course_service.grpc.pb.h"
#include "provost/v1/enrollment_service.grpc.pb.h"
#include "provost/v1/group_service.grpc.pb.h"
#include "provost/v1/notification_service.grpc.pb.h"
#include "provost/v1/tenant_service.grpc.pb.h"
#include "provost/v1/user_service.grpc.pb.h"
#include "tests/crash/server_process.h"
#include "tests/verify/verified_store.h"

namespace provost {
namespace {

using ::testing::Each;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr char kTenant[] = "tenants/acme";
// Several commits of the timekeeper.
constexpr size_t kPeople = 1000;
// From the assignment until it is due.
constexpr absl::Duration kUntilDue = absl::Seconds(3);

class TimerKillTest : public ::testing::Test {
 protected:
  TimerKillTest() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/provost-timer-XXXXXX");
    folder_ = mkdtemp(pattern.data());
  }
  ~TimerKillTest() override {
    server_.reset();
    if (!HasFailure()) std::filesystem::remove_all(folder_);
  }

  void Start() {
    server_.reset();
    server_ = std::make_unique<ServerProcess>(folder_ + "/data", folder_ + "/provostd.log");
  }

  // Calls one method as the administrator, which has to succeed.
  template <typename Stub, typename Request, typename Response>
  void Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
            Stub& stub, const Request& request, Response* response) {
    grpc::ClientContext context;
    context.AddMetadata("provost-actor", absl::StrCat(kTenant, "/users/ann"));
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    const grpc::Status status = (stub.*method)(&context, request, response);
    ASSERT_TRUE(status.ok()) << request.GetTypeName() << ": " << status.error_message();
  }

  void SetUpTenant();
  // A rule that mails whoever is overdue, and a group of people.
  void MakeRule();
  void MakeGroup();
  // The course is due for the group in a moment.
  void AssignToGroup();
  // How often each person was told.
  std::map<std::string, int> Told();

  std::string folder_;
  std::unique_ptr<ServerProcess> server_;
};

void TimerKillTest::SetUpTenant() {
  std::ifstream file(folder_ + "/data/bootstrap-secret");
  std::string secret;
  file >> secret;
  v1::SetUpRequest request;
  request.set_bootstrap_secret(secret);
  request.set_tenant_id("acme");
  request.mutable_policy()->set_preset("coreachieve");
  request.mutable_administrator()->set_user_id("ann");
  grpc::ClientContext context;
  v1::SetUpResponse response;
  const grpc::Status status =
      v1::TenantService::NewStub(server_->channel())->SetUp(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
}

void TimerKillTest::MakeRule() {
  const auto courses = v1::CourseService::NewStub(server_->channel());
  const auto notifications = v1::NotificationService::NewStub(server_->channel());
  v1::CreateCourseRequest course;
  course.set_parent(kTenant);
  course.set_course_id("fire");
  course.mutable_course()->set_display_name("Fire");
  v1::Course made_course;
  Call(&v1::CourseService::Stub::CreateCourse, *courses, course, &made_course);
  v1::CreateNotificationTemplateRequest words;
  words.set_parent(kTenant);
  words.set_notification_template_id("late");
  v1::NotificationTemplate& late = *words.mutable_notification_template();
  late.set_display_name("Late");
  late.set_event(v1::NotificationRule::OVERDUE);
  v1::NotificationText& text = *late.add_texts();
  text.set_locale("en");
  text.set_subject("{{training.display_name}} was due");
  text.set_text("Dear {{learner.display_name}}");
  v1::NotificationTemplate made_template;
  Call(&v1::NotificationService::Stub::CreateNotificationTemplate, *notifications, words,
       &made_template);
  v1::CreateNotificationRuleRequest rule;
  rule.set_parent(kTenant);
  rule.mutable_notification_rule()->set_display_name("Late");
  rule.mutable_notification_rule()->set_event(v1::NotificationRule::OVERDUE);
  rule.mutable_notification_rule()->set_template_(made_template.name());
  rule.mutable_notification_rule()->add_recipients(v1::NotificationRule::LEARNER);
  v1::NotificationRule made_rule;
  Call(&v1::NotificationService::Stub::CreateNotificationRule, *notifications, rule, &made_rule);
}

void TimerKillTest::MakeGroup() {
  const auto users = v1::UserService::NewStub(server_->channel());
  const auto groups = v1::GroupService::NewStub(server_->channel());
  v1::CreateGroupRequest group;
  group.set_parent(kTenant);
  group.set_group_id("crew");
  group.mutable_group()->set_display_name("Crew");
  v1::Group made_group;
  Call(&v1::GroupService::Stub::CreateGroup, *groups, group, &made_group);
  for (size_t i = 0; i < kPeople; ++i) {
    v1::CreateUserRequest user;
    user.set_parent(kTenant);
    user.set_user_id(absl::StrCat("u", i));
    user.mutable_user()->set_display_name(absl::StrCat("U", i));
    user.mutable_user()->set_email(absl::StrCat("u", i, "@acme.example"));
    v1::User made_user;
    Call(&v1::UserService::Stub::CreateUser, *users, user, &made_user);
    v1::AddMemberRequest member;
    member.set_group(made_group.name());
    member.set_member(made_user.name());
    v1::Member made_member;
    Call(&v1::GroupService::Stub::AddMember, *groups, member, &made_member);
  }
}

void TimerKillTest::AssignToGroup() {
  const auto enrollments = v1::EnrollmentService::NewStub(server_->channel());
  v1::CreateTrainingAssignmentRequest request;
  request.set_parent(kTenant);
  request.mutable_training_assignment()->set_training(absl::StrCat(kTenant, "/courses/fire"));
  request.mutable_training_assignment()->set_assignee(absl::StrCat(kTenant, "/groups/crew"));
  request.mutable_training_assignment()->mutable_due()->mutable_time()->set_seconds(
      absl::ToUnixSeconds(absl::Now() + kUntilDue));
  v1::TrainingAssignment made;
  Call(&v1::EnrollmentService::Stub::CreateTrainingAssignment, *enrollments, request, &made);
}

std::map<std::string, int> TimerKillTest::Told() {
  const auto notifications = v1::NotificationService::NewStub(server_->channel());
  std::map<std::string, int> told;
  v1::ListOutboxMessagesRequest request;
  request.set_parent(kTenant);
  request.set_page_size(1000);
  do {
    v1::ListOutboxMessagesResponse response;
    Call(&v1::NotificationService::Stub::ListOutboxMessages, *notifications, request, &response);
    for (const v1::OutboxMessage& message : response.messages()) ++told[message.recipient()];
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return told;
}

TEST_F(TimerKillTest, KA4_EverybodyIsToldOnceThoughTheServerIsKilled) {
  Start();
  ASSERT_NO_FATAL_FAILURE(SetUpTenant());
  ASSERT_NO_FATAL_FAILURE(MakeRule());
  ASSERT_NO_FATAL_FAILURE(MakeGroup());
  ASSERT_NO_FATAL_FAILURE(AssignToGroup());
  // Killed before it is due, and again and again as soon as more of them were told.
  server_->Kill();
  Start();
  size_t told = 0;
  int kills = 0;
  const absl::Time give_up = absl::Now() + absl::Seconds(120);
  while (told < kPeople) {
    ASSERT_LT(absl::Now(), give_up);
    const size_t now = Told().size();
    if (now == told) continue;
    told = now;
    server_->Kill();
    ++kills;
    Start();
  }
  EXPECT_GE(kills, 1);
  const std::map<std::string, int> all = Told();
  EXPECT_THAT(all, SizeIs(kPeople));
  EXPECT_THAT(all, Each(Pair(testing::_, 1)));
  server_->Kill();
  ExpectVerified(folder_ + "/data");
}

}  // namespace
}  // namespace provost
