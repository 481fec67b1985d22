#include "service/notification_rules.h"

#include <google/protobuf/empty.pb.h>

#include <optional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "provost/v1/notification_service.pb.h"
#include "service/homed_resource.h"
#include "service/notification_text.h"
#include "tenant/mail_topics.h"
#include "tenant/moments.h"
#include "tenant/notification_leads.h"

namespace provost {
namespace {

using v1::NotificationRule;

void CheckRecipients(const NotificationRule& rule, absl::Status* status) {
  if (rule.recipients().empty()) {
    AddBadField(status, "notification_rule.recipients", "", "wanted LEARNER, MANAGER or both");
  }
  std::set<int> seen;
  for (int i = 0; i < rule.recipients_size(); ++i) {
    const std::string path = absl::StrCat("notification_rule.recipients[", i, "]");
    const NotificationRule::Recipient recipient = rule.recipients(i);
    if (recipient != NotificationRule::LEARNER && recipient != NotificationRule::MANAGER) {
      AddBadField(status, path, absl::StrCat(static_cast<int>(recipient)),
                  "wanted LEARNER or MANAGER");
    } else if (!seen.insert(recipient).second) {
      AddBadField(status, path, NotificationRule::Recipient_Name(recipient), "wanted each once");
    }
  }
}

struct RuleKind {
  using Row = rows::NotificationRuleRow;
  using Resource = NotificationRule;
  static constexpr absl::string_view kField = "notification_rule";
  static constexpr absl::string_view kRead = "notification.read";
  static constexpr bool kAtTenant = true;
  static constexpr absl::string_view kUpdatable[] = {"display_name", "event",    "template",
                                                     "recipients",   "disabled", "lead_days"};

  static const NotificationRule& Of(const Row& row) { return row.rule(); }
  static NotificationRule* Of(Row* row) { return row->mutable_rule(); }
  static const NotificationRule& Of(const v1::CreateNotificationRuleRequest& request) {
    return request.notification_rule();
  }
  static const NotificationRule& Of(const v1::UpdateNotificationRuleRequest& request) {
    return request.notification_rule();
  }
  static const std::string& IdOf(const v1::CreateNotificationRuleRequest& request) {
    return request.notification_rule_id();
  }
  static NotificationRule* Add(v1::ListNotificationRulesResponse* response) {
    return response->add_notification_rules();
  }

  static void CheckField(absl::string_view field, const NotificationRule& rule,
                         absl::Status* status) {
    if (field == "display_name") {
      CheckText("notification_rule.display_name", rule.display_name(), 1, kMaxDisplayName, status);
    } else if (field == "event") {
      CheckEvent("notification_rule.event", rule.event(), status);
    } else if (field == "template") {
      CheckNameIn(Collection::kNotificationTemplates, "notification_rule.template",
                  rule.template_(), status);
    } else if (field == "recipients") {
      CheckRecipients(rule, status);
    }
  }

  static absl::Status CheckLead(const NotificationRule& rule) {
    const std::string event = NotificationRule::Event_Name(rule.event());
    const int days = rule.lead_days();
    if (HasLead(rule.event()) ? days >= 1 && days <= kMaxLeadDays : days == 0) {
      return absl::OkStatus();
    }
    return BadField("notification_rule.lead_days", absl::StrCat(days),
                    HasLead(rule.event())
                        ? absl::StrCat("wanted 1 to ", kMaxLeadDays, " for a rule on ", event)
                        : absl::StrCat("wanted none for a rule on ", event));
  }

  static void SetFixed(const NotificationRule&, NotificationRule*) {}
  static absl::Status CheckFixed(const NotificationRule&, const NotificationRule&) {
    return absl::OkStatus();
  }
  // Which template it is: one that is not there and one that is out of reach are refused in the
  // same words.
  static absl::Status BeforePut(const MutateCall& call, const std::string& id, const Row* before,
                                Row* row) {
    if (absl::Status status = CheckLead(row->rule()); !status.ok()) return status;
    const std::string wanted =
        row->rule().template_().empty()
            ? NameIn(call.draft.id(), Collection::kNotificationTemplates, row->template_())
            : row->rule().template_();
    row->mutable_rule()->clear_template_();
    const ScopeId home(row->home());
    absl::StatusOr<ResourceName> name = ParseName(wanted);
    if (!name.ok()) return name.status();
    absl::StatusOr<std::optional<rows::NotificationTemplateRow>> found =
        call.draft.Get<rows::NotificationTemplateRow>(name->id);
    if (!found.ok()) return found.status();
    if (name->tenant != call.draft.id() || !found->has_value() ||
        (*found)->template_().event() != row->rule().event() ||
        !call.state().IsOnPath(ScopeId((*found)->home()), home)) {
      return BadField(
          "notification_rule.template", wanted,
          absl::StrCat("wanted a template for ", NotificationRule::Event_Name(row->rule().event()),
                       " whose home is ",
                       Quoted(ScopeFullName(call.state(), call.draft.id(), home)), " or above it"));
    }
    row->set_template_(name->id);
    if (before != nullptr && before->template_() != name->id) {
      call.draft.Erase(store::Table::kIndexes,
                       TemplateRuleKey(call.draft.number(), before->template_(), id));
    }
    call.draft.WriteBytes(store::Table::kIndexes,
                          TemplateRuleKey(call.draft.number(), name->id, id),
                          store::MakeRecord(""));
    return FollowRule(call.draft, id, row);
  }

  static void Complete(absl::string_view tenant, const Row& row, NotificationRule* rule) {
    rule->set_template_(NameIn(tenant, Collection::kNotificationTemplates, row.template_()));
  }

  static absl::Status BeforeDelete(const MutateCall&, const v1::DeleteNotificationRuleRequest&,
                                   const Row&) {
    return absl::OkStatus();
  }

  static absl::Status Erase(TenantDraft& draft, const std::string& id, const Row& row) {
    return EraseNotificationRule(draft, id, row);
  }
};

using Rules = HomedKit<RuleKind>;

}  // namespace

void RegisterNotificationRules(Methods& methods) {
  methods.Mutate<v1::CreateNotificationRuleRequest, NotificationRule>(
      Rules::ValidateCreate<v1::CreateNotificationRuleRequest>,
      Rules::DoCreate<v1::CreateNotificationRuleRequest>);
  Method& get = methods.Read<v1::GetNotificationRuleRequest, NotificationRule>(
      Rules::DoGet<v1::GetNotificationRuleRequest>);
  Methods::ValidateBy<v1::GetNotificationRuleRequest>(
      get, Rules::ValidateName<v1::GetNotificationRuleRequest>);
  Method& list = methods.Scan<v1::ListNotificationRulesRequest, v1::ListNotificationRulesResponse>(
      Rules::DoList<v1::ListNotificationRulesRequest, v1::ListNotificationRulesResponse>);
  Methods::ValidateBy<v1::ListNotificationRulesRequest>(
      list, Rules::ValidateList<v1::ListNotificationRulesRequest>);
  methods.Mutate<v1::UpdateNotificationRuleRequest, NotificationRule>(
      Rules::ValidateUpdate<v1::UpdateNotificationRuleRequest>,
      Rules::DoUpdate<v1::UpdateNotificationRuleRequest>);
  methods.Mutate<v1::DeleteNotificationRuleRequest, google::protobuf::Empty>(
      Rules::ValidateName<v1::DeleteNotificationRuleRequest>,
      Rules::DoDelete<v1::DeleteNotificationRuleRequest, google::protobuf::Empty>);
}

}  // namespace provost
