#include "tenant/notification_leads.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tenant/mail_topics.h"
#include "tenant/moments.h"
#include "tenant/rows.h"

namespace provost {

absl::Status FollowRule(TenantDraft& draft, absl::string_view id,
                        const rows::NotificationRuleRow* row) {
  constexpr Collection kRules = Collection::kNotificationRules;
  std::vector<Lead> leads;
  const auto add = [&](const v1::NotificationRule& rule) {
    const std::optional<MomentKind> kind = MomentKindOf(rule.event());
    if (kind.has_value() && !rule.disabled()) leads.push_back({*kind, rule.lead_days()});
  };
  if (row != nullptr) add(row->rule());
  const std::string own = EntityKey(draft.number(), kRules, id);
  store::Cursor cursor = draft.reader().Scan(
      TableOf(kRules), store::KeyWriter(draft.number())
                           .StringPrefix(absl::StrCat(CollectionName(kRules), "/"))
                           .Range());
  while (cursor.Next()) {
    if (cursor.key() == own) continue;
    absl::StatusOr<rows::NotificationRuleRow> other =
        ParseRow<rows::NotificationRuleRow>(TableOf(kRules), cursor.key(), cursor.value());
    if (!other.ok()) return other.status();
    add(other->rule());
  }
  if (!cursor.status().ok()) return cursor.status();
  return SetLeads(draft, leads);
}

}  // namespace provost
