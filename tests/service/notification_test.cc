// Rules and templates of mails, and how people want to be mailed.
#include <google/protobuf/empty.pb.h>

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "provost/v1/catalog_service.pb.h"
#include "provost/v1/notification_service.pb.h"
#include "provost/v1/user_service.pb.h"
#include "tests/service/safety_and_office.h"

namespace provost {
namespace {

using google::protobuf::Empty;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Pair;
using v1::NotificationPreferences;
using v1::NotificationRule;
using v1::NotificationTemplate;
constexpr auto kDenied = grpc::StatusCode::PERMISSION_DENIED;

constexpr char kTemplate[] =
    "display_name: 'Welcome' home_scope: 'tenants/acme/catalogs/safety' event: ENROLLED "
    "texts { locale: 'en' subject: 'Welcome to {{training.display_name}}' "
    "        text: 'Dear {{recipient.given_name}},\\n{{{{ braces }}' } "
    "texts { locale: 'de-AT' subject: 'Willkommen' text: 'Servus {{learner.display_name}}' }";
constexpr char kRule[] =
    "display_name: 'Enrolled' home_scope: 'tenants/acme/catalogs/safety' event: ENROLLED "
    "template: 'tenants/acme/notificationTemplates/welcome' recipients: LEARNER "
    "recipients: MANAGER";

class NotificationTest : public SafetyAndOfficeTest {
 protected:
  Answer<NotificationTemplate> MakeTemplate(absl::string_view actor, const std::string& id,
                                            const std::string& text = kTemplate) {
    v1::CreateNotificationTemplateRequest request;
    request.set_parent(Full(""));
    request.set_notification_template_id(id);
    *request.mutable_notification_template() = Parse<NotificationTemplate>(text);
    return Call<NotificationTemplate>(actor, request);
  }
  Answer<NotificationRule> MakeRule(absl::string_view actor, const std::string& id,
                                    const std::string& text = kRule) {
    v1::CreateNotificationRuleRequest request;
    request.set_parent(Full(""));
    request.set_notification_rule_id(id);
    *request.mutable_notification_rule() = Parse<NotificationRule>(text);
    return Call<NotificationRule>(actor, request);
  }
  Answer<NotificationRule> GetRule(absl::string_view actor, absl::string_view id) {
    v1::GetNotificationRuleRequest request;
    request.set_name(Full(absl::StrCat("notificationRules/", id)));
    return Call<NotificationRule>(actor, request);
  }
  Answer<NotificationTemplate> GetTemplate(absl::string_view actor, absl::string_view id) {
    v1::GetNotificationTemplateRequest request;
    request.set_name(Full(absl::StrCat("notificationTemplates/", id)));
    return Call<NotificationTemplate>(actor, request);
  }
  Answer<NotificationRule> UpdateRule(absl::string_view actor, const std::string& text) {
    v1::UpdateNotificationRuleRequest request;
    *request.mutable_notification_rule() =
        Parse<NotificationRule>("name: 'tenants/acme/notificationRules/enrolled' " + text);
    return Call<NotificationRule>(actor, request);
  }
  Answer<NotificationTemplate> UpdateTemplate(absl::string_view actor, const std::string& text) {
    v1::UpdateNotificationTemplateRequest request;
    *request.mutable_notification_template() =
        Parse<NotificationTemplate>("name: 'tenants/acme/notificationTemplates/welcome' " + text);
    return Call<NotificationTemplate>(actor, request);
  }
  Answer<Empty> DeleteRule(absl::string_view actor, absl::string_view id) {
    v1::DeleteNotificationRuleRequest request;
    request.set_name(Full(absl::StrCat("notificationRules/", id)));
    return Call<Empty>(actor, request);
  }
  Answer<Empty> DeleteTemplate(absl::string_view actor, absl::string_view id) {
    v1::DeleteNotificationTemplateRequest request;
    request.set_name(Full(absl::StrCat("notificationTemplates/", id)));
    return Call<Empty>(actor, request);
  }
  Answer<NotificationPreferences> Preferences(absl::string_view actor, const char* user) {
    v1::GetNotificationPreferencesRequest request;
    request.set_name(Full(user));
    return Call<NotificationPreferences>(actor, request);
  }
  Answer<NotificationPreferences> SetPreferences(absl::string_view actor, const std::string& text) {
    v1::UpdateNotificationPreferencesRequest request;
    *request.mutable_notification_preferences() = Parse<NotificationPreferences>(text);
    return Call<NotificationPreferences>(actor, request);
  }
};

TEST_F(NotificationTest, KA4_CatalogAdministratorsConfigureMails) {
  const auto made = MakeTemplate("users/kim", "welcome");
  ASSERT_TRUE(made.ok()) << made.message();
  EXPECT_EQ(made.value.texts_size(), 2);
  EXPECT_EQ(made.value.event(), NotificationRule::ENROLLED);
  const auto rule = MakeRule("users/kim", "enrolled");
  ASSERT_TRUE(rule.ok()) << rule.message();
  EXPECT_EQ(rule.value.template_(), Full("notificationTemplates/welcome"));
  EXPECT_EQ(rule.value.home_scope(), Full("catalogs/safety"));
  EXPECT_EQ(GetRule("users/kim", "enrolled").value.etag(), rule.value.etag());
  const auto off = UpdateRule("users/kim", "disabled: true");
  ASSERT_TRUE(off.ok()) << off.message();
  EXPECT_TRUE(off.value.disabled());
  EXPECT_EQ(off.value.template_(), rule.value.template_());
  EXPECT_NE(off.value.etag(), rule.value.etag());
  v1::ListNotificationRulesRequest list;
  list.set_parent(Full(""));
  EXPECT_EQ(
      Call<v1::ListNotificationRulesResponse>("users/kim", list).value.notification_rules_size(),
      1);
  EXPECT_TRUE(DeleteRule("users/kim", "enrolled").ok());
  EXPECT_TRUE(DeleteTemplate("users/kim", "welcome").ok());
  EXPECT_EQ(GetTemplate("users/kim", "welcome").code(), kDenied) << "as what is hidden from her is";
}

TEST_F(NotificationTest, KA4_OthersDoNot) {
  ASSERT_TRUE(MakeTemplate("users/kim", "welcome").ok());
  ASSERT_TRUE(MakeRule("users/kim", "enrolled").ok());
  for (const char* other : {"users/lara", "users/olga", "users/dan", "users/otto"}) {
    EXPECT_EQ(MakeTemplate(other, "t").code(), kDenied) << other;
    EXPECT_EQ(MakeRule(other, "r").code(), kDenied) << other;
    EXPECT_EQ(GetRule(other, "enrolled").code(), kDenied) << other;
    EXPECT_EQ(GetTemplate(other, "welcome").code(), kDenied) << other;
    EXPECT_EQ(UpdateRule(other, "disabled: true").code(), kDenied) << other;
    EXPECT_EQ(UpdateTemplate(other, "display_name: 'X'").code(), kDenied) << other;
    EXPECT_EQ(DeleteRule(other, "enrolled").code(), kDenied) << other;
    EXPECT_EQ(DeleteTemplate(other, "welcome").code(), kDenied) << other;
    v1::ListNotificationTemplatesRequest list;
    list.set_parent(Full(""));
    EXPECT_THAT(
        Call<v1::ListNotificationTemplatesResponse>(other, list).value.notification_templates(),
        IsEmpty())
        << other;
  }
}

TEST_F(NotificationTest, KA4_AnUnknownFieldIsRefusedWhereItStands) {
  const std::string head =
      "display_name: 'W' home_scope: 'tenants/acme/catalogs/safety' event: ENROLLED ";
  const auto bad = MakeTemplate(
      "users/kim", "w",
      head +
          "texts { locale: 'en' subject: 'Hi {{learner.nick_name}}' text: 'Hi {{open' } "
          "texts { locale: 'en' subject: 'Hi' text: '{{session.display_name}}' } "
          "texts { locale: 'xx-YY' subject: '' text: '' }");
  EXPECT_EQ(bad.code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(
      bad.bad_fields(),
      ElementsAre(Pair("notification_template.texts[0].subject",
                       AllOf(HasSubstr("learner.nick_name"), HasSubstr("learner.given_name"))),
                  Pair("notification_template.texts[0].text", HasSubstr("wanted `}}`")),
                  Pair("notification_template.texts[1].locale", HasSubstr("each language once")),
                  Pair("notification_template.texts[1].text", HasSubstr("session.display_name")),
                  Key("notification_template.texts[2].locale"),
                  Key("notification_template.texts[2].subject"),
                  Key("notification_template.texts[2].text")));
  EXPECT_EQ(GetTemplate("users/kim", "w").code(), kDenied) << "there is none";
  EXPECT_THAT(MakeTemplate("users/kim", "w",
                           head + "texts { locale: 'en' subject: 'a\\nBcc: eve' text: 'b' }")
                  .bad_fields(),
              ElementsAre(Key("notification_template.texts[0].subject")));
  EXPECT_THAT(MakeTemplate("users/kim", "w", head).bad_fields(),
              ElementsAre(Key("notification_template.texts")));
  std::string long_text = "texts { locale: 'en' subject: 's' text: '";
  long_text.append((64 << 10) + 1, 'x');
  EXPECT_THAT(MakeTemplate("users/kim", "w", head + long_text + "' }").bad_fields(),
              ElementsAre(Pair("notification_template.texts[0].text", HasSubstr("65536"))));
  ASSERT_TRUE(MakeTemplate("users/kim", "welcome").ok());
  EXPECT_THAT(
      UpdateTemplate("users/kim", "texts { locale: 'en' subject: '{{x}}' text: 'y' }").bad_fields(),
      ElementsAre(Key("notification_template.texts[0].subject")));
}

TEST_F(NotificationTest, KA4_RulesAndTemplatesCanBeForEveryEvent) {
  for (const char* event : {"ENROLLED", "DUE_SOON", "OVERDUE", "SESSION_CHANGED", "COMPLETED",
                            "EXPIRING", "SESSION_SOON", "GRANT_EXPIRING"}) {
    const std::string head =
        absl::StrCat("display_name: 'E' home_scope: 'tenants/acme/catalogs/safety' event: ", event);
    const std::string id = absl::AsciiStrToLower(absl::StrReplaceAll(event, {{"_", "-"}}));
    const auto made =
        MakeTemplate("users/kim", id, head + " texts { locale: 'en' subject: 's' text: 't' }");
    EXPECT_TRUE(made.ok()) << made.message();
    const bool is_ahead = absl::EndsWith(event, "SOON") || absl::EndsWith(event, "EXPIRING");
    const auto rule = MakeRule("users/kim", id,
                               absl::StrCat(head, is_ahead ? " lead_days: 3" : "",
                                            " template: 'tenants/acme/notificationTemplates/", id,
                                            "' recipients: LEARNER"));
    EXPECT_TRUE(rule.ok()) << rule.message();
    EXPECT_EQ(NotificationRule::Event_Name(rule.value.event()), event);
  }
  for (const char* event : {"EVENT_UNSPECIFIED", "9"}) {
    const std::string head =
        absl::StrCat("display_name: 'E' home_scope: 'tenants/acme/catalogs/safety' event: ", event);
    EXPECT_THAT(
        MakeRule("users/kim", "e",
                 head + " template: 'tenants/acme/notificationTemplates/enrolled' "
                        "recipients: LEARNER")
            .bad_fields(),
        ElementsAre(Pair("notification_rule.event", HasSubstr("wanted ENROLLED, DUE_SOON"))))
        << event;
    EXPECT_THAT(
        MakeTemplate("users/kim", "t", head + " texts { locale: 'en' subject: 's' text: 't' }")
            .bad_fields(),
        ElementsAre(Pair("notification_template.event", HasSubstr("wanted ENROLLED, DUE_SOON"))))
        << event;
  }
  ASSERT_TRUE(MakeTemplate("users/kim", "welcome").ok());
  EXPECT_THAT(UpdateTemplate("users/kim", "event: OVERDUE").bad_fields(),
              ElementsAre(Pair("notification_template.event", HasSubstr("cannot be changed"))));
}

TEST_F(NotificationTest, KA4_ARuleMailsATemplateOfItsPath) {
  const auto fields = [](const Answer<NotificationRule>& answer) { return answer.bad_fields(); };
  EXPECT_THAT(fields(MakeRule("users/kim", "enrolled")),
              ElementsAre(Pair("notification_rule.template", HasSubstr("ENROLLED"))))
      << "there is none";
  ASSERT_TRUE(MakeTemplate("users/olga", "welcome",
                           "display_name: 'W' home_scope: 'tenants/acme/catalogs/office' "
                           "event: ENROLLED texts { locale: 'en' subject: 's' text: 't' }")
                  .ok());
  EXPECT_THAT(fields(MakeRule("users/kim", "enrolled")),
              ElementsAre(Key("notification_rule.template")))
      << "that of another catalog is as good as none";
  ASSERT_TRUE(DeleteTemplate("users/olga", "welcome").ok());
  ASSERT_TRUE(MakeTemplate("users/kim", "welcome").ok());
  ASSERT_TRUE(MakeRule("users/kim", "enrolled").ok());
  const auto used = DeleteTemplate("users/kim", "welcome");
  EXPECT_THAT(used.violations(), ElementsAre("IN_USE"));
  EXPECT_THAT(used.message(), HasSubstr("enrolled"));
  ASSERT_TRUE(MakeTemplate("users/kim", "other").ok());
  ASSERT_TRUE(UpdateRule("users/kim", "template: 'tenants/acme/notificationTemplates/other'").ok());
  EXPECT_TRUE(DeleteTemplate("users/kim", "welcome").ok()) << "nothing mails it any more";
  EXPECT_THAT(
      MakeRule("users/kim", "r",
               "display_name: 'R' home_scope: 'tenants/acme/catalogs/safety' event: "
               "ENROLLED template: 'x' recipients: LEARNER recipients: LEARNER")
          .bad_fields(),
      ElementsAre(Key("notification_rule.recipients[1]"), Key("notification_rule.template")));
}

TEST_F(NotificationTest, KA4_RulesAndTemplatesGoWithTheirCatalog) {
  MakeCatalog("sub", "catalogs/safety");
  ASSERT_TRUE(MakeTemplate("users/kim", "welcome").ok());
  ASSERT_TRUE(MakeRule("users/kim", "below",
                       "display_name: 'B' home_scope: 'tenants/acme/catalogs/sub' event: ENROLLED "
                       "template: 'tenants/acme/notificationTemplates/welcome' recipients: LEARNER")
                  .ok());
  v1::DeleteCatalogRequest request;
  request.set_name(Full("catalogs/sub"));
  EXPECT_THAT(Call<Empty>("users/ann", request).violations(), ElementsAre("NOT_EMPTY"));
  request.set_force(true);
  ASSERT_TRUE(Call<Empty>("users/ann", request).ok());
  EXPECT_EQ(GetRule("users/kim", "below").code(), kDenied) << "there is none";
  EXPECT_TRUE(DeleteTemplate("users/kim", "welcome").ok()) << "no rule mails it any more";
}

TEST_F(NotificationTest, P1_EverybodySaysHowTheyWantToBeMailed) {
  const auto never_set = Preferences("users/otto", "users/otto");
  ASSERT_TRUE(never_set.ok()) << never_set.message();
  EXPECT_EQ(never_set.value.digest(), NotificationPreferences::IMMEDIATE);
  const auto set = SetPreferences(
      "users/otto",
      "name: 'tenants/acme/users/otto' digest: DAILY digest_hour: 7 quiet_from: 1200 "
      "quiet_until: 420");
  ASSERT_TRUE(set.ok()) << set.message();
  EXPECT_EQ(set.value.digest_hour(), 7);
  EXPECT_EQ(Preferences("users/otto", "users/otto").value.etag(), set.value.etag());
  EXPECT_EQ(Preferences("users/dan", "users/otto").code(), kDenied);
  EXPECT_EQ(SetPreferences("users/dan", "name: 'tenants/acme/users/otto' digest: WEEKLY").code(),
            kDenied);
  EXPECT_THAT(SetPreferences("users/otto",
                             "name: 'tenants/acme/users/otto' digest_hour: 24 quiet_from: -1 "
                             "quiet_until: 1440")
                  .bad_fields(),
              ElementsAre(Key("notification_preferences.digest_hour"),
                          Key("notification_preferences.quiet_from"),
                          Key("notification_preferences.quiet_until")));
  EXPECT_EQ(
      SetPreferences("users/otto", "name: 'tenants/acme/users/otto' digest: WEEKLY etag: '0-0'")
          .code(),
      grpc::StatusCode::ABORTED);
}

// ann is the administrator, who may erase people and sees all that is configured.
class AdministratorTest : public AcmeTest {
 protected:
  AdministratorTest() : AcmeTest("coreachieve") { MakeUser("otto"); }
};

TEST_F(AdministratorTest, P1_PreferencesGoWithThePerson) {
  v1::UpdateNotificationPreferencesRequest set;
  set.mutable_notification_preferences()->set_name(Full("users/otto"));
  set.mutable_notification_preferences()->set_digest(NotificationPreferences::DAILY);
  ASSERT_TRUE(Call<NotificationPreferences>("users/otto", set).ok());
  v1::DeleteUserRequest erase;
  erase.set_name(Full("users/otto"));
  const auto erased = Call<Empty>("users/ann", erase);
  ASSERT_TRUE(erased.ok()) << erased.message();
  MakeUser("otto");
  v1::GetNotificationPreferencesRequest get;
  get.set_name(Full("users/otto"));
  const auto anew = Call<NotificationPreferences>("users/otto", get);
  ASSERT_TRUE(anew.ok()) << anew.message();
  EXPECT_EQ(anew.value.digest(), NotificationPreferences::IMMEDIATE);
}

TEST_F(AdministratorTest, A1_RulesOfTheTenantAreForTheTenant) {
  v1::CreateNotificationTemplateRequest request;
  request.set_parent(Full(""));
  request.set_notification_template_id("welcome");
  *request.mutable_notification_template() = Parse<NotificationTemplate>(
      "display_name: 'W' event: ENROLLED texts { locale: 'en' subject: 's' text: 't' }");
  EXPECT_EQ(Call<NotificationTemplate>("users/otto", request).code(), kDenied);
  const auto made = Call<NotificationTemplate>("users/ann", request);
  ASSERT_TRUE(made.ok()) << made.message();
  EXPECT_EQ(made.value.home_scope(), Full(""));
  MakeCatalog("safety");
  v1::CreateNotificationRuleRequest rule;
  rule.set_parent(Full(""));
  *rule.mutable_notification_rule() = Parse<NotificationRule>(kRule);
  const auto below = Call<NotificationRule>("users/ann", rule);
  ASSERT_TRUE(below.ok()) << below.message() << ": a template counts for what is below its home";
  v1::GetNotificationTemplateRequest none;
  none.set_name(Full("notificationTemplates/none"));
  EXPECT_EQ(Call<NotificationTemplate>("users/ann", none).code(), grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace provost
