#include "tenant/certificates.h"

#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "store/record.h"
#include "tenant/certificate_text.h"
#include "tenant/content_items.h"
#include "tenant/index_parts.h"
#include "tenant/key_walk.h"
#include "tenant/sealer.h"
#include "tenant/settings_row.h"
#include "tenant/times.h"
#include "tenant/training_rules.h"

namespace provost {
namespace {

using store::KeyWriter;
using store::Table;

std::string CertificateNumberKey(uint64_t tenant, int64_t year) {
  return KeyWriter(tenant).U8(kCertificateNumberIndex).U32(static_cast<uint32_t>(year)).Take();
}

// Of somebody who is a user of the draft's tenant; nothing for whoever is not there.
absl::StatusOr<std::optional<rows::UserRow>> ReadLearner(const TenantDraft& draft,
                                                         SubjectId learner) {
  const std::optional<RelativeName> name = SplitRelative(draft.state().SubjectName(learner));
  if (!name.has_value() || name->collection != Collection::kUsers) {
    return std::optional<rows::UserRow>();
  }
  return draft.Get<rows::UserRow>(name->id);
}

// The published version of a template; nothing where there is none.
absl::StatusOr<std::optional<rows::ContentVersionRow>> ReadTemplate(const TenantDraft& draft,
                                                                    uint64_t uid) {
  absl::StatusOr<std::optional<NamedItem>> item =
      ReadItemByUid(draft.reader(), draft.number(), uid);
  if (!item.ok()) return item.status();
  if (!item->has_value()) return std::optional<rows::ContentVersionRow>();
  const int32_t version = (*item)->row.content_item().published_version();
  if (version == 0) return std::optional<rows::ContentVersionRow>();
  absl::StatusOr<rows::ContentVersionRow> row =
      ReadVersion(draft.reader(), draft.number(), uid, version);
  if (!row.ok()) return row.status();
  return std::optional<rows::ContentVersionRow>(*std::move(row));
}

// `2026-000123`, the next of the year that it is in `zone`.
absl::StatusOr<std::string> NextNumber(TenantDraft& draft, absl::TimeZone zone) {
  const int64_t year = absl::ToCivilYear(draft.now(), zone).year();
  const std::string key = CertificateNumberKey(draft.number(), year);
  absl::StatusOr<std::optional<rows::CertificateNumberRow>> row =
      ReadRow<rows::CertificateNumberRow>(draft.reader(), Table::kIndexes, key);
  if (!row.ok()) return row.status();
  rows::CertificateNumberRow next = row->value_or(rows::CertificateNumberRow());
  next.set_last(next.last() + 1);
  draft.Write(Table::kIndexes, key, next);
  return absl::StrFormat("%04d-%06d", year, next.last());
}

}  // namespace

std::string CertificateKey(uint64_t tenant, uint64_t uid) {
  return KeyWriter(tenant).U64(uid).Take();
}
std::string CertificateLearnerKey(uint64_t tenant, SubjectId learner, uint64_t uid) {
  return KeyWriter(tenant).U8(kCertificateLearnerIndex).U32(learner.value).U64(uid).Take();
}
store::KeyRange CertificatesOf(uint64_t tenant, SubjectId learner) {
  return KeyWriter(tenant).U8(kCertificateLearnerIndex).U32(learner.value).Range();
}
std::string CertificateTrainingKey(uint64_t tenant, EnrollmentId enrollment, uint64_t uid) {
  return KeyWriter(tenant)
      .U8(kCertificateTrainingIndex)
      .U32(enrollment.training)
      .U32(enrollment.learner)
      .U64(uid)
      .Take();
}
store::KeyRange CertificatesAt(uint64_t tenant, ScopeId training) {
  return KeyWriter(tenant).U8(kCertificateTrainingIndex).U32(training.value).Range();
}
store::KeyRange CertificatesOf(uint64_t tenant, EnrollmentId enrollment) {
  return KeyWriter(tenant)
      .U8(kCertificateTrainingIndex)
      .U32(enrollment.training)
      .U32(enrollment.learner)
      .Range();
}
std::string CertificateCodeKey(uint64_t tenant, absl::string_view code) {
  return KeyWriter(tenant).U8(kCertificateCodeIndex).String(Sha256(code)).Take();
}

absl::StatusOr<std::vector<uint64_t>> ReadLearnerCertificates(const store::Reader& reader,
                                                              const store::KeyRange& range) {
  std::vector<uint64_t> uids;
  absl::Status status = ForEachIndex(reader, range, [&](store::KeyReader& key) {
    key.U32();
    uids.push_back(key.U64());
  });
  if (!status.ok()) return status;
  return uids;
}

absl::StatusOr<std::vector<TrainingCertificate>> ReadTrainingCertificates(
    const store::Reader& reader, const store::KeyRange& range, const store::ScanOptions& options) {
  std::vector<TrainingCertificate> found;
  absl::Status status =
      ForEachKey(reader, Table::kIndexes, range, options, [&](store::KeyReader& key) {
        key.U8();
        TrainingCertificate entry;
        entry.enrollment.training = key.U32();
        entry.enrollment.learner = key.U32();
        entry.uid = key.U64();
        found.push_back(entry);
      });
  if (!status.ok()) return status;
  return found;
}

absl::StatusOr<std::optional<rows::CertificateRow>> ReadCertificate(const store::Reader& reader,
                                                                    uint64_t tenant, uint64_t uid) {
  return ReadRow<rows::CertificateRow>(reader, Table::kCertificates, CertificateKey(tenant, uid));
}

absl::StatusOr<std::optional<std::pair<uint64_t, rows::CertificateRow>>> FindCertificate(
    const store::Reader& reader, uint64_t tenant, EnrollmentId enrollment, int32_t cycle) {
  using Found = std::pair<uint64_t, rows::CertificateRow>;
  absl::StatusOr<std::vector<TrainingCertificate>> all =
      ReadTrainingCertificates(reader, CertificatesOf(tenant, enrollment));
  if (!all.ok()) return all.status();
  for (const TrainingCertificate& entry : *all) {
    absl::StatusOr<std::optional<rows::CertificateRow>> row =
        ReadCertificate(reader, tenant, entry.uid);
    if (!row.ok()) return row.status();
    if (!row->has_value() || (*row)->cycle() != cycle || (*row)->has_revoke_time()) continue;
    return std::optional<Found>(Found(entry.uid, **std::move(row)));
  }
  return std::optional<Found>();
}

absl::StatusOr<std::optional<uint64_t>> IssueCertificate(TenantDraft& draft,
                                                         EnrollmentId enrollment,
                                                         const rows::EnrollmentRow& row,
                                                         uint64_t certificate_template,
                                                         const CertificateCause& cause) {
  const uint64_t tenant = draft.number();
  const int32_t cycle = row.enrollment().cycle();
  const SubjectId learner(enrollment.learner);
  auto existing = FindCertificate(draft.reader(), tenant, enrollment, cycle);
  if (!existing.ok()) return existing.status();
  if (existing->has_value()) return std::optional<uint64_t>((*existing)->first);
  absl::StatusOr<std::optional<rows::ContentVersionRow>> version =
      ReadTemplate(draft, certificate_template);
  if (!version.ok()) return version.status();
  absl::StatusOr<std::optional<rows::UserRow>> user = ReadLearner(draft, learner);
  if (!user.ok()) return user.status();
  absl::StatusOr<std::optional<Training>> training =
      ReadTraining(draft.reader(), tenant, draft.state(), ScopeId(enrollment.training));
  if (!training.ok()) return training.status();
  if (!version->has_value() || !user->has_value() || !training->has_value()) {
    return std::optional<uint64_t>();
  }
  absl::StatusOr<rows::SettingsRow> settings = ReadSettings(draft.reader(), tenant);
  if (!settings.ok()) return settings.status();
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(DefaultTimeZone(*settings), &zone)) zone = absl::UTCTimeZone();
  absl::StatusOr<std::string> number = NextNumber(draft, zone);
  if (!number.ok()) return number.status();

  const uint64_t uid = draft.NewItem();
  const v1::CertificateTemplateBody& body = (*version)->body().certificate_template();
  rows::CertificateRow certificate;
  certificate.set_training(enrollment.training);
  certificate.set_learner(enrollment.learner);
  certificate.set_cycle(cycle);
  certificate.set_template_(certificate_template);
  certificate.set_template_version((*version)->version().number());
  certificate.set_issued_by(cause.actor);
  certificate.set_reason(cause.reason);
  certificate.set_revision(draft.revision());
  certificate.set_number(*std::move(number));
  certificate.set_code(NewCertificateCode());
  certificate.set_title(body.title());
  certificate.set_text(body.text());
  certificate.set_landscape(body.landscape());
  certificate.set_issuer(draft.row().tenant().display_name());
  certificate.set_learner_name((*user)->user().display_name());
  certificate.set_training_name((*training)->display_name);
  certificate.set_language((*user)->user().locale().empty() ? DefaultLanguage(*settings)
                                                            : (*user)->user().locale());
  certificate.set_time_zone(DefaultTimeZone(*settings));
  certificate.set_date_format(settings->settings().localization().date_format());
  if (row.enrollment().has_complete_time()) {
    *certificate.mutable_complete_time() = row.enrollment().complete_time();
  }
  *certificate.mutable_issue_time() = ToTimestamp(draft.now());
  if (row.enrollment().has_expire_time()) {
    *certificate.mutable_expire_time() = row.enrollment().expire_time();
  }
  rows::CertificateCodeRow code;
  code.set_certificate(uid);
  draft.Write(Table::kIndexes, CertificateCodeKey(tenant, certificate.code()), code);
  draft.WriteBytes(Table::kIndexes, CertificateLearnerKey(tenant, learner, uid),
                   store::MakeRecord(""));
  draft.WriteBytes(Table::kIndexes, CertificateTrainingKey(tenant, enrollment, uid),
                   store::MakeRecord(""));
  draft.Write(Table::kCertificates, CertificateKey(tenant, uid), certificate);
  return std::optional<uint64_t>(uid);
}

void RevokeCertificate(TenantDraft& draft, uint64_t uid, rows::CertificateRow row,
                       const CertificateCause& cause) {
  *row.mutable_revoke_time() = ToTimestamp(draft.now());
  row.set_revoked_by(cause.actor);
  row.set_revoke_reason(cause.reason);
  row.set_revision(draft.revision());
  draft.Write(Table::kCertificates, CertificateKey(draft.number(), uid), row);
}

absl::Status RevokeCertificates(TenantDraft& draft, EnrollmentId enrollment, int32_t cycle,
                                const CertificateCause& cause) {
  auto found = FindCertificate(draft.reader(), draft.number(), enrollment, cycle);
  if (!found.ok()) return found.status();
  // There is one at the most: IssueCertificate makes no second.
  if (found->has_value()) {
    RevokeCertificate(draft, (*found)->first, std::move((*found)->second), cause);
  }
  return absl::OkStatus();
}

absl::Status EraseCertificates(TenantDraft& draft, EnrollmentId enrollment) {
  const uint64_t tenant = draft.number();
  absl::StatusOr<std::vector<TrainingCertificate>> all =
      ReadTrainingCertificates(draft.reader(), CertificatesOf(tenant, enrollment));
  if (!all.ok()) return all.status();
  for (const TrainingCertificate& entry : *all) {
    absl::StatusOr<std::optional<rows::CertificateRow>> row =
        ReadCertificate(draft.reader(), tenant, entry.uid);
    if (!row.ok()) return row.status();
    if (row->has_value()) {
      draft.Erase(Table::kIndexes, CertificateCodeKey(tenant, (*row)->code()));
      draft.Erase(Table::kCertificates, CertificateKey(tenant, entry.uid));
    }
    const SubjectId learner(enrollment.learner);
    draft.Erase(Table::kIndexes, CertificateLearnerKey(tenant, learner, entry.uid));
    draft.Erase(Table::kIndexes, CertificateTrainingKey(tenant, enrollment, entry.uid));
  }
  return absl::OkStatus();
}

}  // namespace provost
