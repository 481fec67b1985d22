#include "tenant/outbox.h"

#include <utility>

#include "absl/functional/function_ref.h"
#include "tenant/index_parts.h"
#include "tenant/key_walk.h"
#include "tenant/reports.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::KeyWriter;
using store::Table;

// What the second part of a key in kOutbox says.
constexpr uint8_t kMessagePart = 0;
constexpr uint8_t kWaitingPart = 1;
constexpr uint8_t kEndedPart = 2;

// Whom or what a mail is found by, in the index.
constexpr uint8_t kPerson = 1;
constexpr uint8_t kScope = 2;

std::string IndexKey(uint64_t tenant, uint8_t which, uint32_t of, uint64_t uid) {
  return KeyWriter(tenant).U8(kOutboxIndex).U8(which).U32(of).U64(uid).Take();
}

// Those that go as one stand next to each other.
std::string WaitingKey(uint64_t tenant, absl::Time time, uint32_t recipient, uint64_t uid) {
  return KeyWriter(tenant).U8(kWaitingPart).Time(time).U32(recipient).U64(uid).Take();
}

// By which it is found while it waits, or once it has ended.
std::string TimeKey(uint64_t tenant, uint64_t uid, const rows::OutboxRow& row) {
  if (row.message().state() == v1::OutboxMessage::WAITING) {
    return WaitingKey(tenant, FromTimestamp(row.message().next_time()), row.recipient(), uid);
  }
  return KeyWriter(tenant).U8(kEndedPart).Time(FromTimestamp(row.end_time())).U64(uid).Take();
}

void ForEachIndex(uint64_t tenant, uint64_t uid, const rows::OutboxRow& row,
                  absl::FunctionRef<void(const std::string&)> visit) {
  visit(IndexKey(tenant, kPerson, row.recipient(), uid));
  // Of a report there is neither.
  if (row.learner() != 0 && row.learner() != row.recipient()) {
    visit(IndexKey(tenant, kPerson, row.learner(), uid));
  }
  if (row.training() != 0) visit(IndexKey(tenant, kScope, row.training(), uid));
  // The tenant goes with all its rows.
  if (row.home() != kRootScope.value) visit(IndexKey(tenant, kScope, row.home(), uid));
}

absl::Status EraseIndexed(TenantDraft& draft, const store::KeyRange& range) {
  absl::StatusOr<std::vector<uint64_t>> uids = ReadOutboxIds(draft.reader(), range);
  if (!uids.ok()) return uids.status();
  for (uint64_t uid : *uids) {
    absl::StatusOr<std::optional<rows::OutboxRow>> row =
        ReadOutbox(draft.reader(), draft.number(), uid);
    if (!row.ok()) return row.status();
    if (row->has_value()) EraseOutbox(draft, uid, **row);
  }
  return absl::OkStatus();
}

// What a report is about may have moved away while its mail waits, which then stays with it.
absl::Status FollowReports(TenantDraft& draft, ScopeId scope, const store::KeyRange& range) {
  const WorldState& state = draft.state();
  absl::StatusOr<std::vector<uint64_t>> uids = ReadOutboxIds(draft.reader(), range);
  if (!uids.ok()) return uids.status();
  for (uint64_t uid : *uids) {
    absl::StatusOr<std::optional<rows::OutboxRow>> row =
        ReadOutbox(draft.reader(), draft.number(), uid);
    if (!row.ok()) return row.status();
    if (!row->has_value() || (*row)->report() == 0 ||
        (*row)->message().state() != v1::OutboxMessage::WAITING) {
      continue;
    }
    absl::StatusOr<std::optional<NamedReport>> report = ReadReportOf(
        draft.reader(), draft.number(), SubjectId((*row)->recipient()), (*row)->report());
    if (!report.ok()) return report.status();
    if (!report->has_value()) continue;
    ScopeId home((*report)->row.home());
    if (!state.HasScope(home) || state.IsOnPath(scope, home)) continue;
    while (state.KindOf(home) > ScopeKind::kCatalog) home = state.ParentOf(home);
    EraseOutbox(draft, uid, **row);
    (*row)->set_home(home.value);
    PutOutbox(draft, uid, nullptr, **std::move(row));
  }
  return absl::OkStatus();
}

}  // namespace

std::string OutboxKey(uint64_t tenant, uint64_t uid) {
  return KeyWriter(tenant).U8(kMessagePart).U64(uid).Take();
}
store::KeyRange OutboxMessages(uint64_t tenant) {
  return KeyWriter(tenant).U8(kMessagePart).Range();
}
store::KeyRange OutboxMessagesAfter(uint64_t tenant, uint64_t uid) {
  return store::KeyRange{OutboxKey(tenant, uid + 1), OutboxMessages(tenant).end};
}
store::KeyRange OutboxWaiting(uint64_t tenant, absl::Time until) {
  return store::KeyRange{KeyWriter(tenant).U8(kWaitingPart).Take(),
                         WaitingKey(tenant, until + absl::Nanoseconds(1), 0, 0)};
}
store::KeyRange OutboxEnded(uint64_t tenant, absl::Time end) {
  return store::KeyRange{KeyWriter(tenant).U8(kEndedPart).Take(),
                         KeyWriter(tenant).U8(kEndedPart).Time(end).Take()};
}
store::KeyRange OutboxOf(uint64_t tenant, SubjectId person) {
  return KeyWriter(tenant).U8(kOutboxIndex).U8(kPerson).U32(person.value).Range();
}

store::KeyRange OutboxWaitingAfter(uint64_t tenant, const OutboxTime& after, absl::Time until) {
  return store::KeyRange{WaitingKey(tenant, after.time, after.recipient, after.uid + 1),
                         OutboxWaiting(tenant, until).end};
}

absl::StatusOr<std::vector<OutboxTime>> ReadOutboxTimes(const store::Reader& reader,
                                                        const store::KeyRange& range,
                                                        size_t limit) {
  std::vector<OutboxTime> times;
  store::ScanOptions options;
  options.limit = limit;
  absl::Status status =
      ForEachKey(reader, Table::kOutbox, range, options, [&](store::KeyReader& key) {
        const uint8_t part = key.U8();
        OutboxTime& time = times.emplace_back();
        time.time = key.Time();
        if (part == kWaitingPart) time.recipient = key.U32();
        time.uid = key.U64();
      });
  if (!status.ok()) return status;
  return times;
}

absl::StatusOr<std::vector<uint64_t>> ReadOutboxIds(const store::Reader& reader,
                                                    const store::KeyRange& range) {
  std::vector<uint64_t> uids;
  absl::Status status = ForEachIndex(reader, range, [&](store::KeyReader& key) {
    key.U8();
    key.U32();
    uids.push_back(key.U64());
  });
  if (!status.ok()) return status;
  return uids;
}

absl::StatusOr<std::optional<rows::OutboxRow>> ReadOutbox(const store::Reader& reader,
                                                          uint64_t tenant, uint64_t uid) {
  return ReadRow<rows::OutboxRow>(reader, Table::kOutbox, OutboxKey(tenant, uid));
}

void PutOutbox(TenantDraft& draft, uint64_t uid, const rows::OutboxRow* before,
               rows::OutboxRow row) {
  const uint64_t tenant = draft.number();
  row.set_revision(draft.revision());
  if (before != nullptr) {
    draft.Erase(Table::kOutbox, TimeKey(tenant, uid, *before));
  } else {
    ForEachIndex(tenant, uid, row, [&](const std::string& key) {
      draft.WriteBytes(Table::kIndexes, key, store::MakeRecord(""));
    });
  }
  draft.WriteBytes(Table::kOutbox, TimeKey(tenant, uid, row), store::MakeRecord(""));
  if (row.message().state() == v1::OutboxMessage::WAITING) {
    draft.NoteMail(FromTimestamp(row.message().next_time()));
  }
  draft.Write(Table::kOutbox, OutboxKey(tenant, uid), row);
}

void EraseOutbox(TenantDraft& draft, uint64_t uid, const rows::OutboxRow& row) {
  const uint64_t tenant = draft.number();
  ForEachIndex(tenant, uid, row,
               [&](const std::string& key) { draft.Erase(Table::kIndexes, key); });
  draft.Erase(Table::kOutbox, TimeKey(tenant, uid, row));
  draft.Erase(Table::kOutbox, OutboxKey(tenant, uid));
}

absl::Status EraseOutboxOf(TenantDraft& draft, SubjectId person) {
  return EraseIndexed(draft, OutboxOf(draft.number(), person));
}

absl::Status EraseOutboxAt(TenantDraft& draft, ScopeId scope) {
  const store::KeyRange range =
      KeyWriter(draft.number()).U8(kOutboxIndex).U8(kScope).U32(scope.value).Range();
  if (absl::Status status = FollowReports(draft, scope, range); !status.ok()) return status;
  return EraseIndexed(draft, range);
}

}  // namespace provost
