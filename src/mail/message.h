#ifndef PROVOST_MAIL_MESSAGE_H_
#define PROVOST_MAIL_MESSAGE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace provost {

/// A file that comes with a mail.
struct MailAttachment {
  std::string file_name;   ///< UTF-8; control characters become spaces.
  std::string media_type;  ///< `text/csv; charset=utf-8`: printable ASCII.
  std::string bytes;       ///< They arrive as they are.
};

/// A mail, as people know it. All texts are UTF-8.
struct MailMessage {
  std::string from;     ///< An address: `lms@acme.example`.
  std::string to;       ///< An address.
  std::string to_name;  ///< Whose address it is, for people; may be empty.
  std::string subject;  ///< One line.
  std::string text;     ///< Plain text; lines end with `\n`.
  /// What tells it from every other mail, without angle brackets: `17.2@acme.example`. The same
  /// mail, sent again, has the same.
  std::string message_id;
  absl::Time date;
  std::vector<MailAttachment> attachments;  ///< In their order, after the text.
};

/// True for what can stand between the angle brackets of SMTP and of a header without being taken
/// for anything else: `local@domain` of printable ASCII characters, at most 254, none of them a
/// space or one of `<>()[]\,;:"`. A pure function.
bool IsMailAddress(absl::string_view address);

/// The message as RFC 5322 and MIME want it, with CRLF ends: headers of ASCII alone, folded where
/// they are long, what is not ASCII as encoded words (RFC 2047), the text in base64; with
/// attachments it is multipart/mixed (RFC 2046), and names of files that are not ASCII are written
/// as RFC 2231 has them. Nothing in a field can begin another header: line ends and other control
/// characters in `subject`, `to_name` and names of files become spaces, and addresses,
/// `message_id` and media types that are none are refused with INVALID_ARGUMENT. A pure function.
absl::StatusOr<std::string> FormatMail(const MailMessage& message);

}  // namespace provost

#endif  // PROVOST_MAIL_MESSAGE_H_
