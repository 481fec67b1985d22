#include "service/certificate_documents.h"

#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "print/certificate.h"
#include "provost/v1/certificate_service.pb.h"
#include "service/subject_resource.h"
#include "tenant/certificate_text.h"
#include "tenant/certificates.h"
#include "tenant/errors.h"
#include "tenant/settings_row.h"
#include "tenant/times.h"

namespace provost {
namespace {

absl::Status ValidateDownload(const v1::DownloadCertificateRequest& request) {
  absl::Status status;
  CheckNameIn(Collection::kCertificates, "name", request.name(), &status);
  return status;
}

absl::Status DoDownload(ReadCall& call, const v1::DownloadCertificateRequest& request,
                        v1::DownloadCertificateResponse* response) {
  const uint64_t tenant = call.tenant->number();
  uint64_t uid = 0;
  if (!absl::SimpleAtoi(IdOf(request.name()), &uid)) return NotFound("certificate", request.name());
  absl::StatusOr<std::optional<rows::CertificateRow>> row =
      ReadCertificate(call.reader(), tenant, uid);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return NotFound("certificate", request.name());
  if ((*row)->has_revoke_time()) {
    return FailedPrecondition("REVOKED", request.name(),
                              absl::StrCat(Quoted(request.name()), " was revoked"));
  }
  absl::StatusOr<rows::SettingsRow> settings = ReadSettings(call.reader(), tenant);
  if (!settings.ok()) return settings.status();
  const CertificateDates dates = DatesOf(**row);
  CertificatePaper paper;
  paper.landscape = (*row)->landscape();
  paper.issuer = (*row)->issuer();
  paper.title = ExpandCertificate(**row, (*row)->title(), FieldMarks::kIsolates);
  paper.name = (*row)->learner_name();
  paper.text = ExpandCertificate(**row, (*row)->text(), FieldMarks::kIsolates);
  paper.course = (*row)->training_name();
  paper.complete_date = dates.complete;
  paper.issue_date = dates.issue;
  paper.expire_date = dates.expire;
  paper.number = (*row)->number();
  paper.code = GroupedCode((*row)->code());
  paper.verification_url = absl::StrReplaceAll(settings->settings().general().verification_url(),
                                               {{"{code}", (*row)->code()}});
  paper.language = (*row)->language();
  paper.issue_time = FromTimestamp((*row)->issue_time());
  absl::StatusOr<std::string> pdf = PrintCertificate(paper);
  if (!pdf.ok()) return PrintFailure(pdf.status(), request.name());
  response->set_file_name(absl::StrCat("certificate-", (*row)->number(), ".pdf"));
  response->set_pdf(*std::move(pdf));
  return absl::OkStatus();
}

}  // namespace

std::string PrintedDays::Day(absl::Time time) const { return WrittenDate(time, zone, format); }

PrintedDays DaysOf(const rows::SettingsRow& settings) {
  PrintedDays days;
  if (!absl::LoadTimeZone(DefaultTimeZone(settings), &days.zone)) days.zone = absl::UTCTimeZone();
  days.format = settings.settings().localization().date_format();
  days.language = DefaultLanguage(settings);
  return days;
}

absl::Status PrintFailure(const absl::Status& status, absl::string_view name) {
  if (!absl::IsFailedPrecondition(status)) return status;
  return FailedPrecondition("FONT_MISSING", name,
                            absl::StrCat(Quoted(name), " cannot be printed: ", status.message()));
}

std::string Hundredths(int64_t hundredths) {
  const int64_t whole = std::abs(hundredths) / 100;
  const int64_t rest = std::abs(hundredths) % 100;
  std::string text = absl::StrCat(hundredths < 0 ? "-" : "", whole);
  if (rest == 0) return text;
  absl::StrAppend(&text, ".", absl::StrFormat("%02d", rest));
  if (rest % 10 == 0) text.pop_back();
  return text;
}

void RegisterCertificateDocuments(Methods& methods) {
  Method& download =
      methods.Scan<v1::DownloadCertificateRequest, v1::DownloadCertificateResponse>(DoDownload);
  Methods::ValidateBy<v1::DownloadCertificateRequest>(download, ValidateDownload);
}

}  // namespace provost
