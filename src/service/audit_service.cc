#include "service/audit_service.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "provost/v1/audit_service.pb.h"
#include "service/lookup.h"
#include "service/pages.h"
#include "service/subject_resource.h"
#include "store/key.h"
#include "tenant/errors.h"
#include "tenant/rows.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::Table;

absl::Status Validate(const v1::ListAuditEntriesRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kTenant, "parent", request.parent(), &status);
  if (request.has_since()) CheckTime("since", request.since(), &status);
  if (request.has_before()) CheckTime("before", request.before(), &status);
  if (!request.actor().empty() && request.actor() != "server") {
    absl::StatusOr<ResourceName> actor = ParseName(request.actor());
    if (!actor.ok() || (actor->collection != Collection::kUsers &&
                        actor->collection != Collection::kServiceAccounts)) {
      AddBadField(&status, "actor", request.actor(),
                  "wanted a user, a service account or `server`");
    }
  }
  if (!request.resource().empty()) {
    if (absl::Status named = ParseName(request.resource()).status(); !named.ok()) {
      AddBadField(&status, "resource", request.resource(), named.message());
    } else if (!request.actor().empty()) {
      AddBadField(&status, "resource", request.resource(), "wanted none where `actor` is given");
    }
  }
  return status;
}

// The entry of a change of a tenant. Every change has one.
absl::StatusOr<rows::AuditRow> ReadEntry(const store::Reader& reader, const std::string& key) {
  absl::StatusOr<std::optional<rows::AuditRow>> row =
      ReadRow<rows::AuditRow>(reader, Table::kAudit, key);
  if (!row.ok()) return row.status();
  if (row->has_value()) return **std::move(row);
  return absl::DataLossError(
      absl::StrCat("there is no row `", store::PrintableKey(Table::kAudit, key), "`"));
}

// The first of the changes 1 to `last` that was not committed before `time`; `last` + 1 where all
// were. Later changes have later times, so this reads as many rows as their number has bits.
absl::StatusOr<uint64_t> FirstAt(const ReadCall& call, absl::Time time, uint64_t last) {
  uint64_t low = 1;
  uint64_t high = last + 1;
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    absl::StatusOr<rows::AuditRow> row =
        ReadEntry(call.reader(), RevisionKey(call.tenant->number(), middle));
    if (!row.ok()) return row.status();
    if (FromTimestamp(row->time()) < time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void AddEntry(uint64_t revision, const rows::AuditRow& row,
              v1::ListAuditEntriesResponse* response) {
  v1::AuditEntry& entry = *response->add_entries();
  entry.set_revision(revision);
  *entry.mutable_time() = row.time();
  entry.set_actor(row.actor());
  entry.set_method(row.method());
  entry.set_resource(row.resource());
  entry.set_reason(row.reason());
  entry.set_call_id(row.call_id());
}

// The revisions from `first` to before `end` that concern the request, newest first, and one more
// than `limit` where there are so many.
absl::StatusOr<std::vector<uint64_t>> Revisions(const ReadCall& call,
                                                const v1::ListAuditEntriesRequest& request,
                                                uint64_t first, uint64_t end, int limit) {
  const size_t most = static_cast<size_t>(limit) + 1;
  std::vector<uint64_t> revisions;
  if (request.actor().empty() && request.resource().empty()) {
    while (end > first && revisions.size() < most) revisions.push_back(--end);
    return revisions;
  }
  const uint64_t tenant = call.tenant->number();
  const IndexPart part = request.actor().empty() ? kAuditResourceIndex : kAuditActorIndex;
  const std::string& name = request.actor().empty() ? request.resource() : request.actor();
  store::ScanOptions newest_first;
  newest_first.reverse = true;
  newest_first.limit = most;
  store::Cursor cursor =
      call.reader().Scan(Table::kIndexes,
                         store::KeyRange{AuditIndexKey(tenant, part, name, first),
                                         AuditIndexKey(tenant, part, name, end)},
                         newest_first);
  while (cursor.Next()) {
    store::KeyReader key(Table::kIndexes, cursor.key());
    key.U64();
    key.U8();
    key.String();
    revisions.push_back(key.U64());
    if (absl::Status status = key.Finish(); !status.ok()) return status;
  }
  if (!cursor.status().ok()) return cursor.status();
  return revisions;
}

absl::Status ListAuditEntries(ReadCall& call, const v1::ListAuditEntriesRequest& request,
                              v1::ListAuditEntriesResponse* response) {
  // Bound to who the caller is: a name can be given to another.
  absl::StatusOr<Pages::Page> page = call.backend.pages->Begin(
      request, absl::StrCat(call.actor.name, "#", call.actor.subject.value), call.tenant, call.now);
  if (!page.ok()) return page.status();
  const uint64_t last = page->snapshot->view->revision();
  uint64_t end = last + 1;
  if (!page->cursor.empty()) {
    if (!absl::SimpleAtoi(page->cursor, &end)) {
      return BadField("page_token", request.page_token(), "wanted a `next_page_token`");
    }
  } else if (request.has_before()) {
    absl::StatusOr<uint64_t> found = FirstAt(call, FromTimestamp(request.before()), last);
    if (!found.ok()) return found.status();
    end = *found;
  }
  uint64_t first = 1;
  if (request.has_since()) {
    absl::StatusOr<uint64_t> found = FirstAt(call, FromTimestamp(request.since()), last);
    if (!found.ok()) return found.status();
    first = *found;
  }
  absl::StatusOr<std::vector<uint64_t>> revisions =
      Revisions(call, request, first, end, page->limit);
  if (!revisions.ok()) return revisions.status();
  const bool more = revisions->size() > static_cast<size_t>(page->limit);
  if (more) revisions->pop_back();
  for (uint64_t revision : *revisions) {
    absl::StatusOr<rows::AuditRow> row =
        ReadEntry(call.reader(), RevisionKey(call.tenant->number(), revision));
    if (!row.ok()) return row.status();
    AddEntry(revision, *row, response);
  }
  if (more) {
    response->set_next_page_token(
        call.backend.pages->TokenAfter(*page, absl::StrCat(revisions->back())));
  }
  return absl::OkStatus();
}

}  // namespace

void RegisterAuditService(Methods& methods) {
  Methods::ValidateBy<v1::ListAuditEntriesRequest>(
      methods.Scan<v1::ListAuditEntriesRequest, v1::ListAuditEntriesResponse>(ListAuditEntries),
      Validate);
}

}  // namespace provost
