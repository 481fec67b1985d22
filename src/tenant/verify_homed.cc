// Competencies, notification rules and templates, how people want to be mailed, and the mails.
#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "provost/internal/v1/notification_rows.pb.h"
#include "tenant/homed_rows.h"
#include "tenant/outbox.h"
#include "tenant/reports.h"
#include "tenant/times.h"
#include "tenant/verify_checks.h"

namespace provost {
namespace {

using store::KeyWriter;
using store::Table;
using v1::OutboxMessage;

// What has a home and a uid of its own.
template <typename Row>
void CheckHomed(TenantVerifier& tenant, absl::string_view relative, const Row& row) {
  tenant.Revision(row.revision());
  tenant.Scope(row.home(), "home");
  tenant.Wants(Table::kIndexes, HomedAtKey(tenant.number(), ScopeId(row.home()), relative));
}

class CompetencyChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Note(VerifiedRow& row) override {
    const auto competency = ParseRow<rows::CompetencyRow>(row.table, row.key, row.value);
    if (competency.ok()) tenant_.NoteItem(competency->uid(), Collection::kCompetencies);
  }

  void Check(VerifiedRow& row) override {
    std::string id;
    const auto competency = tenant_.ParseNamed<rows::CompetencyRow>(row, &id);
    if (!competency.has_value()) return;
    CheckHomed(tenant_, absl::StrCat(CollectionName(Collection::kCompetencies), "/", id),
               *competency);
  }
};

class NotificationChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Note(VerifiedRow& row) override {
    const std::optional<RelativeName> name = SplitRelative(relative_ = row.rest.String());
    if (!name.has_value()) return;
    uint64_t uid = 0;
    if (name->collection == Collection::kNotificationRules) {
      const auto rule = ParseRow<rows::NotificationRuleRow>(row.table, row.key, row.value);
      if (rule.ok()) uid = rule->uid();
    } else if (name->collection == Collection::kNotificationTemplates) {
      const auto words = ParseRow<rows::NotificationTemplateRow>(row.table, row.key, row.value);
      if (words.ok()) uid = words->uid();
    }
    if (uid != 0) tenant_.NoteItem(uid, name->collection);
  }

  void Check(VerifiedRow& row) override {
    relative_ = row.rest.String();
    const bool is_preferences = relative_ == "preferences";
    const SubjectId user(is_preferences ? row.rest.U32() : 0);
    if (!tenant_.IsWhole(row)) return;
    const std::optional<RelativeName> name = SplitRelative(relative_);
    if (is_preferences) {
      tenant_.User(user.value, "user");
      const auto preferences = tenant_.Parse<rows::NotificationPreferencesRow>(row);
      if (preferences.has_value()) tenant_.Revision(preferences->revision());
    } else if (name.has_value() && name->collection == Collection::kNotificationRules) {
      const auto rule = tenant_.Parse<rows::NotificationRuleRow>(row);
      if (rule.has_value()) CheckRule(std::string(name->id), *rule);
    } else if (name.has_value() && name->collection == Collection::kNotificationTemplates) {
      const auto words = tenant_.Parse<rows::NotificationTemplateRow>(row);
      if (words.has_value()) CheckHomed(tenant_, relative_, *words);
    } else {
      tenant_.Unknown(absl::StrCat("`", relative_, "` is no name of a rule or template"));
    }
  }

 private:
  void CheckRule(const std::string& id, const rows::NotificationRuleRow& row) {
    CheckHomed(tenant_, relative_, row);
    tenant_.Wants(Table::kIndexes, TemplateRuleKey(tenant_.number(), row.template_(), id));
    tenant_.CountReference();
    const auto words = ReadRow<rows::NotificationTemplateRow>(
        tenant_.reader(), Table::kNotifications,
        EntityKey(tenant_.number(), Collection::kNotificationTemplates, row.template_()));
    if (words.ok() && !words->has_value()) {
      tenant_.Dangling(
          absl::StrCat("names the template `", row.template_(), "`, which is not there"));
    }
  }

  std::string relative_;
};

// What the second part of a key says (outbox.cc).
constexpr uint8_t kMessagePart = 0;
constexpr uint8_t kWaitingPart = 1;
constexpr uint8_t kEndedPart = 2;

class OutboxChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Check(VerifiedRow& row) override {
    const uint8_t part = row.rest.U8();
    if (part == kWaitingPart || part == kEndedPart) {
      row.rest.Time();
      if (part == kWaitingPart) row.rest.U32();
      row.rest.U64();
      if (tenant_.IsWhole(row)) tenant_.Has(row.table, row.key);
      return;
    }
    if (part != kMessagePart) {
      tenant_.Unknown(absl::StrCat("is of part ", part, " of the outbox"));
      return;
    }
    const uint64_t uid = row.rest.U64();
    if (!tenant_.IsWhole(row)) return;
    if (const auto mail = tenant_.Parse<rows::OutboxRow>(row)) CheckMail(uid, *mail);
  }

 private:
  void CheckMail(uint64_t uid, const rows::OutboxRow& row) {
    tenant_.Revision(row.revision());
    tenant_.GivenItem(uid, "uid");
    tenant_.User(row.recipient(), "recipient");
    tenant_.Scope(row.home(), "home");
    WantsTime(uid, row);
    std::set<std::string> keys = {FoundBy(kPerson, row.recipient(), uid)};
    if (row.report() != 0) {
      CheckReport(uid, row);
    } else {
      tenant_.User(row.learner(), "learner");
      if (row.message().event() == v1::NotificationRule::GRANT_EXPIRING) {
        tenant_.Scope(row.training(), "scope");
      } else {
        tenant_.ScopeIn(row.training(), {Collection::kCourses, Collection::kPlans}, "training");
      }
      keys.insert(FoundBy(kPerson, row.learner(), uid));
      keys.insert(FoundBy(kScope, row.training(), uid));
    }
    if (row.home() != kRootScope.value) keys.insert(FoundBy(kScope, row.home(), uid));
    for (const std::string& key : keys) tenant_.Wants(Table::kIndexes, key);
  }

  // Only one that waits needs its report: what was sent says what was sent, whatever became of it.
  void CheckReport(uint64_t uid, const rows::OutboxRow& row) {
    if (row.learner() != 0 || row.training() != 0 || !row.message().rule().empty() ||
        row.digest() || !row.subject().empty() || !row.text().empty()) {
      tenant_.Figure("brings a report, and says something else too");
    }
    tenant_.CountReference();
    const auto report =
        ReadReportOf(tenant_.reader(), tenant_.number(), SubjectId(row.recipient()), row.report());
    if (!report.ok()) return;  // Its own checker says what is wrong.
    const bool waits = row.message().state() == OutboxMessage::WAITING;
    if (!report->has_value()) {
      if (waits) tenant_.Dangling("waits to bring a report that is not there, or another\'s");
      return;
    }
    if ((*report)->id != row.report_id()) tenant_.Figure("brings a report that has another id");
    if (waits && (*report)->row.last_message() != uid) {
      tenant_.Figure("waits, and is not the last mail of its report");
    }
  }

  void WantsTime(uint64_t uid, const rows::OutboxRow& row) {
    const OutboxMessage& message = row.message();
    KeyWriter key(tenant_.number());
    if (message.state() == OutboxMessage::WAITING) {
      if (!message.has_next_time()) tenant_.Figure("waits, and does not say for when");
      key.U8(kWaitingPart).Time(FromTimestamp(message.next_time())).U32(row.recipient());
    } else {
      if (message.state() == OutboxMessage::STATE_UNSPECIFIED) tenant_.Figure("has no state");
      if (!row.has_end_time()) tenant_.Figure("has ended, and does not say when");
      key.U8(kEndedPart).Time(FromTimestamp(row.end_time()));
    }
    tenant_.Wants(Table::kOutbox, key.U64(uid).Take());
  }

  // What a mail is found by, in the index.
  static constexpr uint8_t kPerson = 1;
  static constexpr uint8_t kScope = 2;

  std::string FoundBy(uint8_t which, uint32_t of, uint64_t uid) const {
    return KeyWriter(tenant_.number()).U8(kOutboxIndex).U8(which).U32(of).U64(uid).Take();
  }
};

void CheckCourseCompetencies(TenantVerifier& tenant, VerifiedRow& row) {
  const ScopeId course(row.rest.U32());
  const auto given = tenant.Parse<rows::CourseCompetenciesRow>(row);
  if (!given.has_value()) return;
  tenant.Revision(given->revision());
  tenant.ScopeIn(course.value, {Collection::kCourses}, "course");
  for (const rows::CourseCompetenciesRow::Entry& entry : given->entries()) {
    tenant.Wants(Table::kIndexes, CompetencyCourseKey(tenant.number(), entry.competency(), course));
    tenant.CountReference();
    const auto competency = ReadRow<rows::CompetencyRow>(
        tenant.reader(), Table::kCompetencies,
        EntityKey(tenant.number(), Collection::kCompetencies, entry.competency()));
    if (!competency.ok()) continue;  // Its own checker says what is wrong.
    if (!competency->has_value()) {
      tenant.Dangling(
          absl::StrCat("names the competency `", entry.competency(), "`, which is not there"));
      continue;
    }
    const auto& levels = (*competency)->competency().levels();
    if (std::none_of(levels.begin(), levels.end(), [&](const v1::CompetencyLevel& level) {
          return level.id() == entry.level();
        })) {
      tenant.Dangling(absl::StrCat("names the level `", entry.level(), "` of the competency `",
                                   entry.competency(), "`, which is not there"));
    }
  }
}

}  // namespace

CheckSet HomedChecks() {
  return {
      {{Table::kCompetencies, MakeChecker<CompetencyChecker>, /*has_notes=*/true},
       {Table::kNotifications, MakeChecker<NotificationChecker>, /*has_notes=*/true},
       {Table::kOutbox, MakeChecker<OutboxChecker>}},
      {{kCourseCompetencyIndex, "4", IndexCheck::Value::kBytes, CheckCourseCompetencies},
       {kCompetencyCourseIndex, "s4"},
       {kOutboxIndex, "148"},
       {kTemplateRuleIndex, "ss"},
       {kHomeIndex, "4s"}},
  };
}

}  // namespace provost
