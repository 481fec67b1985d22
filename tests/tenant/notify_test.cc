// The mails that a draft causes, as they stand in the outbox (KA4).
#include "tenant/notify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tenant/enrollments.h"
#include "tenant/homed_rows.h"
#include "tenant/outbox.h"
#include "tenant/times.h"
#include "world.h"

namespace provost {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using v1::NotificationRule;

// A rule at the tenant that mails learners and their managers about courses/fire.
class NotifyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    tenants_.MakeAcme();
    Change([&](MutationContext& context) -> absl::Status {
      TenantDraft& draft = context.draft();
      fire_ = TenantFixture::PutCourse(draft, "fire", TenantFixture::PutCatalog(draft, "safety"));
      rows::NotificationTemplateRow words;
      words.set_home(kRootScope.value);
      AddText("en", "Welcome", "Dear {{recipient.given_name}}", &words);
      AddText("de", "Willkommen", "Servus {{recipient.given_name}}", &words);
      PutTemplate(draft, words);
      rows::NotificationRuleRow rule;
      rule.set_home(kRootScope.value);
      rule.set_template_("welcome");
      rule.mutable_rule()->set_event(NotificationRule::ENROLLED);
      rule.mutable_rule()->add_recipients(NotificationRule::LEARNER);
      rule.mutable_rule()->add_recipients(NotificationRule::MANAGER);
      draft.Write(store::Table::kNotifications,
                  EntityKey(draft.number(), Collection::kNotificationRules, "enrolled"), rule);
      draft.WriteBytes(store::Table::kIndexes,
                       HomedAtKey(draft.number(), kRootScope, "notificationRules/enrolled"),
                       store::MakeRecord(""));
      return absl::OkStatus();
    });
  }

  static void AddText(const std::string& locale, const std::string& subject,
                      const std::string& text, rows::NotificationTemplateRow* words) {
    v1::NotificationText& added = *words->mutable_template_()->add_texts();
    added.set_locale(locale);
    added.set_subject(subject);
    added.set_text(text);
  }
  static void PutTemplate(TenantDraft& draft, const rows::NotificationTemplateRow& words) {
    draft.Write(store::Table::kNotifications,
                EntityKey(draft.number(), Collection::kNotificationTemplates, "welcome"), words);
  }
  static SubjectId PutPerson(TenantDraft& draft, const std::string& id, const std::string& locale,
                             SubjectId manager = SubjectId(0)) {
    rows::UserRow row;
    row.set_uid(draft.NewSubject().value);
    row.set_home(kRootScope.value);
    row.set_manager(manager.value);
    row.mutable_user()->set_given_name(id);
    row.mutable_user()->set_email(id + "@acme.example");
    row.mutable_user()->set_locale(locale);
    const SubjectId uid(row.uid());
    draft.Put(id, std::move(row));
    return uid;
  }
  absl::Status EnrollIn(TenantDraft& draft, SubjectId learner) {
    return Enroll(draft, EnrollmentId{fire_.value, learner.value}, {}, Entry::kByHand, {});
  }
  absl::Status TryChange(const std::function<absl::Status(MutationContext&)>& change) {
    return tenants_
        .Change(tenants_.acme(),
                [&](MutationContext& context) -> absl::StatusOr<std::string> {
                  if (absl::Status status = change(context); !status.ok()) return status;
                  return std::string();
                })
        .status();
  }
  void Change(const std::function<absl::Status(MutationContext&)>& change) {
    const absl::Status status = TryChange(change);
    ASSERT_TRUE(status.ok()) << status;
  }
  std::vector<rows::OutboxRow> Outbox() {
    std::vector<rows::OutboxRow> rows;
    auto times =
        ReadOutboxTimes(tenants_.database(),
                        OutboxWaiting(tenants_.acme()->number(), absl::InfiniteFuture()), 100000);
    EXPECT_TRUE(times.ok()) << times.status();
    for (const OutboxTime& time : *times) {
      auto row = ReadOutbox(tenants_.database(), tenants_.acme()->number(), time.uid);
      EXPECT_TRUE(row.ok() && row->has_value()) << row.status();
      EXPECT_EQ(FromTimestamp((*row)->message().next_time()), time.time);
      EXPECT_EQ((*row)->recipient(), time.recipient);
      rows.push_back(**std::move(row));
    }
    return rows;
  }
  std::vector<std::string> Texts() {
    std::vector<std::string> texts;
    for (const rows::OutboxRow& row : Outbox()) {
      texts.push_back(absl::StrCat(row.subject(), ": ", row.text()));
    }
    return texts;
  }

  TenantFixture tenants_;
  ScopeId fire_;
};

TEST_F(NotifyTest, KA4_EachIsWrittenToInTheirLanguage) {
  Change([&](MutationContext& context) {
    TenantDraft& draft = context.draft();
    const SubjectId mo = PutPerson(draft, "mo", "de-AT");
    return EnrollIn(draft, PutPerson(draft, "lea", "", mo));
  });
  EXPECT_THAT(Texts(), UnorderedElementsAre("Welcome: Dear lea", "Willkommen: Servus mo"))
      << "people who are made by the very change too";
}

TEST_F(NotifyTest, KA4_WhatEndsInTheChangeThatMadeItIsNoEvent) {
  SubjectId lea;
  Change([&](MutationContext& context) {
    lea = PutPerson(context.draft(), "lea", "");
    absl::Status status = EnrollIn(context.draft(), lea);
    if (!status.ok()) return status;
    return EraseEnrollmentRecord(context.draft(), EnrollmentId{fire_.value, lea.value});
  });
  EXPECT_THAT(Texts(), IsEmpty());
  Change([&](MutationContext& context) { return EnrollIn(context.draft(), lea); });
  EXPECT_THAT(Texts(), SizeIs(1));
  Change([&](MutationContext& context) {
    absl::Status status =
        EraseEnrollmentRecord(context.draft(), EnrollmentId{fire_.value, lea.value});
    if (!status.ok()) return status;
    return EnrollIn(context.draft(), lea);
  });
  EXPECT_THAT(Texts(), SizeIs(1)) << "she was enrolled before, and is";
}

TEST_F(NotifyTest, KA4_EachPartOfAChangeMailsForItselfAndOneThatFailsMailsNothing) {
  Change([&](MutationContext& context) -> absl::Status {
    for (const char* id : {"lea", "leo", "eve"}) {
      const absl::StatusOr<bool> done = context.Part([&](TenantDraft& draft) -> absl::Status {
        absl::Status status = EnrollIn(draft, PutPerson(draft, id, ""));
        return absl::string_view(id) == "eve" ? absl::InternalError("no") : status;
      });
      EXPECT_EQ(done.ok(), absl::string_view(id) != "eve");
    }
    return absl::OkStatus();
  });
  EXPECT_THAT(Texts(), UnorderedElementsAre("Welcome: Dear lea", "Welcome: Dear leo"));
}

TEST_F(NotifyTest, KA4_OneChangeWritesABoundedAmountOfMail) {
  Change([&](MutationContext& context) -> absl::Status {
    rows::NotificationTemplateRow words;
    words.set_home(kRootScope.value);
    AddText("en", "Welcome", std::string(64 << 10, 'x'), &words);
    PutTemplate(context.draft(), words);
    return absl::OkStatus();
  });
  const auto enroll = [&](const std::string& prefix, size_t people) {
    return TryChange([&](MutationContext& context) -> absl::Status {
      for (size_t i = 0; i < people; ++i) {
        absl::Status status =
            EnrollIn(context.draft(), PutPerson(context.draft(), absl::StrCat(prefix, i), ""));
        if (!status.ok()) return status;
      }
      return absl::OkStatus();
    });
  };
  const absl::Status much = enroll("a", kMaxMailBytesOfChange / (64 << 10));
  EXPECT_EQ(much.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(much.message()), HasSubstr("`enrolled`"));
  EXPECT_THAT(Outbox(), IsEmpty());
  const absl::Status enough = enroll("b", 20);
  EXPECT_TRUE(enough.ok()) << enough;
  EXPECT_THAT(Outbox(), SizeIs(20));
}

}  // namespace
}  // namespace provost
