#include "tenant/certificate_text.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "tenant/mail_text.h"
#include "tenant/sealer.h"
#include "tenant/times.h"

namespace provost {
namespace {

constexpr absl::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kCodeBytes = 16;
constexpr size_t kGroup = 4;
constexpr absl::string_view kIsolate = "\u2068";
constexpr absl::string_view kEndIsolate = "\u2069";

}  // namespace

std::string NewCertificateCode() {
  std::string code;
  uint32_t bits = 0;
  int count = 0;
  for (char byte : Sealer::RandomBytes(kCodeBytes)) {
    bits = bits << 8 | static_cast<unsigned char>(byte);
    for (count += 8; count >= 5; count -= 5) code.push_back(kDigits[bits >> (count - 5) & 31]);
  }
  code.push_back(kDigits[bits << (5 - count) & 31]);
  return code;
}

std::string GroupedCode(absl::string_view code) {
  std::string grouped;
  for (size_t i = 0; i < code.size(); i += kGroup) {
    absl::StrAppend(&grouped, grouped.empty() ? "" : "-", code.substr(i, kGroup));
  }
  return grouped;
}

std::string TypedCode(absl::string_view typed) {
  std::string code;
  for (char c : typed) {
    c = absl::ascii_toupper(static_cast<unsigned char>(c));
    if (c == '-' || c == ' ') continue;
    code.push_back(c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c);
  }
  return code;
}

std::string WrittenDate(absl::Time time, absl::TimeZone zone,
                        v1::LocalizationSettings::DateFormat format) {
  switch (format) {
    case v1::LocalizationSettings::DAY_MONTH_YEAR:
      return absl::FormatTime("%d.%m.%Y", time, zone);
    case v1::LocalizationSettings::MONTH_DAY_YEAR:
      return absl::FormatTime("%m/%d/%Y", time, zone);
    default:
      return absl::FormatTime("%Y-%m-%d", time, zone);
  }
}

CertificateDates DatesOf(const rows::CertificateRow& row) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(row.time_zone(), &zone)) zone = absl::UTCTimeZone();
  const auto date = [&](bool is_set, const google::protobuf::Timestamp& time) {
    return is_set ? WrittenDate(FromTimestamp(time), zone, row.date_format()) : std::string();
  };
  return {date(row.has_complete_time(), row.complete_time()),
          date(row.has_issue_time(), row.issue_time()),
          date(row.has_expire_time(), row.expire_time())};
}

std::string ExpandCertificate(const rows::CertificateRow& row, absl::string_view text,
                              FieldMarks marks) {
  const CertificateDates dates = DatesOf(row);
  MailFields fields = {
      {"certificate.code", GroupedCode(row.code())}, {"certificate.expire_date", dates.expire},
      {"certificate.issue_date", dates.issue},       {"course.display_name", row.training_name()},
      {"learner.display_name", row.learner_name()},  {"tenant.display_name", row.issuer()},
  };
  if (marks == FieldMarks::kIsolates) {
    for (auto& [name, value] : fields) {
      if (!value.empty()) value = absl::StrCat(kIsolate, value, kEndIsolate);
    }
  }
  return RenderMailText(text, fields);
}

}  // namespace provost
