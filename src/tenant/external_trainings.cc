#include "tenant/external_trainings.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "store/table.h"
#include "tenant/blobs.h"
#include "tenant/homed_rows.h"
#include "tenant/record_rows.h"
#include "tenant/rows.h"
#include "tenant/times.h"

namespace provost {
namespace {

using store::Table;

std::string HomeKey(const TenantDraft& draft, const ExternalTrainingId& id,
                    const rows::ExternalTrainingRow& row) {
  return HomedAtKey(
      draft.number(), ScopeId(row.home()),
      absl::StrCat(CollectionName(Collection::kExternalTrainings), "/", id.ToString()));
}

void EraseFile(TenantDraft& draft, const rows::ExternalTrainingRow& row) {
  if (row.evidence_blob() == 0) return;
  EraseChunks(draft, row.evidence_blob(), row.evidence_file().size_bytes());
}

}  // namespace

absl::StatusOr<std::optional<rows::ExternalTrainingRow>> ReadExternalTraining(
    const store::Reader& reader, uint64_t tenant, const ExternalTrainingId& id) {
  return ReadRow<rows::ExternalTrainingRow>(reader, Table::kRecords,
                                            ExternalTrainingKey(tenant, id));
}

absl::StatusOr<std::vector<std::pair<uint64_t, rows::ExternalTrainingRow>>> ReadExternalTrainings(
    const store::Reader& reader, uint64_t tenant, SubjectId learner) {
  std::vector<std::pair<uint64_t, rows::ExternalTrainingRow>> found;
  store::Cursor cursor = reader.Scan(Table::kRecords, ExternalTrainingsOf(tenant, learner));
  while (cursor.Next()) {
    store::KeyReader key(Table::kRecords, cursor.key());
    key.U64();
    key.U32();
    key.U32();
    key.U8();
    const uint64_t uid = key.U64();
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    absl::StatusOr<rows::ExternalTrainingRow> row =
        ParseRow<rows::ExternalTrainingRow>(Table::kRecords, cursor.key(), cursor.value());
    if (!row.ok()) return row.status();
    found.emplace_back(uid, *std::move(row));
  }
  if (!cursor.status().ok()) return cursor.status();
  return found;
}

std::optional<Evidence> EvidenceOf(const rows::ExternalTrainingRow& row, int before) {
  if (before < 0 || before > row.before_size()) return std::nullopt;
  const rows::ExternalTrainingRow& wanted = before == 0 ? row : row.before(before - 1);
  if (!wanted.has_evidence_file()) return std::nullopt;
  Evidence evidence{wanted.evidence_blob(), wanted.evidence_file()};
  for (int newer = before; before > 0 && evidence.blob == 0 && newer <= row.before_size();
       ++newer) {
    evidence.blob = (newer == row.before_size() ? row : row.before(newer)).evidence_blob();
  }
  return evidence;
}

void KeepExternalTraining(TenantDraft& draft, rows::ExternalTrainingRow was,
                          rows::ExternalTrainingRow* row) {
  was.clear_before();
  if (was.evidence_blob() == row->evidence_blob()) was.clear_evidence_blob();
  *row->add_before() = std::move(was);
  while (row->before_size() > kMaxExternalTrainingsBefore) {
    EraseFile(draft, row->before(0));
    row->mutable_before()->DeleteSubrange(0, 1);
  }
}

void PutExternalTraining(TenantDraft& draft, const ExternalTrainingId& id,
                         rows::ExternalTrainingRow row) {
  row.set_revision(draft.revision());
  *row.mutable_update_time() = ToTimestamp(draft.now());
  draft.WriteBytes(Table::kIndexes, HomeKey(draft, id, row), store::MakeRecord(""));
  draft.Write(Table::kRecords, ExternalTrainingKey(draft.number(), id), row);
}

void EraseExternalTraining(TenantDraft& draft, const ExternalTrainingId& id,
                           const rows::ExternalTrainingRow& row) {
  EraseFile(draft, row);
  for (const rows::ExternalTrainingRow& before : row.before()) EraseFile(draft, before);
  draft.Erase(Table::kIndexes, HomeKey(draft, id, row));
  draft.Erase(Table::kRecords, ExternalTrainingKey(draft.number(), id));
}

absl::Status EraseExternalTrainingsOf(TenantDraft& draft, SubjectId learner) {
  absl::StatusOr<std::vector<std::pair<uint64_t, rows::ExternalTrainingRow>>> rows =
      ReadExternalTrainings(draft.reader(), draft.number(), learner);
  if (!rows.ok()) return rows.status();
  for (const auto& [uid, row] : *rows) {
    EraseExternalTraining(draft, ExternalTrainingId{learner.value, uid}, row);
  }
  return absl::OkStatus();
}

}  // namespace provost
