#ifndef PROVOST_SERVICE_CERTIFICATE_DOCUMENTS_H_
#define PROVOST_SERVICE_CERTIFICATE_DOCUMENTS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "provost/internal/v1/people_rows.pb.h"
#include "provost/v1/settings.pb.h"
#include "service/methods.h"
#include "store/reader.h"

namespace provost {

/// What CertificateService prints: DownloadCertificate, and from files of their own
/// DownloadTranscript and PrintAttendanceSheet.
void RegisterCertificateDocuments(Methods& methods);
void RegisterTranscript(Methods& methods);
void RegisterAttendanceSheet(Methods& methods);

/// How a tenant writes days, and in which language it prints what is nobody's.
struct PrintedDays {
  absl::TimeZone zone;
  v1::LocalizationSettings::DateFormat format = v1::LocalizationSettings::DATE_FORMAT_UNSPECIFIED;
  std::string language;

  std::string Day(absl::Time time) const;
};
PrintedDays DaysOf(const internal::v1::SettingsRow& settings);

/// What callers are told of a document that could not be printed: FAILED_PRECONDITION with
/// FONT_MISSING where that is why. `name` is what would have been printed.
absl::Status PrintFailure(const absl::Status& status, absl::string_view name);

/// `150` as `1.5`: hundredths, without zeros at their end.
std::string Hundredths(int64_t hundredths);

}  // namespace provost

#endif  // PROVOST_SERVICE_CERTIFICATE_DOCUMENTS_H_
