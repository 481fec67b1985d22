#ifndef PROVOST_TENANT_MAIL_TOPICS_H_
#define PROVOST_TENANT_MAIL_TOPICS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "policy/world/state.h"
#include "provost/internal/v1/rows.pb.h"
#include "provost/v1/notification_service.pb.h"
#include "tenant/draft.h"
#include "tenant/moments.h"

namespace provost {

/// The fields that templates for an event may name, in alphabetical order: see NotificationText. A
/// pure function.
std::vector<absl::string_view> MailFieldsOf(v1::NotificationRule::Event event);

/// Whether rules for an event say how long ahead people are mailed. A pure function.
bool HasLead(v1::NotificationRule::Event event);
/// What people are told of by such an event, or by OVERDUE; nothing for the others.
std::optional<MomentKind> MomentKindOf(v1::NotificationRule::Event event);

/// What a cause says in the fields of its event, beside people and training. Fields that are left
/// out are empty.
struct MailTopic {
  std::vector<std::pair<absl::string_view, std::string>> texts;
  std::vector<std::pair<absl::string_view, absl::Time>> times;
  /// Whose row says who was told ahead of it.
  std::optional<Moment> moment;
};

/// Reads what causes are about, for one draft. Sessions are read once.
class MailTopics {
 public:
  explicit MailTopics(const TenantDraft& draft) : draft_(draft) {}

  /// Nothing where it is not so any more: by this very draft, or since the cause was put.
  absl::StatusOr<std::optional<MailTopic>> Read(const MailCause& cause);

 private:
  absl::StatusOr<std::optional<MailTopic>> OfEnrollment(const MailCause& cause) const;
  absl::StatusOr<std::optional<MailTopic>> OfSession(const MailCause& cause);
  absl::StatusOr<std::optional<MailTopic>> OfGrant(const MailCause& cause) const;
  absl::StatusOr<std::string> DisplayName(ScopeId scope) const;

  const TenantDraft& draft_;
  absl::flat_hash_map<uint32_t, std::optional<rows::SessionRow>> sessions_;
};

}  // namespace provost

#endif  // PROVOST_TENANT_MAIL_TOPICS_H_
