#ifndef PROVOST_TENANT_OUTBOX_H_
#define PROVOST_TENANT_OUTBOX_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "policy/world/state.h"
#include "provost/internal/v1/notification_rows.pb.h"
#include "store/key.h"
#include "store/reader.h"
#include "tenant/draft.h"
#include "tenant/rows.h"

namespace provost {

/// Where the mails are that are to be sent, and those that were (KA4): see OutboxRow.

/// Of one mail, and of all of a tenant, oldest first.
std::string OutboxKey(uint64_t tenant, uint64_t uid);
store::KeyRange OutboxMessages(uint64_t tenant);
/// Those that come after `uid`.
store::KeyRange OutboxMessagesAfter(uint64_t tenant, uint64_t uid);
/// Those that are to be sent at `until` at the latest, and those that ended before `end`, in the
/// order of their times.
store::KeyRange OutboxWaiting(uint64_t tenant, absl::Time until);
store::KeyRange OutboxEnded(uint64_t tenant, absl::Time end);
/// In kIndexes: the mails to or about a person.
store::KeyRange OutboxOf(uint64_t tenant, SubjectId person);

/// What the keys of OutboxWaiting and OutboxEnded say.
struct OutboxTime {
  absl::Time time;
  uint32_t recipient = 0;  ///< Of those that wait.
  uint64_t uid = 0;
};
/// Of OutboxWaiting, those that come after one of them.
store::KeyRange OutboxWaitingAfter(uint64_t tenant, const OutboxTime& after, absl::Time until);
absl::StatusOr<std::vector<OutboxTime>> ReadOutboxTimes(const store::Reader& reader,
                                                        const store::KeyRange& range, size_t limit);
/// The uids that keys of OutboxOf end with, in order.
absl::StatusOr<std::vector<uint64_t>> ReadOutboxIds(const store::Reader& reader,
                                                    const store::KeyRange& range);

/// Nothing where there is none.
absl::StatusOr<std::optional<rows::OutboxRow>> ReadOutbox(const store::Reader& reader,
                                                          uint64_t tenant, uint64_t uid);

/// Writes a mail with what it is found by, in the place of `before`; null for a new one. It waits
/// for `next_time` while it is WAITING, and has ended at `end_time` otherwise.
void PutOutbox(TenantDraft& draft, uint64_t uid, const rows::OutboxRow* before,
               rows::OutboxRow row);

/// Takes a mail away.
void EraseOutbox(TenantDraft& draft, uint64_t uid, const rows::OutboxRow& row);

/// Before a person or a scope goes: takes away the mails to or about the person; those about a
/// training, or by a rule of a catalog, or with a report of the scope. Cost: some rows for each.
absl::Status EraseOutboxOf(TenantDraft& draft, SubjectId person);
absl::Status EraseOutboxAt(TenantDraft& draft, ScopeId scope);

}  // namespace provost

#endif  // PROVOST_TENANT_OUTBOX_H_
