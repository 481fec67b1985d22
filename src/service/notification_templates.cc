#include "service/notification_templates.h"

#include <google/protobuf/empty.pb.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "provost/v1/notification_service.pb.h"
#include "service/homed_resource.h"
#include "service/notification_text.h"

namespace provost {
namespace {

using v1::NotificationRule;
using v1::NotificationTemplate;

struct TemplateKind {
  using Row = rows::NotificationTemplateRow;
  using Resource = NotificationTemplate;
  static constexpr absl::string_view kField = "notification_template";
  static constexpr absl::string_view kRead = "notification.read";
  static constexpr bool kAtTenant = true;
  static constexpr absl::string_view kUpdatable[] = {"display_name", "texts"};

  static const NotificationTemplate& Of(const Row& row) { return row.template_(); }
  static NotificationTemplate* Of(Row* row) { return row->mutable_template_(); }
  static const NotificationTemplate& Of(const v1::CreateNotificationTemplateRequest& request) {
    return request.notification_template();
  }
  static const NotificationTemplate& Of(const v1::UpdateNotificationTemplateRequest& request) {
    return request.notification_template();
  }
  static const std::string& IdOf(const v1::CreateNotificationTemplateRequest& request) {
    return request.notification_template_id();
  }
  static NotificationTemplate* Add(v1::ListNotificationTemplatesResponse* response) {
    return response->add_notification_templates();
  }

  static void CheckField(absl::string_view field, const NotificationTemplate& wanted,
                         absl::Status* status) {
    if (field == "display_name") {
      CheckText("notification_template.display_name", wanted.display_name(), 1, kMaxDisplayName,
                status);
    } else {
      CheckTexts("notification_template.texts", wanted, wanted.event(), status);
    }
  }

  static void SetFixed(const NotificationTemplate& wanted, NotificationTemplate* kept) {
    kept->set_event(wanted.event());
  }
  static absl::Status CheckFixed(const NotificationTemplate& wanted,
                                 const NotificationTemplate& kept) {
    if (wanted.event() == NotificationRule::EVENT_UNSPECIFIED || wanted.event() == kept.event()) {
      return absl::OkStatus();
    }
    return BadField(
        "notification_template.event", NotificationRule::Event_Name(wanted.event()),
        absl::StrCat("cannot be changed; it is ", NotificationRule::Event_Name(kept.event())));
  }
  // Whoever changes a template need not say again what it is for.
  static absl::Status BeforePut(const MutateCall&, const std::string&, const Row*, Row* row) {
    absl::Status status;
    CheckTexts("notification_template.texts", row->template_(), row->template_().event(), &status);
    return status;
  }
  static void Complete(absl::string_view, const Row&, NotificationTemplate*) {}

  static absl::Status BeforeDelete(const MutateCall& call,
                                   const v1::DeleteNotificationTemplateRequest& request,
                                   const Row&) {
    absl::StatusOr<std::vector<std::string>> rules =
        RulesWithTemplate(call.draft.reader(), call.draft.number(), provost::IdOf(request.name()));
    if (!rules.ok()) return rules.status();
    if (rules->empty()) return absl::OkStatus();
    return FailedPrecondition(
        "IN_USE", request.name(),
        absl::StrCat(rules->size(), rules->size() == 1 ? " rule mails" : " rules mail",
                     " it, among them ", Quoted(rules->front()), "; change or delete those first"));
  }

  static absl::Status Erase(TenantDraft& draft, const std::string& id, const Row& row) {
    return EraseNotificationTemplate(draft, id, row);
  }
};

using Templates = HomedKit<TemplateKind>;

absl::Status ValidateCreate(const v1::CreateNotificationTemplateRequest& request) {
  absl::Status status = Templates::ValidateCreate(request);
  CheckEvent("notification_template.event", request.notification_template().event(), &status);
  return status;
}

}  // namespace

void RegisterNotificationTemplates(Methods& methods) {
  methods.Mutate<v1::CreateNotificationTemplateRequest, NotificationTemplate>(
      ValidateCreate, Templates::DoCreate<v1::CreateNotificationTemplateRequest>);
  Method& get = methods.Read<v1::GetNotificationTemplateRequest, NotificationTemplate>(
      Templates::DoGet<v1::GetNotificationTemplateRequest>);
  Methods::ValidateBy<v1::GetNotificationTemplateRequest>(
      get, Templates::ValidateName<v1::GetNotificationTemplateRequest>);
  Method& list =
      methods.Scan<v1::ListNotificationTemplatesRequest, v1::ListNotificationTemplatesResponse>(
          Templates::DoList<v1::ListNotificationTemplatesRequest,
                            v1::ListNotificationTemplatesResponse>);
  Methods::ValidateBy<v1::ListNotificationTemplatesRequest>(
      list, Templates::ValidateList<v1::ListNotificationTemplatesRequest>);
  methods.Mutate<v1::UpdateNotificationTemplateRequest, NotificationTemplate>(
      Templates::ValidateUpdate<v1::UpdateNotificationTemplateRequest>,
      Templates::DoUpdate<v1::UpdateNotificationTemplateRequest>);
  methods.Mutate<v1::DeleteNotificationTemplateRequest, google::protobuf::Empty>(
      Templates::ValidateName<v1::DeleteNotificationTemplateRequest>,
      Templates::DoDelete<v1::DeleteNotificationTemplateRequest, google::protobuf::Empty>);
}

}  // namespace provost
