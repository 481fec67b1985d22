// provostd with a tenant `acme`, in which a crew learns, to be killed while it tells them
// something.
#ifndef PROVOST_TESTS_CRASH_CREW_H_
#define PROVOST_TESTS_CRASH_CREW_H_

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "provost/v1/course_service.grpc.pb.h"
#include "provost/v1/enrollment_service.grpc.pb.h"
#include "provost/v1/group_service.grpc.pb.h"
#include "provost/v1/notification_service.grpc.pb.h"
#include "provost/v1/tenant_service.grpc.pb.h"
#include "provost/v1/user_service.grpc.pb.h"
#include "tests/crash/server_process.h"

namespace provost {

inline constexpr char kTenant[] = "tenants/acme";

// ann may do everything, and does it all. Each step has to succeed.
class CrewTest : public ::testing::Test {
 protected:
  CrewTest() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/provost-crew-XXXXXX");
    folder_ = mkdtemp(pattern.data());
  }
  ~CrewTest() override {
    server_.reset();
    if (!HasFailure()) std::filesystem::remove_all(folder_);
  }

  // Starts a server on the data of the one before, which is killed if it still runs.
  void Start(const std::vector<std::string>& options = {}) {
    server_.reset();
    server_ = std::make_unique<ServerProcess>(data(), folder_ + "/provostd.log", absl::Seconds(60),
                                              options);
  }
  std::string data() const { return folder_ + "/data"; }

  template <typename Service, typename Stub, typename Request, typename Response>
  void Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
            const Request& request, Response* response) {
    grpc::ClientContext context;
    context.AddMetadata("provost-actor", absl::StrCat(kTenant, "/users/ann"));
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    const auto stub = Service::NewStub(server_->channel());
    const grpc::Status status = (stub.get()->*method)(&context, request, response);
    ASSERT_TRUE(status.ok()) << request.GetTypeName() << ": " << status.error_message();
  }

  void SetUpTenant();
  void MakeCourse(const std::string& id);
  // Learners are mailed on an event.
  void MakeRule(v1::NotificationRule::Event event);
  // The group `crew` of people who have addresses: u0, u1...
  void MakeCrew(size_t people);
  // Gives the course to the crew; due then, where it is to be due at all.
  void AssignToCrew(const std::string& course, absl::Time due = absl::InfiniteFuture());
  std::vector<v1::OutboxMessage> Messages(
      v1::OutboxMessage::State state = v1::OutboxMessage::STATE_UNSPECIFIED);

  std::string folder_;
  std::unique_ptr<ServerProcess> server_;
};

inline void CrewTest::SetUpTenant() {
  std::ifstream file(data() + "/bootstrap-secret");
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

inline void CrewTest::MakeCourse(const std::string& id) {
  v1::CreateCourseRequest request;
  request.set_parent(kTenant);
  request.set_course_id(id);
  request.mutable_course()->set_display_name(id);
  v1::Course made;
  Call<v1::CourseService>(&v1::CourseService::Stub::CreateCourse, request, &made);
}

inline void CrewTest::MakeRule(v1::NotificationRule::Event event) {
  using Service = v1::NotificationService;
  v1::CreateNotificationTemplateRequest words;
  words.set_parent(kTenant);
  v1::NotificationTemplate& dear = *words.mutable_notification_template();
  dear.set_display_name("Dear");
  dear.set_event(event);
  v1::NotificationText& text = *dear.add_texts();
  text.set_locale("en");
  text.set_subject("{{training.display_name}}");
  text.set_text("Dear {{learner.display_name}}");
  v1::NotificationTemplate made_words;
  Call<Service>(&Service::Stub::CreateNotificationTemplate, words, &made_words);
  v1::CreateNotificationRuleRequest rule;
  rule.set_parent(kTenant);
  rule.mutable_notification_rule()->set_display_name("Tell");
  rule.mutable_notification_rule()->set_event(event);
  rule.mutable_notification_rule()->set_template_(made_words.name());
  rule.mutable_notification_rule()->add_recipients(v1::NotificationRule::LEARNER);
  v1::NotificationRule made_rule;
  Call<Service>(&Service::Stub::CreateNotificationRule, rule, &made_rule);
}

inline void CrewTest::MakeCrew(size_t people) {
  v1::CreateGroupRequest group;
  group.set_parent(kTenant);
  group.set_group_id("crew");
  group.mutable_group()->set_display_name("Crew");
  v1::Group made_group;
  Call<v1::GroupService>(&v1::GroupService::Stub::CreateGroup, group, &made_group);
  for (size_t i = 0; i < people; ++i) {
    v1::CreateUserRequest user;
    user.set_parent(kTenant);
    user.set_user_id(absl::StrCat("u", i));
    user.mutable_user()->set_display_name(absl::StrCat("U", i));
    user.mutable_user()->set_email(absl::StrCat("u", i, "@acme.example"));
    v1::User made_user;
    Call<v1::UserService>(&v1::UserService::Stub::CreateUser, user, &made_user);
    v1::AddMemberRequest member;
    member.set_group(made_group.name());
    member.set_member(made_user.name());
    v1::Member made_member;
    Call<v1::GroupService>(&v1::GroupService::Stub::AddMember, member, &made_member);
  }
}

inline void CrewTest::AssignToCrew(const std::string& course, absl::Time due) {
  v1::CreateTrainingAssignmentRequest request;
  request.set_parent(kTenant);
  v1::TrainingAssignment& assignment = *request.mutable_training_assignment();
  assignment.set_training(absl::StrCat(kTenant, "/courses/", course));
  assignment.set_assignee(absl::StrCat(kTenant, "/groups/crew"));
  if (due != absl::InfiniteFuture()) {
    assignment.mutable_due()->mutable_time()->set_seconds(absl::ToUnixSeconds(due));
  }
  v1::TrainingAssignment made;
  Call<v1::EnrollmentService>(&v1::EnrollmentService::Stub::CreateTrainingAssignment, request,
                              &made);
}

inline std::vector<v1::OutboxMessage> CrewTest::Messages(v1::OutboxMessage::State state) {
  std::vector<v1::OutboxMessage> messages;
  v1::ListOutboxMessagesRequest request;
  request.set_parent(kTenant);
  request.set_page_size(1000);
  request.set_state(state);
  do {
    v1::ListOutboxMessagesResponse response;
    Call<v1::NotificationService>(&v1::NotificationService::Stub::ListOutboxMessages, request,
                                  &response);
    messages.insert(messages.end(), response.messages().begin(), response.messages().end());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return messages;
}

}  // namespace provost

#endif  // PROVOST_TESTS_CRASH_CREW_H_
