#include "tenant/message_rows.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "tenant/index_parts.h"
#include "tenant/key_walk.h"

namespace provost {
namespace {

using store::KeyRange;
using store::KeyWriter;
using store::Table;

// What the second part of a key in kDiscussions says, beside those of discussions.
constexpr uint8_t kMessagePart = 5;
constexpr uint8_t kConversationPart = 6;
constexpr uint8_t kConversationOrderPart = 7;  // Person, 0, newest first, with whom.
constexpr uint8_t kUnreadPart = 8;             // Person, from whom, message.
constexpr uint8_t kTrainingMessagePart = 9;    // Course or plan, message.

std::string ConversationKey(uint64_t tenant, SubjectId person, SubjectId other) {
  return KeyWriter(tenant).U8(kConversationPart).U32(person.value).U32(other.value).Take();
}
std::string ConversationOrderKey(uint64_t tenant, SubjectId person, uint64_t last,
                                 SubjectId other) {
  return KeyWriter(tenant)
      .U8(kConversationOrderPart)
      .U32(person.value)
      .U8(0)
      .U64(~last)
      .U64(other.value)
      .Take();
}
std::string UnreadKey(uint64_t tenant, SubjectId person, SubjectId from, uint64_t message) {
  return KeyWriter(tenant).U8(kUnreadPart).U32(person.value).U32(from.value).U64(message).Take();
}
std::string TrainingMessageKey(uint64_t tenant, uint32_t training, uint64_t message) {
  return KeyWriter(tenant).U8(kTrainingMessagePart).U32(training).U64(message).Take();
}

// A row that says all that it has to by being there.
void WriteMark(TenantDraft& draft, Table table, const std::string& key) {
  draft.WriteBytes(table, key, store::MakeRecord(""));
}

uint64_t After(uint64_t uid) { return uid == UINT64_MAX ? uid : uid + 1; }

absl::StatusOr<std::vector<uint64_t>> CopiesOf(const TenantDraft& draft, SubjectId person,
                                               SubjectId other) {
  std::vector<uint64_t> messages;
  absl::Status status = ForEachIndex(draft.reader(), MessageCopies(draft.number(), person, other),
                                     [&](store::KeyReader& key) {
                                       key.U32();
                                       key.U32();
                                       messages.push_back(key.U64());
                                     });
  if (!status.ok()) return status;
  return messages;
}

absl::Status EraseBothCopies(TenantDraft& draft, uint64_t uid) {
  absl::StatusOr<std::optional<rows::MessageRow>> row =
      ReadMessage(draft.reader(), draft.number(), uid);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return absl::OkStatus();
  absl::Status status = EraseMessageCopy(draft, uid, **row, SubjectId((*row)->sender()));
  if (!status.ok()) return status;
  return EraseMessageCopy(draft, uid, **row, SubjectId((*row)->recipient()));
}

}  // namespace

std::string MessageKey(uint64_t tenant, uint64_t message) {
  return KeyWriter(tenant).U8(kMessagePart).U64(message).Take();
}
std::string MessageCopyKey(uint64_t tenant, SubjectId person, SubjectId other, uint64_t message) {
  return KeyWriter(tenant).U8(kMessageIndex).U32(person.value).U32(other.value).U64(message).Take();
}
KeyRange MessageCopies(uint64_t tenant, SubjectId person, SubjectId other) {
  return KeyWriter(tenant).U8(kMessageIndex).U32(person.value).U32(other.value).Range();
}
absl::StatusOr<uint64_t> MessageInKey(absl::string_view key) {
  store::KeyReader reader(Table::kIndexes, key);
  reader.U64();
  reader.U8();
  reader.U32();
  reader.U32();
  const uint64_t message = reader.U64();
  if (absl::Status status = reader.Finish(); !status.ok()) return status;
  return message;
}
std::string ConversationOrder(uint64_t tenant, SubjectId person) {
  return KeyWriter(tenant).U8(kConversationOrderPart).U32(person.value).Take();
}

absl::StatusOr<std::optional<rows::MessageRow>> ReadMessage(const store::Reader& reader,
                                                            uint64_t tenant, uint64_t message) {
  return ReadRow<rows::MessageRow>(reader, Table::kDiscussions, MessageKey(tenant, message));
}
absl::StatusOr<std::optional<rows::ConversationRow>> ReadConversation(const store::Reader& reader,
                                                                      uint64_t tenant,
                                                                      SubjectId person,
                                                                      SubjectId other) {
  return ReadRow<rows::ConversationRow>(reader, Table::kDiscussions,
                                        ConversationKey(tenant, person, other));
}
absl::StatusOr<uint64_t> LastMessageAt(const store::Reader& reader, uint64_t tenant,
                                       SubjectId person, SubjectId other, uint64_t bound) {
  return LastNumber(reader, Table::kIndexes,
                    KeyRange{MessageCopies(tenant, person, other).begin,
                             MessageCopyKey(tenant, person, other, After(bound))});
}

absl::StatusOr<uint64_t> AddMessage(TenantDraft& draft, const rows::MessageRow& row) {
  const uint64_t tenant = draft.number();
  const uint64_t uid = draft.NewItem();
  const SubjectId sender(row.sender());
  const SubjectId recipient(row.recipient());
  draft.Write(Table::kDiscussions, MessageKey(tenant, uid), row);
  WriteMark(draft, Table::kDiscussions, TrainingMessageKey(tenant, row.training(), uid));
  WriteMark(draft, Table::kDiscussions, UnreadKey(tenant, recipient, sender, uid));
  for (const SubjectId person : {sender, recipient}) {
    const SubjectId other = person == sender ? recipient : sender;
    absl::StatusOr<std::optional<rows::ConversationRow>> before =
        ReadConversation(draft.reader(), tenant, person, other);
    if (!before.ok()) return before.status();
    rows::ConversationRow conversation = before->value_or(rows::ConversationRow());
    if (conversation.last_message() != 0) {
      draft.Erase(Table::kDiscussions,
                  ConversationOrderKey(tenant, person, conversation.last_message(), other));
    }
    conversation.set_last_message(uid);
    if (person == recipient) conversation.set_unread(conversation.unread() + 1);
    draft.Write(Table::kDiscussions, ConversationKey(tenant, person, other), conversation);
    WriteMark(draft, Table::kDiscussions, ConversationOrderKey(tenant, person, uid, other));
    WriteMark(draft, Table::kIndexes, MessageCopyKey(tenant, person, other, uid));
  }
  return uid;
}

absl::Status MarkMessages(TenantDraft& draft, SubjectId person, SubjectId other, uint64_t last) {
  const uint64_t tenant = draft.number();
  absl::StatusOr<std::optional<rows::ConversationRow>> conversation =
      ReadConversation(draft.reader(), tenant, person, other);
  if (!conversation.ok()) return conversation.status();
  if (!conversation->has_value() || (*conversation)->unread() == 0) return absl::OkStatus();
  std::vector<uint64_t> unread;
  absl::Status status = ForEachKey(
      draft.reader(), Table::kDiscussions,
      KeyRange{UnreadKey(tenant, person, other, 0), UnreadKey(tenant, person, other, After(last))},
      store::ScanOptions(), [&](store::KeyReader& key) {
        key.U8();
        key.U32();
        key.U32();
        unread.push_back(key.U64());
      });
  if (!status.ok()) return status;
  for (uint64_t uid : unread) {
    absl::StatusOr<std::optional<rows::MessageRow>> row = ReadMessage(draft.reader(), tenant, uid);
    if (!row.ok()) return row.status();
    draft.Erase(Table::kDiscussions, UnreadKey(tenant, person, other, uid));
    if (!row->has_value()) continue;
    (*row)->set_read(true);
    draft.Write(Table::kDiscussions, MessageKey(tenant, uid), **row);
  }
  (*conversation)->set_unread((*conversation)->unread() - static_cast<int32_t>(unread.size()));
  draft.Write(Table::kDiscussions, ConversationKey(tenant, person, other), **conversation);
  return absl::OkStatus();
}

absl::Status EraseMessageCopy(TenantDraft& draft, uint64_t message, const rows::MessageRow& row,
                              SubjectId person) {
  const uint64_t tenant = draft.number();
  const bool received = row.recipient() == person.value;
  const SubjectId other(received ? row.sender() : row.recipient());
  const std::string copy = MessageCopyKey(tenant, person, other, message);
  absl::StatusOr<std::optional<std::string>> has = draft.reader().Get(Table::kIndexes, copy);
  if (!has.ok()) return has.status();
  if (!has->has_value()) return absl::OkStatus();
  draft.Erase(Table::kIndexes, copy);

  absl::StatusOr<std::optional<rows::ConversationRow>> own =
      ReadConversation(draft.reader(), tenant, person, other);
  if (!own.ok()) return own.status();
  rows::ConversationRow conversation = own->value_or(rows::ConversationRow());
  if (received && !row.read()) {
    draft.Erase(Table::kDiscussions, UnreadKey(tenant, person, other, message));
    conversation.set_unread(conversation.unread() - 1);
  }
  if (conversation.last_message() == message) {
    draft.Erase(Table::kDiscussions, ConversationOrderKey(tenant, person, message, other));
    absl::StatusOr<uint64_t> last =
        LastMessageAt(draft.reader(), tenant, person, other, UINT64_MAX - 1);
    if (!last.ok()) return last.status();
    conversation.set_last_message(*last);
    if (*last != 0) {
      WriteMark(draft, Table::kDiscussions, ConversationOrderKey(tenant, person, *last, other));
    }
  }
  draft.Write(Table::kDiscussions, ConversationKey(tenant, person, other), conversation);

  absl::StatusOr<std::optional<std::string>> theirs =
      draft.reader().Get(Table::kIndexes, MessageCopyKey(tenant, other, person, message));
  if (!theirs.ok()) return theirs.status();
  if (theirs->has_value()) return absl::OkStatus();
  draft.Erase(Table::kDiscussions, MessageKey(tenant, message));
  draft.Erase(Table::kDiscussions, TrainingMessageKey(tenant, row.training(), message));
  if (conversation.last_message() != 0) return absl::OkStatus();
  absl::StatusOr<std::optional<rows::ConversationRow>> their =
      ReadConversation(draft.reader(), tenant, other, person);
  if (!their.ok()) return their.status();
  if (their->has_value() && (*their)->last_message() != 0) return absl::OkStatus();
  draft.Erase(Table::kDiscussions, ConversationKey(tenant, person, other));
  draft.Erase(Table::kDiscussions, ConversationKey(tenant, other, person));
  return absl::OkStatus();
}

absl::Status EraseMessagesOf(TenantDraft& draft, SubjectId subject) {
  const uint64_t tenant = draft.number();
  std::vector<SubjectId> others;
  absl::Status status =
      ForEachKey(draft.reader(), Table::kDiscussions,
                 KeyWriter(tenant).U8(kConversationPart).U32(subject.value).Range(),
                 store::ScanOptions(), [&](store::KeyReader& key) {
                   key.U8();
                   key.U32();
                   others.push_back(SubjectId(key.U32()));
                 });
  if (!status.ok()) return status;
  for (SubjectId other : others) {
    absl::StatusOr<std::vector<uint64_t>> own = CopiesOf(draft, subject, other);
    if (!own.ok()) return own.status();
    absl::StatusOr<std::vector<uint64_t>> theirs = CopiesOf(draft, other, subject);
    if (!theirs.ok()) return theirs.status();
    own->insert(own->end(), theirs->begin(), theirs->end());
    // Oldest first: each but the last leaves the newest as it is.
    std::sort(own->begin(), own->end());
    own->erase(std::unique(own->begin(), own->end()), own->end());
    for (uint64_t message : *own) {
      status = EraseBothCopies(draft, message);
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

absl::Status EraseMessagesAt(TenantDraft& draft, ScopeId training) {
  const uint64_t tenant = draft.number();
  std::vector<uint64_t> messages;
  absl::Status status =
      ForEachKey(draft.reader(), Table::kDiscussions,
                 KeyWriter(tenant).U8(kTrainingMessagePart).U32(training.value).Range(),
                 store::ScanOptions(), [&](store::KeyReader& key) {
                   key.U8();
                   key.U32();
                   messages.push_back(key.U64());
                 });
  if (!status.ok()) return status;
  for (uint64_t message : messages) {
    status = EraseBothCopies(draft, message);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace provost
