#include "tenant/assessment_rows.h"

#include "tenant/blobs.h"
#include "tenant/index_parts.h"

namespace provost {
namespace {

using store::KeyReader;
using store::KeyWriter;
using store::Table;

// What the second part of a key in kAttempts says.
constexpr uint8_t kAttemptPart = 1;
constexpr uint8_t kStandingPart = 2;
// What the third part of a key in kSubmissions says.
constexpr uint8_t kSubmissionPart = 0;
constexpr uint8_t kHandInPart = 1;
constexpr uint8_t kGradePart = 2;

IndexPart LearnerIndexOf(WorkKind kind) {
  return kind == WorkKind::kAttempt ? kAttemptLearnerIndex : kSubmissionLearnerIndex;
}
IndexPart ItemIndexOf(WorkKind kind) {
  return kind == WorkKind::kAttempt ? kAttemptQuizIndex : kSubmissionTaskIndex;
}

std::string PartKey(uint64_t tenant, uint64_t submission, uint8_t part, uint32_t number) {
  return KeyWriter(tenant).U64(submission).U8(part).U32(number).Take();
}

// The keys of a range, read before anything of it is changed.
absl::StatusOr<std::vector<std::string>> KeysIn(const store::Reader& reader, Table table,
                                                const store::KeyRange& range) {
  std::vector<std::string> keys;
  store::Cursor cursor = reader.Scan(table, range);
  while (cursor.Next()) keys.emplace_back(cursor.key());
  if (!cursor.status().ok()) return cursor.status();
  return keys;
}

absl::Status EraseAll(TenantDraft& draft, Table table, const store::KeyRange& range) {
  absl::StatusOr<std::vector<std::string>> keys = KeysIn(draft.reader(), table, range);
  if (!keys.ok()) return keys.status();
  for (const std::string& key : *keys) draft.Erase(table, key);
  return absl::OkStatus();
}

void PutIndexes(TenantDraft& draft, WorkKind kind, EnrollmentId enrollment, uint64_t item,
                uint64_t work) {
  draft.WriteBytes(Table::kIndexes, WorkOfKey(draft.number(), kind, enrollment, item, work),
                   store::MakeRecord(""));
  draft.WriteBytes(Table::kIndexes,
                   WorkAtKey(draft.number(), kind, item, ScopeId(enrollment.training), work),
                   store::MakeRecord(""));
}

absl::Status EraseSubmissionRows(TenantDraft& draft, uint64_t submission) {
  const uint64_t tenant = draft.number();
  absl::StatusOr<std::vector<std::string>> keys =
      KeysIn(draft.reader(), Table::kSubmissions, SubmissionRows(tenant, submission));
  if (!keys.ok()) return keys.status();
  for (const std::string& text : *keys) {
    KeyReader key(Table::kSubmissions, text);
    key.U64();
    key.U64();
    const bool is_hand_in = key.U8() == kHandInPart;
    key.U32();
    if (absl::Status status = key.Finish(); !status.ok()) return status;
    if (is_hand_in) {
      absl::StatusOr<std::optional<rows::HandInRow>> row =
          ReadRow<rows::HandInRow>(draft.reader(), Table::kSubmissions, text);
      if (!row.ok()) return row.status();
      if (row->has_value() && (*row)->blob() != 0) {
        EraseChunks(draft, (*row)->blob(), (*row)->hand_in().file().size_bytes());
      }
    }
    draft.Erase(Table::kSubmissions, text);
  }
  return absl::OkStatus();
}

}  // namespace

std::string AttemptKey(uint64_t tenant, uint64_t attempt) {
  return KeyWriter(tenant).U8(kAttemptPart).U64(attempt).Take();
}
std::string QuizStandingKey(uint64_t tenant, EnrollmentId enrollment, uint64_t quiz) {
  return KeyWriter(tenant)
      .U8(kStandingPart)
      .U32(enrollment.training)
      .U32(enrollment.learner)
      .U64(quiz)
      .Take();
}
store::KeyRange QuizStandingsOf(uint64_t tenant, EnrollmentId enrollment) {
  return KeyWriter(tenant)
      .U8(kStandingPart)
      .U32(enrollment.training)
      .U32(enrollment.learner)
      .Range();
}
std::string SubmissionKey(uint64_t tenant, uint64_t submission) {
  return PartKey(tenant, submission, kSubmissionPart, 0);
}
std::string HandInKey(uint64_t tenant, uint64_t submission, int32_t version) {
  return PartKey(tenant, submission, kHandInPart, static_cast<uint32_t>(version));
}
std::string GradeKey(uint64_t tenant, uint64_t submission, int32_t number) {
  return PartKey(tenant, submission, kGradePart, static_cast<uint32_t>(number));
}
store::KeyRange SubmissionRows(uint64_t tenant, uint64_t submission) {
  return KeyWriter(tenant).U64(submission).Range();
}

std::string WorkOfKey(uint64_t tenant, WorkKind kind, EnrollmentId enrollment, uint64_t item,
                      uint64_t work) {
  return KeyWriter(tenant)
      .U8(LearnerIndexOf(kind))
      .U32(enrollment.training)
      .U32(enrollment.learner)
      .U64(item)
      .U64(work)
      .Take();
}
store::KeyRange WorkInCourse(uint64_t tenant, WorkKind kind, ScopeId course) {
  return KeyWriter(tenant).U8(LearnerIndexOf(kind)).U32(course.value).Range();
}
store::KeyRange WorkOf(uint64_t tenant, WorkKind kind, EnrollmentId enrollment) {
  return KeyWriter(tenant)
      .U8(LearnerIndexOf(kind))
      .U32(enrollment.training)
      .U32(enrollment.learner)
      .Range();
}
store::KeyRange WorkOf(uint64_t tenant, WorkKind kind, EnrollmentId enrollment, uint64_t item) {
  return KeyWriter(tenant)
      .U8(LearnerIndexOf(kind))
      .U32(enrollment.training)
      .U32(enrollment.learner)
      .U64(item)
      .Range();
}
std::string WorkAtKey(uint64_t tenant, WorkKind kind, uint64_t item, ScopeId course,
                      uint64_t work) {
  return KeyWriter(tenant).U8(ItemIndexOf(kind)).U64(item).U32(course.value).U64(work).Take();
}
store::KeyRange WorkAt(uint64_t tenant, WorkKind kind, uint64_t item) {
  return KeyWriter(tenant).U8(ItemIndexOf(kind)).U64(item).Range();
}
store::KeyRange WorkAt(uint64_t tenant, WorkKind kind, uint64_t item, ScopeId course) {
  return KeyWriter(tenant).U8(ItemIndexOf(kind)).U64(item).U32(course.value).Range();
}

absl::StatusOr<uint64_t> WorkIdIn(absl::string_view text) {
  KeyReader key(Table::kIndexes, text);
  key.U64();
  const uint8_t part = key.U8();
  if (part == kAttemptLearnerIndex || part == kSubmissionLearnerIndex) {
    key.U32();
    key.U32();
    key.U64();
  } else {
    key.U64();
    key.U32();
  }
  const uint64_t uid = key.U64();
  if (absl::Status status = key.Finish(); !status.ok()) return status;
  return uid;
}

absl::StatusOr<std::vector<uint64_t>> ReadWorkIds(const store::Reader& reader,
                                                  const store::KeyRange& range,
                                                  const store::ScanOptions& options) {
  std::vector<uint64_t> uids;
  store::Cursor cursor = reader.Scan(Table::kIndexes, range, options);
  while (cursor.Next()) {
    absl::StatusOr<uint64_t> uid = WorkIdIn(cursor.key());
    if (!uid.ok()) return uid.status();
    uids.push_back(*uid);
  }
  if (!cursor.status().ok()) return cursor.status();
  return uids;
}

absl::StatusOr<std::optional<rows::AttemptRow>> ReadAttempt(const store::Reader& reader,
                                                            uint64_t tenant, uint64_t attempt) {
  return ReadRow<rows::AttemptRow>(reader, Table::kAttempts, AttemptKey(tenant, attempt));
}

absl::StatusOr<std::optional<rows::SubmissionRow>> ReadSubmission(const store::Reader& reader,
                                                                  uint64_t tenant,
                                                                  uint64_t submission) {
  return ReadRow<rows::SubmissionRow>(reader, Table::kSubmissions,
                                      SubmissionKey(tenant, submission));
}

absl::StatusOr<rows::QuizStandingRow> ReadQuizStanding(const store::Reader& reader, uint64_t tenant,
                                                       EnrollmentId enrollment, uint64_t quiz) {
  absl::StatusOr<std::optional<rows::QuizStandingRow>> row = ReadRow<rows::QuizStandingRow>(
      reader, Table::kAttempts, QuizStandingKey(tenant, enrollment, quiz));
  if (!row.ok()) return row.status();
  return row->value_or(rows::QuizStandingRow());
}

absl::StatusOr<std::optional<std::pair<uint64_t, rows::SubmissionRow>>> FindSubmissionOf(
    const store::Reader& reader, uint64_t tenant, EnrollmentId enrollment, uint64_t task,
    int32_t cycle) {
  using Found = std::optional<std::pair<uint64_t, rows::SubmissionRow>>;
  absl::StatusOr<std::vector<uint64_t>> uids =
      ReadWorkIds(reader, WorkOf(tenant, WorkKind::kSubmission, enrollment, task));
  if (!uids.ok()) return uids.status();
  if (uids->empty()) return Found();
  // There is one for each cycle, and uids grow.
  const uint64_t uid = uids->back();
  absl::StatusOr<std::optional<rows::SubmissionRow>> row = ReadSubmission(reader, tenant, uid);
  if (!row.ok()) return row.status();
  if (!row->has_value() || (*row)->cycle() != cycle) return Found();
  return Found({uid, **std::move(row)});
}

void PutAttempt(TenantDraft& draft, uint64_t uid, rows::AttemptRow row) {
  const bool is_new = row.revision() == 0;
  row.set_revision(draft.revision());
  draft.Write(Table::kAttempts, AttemptKey(draft.number(), uid), row);
  if (is_new) {
    PutIndexes(draft, WorkKind::kAttempt, EnrollmentId{row.course(), row.learner()}, row.quiz(),
               uid);
  }
}

void PutSubmission(TenantDraft& draft, uint64_t uid, rows::SubmissionRow row) {
  const bool is_new = row.revision() == 0;
  row.set_revision(draft.revision());
  draft.Write(Table::kSubmissions, SubmissionKey(draft.number(), uid), row);
  if (is_new) {
    PutIndexes(draft, WorkKind::kSubmission, EnrollmentId{row.course(), row.learner()}, row.task(),
               uid);
  }
}

absl::Status EraseAssessmentsOf(TenantDraft& draft, EnrollmentId enrollment) {
  const uint64_t tenant = draft.number();
  for (const WorkKind kind : {WorkKind::kAttempt, WorkKind::kSubmission}) {
    const store::KeyRange range = WorkOf(tenant, kind, enrollment);
    absl::StatusOr<std::vector<std::string>> keys = KeysIn(draft.reader(), Table::kIndexes, range);
    if (!keys.ok()) return keys.status();
    for (const std::string& text : *keys) {
      KeyReader key(Table::kIndexes, text);
      key.U64();
      key.U8();
      key.U32();
      key.U32();
      const uint64_t item = key.U64();
      const uint64_t work = key.U64();
      if (absl::Status status = key.Finish(); !status.ok()) return status;
      draft.Erase(Table::kIndexes, text);
      draft.Erase(Table::kIndexes,
                  WorkAtKey(tenant, kind, item, ScopeId(enrollment.training), work));
      if (kind == WorkKind::kAttempt) {
        draft.Erase(Table::kAttempts, AttemptKey(tenant, work));
      } else if (absl::Status status = EraseSubmissionRows(draft, work); !status.ok()) {
        return status;
      }
    }
  }
  store::Cursor standings =
      draft.reader().Scan(Table::kAttempts, QuizStandingsOf(tenant, enrollment));
  std::vector<uint64_t> open;
  while (standings.Next()) {
    absl::StatusOr<rows::QuizStandingRow> row =
        ParseRow<rows::QuizStandingRow>(Table::kAttempts, standings.key(), standings.value());
    if (!row.ok()) return row.status();
    if (row->open() != 0) open.push_back(row->open());
  }
  if (!standings.status().ok()) return standings.status();
  for (uint64_t attempt : open) EraseMoment(draft, AttemptEnd(enrollment, attempt));
  return EraseAll(draft, Table::kAttempts, QuizStandingsOf(tenant, enrollment));
}

Moment AttemptEnd(EnrollmentId enrollment, uint64_t attempt, absl::Time time) {
  return Moment{MomentKind::kAttemptEnd, time, enrollment.training, enrollment.learner, attempt};
}

absl::Status ForgetAssessedItem(TenantDraft& draft, uint64_t item) {
  for (const WorkKind kind : {WorkKind::kAttempt, WorkKind::kSubmission}) {
    absl::Status status = EraseAll(draft, Table::kIndexes, WorkAt(draft.number(), kind, item));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> IsAssessed(const store::Reader& reader, uint64_t tenant, uint64_t item) {
  store::ScanOptions options;
  options.limit = 1;
  for (const WorkKind kind : {WorkKind::kAttempt, WorkKind::kSubmission}) {
    absl::StatusOr<std::vector<uint64_t>> uids =
        ReadWorkIds(reader, WorkAt(tenant, kind, item), options);
    if (!uids.ok()) return uids.status();
    if (!uids->empty()) return true;
  }
  return false;
}

}  // namespace provost
