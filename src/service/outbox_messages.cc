#include "service/outbox_messages.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "provost/internal/v1/notification_rows.pb.h"
#include "provost/v1/notification_service.pb.h"
#include "service/authorize.h"
#include "service/known_subjects.h"
#include "service/lookup.h"
#include "service/pages.h"
#include "service/resource.h"
#include "service/subject_resource.h"
#include "tenant/errors.h"
#include "tenant/outbox.h"
#include "tenant/reports.h"
#include "tenant/times.h"

namespace provost {
namespace {

using v1::OutboxMessage;

uint64_t UidIn(absl::string_view name) {
  uint64_t uid = 0;
  return absl::SimpleAtoi(IdOf(name), &uid) ? uid : 0;
}

OutboxMessage ToMessage(const WorldState& state, const std::string& tenant, uint64_t uid,
                        const rows::OutboxRow& row) {
  OutboxMessage message = row.message();
  message.set_name(NameIn(tenant, Collection::kOutboxMessages, absl::StrCat(uid)));
  message.set_recipient(SubjectFullName(state, tenant, SubjectId(row.recipient())));
  if (row.report() != 0) {
    message.set_report(NameIn(tenant, Collection::kReports, row.report_id()));
    return message;
  }
  message.set_rule(NameIn(tenant, Collection::kNotificationRules, row.message().rule()));
  message.set_training(ScopeFullName(state, tenant, ScopeId(row.training())));
  return message;
}

absl::StatusOr<rows::OutboxRow> FindMessage(const store::Reader& reader, uint64_t tenant,
                                            absl::string_view name) {
  absl::StatusOr<std::optional<rows::OutboxRow>> row = ReadOutbox(reader, tenant, UidIn(name));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound(CollectionNoun(Collection::kOutboxMessages), name);
  return **std::move(row);
}

template <typename Request>
absl::Status ValidateName(const Request& request) {
  absl::Status status;
  CheckNameIn(Collection::kOutboxMessages, "name", request.name(), &status);
  return status;
}

absl::Status DoGet(ReadCall& call, const v1::GetOutboxMessageRequest& request,
                   OutboxMessage* response) {
  absl::StatusOr<rows::OutboxRow> row =
      FindMessage(call.reader(), call.tenant->number(), request.name());
  if (!row.ok()) return row.status();
  *response = ToMessage(call.state, call.tenant->id(), UidIn(request.name()), *row);
  return absl::OkStatus();
}

// --- ListOutboxMessages ---

absl::Status ValidateList(const v1::ListOutboxMessagesRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  if (!request.recipient().empty()) {
    CheckUserName("recipient", request.recipient(), request.parent(), &status);
  }
  if (!OutboxMessage::State_IsValid(request.state())) {
    AddBadField(&status, "state", absl::StrCat(static_cast<int>(request.state())),
                "wanted WAITING, SENT, FAILED or UNDELIVERABLE");
  }
  return status;
}

// One page, from what it is asked about.
class MessageList {
 public:
  MessageList(ReadCall& call, const v1::ListOutboxMessagesRequest& request, const Pages::Page& page,
              SubjectId recipient, v1::ListOutboxMessagesResponse* response)
      : call_(call), request_(request), page_(page), recipient_(recipient), response_(*response) {}

  // Returns false where the page is full.
  bool Take(uint64_t uid, const rows::OutboxRow& row) {
    if (recipient_.value != 0 && SubjectId(row.recipient()) != recipient_) return true;
    if (request_.state() != OutboxMessage::STATE_UNSPECIFIED &&
        row.message().state() != request_.state()) {
      return true;
    }
    if (!MayRead(ScopeId(row.home()))) return true;
    if (response_.messages_size() == page_.limit) {
      response_.set_next_page_token(call_.backend.pages->TokenAfter(page_, absl::StrCat(last_)));
      return false;
    }
    *response_.add_messages() = ToMessage(call_.state, call_.tenant->id(), uid, row);
    last_ = uid;
    return true;
  }

 private:
  bool MayRead(ScopeId home) {
    const auto known = readable_.find(home.value);
    if (known != readable_.end()) return known->second;
    return readable_[home.value] =
               call_.state.HasScope(home) &&
               IsAllowed(call_.state, call_.self(), "notification.read", home, false, call_.now);
  }

  ReadCall& call_;
  const v1::ListOutboxMessagesRequest& request_;
  const Pages::Page& page_;
  const SubjectId recipient_;
  v1::ListOutboxMessagesResponse& response_;
  absl::flat_hash_map<uint32_t, bool> readable_;
  uint64_t last_ = 0;
};

absl::Status ListOf(ReadCall& call, SubjectId recipient, uint64_t after, MessageList& list) {
  const uint64_t tenant = call.tenant->number();
  absl::StatusOr<std::vector<uint64_t>> uids =
      ReadOutboxIds(call.reader(), OutboxOf(tenant, recipient));
  if (!uids.ok()) return uids.status();
  for (uint64_t uid : *uids) {
    if (uid <= after) continue;
    absl::StatusOr<std::optional<rows::OutboxRow>> row = ReadOutbox(call.reader(), tenant, uid);
    if (!row.ok()) return row.status();
    if (row->has_value() && !list.Take(uid, **row)) break;
  }
  return absl::OkStatus();
}

absl::Status ListAll(ReadCall& call, uint64_t after, MessageList& list) {
  store::Cursor cursor =
      call.reader().Scan(store::Table::kOutbox, OutboxMessagesAfter(call.tenant->number(), after));
  while (cursor.Next()) {
    store::KeyReader key(store::Table::kOutbox, cursor.key());
    key.U64();
    key.U8();
    const uint64_t uid = key.U64();
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    absl::StatusOr<rows::OutboxRow> row =
        ParseRow<rows::OutboxRow>(store::Table::kOutbox, cursor.key(), cursor.value());
    if (!row.ok()) return row.status();
    if (!list.Take(uid, *row)) return absl::OkStatus();
  }
  return cursor.status();
}

absl::Status DoList(ReadCall& call, const v1::ListOutboxMessagesRequest& request,
                    v1::ListOutboxMessagesResponse* response) {
  absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
      request, absl::StrCat(call.actor.name, "#", call.self().value), call.tenant, call.now);
  if (!page.ok()) return page.status();
  uint64_t after = 0;
  if (!page->cursor.empty() && !absl::SimpleAtoi(page->cursor, &after)) {
    return BadField("page_token", request.page_token(), "wanted a `next_page_token`");
  }
  // What is missing and what is hidden look alike: nothing is listed.
  SubjectId recipient(0);
  if (!request.recipient().empty()) {
    recipient = call.state.FindSubject(ParseName(request.recipient())->Relative());
    if (!call.state.HasSubject(recipient)) return absl::OkStatus();
  }
  MessageList list(call, request, *page, recipient, response);
  return recipient.value != 0 ? ListOf(call, recipient, after, list) : ListAll(call, after, list);
}

// --- RetryOutboxMessage ---

// Of a mail that brings a report: it is made as it is then, so only the last can be sent again.
absl::Status CheckReport(const MutateCall& call, absl::string_view name,
                         const rows::OutboxRow& row) {
  if (row.report() == 0) return absl::OkStatus();
  absl::StatusOr<std::optional<NamedReport>> report = ReadReportOf(
      call.draft.reader(), call.draft.number(), SubjectId(row.recipient()), row.report());
  if (!report.ok()) return report.status();
  if (report->has_value() && (*report)->row.report().has_schedule() &&
      (*report)->row.last_message() == UidIn(name)) {
    return absl::OkStatus();
  }
  return FailedPrecondition("REPORT_GONE", name,
                            absl::StrCat(Quoted(name),
                                         " brought a report that is gone, or is no longer mailed, "
                                         "or has been mailed since"));
}

absl::Status DoRetry(MutateCall& call, const v1::RetryOutboxMessageRequest& request,
                     OutboxMessage* response) {
  absl::StatusOr<rows::OutboxRow> row =
      FindMessage(call.draft.reader(), call.draft.number(), request.name());
  if (!row.ok()) return row.status();
  const OutboxMessage::State state = row->message().state();
  if (state != OutboxMessage::FAILED && state != OutboxMessage::UNDELIVERABLE) {
    return FailedPrecondition(
        "NOT_GIVEN_UP", request.name(),
        absl::StrCat(Quoted(request.name()), " is ", OutboxMessage::State_Name(state),
                     "; one that is FAILED or UNDELIVERABLE can be retried"));
  }
  if (absl::Status status = CheckReport(call, request.name(), *row); !status.ok()) return status;
  rows::OutboxRow wanted = *row;
  OutboxMessage* const message = wanted.mutable_message();
  message->set_state(OutboxMessage::WAITING);
  *message->mutable_next_time() = ToTimestamp(call.now());
  // Its end_time stays: by that the mailer knows that somebody wants it sent at once.
  wanted.set_digest(false);
  PutOutbox(call.draft, UidIn(request.name()), &*row, wanted);
  *response = ToMessage(call.state(), call.draft.id(), UidIn(request.name()), wanted);
  call.draft.Describe(request.name());
  return absl::OkStatus();
}

}  // namespace

void RegisterOutboxMessages(Methods& methods) {
  Method& get = methods.Read<v1::GetOutboxMessageRequest, OutboxMessage>(DoGet);
  Methods::ValidateBy<v1::GetOutboxMessageRequest>(get, ValidateName<v1::GetOutboxMessageRequest>);
  Method& list =
      methods.Scan<v1::ListOutboxMessagesRequest, v1::ListOutboxMessagesResponse>(DoList);
  Methods::ValidateBy<v1::ListOutboxMessagesRequest>(list, ValidateList);
  methods.Mutate<v1::RetryOutboxMessageRequest, OutboxMessage>(
      ValidateName<v1::RetryOutboxMessageRequest>, DoRetry);
}

}  // namespace provost
