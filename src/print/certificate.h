#ifndef PROVOST_PRINT_CERTIFICATE_H_
#define PROVOST_PRINT_CERTIFICATE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace provost {

/// What a certificate says. All texts are UTF-8, of any script; those that may be empty are then
/// left out.
struct CertificatePaper {
  bool landscape = false;
  std::string issuer;
  std::string title;
  std::string name;  ///< Whose it is.
  /// What the template says, with its fields filled in, best each between U+2068 and U+2069: then a
  /// date keeps its order among Arabic words. `\n` ends a paragraph. May be empty.
  std::string text;
  std::string course;  ///< May be empty.
  /// Dates, as people read them. May be empty.
  std::string complete_date;
  std::string issue_date;
  std::string expire_date;
  std::string number;  ///< Which certificate it is.
  std::string code;    ///< What it is verified with.
  /// Where it is verified, for the QR code: at most 300 bytes. Where empty, the QR code holds the
  /// code itself.
  std::string verification_url;
  std::string language;  ///< BCP 47, of the person; see PaperInfo. May be empty.
  absl::Time issue_time;
};

/// The certificate as a PDF of one page of A4.
///
/// Everything fits: names and titles become smaller, and then take more lines, the text as well; of
/// a text that does not fit in 5 points the end is cut, with an ellipsis. The PDF's title is
/// `title`, its author the issuer, its date `issue_time`; its fonts are embedded. The same
/// certificate makes the same bytes on machines that have the same fonts.
///
/// INVALID_ARGUMENT for a field that is not UTF-8, or too long for the QR code;
/// FAILED_PRECONDITION, which no other error is, for a character that no font of this machine has,
/// naming it, the field it stands in and the Debian package to install: see MissingFont. Any number
/// of threads may call this at once. Some 20 ms, or 30 with a font of Noto CJK; the first of a
/// process takes 70, in which fontconfig starts.
absl::StatusOr<std::string> PrintCertificate(const CertificatePaper& certificate);

}  // namespace provost

#endif  // PROVOST_PRINT_CERTIFICATE_H_
