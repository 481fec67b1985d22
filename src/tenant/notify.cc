#include "tenant/notify.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "tenant/enrollment_rows.h"
#include "tenant/errors.h"
#include "tenant/homed_rows.h"
#include "tenant/mail_text.h"
#include "tenant/mail_time.h"
#include "tenant/outbox.h"
#include "tenant/settings_row.h"
#include "tenant/times.h"

namespace provost {
namespace {

using v1::NotificationRule;
using v1::OutboxMessage;

// What a mail may say of somebody, and how it gets to them.
struct Person {
  SubjectId uid;
  uint32_t manager = 0;
  bool suspended = false;
  v1::User user;
};

// A rule that asks for mails, with its template.
struct AskingRule {
  std::string id;
  rows::NotificationRuleRow row;
  std::shared_ptr<const rows::NotificationTemplateRow> words;

  bool Asks(NotificationRule::Recipient recipient) const {
    const auto& recipients = row.rule().recipients();
    return std::find(recipients.begin(), recipients.end(), recipient) != recipients.end();
  }
};

// Writes the mails of one draft. What several of them need is read once.
class Mails {
 public:
  explicit Mails(TenantDraft& draft) : draft_(draft) {}

  absl::Status ForEnrollments();

 private:
  absl::StatusOr<std::vector<AskingRule>> RulesFor(ScopeId training);
  absl::StatusOr<const std::vector<AskingRule>*> RulesAt(ScopeId scope);
  // Whether the draft made it, and it still stands.
  absl::StatusOr<bool> IsNew(EnrollmentId id) const;
  // Null for whoever is not there.
  absl::StatusOr<const Person*> Find(SubjectId uid);
  absl::Status SetTraining(ScopeId training);
  absl::Status ReadDefaults();
  void SetFields(absl::string_view who, const Person* person);
  absl::Status ForEnrollment(EnrollmentId id, const std::vector<AskingRule>& rules);
  absl::Status Put(EnrollmentId id, const AskingRule& rule, const Person& recipient);
  absl::TimeZone ZoneOf(const Person& person) const;

  TenantDraft& draft_;
  absl::flat_hash_map<uint32_t, std::vector<AskingRule>> rules_;  // by scope
  absl::flat_hash_map<uint32_t, std::unique_ptr<const Person>> people_;
  // By template, then locale: the number of the text.
  absl::flat_hash_map<std::string, absl::flat_hash_map<std::string, const v1::NotificationText*>>
      texts_;
  bool has_defaults_ = false;
  std::string language_;
  absl::TimeZone zone_;
  MailFields fields_;
  size_t bytes_ = 0;
};

absl::Status Mails::ForEnrollments() {
  std::vector<EnrollmentId> made = draft_.enrolled();
  const auto key = [](const EnrollmentId& id) { return std::make_pair(id.training, id.learner); };
  std::sort(made.begin(), made.end(),
            [&](const EnrollmentId& a, const EnrollmentId& b) { return key(a) < key(b); });
  made.erase(
      std::unique(made.begin(), made.end(),
                  [&](const EnrollmentId& a, const EnrollmentId& b) { return key(a) == key(b); }),
      made.end());
  uint32_t training = 0;
  std::vector<AskingRule> rules;
  for (const EnrollmentId& id : made) {
    if (id.training != training) {
      training = id.training;
      absl::StatusOr<std::vector<AskingRule>> found = RulesFor(ScopeId(training));
      if (!found.ok()) return found.status();
      rules = *std::move(found);
      if (rules.empty()) continue;
      if (absl::Status status = SetTraining(ScopeId(training)); !status.ok()) return status;
    }
    if (rules.empty()) continue;
    absl::StatusOr<bool> is_new = IsNew(id);
    if (!is_new.ok()) return is_new.status();
    if (!*is_new) continue;
    if (absl::Status status = ForEnrollment(id, rules); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<AskingRule>> Mails::RulesFor(ScopeId training) {
  std::vector<AskingRule> rules;
  if (!draft_.state().HasScope(training)) return rules;
  for (ScopeId scope = training;; scope = draft_.state().ParentOf(scope)) {
    absl::StatusOr<const std::vector<AskingRule>*> at = RulesAt(scope);
    if (!at.ok()) return at.status();
    rules.insert(rules.end(), (*at)->begin(), (*at)->end());
    if (scope == draft_.state().root()) return rules;
  }
}

absl::StatusOr<const std::vector<AskingRule>*> Mails::RulesAt(ScopeId scope) {
  const auto known = rules_.find(scope.value);
  if (known != rules_.end()) return &known->second;
  std::vector<AskingRule> rules;
  absl::StatusOr<std::vector<std::string>> ids =
      IdsHomedAt(draft_.reader(), draft_.number(), scope, Collection::kNotificationRules);
  if (!ids.ok()) return ids.status();
  for (std::string& id : *ids) {
    absl::StatusOr<std::optional<rows::NotificationRuleRow>> row =
        draft_.Get<rows::NotificationRuleRow>(id);
    if (!row.ok()) return row.status();
    if (!row->has_value() || (*row)->rule().disabled() ||
        (*row)->rule().event() != NotificationRule::ENROLLED) {
      continue;
    }
    absl::StatusOr<std::optional<rows::NotificationTemplateRow>> words =
        draft_.Get<rows::NotificationTemplateRow>((*row)->template_());
    if (!words.ok()) return words.status();
    if (!words->has_value()) continue;
    rules.push_back({std::move(id), **std::move(row),
                     std::make_shared<const rows::NotificationTemplateRow>(**std::move(words))});
  }
  std::vector<AskingRule>& kept = rules_[scope.value];
  kept = std::move(rules);
  return &kept;
}

absl::StatusOr<bool> Mails::IsNew(EnrollmentId id) const {
  absl::StatusOr<std::optional<rows::EnrollmentRow>> before =
      ReadEnrollment(draft_.before(), draft_.number(), id);
  if (!before.ok()) return before.status();
  if (before->has_value()) return false;
  absl::StatusOr<std::optional<rows::EnrollmentRow>> now =
      ReadEnrollment(draft_.reader(), draft_.number(), id);
  if (!now.ok()) return now.status();
  return now->has_value();
}

absl::StatusOr<const Person*> Mails::Find(SubjectId uid) {
  const auto known = people_.find(uid.value);
  if (known != people_.end()) return known->second.get();
  std::unique_ptr<Person> person;
  const WorldState& state = draft_.state();
  if (state.HasSubject(uid) && state.KindOf(uid) == SubjectKind::kUser) {
    absl::StatusOr<std::optional<rows::UserRow>> row =
        draft_.Get<rows::UserRow>(SplitRelative(state.SubjectName(uid))->id);
    if (!row.ok()) return row.status();
    if (row->has_value()) {
      person = std::make_unique<Person>();
      person->uid = uid;
      person->manager = (*row)->manager();
      person->suspended = (*row)->user().suspended();
      person->user = std::move(*(*row)->mutable_user());
    }
  }
  return (people_[uid.value] = std::move(person)).get();
}

absl::Status Mails::ReadDefaults() {
  if (has_defaults_) return absl::OkStatus();
  absl::StatusOr<rows::SettingsRow> settings = ReadSettings(draft_.reader(), draft_.number());
  if (!settings.ok()) return settings.status();
  language_ = DefaultLanguage(*settings);
  if (!absl::LoadTimeZone(DefaultTimeZone(*settings), &zone_)) zone_ = absl::UTCTimeZone();
  fields_["tenant.display_name"] = draft_.row().tenant().display_name();
  has_defaults_ = true;
  return absl::OkStatus();
}

absl::Status Mails::SetTraining(ScopeId training) {
  if (absl::Status status = ReadDefaults(); !status.ok()) return status;
  const absl::string_view relative = draft_.state().ScopeName(training);
  const RelativeName name = *SplitRelative(relative);
  std::string display_name;
  if (name.collection == Collection::kCourses) {
    absl::StatusOr<std::optional<rows::CourseRow>> row = draft_.Get<rows::CourseRow>(name.id);
    if (!row.ok()) return row.status();
    if (row->has_value()) display_name = (*row)->course().display_name();
  } else {
    absl::StatusOr<std::optional<rows::TrainingPlanRow>> row =
        draft_.Get<rows::TrainingPlanRow>(name.id);
    if (!row.ok()) return row.status();
    if (row->has_value()) display_name = (*row)->training_plan().display_name();
  }
  fields_["training.display_name"] = std::move(display_name);
  fields_["training.name"] = FullName(draft_.id(), relative);
  return absl::OkStatus();
}

absl::Status Mails::ForEnrollment(EnrollmentId id, const std::vector<AskingRule>& rules) {
  absl::StatusOr<const Person*> learner = Find(SubjectId(id.learner));
  if (!learner.ok()) return learner.status();
  if (*learner == nullptr) return absl::OkStatus();
  const Person* manager = nullptr;
  if ((*learner)->manager != 0) {
    absl::StatusOr<const Person*> found = Find(SubjectId((*learner)->manager));
    if (!found.ok()) return found.status();
    manager = *found;
  }
  SetFields("learner", *learner);
  SetFields("manager", manager);
  bool mailed_learner = false;
  for (const NotificationRule::Recipient as :
       {NotificationRule::LEARNER, NotificationRule::MANAGER}) {
    const Person* const to = as == NotificationRule::LEARNER ? *learner : manager;
    if (to == nullptr || to->suspended || (to == *learner && mailed_learner)) continue;
    const auto rule = std::find_if(rules.begin(), rules.end(),
                                   [&](const AskingRule& each) { return each.Asks(as); });
    if (rule == rules.end()) continue;
    mailed_learner |= to == *learner;
    SetFields("recipient", to);
    if (absl::Status status = Put(id, *rule, *to); !status.ok()) return status;
  }
  return absl::OkStatus();
}

void Mails::SetFields(absl::string_view who, const Person* person) {
  static const v1::User* const kNobody = new v1::User();
  const v1::User& user = person == nullptr ? *kNobody : person->user;
  struct Names {
    absl::string_view who, display, given, family;
  };
  constexpr Names kNames[] = {
      {"learner", "learner.display_name", "learner.given_name", "learner.family_name"},
      {"manager", "manager.display_name", "manager.given_name", "manager.family_name"},
      {"recipient", "recipient.display_name", "recipient.given_name", "recipient.family_name"}};
  for (const Names& names : kNames) {
    if (names.who != who) continue;
    fields_[names.display] = user.display_name();
    fields_[names.given] = user.given_name();
    fields_[names.family] = user.family_name();
  }
}

absl::TimeZone Mails::ZoneOf(const Person& person) const {
  absl::TimeZone zone;
  const std::string& name = person.user.time_zone();
  return !name.empty() && absl::LoadTimeZone(name, &zone) ? zone : zone_;
}

absl::Status Mails::Put(EnrollmentId id, const AskingRule& rule, const Person& recipient) {
  const std::string& locale = recipient.user.locale();
  const v1::NotificationText*& text = texts_[rule.row.template_()][locale];
  if (text == nullptr) text = &ChooseMailText(rule.words->template_(), locale, language_);

  rows::OutboxRow row;
  row.set_recipient(recipient.uid.value);
  row.set_learner(id.learner);
  row.set_training(id.training);
  row.set_home(rule.row.home());
  row.set_subject(RenderMailText(text->subject(), fields_));
  row.set_text(RenderMailText(text->text(), fields_));
  bytes_ += row.subject().size() + row.text().size();
  if (bytes_ > kMaxMailBytesOfChange) {
    return FailedPrecondition(
        "TOO_MUCH_MAIL", FullName(draft_.id(), kRootScopeName),
        absl::StrCat("the notification rules would mail more than ", kMaxMailBytesOfChange,
                     " bytes on this change, which is the most; enroll fewer people at once, or "
                     "mail less, as by `",
                     rule.id, "`"));
  }
  OutboxMessage& message = *row.mutable_message();
  message.set_rule(rule.id);
  message.set_event(NotificationRule::ENROLLED);
  *message.mutable_create_time() = ToTimestamp(draft_.now());
  if (recipient.user.email().empty()) {
    message.set_state(OutboxMessage::UNDELIVERABLE);
    message.set_last_error("the person has no e-mail address");
    *row.mutable_end_time() = ToTimestamp(draft_.now());
  } else {
    absl::StatusOr<rows::NotificationPreferencesRow> preferences =
        ReadPreferences(draft_.reader(), draft_.number(), recipient.uid);
    if (!preferences.ok()) return preferences.status();
    message.set_state(OutboxMessage::WAITING);
    *message.mutable_next_time() =
        ToTimestamp(NextMailTime(draft_.now(), preferences->preferences(), ZoneOf(recipient)));
    row.set_digest(WantsDigest(preferences->preferences()));
  }
  PutOutbox(draft_, draft_.NewItem(), nullptr, std::move(row));
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteMails(TenantDraft& draft) {
  if (draft.enrolled().empty()) return absl::OkStatus();
  return Mails(draft).ForEnrollments();
}

}  // namespace provost
