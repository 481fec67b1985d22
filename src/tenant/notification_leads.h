#ifndef PROVOST_TENANT_NOTIFICATION_LEADS_H_
#define PROVOST_TENANT_NOTIFICATION_LEADS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "provost/internal/v1/notification_rows.pb.h"
#include "tenant/draft.h"

namespace provost {

/// For whoever writes or takes away a notification rule: people are told of what the rules of the
/// tenant ask for (SetLeads), where the rule `id` says `row` from now on. Null: it goes. Cost: a
/// row for each rule of the tenant, and for each lead.
absl::Status FollowRule(TenantDraft& draft, absl::string_view id,
                        const rows::NotificationRuleRow* row);

}  // namespace provost

#endif  // PROVOST_TENANT_NOTIFICATION_LEADS_H_
