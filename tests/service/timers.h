// Tenants in which time passes: people are told of what comes, and what is to happen does.
#ifndef PROVOST_TESTS_SERVICE_TIMERS_H_
#define PROVOST_TESTS_SERVICE_TIMERS_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "provost/v1/course_service.pb.h"
#include "provost/v1/enrollment_service.pb.h"
#include "provost/v1/notification_service.pb.h"
#include "tenant/times.h"
#include "tests/service/outbox.h"

namespace provost {

inline constexpr absl::Duration kDay = absl::Hours(24);

// The tenant of SafetyMails, without its rule. Time is counted in days from the start of the test.
class TimerTest : public SafetyMails {
 protected:
  TimerTest() {
    v1::DeleteNotificationRuleRequest request;
    request.set_name(Full("notificationRules/enrolled"));
    if (!Call<google::protobuf::Empty>("users/kim", request).ok()) std::abort();
  }

  // It is `days` after the start, and all that is due by then has happened.
  void GoTo(double days) {
    now_ = At(days);
    server().GoTo(now_);
  }
  // All that is due by now has happened.
  void Settle() { server().GoTo(now_); }
  absl::Time At(double days) const { return start_ + days * kDay; }

  // kim's rule of that id, in safety or a catalog in it, with a template of its own that says
  // `text`. `rest`: `lead_days: 7 recipients: LEARNER`.
  Answer<v1::NotificationRule> AddRule(const std::string& id, absl::string_view event,
                                       absl::string_view rest,
                                       absl::string_view text = "{{learner.display_name}}",
                                       absl::string_view catalog = "safety") {
    v1::CreateNotificationTemplateRequest words;
    words.set_parent(Full(""));
    words.set_notification_template_id(id);
    *words.mutable_notification_template() = Parse<v1::NotificationTemplate>(
        absl::StrCat("display_name: 'T' event: ", event, " home_scope: 'tenants/acme/catalogs/",
                     catalog, "' texts { locale: 'en' subject: 'S' text: '", text, "' }"));
    const auto made = Call<v1::NotificationTemplate>("users/kim", words);
    EXPECT_TRUE(made.ok()) << made.message();
    v1::CreateNotificationRuleRequest rule;
    rule.set_parent(Full(""));
    rule.set_notification_rule_id(id);
    *rule.mutable_notification_rule() = Parse<v1::NotificationRule>(
        absl::StrCat("display_name: 'R' event: ", event, " home_scope: 'tenants/acme/catalogs/",
                     catalog, "' template: 'tenants/acme/notificationTemplates/", id, "' ", rest));
    return Call<v1::NotificationRule>("users/kim", rule);
  }
  void MustAddRule(const std::string& id, absl::string_view event, absl::string_view rest,
                   absl::string_view text = "{{learner.display_name}}",
                   absl::string_view catalog = "safety") {
    const auto made = AddRule(id, event, rest, text, catalog);
    ASSERT_TRUE(made.ok()) << made.message();
  }
  Answer<v1::NotificationRule> ChangeRule(absl::string_view id, const std::string& rest) {
    v1::UpdateNotificationRuleRequest request;
    *request.mutable_notification_rule() = Parse<v1::NotificationRule>(
        absl::StrCat("name: '", Full("notificationRules/"), id, "' ", rest));
    return Call<v1::NotificationRule>("users/kim", request);
  }

  // Due `days` after the start.
  void EnrollDue(absl::string_view learner, absl::string_view course, double days) {
    v1::CreateEnrollmentRequest request;
    request.set_parent(Full(""));
    request.mutable_enrollment()->set_learner(Full(absl::StrCat("users/", learner)));
    request.mutable_enrollment()->set_training(Full(absl::StrCat("courses/", course)));
    *request.mutable_enrollment()->mutable_due_time() = ToTimestamp(At(days));
    const auto made = Call<v1::Enrollment>("users/ann", request);
    ASSERT_TRUE(made.ok()) << made.message();
  }

  void Archive(absl::string_view course) {
    v1::ArchiveCourseRequest request;
    request.set_name(Full(course));
    const auto archived = Call<v1::Course>("users/ann", request);
    ASSERT_TRUE(archived.ok()) << archived.message();
  }
  void Unarchive(absl::string_view course) {
    v1::UnarchiveCourseRequest request;
    request.set_name(Full(course));
    const auto thawed = Call<v1::Course>("users/ann", request);
    ASSERT_TRUE(thawed.ok()) << thawed.message();
  }

  // Who was told what, oldest first: `lea: DUE_SOON fire`.
  std::vector<std::string> Told() {
    std::vector<std::string> told;
    for (const v1::OutboxMessage& message : Messages()) {
      told.push_back(absl::StrReplaceAll(
          absl::StrCat(message.recipient(), ": ", v1::NotificationRule::Event_Name(message.event()),
                       " ", message.training()),
          {{Full("users/"), ""}, {Full("courses/"), ""}}));
    }
    return told;
  }

 private:
  // To a full second.
  const absl::Time start_ = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()));
  absl::Time now_ = start_;
};

}  // namespace provost

#endif  // PROVOST_TESTS_SERVICE_TIMERS_H_
