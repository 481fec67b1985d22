#include "tenant/notify.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "tenant/errors.h"
#include "tenant/homed_rows.h"
#include "tenant/mail_text.h"
#include "tenant/mail_time.h"
#include "tenant/mail_topics.h"
#include "tenant/moments.h"
#include "tenant/outbox.h"
#include "tenant/settings_row.h"
#include "tenant/times.h"
#include "tenant/training_rules.h"

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

  bool IsOn(NotificationRule::Event event) const { return row.rule().event() == event; }
  bool Asks(NotificationRule::Recipient recipient) const {
    const auto& recipients = row.rule().recipients();
    return std::find(recipients.begin(), recipients.end(), recipient) != recipients.end();
  }
};

// Writes the mails of one draft. What several of them need is read once.
class Mails {
 public:
  explicit Mails(TenantDraft& draft) : draft_(draft) {}

  absl::Status ForCauses();

 private:
  absl::StatusOr<std::vector<AskingRule>> RulesFor(ScopeId training);
  absl::StatusOr<const std::vector<AskingRule>*> RulesAt(ScopeId scope);
  // Null for whoever is not there.
  absl::StatusOr<const Person*> Find(SubjectId uid);
  absl::Status SetTraining(ScopeId scope);
  absl::Status ReadDefaults();
  void SetFields(absl::string_view who, const Person* person);
  // Who was told ahead of a moment becomes `told_`; false where there is none.
  absl::StatusOr<bool> SetTold(const Moment& moment);
  void KeepTold();
  // `rules` are all that count there.
  absl::Status ForCause(const MailCause& cause, const std::vector<AskingRule>& rules);
  absl::Status Put(const MailCause& cause, const MailTopic& topic, const AskingRule& rule,
                   const Person& recipient);
  absl::TimeZone ZoneOf(const Person& person) const;

  TenantDraft& draft_;
  MailTopics topics_{draft_};
  absl::flat_hash_map<uint32_t, std::vector<AskingRule>> rules_;  // by scope
  absl::flat_hash_map<uint32_t, std::unique_ptr<const Person>> people_;
  // By template, then locale: the number of the text.
  absl::flat_hash_map<std::string, absl::flat_hash_map<std::string, const v1::NotificationText*>>
      texts_;
  bool has_defaults_ = false;
  std::string language_;
  absl::TimeZone zone_;
  MailFields fields_;
  std::optional<Moment> told_of_;  // of which moment `told_` is
  rows::TimerRow told_;
  size_t bytes_ = 0;
};

// What is about one training stands together; the same twice counts once.
auto OrderOf(const MailCause& cause) {
  return std::make_tuple(cause.enrollment.training, static_cast<int>(cause.event), cause.session,
                         cause.grant, cause.enrollment.learner, cause.lead_days);
}

absl::Status Mails::ForCauses() {
  std::vector<MailCause> causes = draft_.mail_causes();
  std::sort(causes.begin(), causes.end(),
            [](const MailCause& a, const MailCause& b) { return OrderOf(a) < OrderOf(b); });
  causes.erase(
      std::unique(causes.begin(), causes.end(),
                  [](const MailCause& a, const MailCause& b) { return OrderOf(a) == OrderOf(b); }),
      causes.end());
  uint32_t training = 0;
  std::vector<AskingRule> rules;
  for (const MailCause& cause : causes) {
    if (cause.enrollment.training != training) {
      training = cause.enrollment.training;
      absl::StatusOr<std::vector<AskingRule>> found = RulesFor(ScopeId(training));
      if (!found.ok()) return found.status();
      rules = *std::move(found);
      if (rules.empty()) continue;
      if (absl::Status status = SetTraining(ScopeId(training)); !status.ok()) return status;
    }
    const bool is_asked_for = std::any_of(
        rules.begin(), rules.end(), [&](const AskingRule& rule) { return rule.IsOn(cause.event); });
    if (!is_asked_for) continue;
    if (absl::Status status = ForCause(cause, rules); !status.ok()) return status;
  }
  KeepTold();
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
    if (!row->has_value() || (*row)->rule().disabled()) continue;
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

absl::Status Mails::SetTraining(ScopeId scope) {
  if (absl::Status status = ReadDefaults(); !status.ok()) return status;
  absl::StatusOr<std::optional<Training>> training =
      ReadTraining(draft_.reader(), draft_.number(), draft_.state(), scope);
  if (!training.ok()) return training.status();
  // Of a role, it may be held anywhere.
  fields_["training.display_name"] =
      training->has_value() ? std::move((*training)->display_name) : std::string();
  fields_["training.name"] = FullName(draft_.id(), draft_.state().ScopeName(scope));
  return absl::OkStatus();
}

absl::StatusOr<bool> Mails::SetTold(const Moment& moment) {
  const auto key = [](const Moment& each) {
    return std::make_tuple(each.kind, each.time, each.a, each.b, each.c);
  };
  if (told_of_.has_value() && key(*told_of_) == key(moment)) return true;
  KeepTold();
  absl::StatusOr<std::optional<rows::TimerRow>> row =
      ReadMoment(draft_.reader(), draft_.number(), moment);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return false;
  told_of_ = moment;
  told_ = **std::move(row);
  return true;
}

void Mails::KeepTold() {
  if (told_of_.has_value()) WriteMoment(draft_, *told_of_, told_);
  told_of_.reset();
}

absl::Status Mails::ForCause(const MailCause& cause, const std::vector<AskingRule>& rules) {
  absl::StatusOr<const Person*> learner = Find(SubjectId(cause.enrollment.learner));
  if (!learner.ok()) return learner.status();
  if (*learner == nullptr) return absl::OkStatus();
  absl::StatusOr<std::optional<MailTopic>> topic = topics_.Read(cause);
  if (!topic.ok()) return topic.status();
  if (!topic->has_value()) return absl::OkStatus();
  if ((*topic)->moment.has_value()) {
    absl::StatusOr<bool> is_there = SetTold(*(*topic)->moment);
    if (!is_there.ok()) return is_there.status();
    if (!*is_there) return absl::OkStatus();
  }
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
    const bool as_learner = as == NotificationRule::LEARNER;
    const Person* const to = as_learner ? *learner : manager;
    if (to == nullptr || to->suspended || (to == *learner && mailed_learner)) continue;
    const auto rule = std::find_if(rules.begin(), rules.end(), [&](const AskingRule& each) {
      return each.IsOn(cause.event) && each.Asks(as);
    });
    if (rule == rules.end() || rule->row.rule().lead_days() != cause.lead_days) continue;
    if ((*topic)->moment.has_value()) {
      auto* const before = as_learner ? told_.mutable_told() : told_.mutable_managers_told();
      const uint32_t uid = cause.enrollment.learner;
      if (std::find(before->begin(), before->end(), uid) != before->end()) continue;
      before->Add(uid);
    }
    mailed_learner |= to == *learner;
    SetFields("recipient", to);
    if (absl::Status status = Put(cause, **topic, *rule, *to); !status.ok()) return status;
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

absl::Status Mails::Put(const MailCause& cause, const MailTopic& topic, const AskingRule& rule,
                        const Person& recipient) {
  const absl::TimeZone zone = ZoneOf(recipient);
  MailFields fields = fields_;
  for (const auto& [field, text] : topic.texts) fields[field] = text;
  for (const auto& [field, time] : topic.times) {
    fields[field] = absl::FormatTime("%Y-%m-%d %H:%M %Z", time, zone);
  }
  const std::string& locale = recipient.user.locale();
  const v1::NotificationText*& text = texts_[rule.row.template_()][locale];
  if (text == nullptr) text = &ChooseMailText(rule.words->template_(), locale, language_);

  rows::OutboxRow row;
  row.set_recipient(recipient.uid.value);
  row.set_learner(cause.enrollment.learner);
  row.set_training(cause.enrollment.training);
  row.set_home(rule.row.home());
  row.set_subject(RenderMailText(text->subject(), fields));
  row.set_text(RenderMailText(text->text(), fields));
  bytes_ += row.subject().size() + row.text().size();
  if (bytes_ > kMaxMailBytesOfChange) {
    return FailedPrecondition(
        "TOO_MUCH_MAIL", FullName(draft_.id(), kRootScopeName),
        absl::StrCat("the notification rules would mail more than ", kMaxMailBytesOfChange,
                     " bytes on this change, which is the most; change less at once, or "
                     "mail less, as by `",
                     rule.id, "`"));
  }
  OutboxMessage& message = *row.mutable_message();
  message.set_rule(rule.id);
  message.set_event(cause.event);
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
        ToTimestamp(NextMailTime(draft_.now(), preferences->preferences(), zone));
    row.set_digest(WantsDigest(preferences->preferences()));
  }
  PutOutbox(draft_, draft_.NewItem(), nullptr, std::move(row));
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteMails(TenantDraft& draft) {
  if (draft.mail_causes().empty()) return absl::OkStatus();
  return Mails(draft).ForCauses();
}

}  // namespace provost
