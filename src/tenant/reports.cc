#include "tenant/reports.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "provost/v1/notification_service.pb.h"
#include "store/record.h"
#include "store/table.h"
#include "tenant/homed_rows.h"
#include "tenant/index_parts.h"
#include "tenant/key_walk.h"
#include "tenant/outbox.h"
#include "tenant/report_schedule.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::KeyWriter;
using store::Table;

std::string RowKey(uint64_t tenant, absl::string_view id) {
  return EntityKey(tenant, Collection::kReports, id);
}

std::string HomeKey(uint64_t tenant, absl::string_view id, const rows::ReportRow& row) {
  return HomedAtKey(tenant, ScopeId(row.home()),
                    absl::StrCat(CollectionName(Collection::kReports), "/", id));
}

// A mail that was sent says what was sent, whatever becomes of the report.
absl::Status EraseWaitingMail(TenantDraft& draft, const rows::ReportRow& row) {
  if (row.last_message() == 0) return absl::OkStatus();
  absl::StatusOr<std::optional<rows::OutboxRow>> mail =
      ReadOutbox(draft.reader(), draft.number(), row.last_message());
  if (!mail.ok()) return mail.status();
  if (mail->has_value() && (*mail)->report() == row.uid() &&
      (*mail)->message().state() == v1::OutboxMessage::WAITING) {
    EraseOutbox(draft, row.last_message(), **mail);
  }
  return absl::OkStatus();
}

absl::Status EraseById(TenantDraft& draft, const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    absl::StatusOr<std::optional<rows::ReportRow>> row =
        ReadReport(draft.reader(), draft.number(), id);
    if (!row.ok()) return row.status();
    if (!row->has_value()) continue;
    if (absl::Status status = EraseReport(draft, id, **row); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

std::string ReportOwnerKey(uint64_t tenant, SubjectId owner, uint64_t uid) {
  return KeyWriter(tenant).U8(kReportOwnerIndex).U32(owner.value).U64(uid).Take();
}
store::KeyRange ReportsOwnedBy(uint64_t tenant, SubjectId owner) {
  return KeyWriter(tenant).U8(kReportOwnerIndex).U32(owner.value).Range();
}
std::string ReportGroupKey(uint64_t tenant, SubjectId group, absl::string_view id) {
  return KeyWriter(tenant).U8(kReportGroupIndex).U32(group.value).String(id).Take();
}
store::KeyRange ReportsAboutGroup(uint64_t tenant, SubjectId group) {
  return KeyWriter(tenant).U8(kReportGroupIndex).U32(group.value).Range();
}

absl::StatusOr<std::optional<rows::ReportRow>> ReadReport(const store::Reader& reader,
                                                          uint64_t tenant, absl::string_view id) {
  return ReadRow<rows::ReportRow>(reader, Table::kReports, RowKey(tenant, id));
}

absl::StatusOr<std::optional<NamedReport>> ReadReportOf(const store::Reader& reader,
                                                        uint64_t tenant, SubjectId owner,
                                                        uint64_t uid) {
  absl::StatusOr<std::optional<rows::OwnedReportRow>> owned =
      ReadRow<rows::OwnedReportRow>(reader, Table::kIndexes, ReportOwnerKey(tenant, owner, uid));
  if (!owned.ok()) return owned.status();
  if (!owned->has_value()) return std::optional<NamedReport>();
  absl::StatusOr<std::optional<rows::ReportRow>> row = ReadReport(reader, tenant, (*owned)->id());
  if (!row.ok()) return row.status();
  // The two may be of different revisions, and an id can be given again.
  if (!row->has_value() || (*row)->uid() != uid) return std::optional<NamedReport>();
  return std::optional<NamedReport>(NamedReport{(*owned)->id(), **std::move(row)});
}

Moment ReportMoment(const rows::ReportRow& row) {
  const absl::Time time = row.report().has_next_run_time()
                              ? FromTimestamp(row.report().next_run_time())
                              : absl::InfiniteFuture();
  return Moment{MomentKind::kReportRun, time, row.home(), row.owner(), row.uid()};
}

void PutReport(TenantDraft& draft, absl::string_view id, const rows::ReportRow* before,
               const rows::ReportRow& row) {
  const uint64_t tenant = draft.number();
  if (before == nullptr) {
    draft.WriteBytes(Table::kIndexes, HomeKey(tenant, id, row), store::MakeRecord(""));
    rows::OwnedReportRow owned;
    owned.set_id(std::string(id));
    draft.Write(Table::kIndexes, ReportOwnerKey(tenant, SubjectId(row.owner()), row.uid()), owned);
  }
  const uint32_t group_before = before == nullptr ? 0 : before->group();
  if (group_before != row.group()) {
    if (group_before != 0) {
      draft.Erase(Table::kIndexes, ReportGroupKey(tenant, SubjectId(group_before), id));
    }
    if (row.group() != 0) {
      draft.WriteBytes(Table::kIndexes, ReportGroupKey(tenant, SubjectId(row.group()), id),
                       store::MakeRecord(""));
    }
  }
  if (before != nullptr && before->report().has_schedule() && !row.report().has_schedule()) {
    draft.Fail(EraseWaitingMail(draft, row));
  }
  const Moment moment = ReportMoment(row);
  if (!row.report().has_next_run_time()) {
    EraseMoment(draft, moment);
  } else if (TimeOfMoment(draft, moment) != moment.time) {
    PutMoment(draft, moment);
  }
  draft.Write(Table::kReports, RowKey(tenant, id), row);
}

absl::Status RescheduleReports(TenantDraft& draft) {
  std::vector<NamedReport> reports;
  store::Cursor cursor =
      draft.reader().Scan(Table::kReports, store::KeyRange::Tenant(draft.number()));
  while (cursor.Next()) {
    store::KeyReader key(Table::kReports, cursor.key());
    key.U64();
    std::string id = key.String();
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    absl::StatusOr<rows::ReportRow> row =
        ParseRow<rows::ReportRow>(Table::kReports, cursor.key(), cursor.value());
    if (!row.ok()) return row.status();
    const v1::Report& report = row->report();
    if (!report.has_next_run_time() || !report.schedule().time_zone().empty() ||
        FromTimestamp(report.next_run_time()) <= draft.now()) {
      continue;
    }
    reports.push_back({std::move(id), *std::move(row)});
  }
  if (!cursor.status().ok()) return cursor.status();
  for (const NamedReport& each : reports) {
    rows::ReportRow row = each.row;
    v1::Report& report = *row.mutable_report();
    absl::StatusOr<absl::TimeZone> zone =
        ReportZone(draft.reader(), draft.number(), report.schedule());
    if (!zone.ok()) return zone.status();
    const absl::Time next = NextReportRun(report.schedule(), *zone, draft.now());
    report.clear_next_run_time();
    if (next != absl::InfiniteFuture()) *report.mutable_next_run_time() = ToTimestamp(next);
    PutReport(draft, each.id, &each.row, row);
  }
  return absl::OkStatus();
}

absl::Status EraseReport(TenantDraft& draft, absl::string_view id, const rows::ReportRow& row) {
  const uint64_t tenant = draft.number();
  if (absl::Status status = EraseWaitingMail(draft, row); !status.ok()) return status;
  EraseMoment(draft, ReportMoment(row));
  if (row.group() != 0) {
    draft.Erase(Table::kIndexes, ReportGroupKey(tenant, SubjectId(row.group()), id));
  }
  draft.Erase(Table::kIndexes, ReportOwnerKey(tenant, SubjectId(row.owner()), row.uid()));
  draft.Erase(Table::kIndexes, HomeKey(tenant, id, row));
  draft.Erase(Table::kReports, RowKey(tenant, id));
  return absl::OkStatus();
}

absl::Status EraseReportsOf(TenantDraft& draft, SubjectId owner) {
  std::vector<std::string> ids;
  store::Cursor cursor =
      draft.reader().Scan(Table::kIndexes, ReportsOwnedBy(draft.number(), owner));
  while (cursor.Next()) {
    absl::StatusOr<rows::OwnedReportRow> owned =
        ParseRow<rows::OwnedReportRow>(Table::kIndexes, cursor.key(), cursor.value());
    if (!owned.ok()) return owned.status();
    ids.push_back(owned->id());
  }
  if (!cursor.status().ok()) return cursor.status();
  return EraseById(draft, ids);
}

absl::Status EraseReportsAbout(TenantDraft& draft, SubjectId group) {
  std::vector<std::string> ids;
  absl::Status status = ForEachIndex(draft.reader(), ReportsAboutGroup(draft.number(), group),
                                     [&](store::KeyReader& key) {
                                       key.U32();
                                       ids.push_back(key.String());
                                     });
  if (!status.ok()) return status;
  return EraseById(draft, ids);
}

}  // namespace provost
