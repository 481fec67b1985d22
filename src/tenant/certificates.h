#ifndef PROVOST_TENANT_CERTIFICATES_H_
#define PROVOST_TENANT_CERTIFICATES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "policy/world/state.h"
#include "provost/internal/v1/certificate_rows.pb.h"
#include "provost/internal/v1/learning_rows.pb.h"
#include "store/key.h"
#include "store/reader.h"
#include "tenant/draft.h"
#include "tenant/names.h"
#include "tenant/rows.h"

namespace provost {

/// Certificates. What one says is a copy, made as it is issued.

std::string CertificateKey(uint64_t tenant, uint64_t uid);
/// In kIndexes: that somebody has a certificate, and all of theirs.
std::string CertificateLearnerKey(uint64_t tenant, SubjectId learner, uint64_t uid);
store::KeyRange CertificatesOf(uint64_t tenant, SubjectId learner);
/// The same by training; all of one, and those of one person there.
std::string CertificateTrainingKey(uint64_t tenant, EnrollmentId enrollment, uint64_t uid);
store::KeyRange CertificatesAt(uint64_t tenant, ScopeId training);
store::KeyRange CertificatesOf(uint64_t tenant, EnrollmentId enrollment);
/// In kIndexes: the certificate with a code, of which the key has the digest alone.
std::string CertificateCodeKey(uint64_t tenant, absl::string_view code);

/// What the keys of such ranges name, in their order: of CertificatesOf a person; of the others.
/// Cost: a row each.
absl::StatusOr<std::vector<uint64_t>> ReadLearnerCertificates(const store::Reader& reader,
                                                              const store::KeyRange& range);
struct TrainingCertificate {
  EnrollmentId enrollment;
  uint64_t uid = 0;
};
absl::StatusOr<std::vector<TrainingCertificate>> ReadTrainingCertificates(
    const store::Reader& reader, const store::KeyRange& range,
    const store::ScanOptions& options = store::ScanOptions());

/// The row; nothing where there is none.
absl::StatusOr<std::optional<rows::CertificateRow>> ReadCertificate(const store::Reader& reader,
                                                                    uint64_t tenant, uint64_t uid);

/// The certificate, not revoked, that somebody has for doing a training the `cycle`th time. Nothing
/// where there is none. Cost: two rows for each that they have there.
absl::StatusOr<std::optional<std::pair<uint64_t, rows::CertificateRow>>> FindCertificate(
    const store::Reader& reader, uint64_t tenant, EnrollmentId enrollment, int32_t cycle);

/// Who issues a certificate or revokes it, and why: a person's uid and words; 0 and nothing for the
/// server itself.
struct CertificateCause {
  uint32_t actor = 0;
  std::string reason;
};

/// Issues a certificate for the completion that `row`, of this enrollment, says, with the published
/// version of the template whose uid is given, and the next number of the year; returns its uid.
/// One that this completion has already, not revoked, is returned as it is. Nothing is issued, and
/// nothing returned, where the template is gone or has no published version, or the person or
/// training is not there. For whoever completes a training whose rules name a template, and for
/// issuing by hand. The lane's thread alone; cost: some ten rows.
absl::StatusOr<std::optional<uint64_t>> IssueCertificate(TenantDraft& draft,
                                                         EnrollmentId enrollment,
                                                         const rows::EnrollmentRow& row,
                                                         uint64_t certificate_template,
                                                         const CertificateCause& cause);

/// Revokes one that was not.
void RevokeCertificate(TenantDraft& draft, uint64_t uid, rows::CertificateRow row,
                       const CertificateCause& cause);

/// Revokes what was issued for doing a training the `cycle`th time, where that is no longer
/// completed.
absl::Status RevokeCertificates(TenantDraft& draft, EnrollmentId enrollment, int32_t cycle,
                                const CertificateCause& cause);

/// Takes away all certificates of an enrollment, for whoever takes that away. Their numbers are not
/// given again. Cost: five rows each.
absl::Status EraseCertificates(TenantDraft& draft, EnrollmentId enrollment);

}  // namespace provost

#endif  // PROVOST_TENANT_CERTIFICATES_H_
