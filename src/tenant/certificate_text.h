#ifndef PROVOST_TENANT_CERTIFICATE_TEXT_H_
#define PROVOST_TENANT_CERTIFICATE_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "provost/internal/v1/certificate_rows.pb.h"
#include "provost/v1/settings.pb.h"

namespace provost {

namespace rows = internal::v1;

/// How what stands on certificates is written. Pure functions but for NewCertificateCode, any
/// thread.

/// 128 random bits from the operating system's source, as 26 letters and digits (Crockford's base
/// 32, which has no I, L, O and U).
std::string NewCertificateCode();
/// In groups of four, for people: `7K3M-9QZ2-...`.
std::string GroupedCode(absl::string_view code);
/// As NewCertificateCode makes it, from what somebody typed: in letters of either case, with
/// hyphens and spaces, O for 0, I and L for 1. What no such code can be is left as it is.
std::string TypedCode(absl::string_view typed);

/// A day as a tenant writes it: `2026-11-22`, `22.11.2026`, `11/22/2026`.
std::string WrittenDate(absl::Time time, absl::TimeZone zone,
                        v1::LocalizationSettings::DateFormat format);

/// The dates of a certificate, in its zone and its tenant's way; empty for what is unset.
struct CertificateDates {
  std::string complete;
  std::string issue;
  std::string expire;
};
CertificateDates DatesOf(const rows::CertificateRow& row);

/// Where fields of a text stand beside words that are written from the right, U+2068 and U+2069
/// around them keep a date's digits in their order; programs that compare texts have no use for
/// them.
enum class FieldMarks { kNone, kIsolates };

/// `text` of a template with what its fields stand for: `certificate.code`,
/// `certificate.expire_date`, `certificate.issue_date`, `course.display_name`,
/// `learner.display_name`, `tenant.display_name`.
std::string ExpandCertificate(const rows::CertificateRow& row, absl::string_view text,
                              FieldMarks marks);

}  // namespace provost

#endif  // PROVOST_TENANT_CERTIFICATE_TEXT_H_
