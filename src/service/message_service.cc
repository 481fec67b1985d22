#include "service/message_service.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "policy/decide/freeze.h"
#include "provost/v1/discussion_service.pb.h"
#include "service/discussion_view.h"
#include "service/kept_answers.h"
#include "service/known_subjects.h"
#include "service/latest_first.h"
#include "service/lookup.h"
#include "service/places.h"
#include "service/subject_resource.h"
#include "tenant/errors.h"
#include "tenant/message_rows.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::Table;

// What `reader` sees of a message that they have.
v1::Message ToMessage(const WorldState& state, const std::string& tenant, SubjectId reader,
                      uint64_t uid, const rows::MessageRow& row) {
  v1::Message message;
  message.set_name(NameIn(tenant, Collection::kMessages, absl::StrCat(uid)));
  message.set_training(ScopeFullName(state, tenant, ScopeId(row.training())));
  message.set_sender(SubjectFullName(state, tenant, SubjectId(row.sender())));
  message.set_recipient(SubjectFullName(state, tenant, SubjectId(row.recipient())));
  message.set_text(row.text());
  *message.mutable_create_time() = row.create_time();
  message.set_unread(!row.read() && SubjectId(row.recipient()) == reader);
  return message;
}

// Who that is; somebody who is not there where the name is nobody's.
SubjectId FindPerson(const WorldState& state, const std::string& name) {
  absl::StatusOr<ResourceName> parsed = ParseName(name);
  if (!parsed.ok()) return kUnknownSubject;
  const SubjectId person = state.FindSubject(parsed->Relative());
  return state.HasSubject(person) ? person : kUnknownSubject;
}

// --- SendMessage ---

absl::Status ValidateSend(const v1::SendMessageRequest& request) {
  absl::Status status;
  CheckTrainingName("training", request.training(), &status);
  CheckUserName("recipient", request.recipient(), request.training(), &status);
  CheckSaid("text", request.text(), &status);
  return status;
}

absl::Status DoSend(MutateCall& call, const v1::SendMessageRequest& request,
                    v1::Message* response) {
  const WorldState& state = call.state();
  absl::StatusOr<ScopeId> training =
      ResolveScope(state, call.draft.id(), "training", request.training());
  if (!training.ok()) return training.status();
  if (state.KindOf(call.actor()) != SubjectKind::kUser) {
    return FailedPrecondition("NOT_A_PERSON", call.context.actor().name,
                              "only people send each other messages");
  }
  const SubjectId recipient = FindPerson(state, request.recipient());
  if (recipient != kUnknownSubject && recipient == call.actor()) {
    return BadField("recipient", request.recipient(), "wanted somebody else");
  }
  const ItemQuestion question(state, call.draft.reader(), call.draft.number(), recipient,
                              call.now());
  if (recipient == kUnknownSubject ||
      !question.AskAt(*training, SubjectId(0), "message.send").allowed()) {
    return BadField("recipient", request.recipient(),
                    absl::StrCat("wanted somebody who may write messages in ",
                                 Quoted(request.training()), " too"));
  }
  rows::MessageRow row;
  row.set_training(training->value);
  row.set_sender(call.actor_uid());
  row.set_recipient(recipient.value);
  row.set_text(request.text());
  *row.mutable_create_time() = ToTimestamp(call.now());
  absl::StatusOr<uint64_t> uid = AddMessage(call.draft, row);
  if (!uid.ok()) return uid.status();
  *response = ToMessage(state, call.draft.id(), call.actor(), *uid, row);
  call.draft.Describe(response->name());
  return RememberAnswer(call.draft, row.sender(), request.request_id());
}

// --- ListConversations ---

absl::Status ValidateConversations(const v1::ListConversationsRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  return status;
}

absl::StatusOr<v1::Conversation> ShowConversation(const WorldState& state,
                                                  const store::Reader& reader, const Tenant& tenant,
                                                  SubjectId self, SubjectId other,
                                                  const rows::ConversationRow& row) {
  v1::Conversation shown;
  shown.set_person(SubjectFullName(state, tenant.id(), other));
  shown.set_unread_count(row.unread());
  if (row.last_message() == 0) return shown;
  absl::StatusOr<std::optional<rows::MessageRow>> message =
      ReadMessage(reader, tenant.number(), row.last_message());
  if (!message.ok()) return message.status();
  if (message->has_value()) {
    *shown.mutable_last_message() =
        ToMessage(state, tenant.id(), self, row.last_message(), **message);
  }
  return shown;
}

absl::Status DoConversations(ReadCall& call, const v1::ListConversationsRequest& request,
                             v1::ListConversationsResponse* response) {
  absl::StatusOr<Pages::Page> page = BeginPage(call, request);
  if (!page.ok()) return page.status();
  const uint64_t tenant = call.tenant->number();
  const SubjectId self = call.self();
  LatestFirst::List list{Table::kDiscussions, ConversationOrder(tenant, self),
                         [&](uint64_t other, uint64_t bound) {
                           return LastMessageAt(call.reader(), tenant, self,
                                                SubjectId(static_cast<uint32_t>(other)), bound);
                         }};
  LatestFirst walk(call.reader(), std::move(list), page->cursor);
  std::optional<LatestEntry> last;
  for (;;) {
    absl::StatusOr<std::optional<LatestEntry>> entry = walk.Next();
    if (!entry.ok()) return entry.status();
    if (!entry->has_value()) return absl::OkStatus();
    if (response->conversations_size() == page->limit) {
      response->set_next_page_token(call.backend.pages->TokenAfter(*page, walk.Cursor(*last)));
      return absl::OkStatus();
    }
    last = **entry;
    const SubjectId other(static_cast<uint32_t>(last->id));
    absl::StatusOr<std::optional<rows::ConversationRow>> row =
        ReadConversation(call.reader(), tenant, self, other);
    if (!row.ok()) return row.status();
    // It went a moment ago, or the other person is newer than the state.
    if (!row->has_value() || !call.state.HasSubject(other)) continue;
    absl::StatusOr<v1::Conversation> shown =
        ShowConversation(call.state, call.reader(), *call.tenant, self, other, **row);
    if (!shown.ok()) return shown.status();
    *response->add_conversations() = *std::move(shown);
  }
}

// --- ListMessages ---

template <typename Request>
absl::Status ValidatePerson(const Request& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  CheckUserName("person", request.person(), request.parent(), &status);
  return status;
}

absl::Status DoMessages(ReadCall& call, const v1::ListMessagesRequest& request,
                        v1::ListMessagesResponse* response) {
  absl::StatusOr<Pages::Page> page = BeginPage(call, request);
  if (!page.ok()) return page.status();
  const uint64_t tenant = call.tenant->number();
  const SubjectId self = call.self();
  const SubjectId other = FindPerson(call.state, request.person());
  if (other == kUnknownSubject) return absl::OkStatus();
  store::KeyRange range = MessageCopies(tenant, self, other);
  if (uint64_t last = 0; absl::SimpleAtoi(page->cursor, &last)) {
    range.end = MessageCopyKey(tenant, self, other, last);
  }
  store::ScanOptions newest_first;
  newest_first.reverse = true;
  store::Cursor copies = call.reader().Scan(Table::kIndexes, range, newest_first);
  uint64_t last = 0;
  while (copies.Next()) {
    if (response->messages_size() == page->limit) {
      response->set_next_page_token(call.backend.pages->TokenAfter(*page, absl::StrCat(last)));
      return absl::OkStatus();
    }
    absl::StatusOr<uint64_t> uid = MessageInKey(copies.key());
    if (!uid.ok()) return uid.status();
    last = *uid;
    absl::StatusOr<std::optional<rows::MessageRow>> row = ReadMessage(call.reader(), tenant, last);
    if (!row.ok()) return row.status();
    if (!row->has_value()) continue;  // It went a moment ago.
    *response->add_messages() = ToMessage(call.state, call.tenant->id(), self, last, **row);
  }
  return copies.status();
}

// --- MarkMessagesRead ---

absl::Status ValidateMark(const v1::MarkMessagesReadRequest& request) {
  absl::Status status = ValidatePerson(request);
  if (!request.message().empty()) {
    CheckNameIn(Collection::kMessages, "message", request.message(), &status);
  }
  return status;
}

// Whether somebody has a copy of that message with somebody else.
absl::StatusOr<bool> HasCopy(const TenantDraft& draft, SubjectId person, SubjectId other,
                             uint64_t message) {
  absl::StatusOr<std::optional<std::string>> copy =
      draft.reader().Get(Table::kIndexes, MessageCopyKey(draft.number(), person, other, message));
  if (!copy.ok()) return copy.status();
  return copy->has_value();
}

absl::Status DoMark(MutateCall& call, const v1::MarkMessagesReadRequest& request,
                    v1::Conversation* response) {
  const SubjectId other = FindPerson(call.state(), request.person());
  const store::Reader& reader = call.draft.reader();
  const uint64_t tenant = call.draft.number();
  absl::StatusOr<std::optional<rows::ConversationRow>> row = std::optional<rows::ConversationRow>();
  if (other != kUnknownSubject) row = ReadConversation(reader, tenant, call.actor(), other);
  if (!row.ok()) return row.status();
  if (!row->has_value() || (*row)->last_message() == 0) {
    return NotFound("conversation", request.person());
  }
  uint64_t last = (*row)->last_message();
  if (!request.message().empty()) {
    absl::StatusOr<uint64_t> uid = NumberIn(Collection::kMessages, "message", request.message());
    if (!uid.ok()) return uid.status();
    absl::StatusOr<bool> has = HasCopy(call.draft, call.actor(), other, *uid);
    if (!has.ok()) return has.status();
    if (!*has) {
      return BadField("message", request.message(),
                      absl::StrCat("wanted a message to or from ", Quoted(request.person())));
    }
    last = *uid;
  }
  absl::Status status = MarkMessages(call.draft, call.actor(), other, last);
  if (!status.ok()) return status;
  row = ReadConversation(reader, tenant, call.actor(), other);
  if (!row.ok()) return row.status();
  absl::StatusOr<v1::Conversation> shown =
      ShowConversation(call.state(), reader, call.draft.tenant(), call.actor(), other,
                       row->value_or(rows::ConversationRow()));
  if (!shown.ok()) return shown.status();
  *response = *std::move(shown);
  // The audit is not told of whom: who writes to whom is the matter of the two alone.
  status = RememberAnswer(call.draft, call.actor_uid(), request.request_id());
  if (!status.ok()) return status;
  return RememberAnswer(call.draft, other.value, request.request_id());
}

// --- DeleteMessage ---

absl::Status ValidateDelete(const v1::DeleteMessageRequest& request) {
  return NumberIn(Collection::kMessages, "name", request.name()).status();
}

absl::Status DoDelete(MutateCall& call, const v1::DeleteMessageRequest& request,
                      google::protobuf::Empty*) {
  absl::StatusOr<uint64_t> uid = NumberIn(Collection::kMessages, "name", request.name());
  if (!uid.ok()) return uid.status();
  absl::StatusOr<std::optional<rows::MessageRow>> row =
      ReadMessage(call.draft.reader(), call.draft.number(), *uid);
  if (!row.ok()) return row.status();
  bool has = false;
  if (row->has_value()) {
    const SubjectId sender((*row)->sender());
    const SubjectId recipient((*row)->recipient());
    if (call.actor() == sender || call.actor() == recipient) {
      absl::StatusOr<bool> copy =
          HasCopy(call.draft, call.actor(), call.actor() == sender ? recipient : sender, *uid);
      if (!copy.ok()) return copy.status();
      has = *copy;
    }
  }
  if (!has) return NotFound("message", request.name());
  absl::Status frozen = CheckPathNotFrozen(call.state(), ScopeId((*row)->training()));
  if (!frozen.ok()) return FailedPrecondition("FROZEN", request.name(), frozen.message());
  call.draft.Describe(request.name());
  return EraseMessageCopy(call.draft, *uid, **row, call.actor());
}

}  // namespace

void RegisterMessages(Methods& methods) {
  methods.Mutate<v1::SendMessageRequest, v1::Message>(ValidateSend, DoSend);
  Method& conversations =
      methods.Scan<v1::ListConversationsRequest, v1::ListConversationsResponse>(DoConversations);
  Methods::ValidateBy<v1::ListConversationsRequest>(conversations, ValidateConversations);
  Method& messages = methods.Scan<v1::ListMessagesRequest, v1::ListMessagesResponse>(DoMessages);
  Methods::ValidateBy<v1::ListMessagesRequest>(messages, ValidatePerson<v1::ListMessagesRequest>);
  methods.Mutate<v1::MarkMessagesReadRequest, v1::Conversation>(ValidateMark, DoMark);
  methods.Mutate<v1::DeleteMessageRequest, google::protobuf::Empty>(ValidateDelete, DoDelete);
}

}  // namespace provost
