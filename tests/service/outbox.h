// Tenants whose enrollments are mailed about.
#ifndef PROVOST_TESTS_SERVICE_OUTBOX_H_
#define PROVOST_TESTS_SERVICE_OUTBOX_H_

#include <google/protobuf/empty.pb.h>
#include <google/protobuf/text_format.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/group_service.pb.h"
#include "provost/v1/notification_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/acme.h"

namespace provost {

class OutboxFixture : public AcmeTest {
 protected:
  using AcmeTest::AcmeTest;

  template <typename Message>
  static Message Parse(const std::string& text) {
    Message message;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
    return message;
  }
  void SetUser(absl::string_view id, const std::string& text) {
    v1::UpdateUserRequest request;
    *request.mutable_user() =
        Parse<v1::User>(absl::StrCat("name: '", Full(absl::StrCat("users/", id)), "' ", text));
    const auto set = Call<v1::User>("users/ann", request);
    ASSERT_TRUE(set.ok()) << set.message();
  }
  void MakeTemplate(absl::string_view actor, const std::string& id, absl::string_view catalog,
                    absl::string_view texts) {
    v1::CreateNotificationTemplateRequest request;
    request.set_parent(Full(""));
    request.set_notification_template_id(id);
    *request.mutable_notification_template() = Parse<v1::NotificationTemplate>(
        absl::StrCat("display_name: 'T' event: ENROLLED home_scope: 'tenants/acme/catalogs/",
                     catalog, "' ", texts));
    const auto made = Call<v1::NotificationTemplate>(actor, request);
    ASSERT_TRUE(made.ok()) << made.message();
  }
  void MakeRule(absl::string_view actor, const std::string& id, absl::string_view catalog,
                absl::string_view rest, absl::string_view words = "welcome") {
    v1::CreateNotificationRuleRequest request;
    request.set_parent(Full(""));
    request.set_notification_rule_id(id);
    *request.mutable_notification_rule() = Parse<v1::NotificationRule>(absl::StrCat(
        "display_name: 'R' event: ENROLLED home_scope: 'tenants/acme/catalogs/", catalog,
        "' template: 'tenants/acme/notificationTemplates/", words, "' ", rest));
    const auto made = Call<v1::NotificationRule>(actor, request);
    ASSERT_TRUE(made.ok()) << made.message();
  }
  void DisableRule(absl::string_view id) {
    v1::UpdateNotificationRuleRequest request;
    request.mutable_notification_rule()->set_name(Full(absl::StrCat("notificationRules/", id)));
    request.mutable_notification_rule()->set_disabled(true);
    ASSERT_TRUE(Call<v1::NotificationRule>("users/ann", request).ok());
  }
  void SetPreferences(absl::string_view user, const std::string& text) {
    v1::UpdateNotificationPreferencesRequest request;
    *request.mutable_notification_preferences() = Parse<v1::NotificationPreferences>(
        absl::StrCat("name: '", Full(absl::StrCat("users/", user)), "' ", text));
    const auto set = Call<v1::NotificationPreferences>(absl::StrCat("users/", user), request);
    ASSERT_TRUE(set.ok()) << set.message();
  }
  Answer<v1::Enrollment> Enroll(absl::string_view learner, absl::string_view course) {
    v1::CreateEnrollmentRequest request;
    request.set_parent(Full(""));
    request.mutable_enrollment()->set_learner(Full(absl::StrCat("users/", learner)));
    request.mutable_enrollment()->set_training(Full(absl::StrCat("courses/", course)));
    auto made = Call<v1::Enrollment>("users/ann", request);
    EXPECT_TRUE(made.ok()) << made.message();
    return made;
  }
  void AssignTraining(absl::string_view assignee, absl::string_view course) {
    v1::CreateTrainingAssignmentRequest request;
    request.set_parent(Full(""));
    request.mutable_training_assignment()->set_assignee(Full(assignee));
    request.mutable_training_assignment()->set_training(Full(absl::StrCat("courses/", course)));
    const auto made = Call<v1::TrainingAssignment>("users/ann", request);
    ASSERT_TRUE(made.ok()) << made.message();
  }

  Answer<v1::ListOutboxMessagesResponse> ListAs(absl::string_view actor,
                                                const std::string& rest = "") {
    auto request =
        Parse<v1::ListOutboxMessagesRequest>(absl::StrCat("parent: 'tenants/acme' ", rest));
    return Call<v1::ListOutboxMessagesResponse>(actor, request);
  }
  std::vector<v1::OutboxMessage> Messages(const std::string& rest = "") {
    const auto list = ListAs("users/ann", rest);
    EXPECT_TRUE(list.ok()) << list.message();
    return {list.value.messages().begin(), list.value.messages().end()};
  }
  // Who is mailed about what, oldest first: `mo: fire`.
  std::vector<std::string> Mails(const std::string& rest = "") {
    std::vector<std::string> mails;
    for (const v1::OutboxMessage& message : Messages(rest)) {
      mails.push_back(
          absl::StrReplaceAll(absl::StrCat(message.recipient(), ": ", message.training()),
                              {{Full("users/"), ""}, {Full("courses/"), ""}}));
    }
    return mails;
  }
  Answer<v1::OutboxMessage> GetAs(absl::string_view actor, absl::string_view name) {
    v1::GetOutboxMessageRequest request;
    request.set_name(std::string(name));
    return Call<v1::OutboxMessage>(actor, request);
  }
  Answer<v1::OutboxMessage> RetryAs(absl::string_view actor, absl::string_view name) {
    v1::RetryOutboxMessageRequest request;
    request.set_name(std::string(name));
    return Call<v1::OutboxMessage>(actor, request);
  }
};

// kim runs catalogs/safety, in which catalogs/depot stands, olga catalogs/office; lara is
// lms_admin; dan runs courses/fire in safety; courses/drill is in depot, courses/desk in office.
// lea and leo learn, and mo is lea's manager. kim's rule mails kim's template to learners and
// managers.
class SafetyMails : public OutboxFixture {
 protected:
  SafetyMails() : OutboxFixture("lms365") {
    Appoint({{"lara", "lms_admin"}});
    for (const char* catalog : {"safety", "office"}) {
      MakeCatalog(catalog);
      Assign("users/ann", "catalog_admin", absl::StrCat("catalogs/", catalog));
    }
    MakeCatalog("depot", "catalogs/safety");
    MakeCourse("fire", "catalogs/safety");
    MakeCourse("drill", "catalogs/depot");
    MakeCourse("desk", "catalogs/office");
    for (const char* user : {"kim", "olga", "dan", "otto"}) MakeUser(user, "catalogs/safety");
    for (const char* user : {"lea", "leo", "mo"}) {
      MakeUser(user, "catalogs/safety", absl::StrCat(user, "@acme.example"));
    }
    Assign("users/kim", "catalog_admin", "catalogs/safety");
    Assign("users/olga", "catalog_admin", "catalogs/office");
    Assign("users/dan", "course_admin", "courses/fire");
    SetUser("lea", "given_name: 'Lea' manager: 'tenants/acme/users/mo'");
    SetUser("mo", "given_name: 'Mo'");
    MakeTemplate("users/kim", "welcome", "safety",
                 "texts { locale: 'en' subject: '{{training.display_name}}: welcome' text: "
                 "'Dear {{recipient.given_name}},\\n{{learner.display_name}} is in "
                 "{{training.name}} with {{manager.display_name}}.' } texts { locale: 'de' "
                 "subject: 'Willkommen' text: 'Servus {{recipient.given_name}}' }");
    MakeRule("users/kim", "enrolled", "safety", "recipients: LEARNER recipients: MANAGER");
  }
};

}  // namespace provost

#endif  // PROVOST_TESTS_SERVICE_OUTBOX_H_
