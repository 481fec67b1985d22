// provostd is killed while it hands mails to a real SMTP server (KA4): none is lost, and only the
// one that the SMTP server had taken, and whose outcome was not yet written down, comes twice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "provost/v1/catalog_service.grpc.pb.h"
#include "provost/v1/course_service.grpc.pb.h"
#include "provost/v1/enrollment_service.grpc.pb.h"
#include "provost/v1/group_service.grpc.pb.h"
#include "provost/v1/notification_service.grpc.pb.h"
#include "provost/v1/tenant_service.grpc.pb.h"
#include "provost/v1/user_service.grpc.pb.h"
#include "tests/crash/server_process.h"
#include "tests/mail/smtp_process.h"
#include "tests/verify/verified_store.h"

namespace provost {
namespace {

using ::testing::SizeIs;
using v1::OutboxMessage;

constexpr char kTenant[] = "tenants/acme";
constexpr int kPeople = 20;

class MailKillTest : public ::testing::Test {
 protected:
  MailKillTest() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/provost-mail-XXXXXX");
    folder_ = mkdtemp(pattern.data());
  }
  ~MailKillTest() override {
    server_.reset();
    if (!HasFailure()) std::filesystem::remove_all(folder_);
  }

  void Start(const std::vector<std::string>& options) {
    server_.reset();
    server_ = std::make_unique<ServerProcess>(folder_ + "/data", folder_ + "/provostd.log",
                                              absl::Seconds(60), options);
  }
  void StartMailing() {
    Start({"--smtp-server=" + smtp_.address(), "--smtp-tls=off", "--mail-from=lms@acme.example"});
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
  // A group of people who have addresses, and a rule that mails whoever is enrolled in its course.
  void MakeGroupAndRule();
  void EnrollGroup();
  int Count(OutboxMessage::State state);

  std::string folder_;
  SmtpProcess smtp_;
  std::unique_ptr<ServerProcess> server_;
};

void MailKillTest::SetUpTenant() {
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

void MailKillTest::MakeGroupAndRule() {
  const auto catalogs = v1::CatalogService::NewStub(server_->channel());
  const auto courses = v1::CourseService::NewStub(server_->channel());
  const auto users = v1::UserService::NewStub(server_->channel());
  const auto groups = v1::GroupService::NewStub(server_->channel());
  const auto notifications = v1::NotificationService::NewStub(server_->channel());
  v1::CreateCatalogRequest catalog;
  catalog.set_parent(kTenant);
  catalog.set_catalog_id("safety");
  catalog.mutable_catalog()->set_display_name("Safety");
  v1::Catalog made_catalog;
  Call(&v1::CatalogService::Stub::CreateCatalog, *catalogs, catalog, &made_catalog);
  v1::CreateCourseRequest course;
  course.set_parent(kTenant);
  course.set_course_id("fire");
  course.mutable_course()->set_display_name("Fire");
  course.mutable_course()->set_parent_scope(made_catalog.name());
  v1::Course made_course;
  Call(&v1::CourseService::Stub::CreateCourse, *courses, course, &made_course);
  v1::CreateNotificationTemplateRequest words;
  words.set_parent(kTenant);
  words.set_notification_template_id("welcome");
  v1::NotificationTemplate& welcome = *words.mutable_notification_template();
  welcome.set_display_name("Welcome");
  welcome.set_event(v1::NotificationRule::ENROLLED);
  v1::NotificationText& text = *welcome.add_texts();
  text.set_locale("en");
  text.set_subject("Welcome to {{training.display_name}}");
  text.set_text("Dear {{learner.display_name}}");
  v1::NotificationTemplate made_template;
  Call(&v1::NotificationService::Stub::CreateNotificationTemplate, *notifications, words,
       &made_template);
  v1::CreateNotificationRuleRequest rule;
  rule.set_parent(kTenant);
  rule.mutable_notification_rule()->set_display_name("Enrolled");
  rule.mutable_notification_rule()->set_event(v1::NotificationRule::ENROLLED);
  rule.mutable_notification_rule()->set_template_(made_template.name());
  rule.mutable_notification_rule()->add_recipients(v1::NotificationRule::LEARNER);
  v1::NotificationRule made_rule;
  Call(&v1::NotificationService::Stub::CreateNotificationRule, *notifications, rule, &made_rule);
  v1::CreateGroupRequest group;
  group.set_parent(kTenant);
  group.set_group_id("crew");
  group.mutable_group()->set_display_name("Crew");
  v1::Group made_group;
  Call(&v1::GroupService::Stub::CreateGroup, *groups, group, &made_group);
  for (int i = 0; i < kPeople; ++i) {
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

void MailKillTest::EnrollGroup() {
  const auto enrollments = v1::EnrollmentService::NewStub(server_->channel());
  v1::CreateTrainingAssignmentRequest request;
  request.set_parent(kTenant);
  request.mutable_training_assignment()->set_training(absl::StrCat(kTenant, "/courses/fire"));
  request.mutable_training_assignment()->set_assignee(absl::StrCat(kTenant, "/groups/crew"));
  v1::TrainingAssignment made;
  Call(&v1::EnrollmentService::Stub::CreateTrainingAssignment, *enrollments, request, &made);
}

int MailKillTest::Count(OutboxMessage::State state) {
  const auto notifications = v1::NotificationService::NewStub(server_->channel());
  v1::ListOutboxMessagesRequest request;
  request.set_parent(kTenant);
  request.set_state(state);
  v1::ListOutboxMessagesResponse response;
  Call(&v1::NotificationService::Stub::ListOutboxMessages, *notifications, request, &response);
  return response.messages_size();
}

TEST_F(MailKillTest, KA4_NoMailIsLostAndOnlyTheOneUnderWayComesTwice) {
  Start({});
  ASSERT_NO_FATAL_FAILURE(SetUpTenant());
  ASSERT_NO_FATAL_FAILURE(MakeGroupAndRule());
  ASSERT_NO_FATAL_FAILURE(EnrollGroup());
  EXPECT_EQ(Count(OutboxMessage::WAITING), kPeople) << "without an SMTP server they wait";
  server_->Kill();

  // The SMTP server has taken these, and its answer is delayed when provostd is killed.
  const std::vector<size_t> killed_at = {1, 2, 7, 15};
  for (const size_t number : killed_at) {
    smtp_.Say("hold", absl::StrCat(number));
    ASSERT_NO_FATAL_FAILURE(StartMailing());
    ASSERT_THAT(smtp_.WaitForMails(number), SizeIs(number));
    server_->Kill();
    ASSERT_THAT(smtp_.Mails(), SizeIs(number)) << "nothing goes out behind the one that is held";
  }
  smtp_.Unsay("hold");
  StartMailing();
  smtp_.WaitForMails(kPeople + killed_at.size());
  const absl::Time give_up = absl::Now() + absl::Seconds(60);
  while (Count(OutboxMessage::WAITING) > 0) {
    ASSERT_LT(absl::Now(), give_up);
    absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_EQ(Count(OutboxMessage::SENT), kPeople);
  EXPECT_EQ(server_->Terminate(), 0);
  ExpectVerified(folder_ + "/data");

  const std::vector<std::string> mails = smtp_.Mails();
  EXPECT_THAT(mails, SizeIs(kPeople + killed_at.size()));
  std::map<std::string, int> times;         // by Message-ID
  std::map<std::string, std::string> to;    // by Message-ID
  std::map<std::string, int> of_recipient;  // by address: Message-IDs
  for (const std::string& mail : mails) {
    const std::string id = HeaderOf(mail, "Message-ID");
    if (++times[id] == 1) ++of_recipient[HeaderOf(mail, "X-Test-To")];
    const std::string& known = to.emplace(id, HeaderOf(mail, "X-Test-To")).first->second;
    EXPECT_EQ(HeaderOf(mail, "X-Test-To"), known);
  }
  EXPECT_THAT(times, SizeIs(kPeople)) << "each mail has come";
  EXPECT_THAT(of_recipient, SizeIs(kPeople)) << "to each person";
  // The first was in the window of the first kill and, sent again, of the second.
  std::map<std::string, int> expected;
  for (const size_t number : killed_at) ++expected[HeaderOf(mails[number - 1], "Message-ID")];
  for (const auto& [id, count] : times) EXPECT_EQ(count, 1 + expected[id]) << id;
}

}  // namespace
}  // namespace provost
