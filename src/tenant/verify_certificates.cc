// Certificates.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tenant/certificates.h"
#include "tenant/verify_checks.h"

namespace provost {
namespace {

using store::KeyWriter;
using store::Table;

class CertificateChecker : public TableChecker {
 public:
  using TableChecker::TableChecker;

  void Check(VerifiedRow& row) override {
    const uint64_t uid = row.rest.U64();
    if (!tenant_.IsWhole(row)) return;
    const auto certificate = tenant_.Parse<rows::CertificateRow>(row);
    if (!certificate.has_value()) return;
    const uint64_t number = tenant_.number();
    const EnrollmentId enrollment{certificate->training(), certificate->learner()};
    tenant_.Revision(certificate->revision());
    tenant_.GivenItem(uid, "uid");
    tenant_.GivenItem(certificate->template_(), "template");
    tenant_.Enrollment(enrollment, "enrollment");
    tenant_.Doer(certificate->issued_by(), "issued_by");
    tenant_.Doer(certificate->revoked_by(), "revoked_by");
    tenant_.Wants(Table::kIndexes,
                  CertificateLearnerKey(number, SubjectId(enrollment.learner), uid));
    tenant_.Wants(Table::kIndexes, CertificateTrainingKey(number, enrollment, uid));
    rows::CertificateCodeRow code;
    code.set_certificate(uid);
    tenant_.Wants(Table::kIndexes, CertificateCodeKey(number, certificate->code()),
                  FormatRow(code));
    CheckNumber(certificate->number());
  }

 private:
  void CheckNumber(const std::string& text) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits('-', 1));
    uint32_t year = 0;
    uint64_t number = 0;
    if (!absl::SimpleAtoi(parts.first, &year) || !absl::SimpleAtoi(parts.second, &number)) {
      tenant_.Figure(absl::StrCat("has the number `", text, "`"));
      return;
    }
    const auto last = ReadRow<rows::CertificateNumberRow>(
        tenant_.reader(), Table::kIndexes,
        KeyWriter(tenant_.number()).U8(kCertificateNumberIndex).U32(year).Take());
    if (!last.ok()) return;  // The checker of indexes says what is wrong.
    if (!last->has_value() || (*last)->last() < number) {
      tenant_.Figure(absl::StrCat("has the number `", text, "`; the last that was given is ",
                                  last->has_value() ? (*last)->last() : 0));
    }
  }
};

void CheckLastNumber(TenantVerifier& tenant, VerifiedRow& row) {
  tenant.Parse<rows::CertificateNumberRow>(row);
}

}  // namespace

CheckSet CertificateChecks() {
  return {
      {{Table::kCertificates, MakeChecker<CertificateChecker>}},
      {{kCertificateLearnerIndex, "48"},
       {kCertificateTrainingIndex, "448"},
       {kCertificateCodeIndex, "s", IndexCheck::Value::kBytes},
       {kCertificateNumberIndex, "4", IndexCheck::Value::kBytes, CheckLastNumber}},
  };
}

}  // namespace provost
