#ifndef PROVOST_TENANT_MESSAGE_ROWS_H_
#define PROVOST_TENANT_MESSAGE_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "policy/world/state.h"
#include "provost/internal/v1/discussion_rows.pb.h"
#include "store/key.h"
#include "store/reader.h"
#include "tenant/draft.h"
#include "tenant/rows.h"

namespace provost {

/// How messages between two people are kept: one row in kDiscussions, and what each of the two has
/// of it. What is written here keeps rows and indexes together; functions that take a draft are for
/// the lane's thread alone.

std::string MessageKey(uint64_t tenant, uint64_t message);
/// In kIndexes: what somebody has of the messages with somebody else, oldest first.
std::string MessageCopyKey(uint64_t tenant, SubjectId person, SubjectId other, uint64_t message);
store::KeyRange MessageCopies(uint64_t tenant, SubjectId person, SubjectId other);
/// The uid that ends such a key.
absl::StatusOr<uint64_t> MessageInKey(absl::string_view key);
/// The beginning of the keys, in kDiscussions, by which somebody's conversations are found, by the
/// last message, newest first; all have the byte 0.
std::string ConversationOrder(uint64_t tenant, SubjectId person);

absl::StatusOr<std::optional<rows::MessageRow>> ReadMessage(const store::Reader& reader,
                                                            uint64_t tenant, uint64_t message);
absl::StatusOr<std::optional<rows::ConversationRow>> ReadConversation(const store::Reader& reader,
                                                                      uint64_t tenant,
                                                                      SubjectId person,
                                                                      SubjectId other);
/// As LastPostAt, of what somebody has of a conversation.
absl::StatusOr<uint64_t> LastMessageAt(const store::Reader& reader, uint64_t tenant,
                                       SubjectId person, SubjectId other, uint64_t bound);

/// Hands a message to both, unread by the recipient. Returns its uid.
absl::StatusOr<uint64_t> AddMessage(TenantDraft& draft, const rows::MessageRow& row);
/// What `person` has from `other` is read, up to the message of that uid. Cost: a row or two for
/// each that was not.
absl::Status MarkMessages(TenantDraft& draft, SubjectId person, SubjectId other, uint64_t last);
/// Takes away what `person` has of a message, and the message where nobody has it any more.
absl::Status EraseMessageCopy(TenantDraft& draft, uint64_t message, const rows::MessageRow& row,
                              SubjectId person);

/// Before a person or service account goes: all messages to and from them go, on both sides. Cost:
/// some rows for each.
absl::Status EraseMessagesOf(TenantDraft& draft, SubjectId subject);
/// Before a course or plan goes: the messages that name it go.
absl::Status EraseMessagesAt(TenantDraft& draft, ScopeId training);

}  // namespace provost

#endif  // PROVOST_TENANT_MESSAGE_ROWS_H_
