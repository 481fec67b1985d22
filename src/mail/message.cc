#include "mail/message.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace provost {
namespace {

constexpr size_t kMaxAddressBytes = 254;
constexpr size_t kMaxLineBytes = 76;
// Of the text in one encoded word: with its frame, base64 and `Subject: ` before it that is 73.
constexpr size_t kMaxWordBytes = 39;
// Of the name of a file that is written as it is, and of a piece of one that is not:
// percent-encoded that is three times as long.
constexpr size_t kMaxPlainNameBytes = 200;
constexpr size_t kBytesOfNamePiece = 16;
// No line of base64 begins with a hyphen, so it is in no part.
constexpr absl::string_view kBoundary = "=_provost";
constexpr absl::string_view kLineEnd = "\r\n";

bool IsPrintableAscii(char c) { return c >= 0x20 && c < 0x7F; }

// Control characters, of which line ends are some, as spaces.
std::string OneLine(absl::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return line;
}

// True where a reader of `text` as it stands reads the same.
bool NeedsNoEncoding(absl::string_view text) {
  return text.size() <= kMaxLineBytes - 20 && text.find("=?") == absl::string_view::npos &&
         std::all_of(text.begin(), text.end(), IsPrintableAscii);
}

// As encoded words of UTF-8, one a line; no character is cut in two.
std::string EncodedWords(absl::string_view text) {
  std::string words;
  while (!text.empty()) {
    size_t size = std::min(text.size(), kMaxWordBytes);
    while (size < text.size() && size > kMaxWordBytes - 4 &&
           (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) {
      --size;
    }
    absl::StrAppend(&words, words.empty() ? "" : "\r\n ", "=?UTF-8?B?",
                    absl::Base64Escape(text.substr(0, size)), "?=");
    text.remove_prefix(size);
  }
  return words;
}

// `line` is printable ASCII.
std::string InQuotes(absl::string_view line) {
  std::string quoted = "\"";
  for (char c : line) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  quoted.push_back('"');
  return quoted;
}

std::string HeaderText(absl::string_view text) {
  const std::string line = OneLine(text);
  return NeedsNoEncoding(line) ? line : EncodedWords(line);
}

// A name before an address. Outside of quotes and encoded words it would have to be checked for
// what is special there.
std::string Mailbox(absl::string_view name, absl::string_view address) {
  const std::string line = OneLine(name);
  if (line.empty()) return absl::StrCat("<", address, ">");
  if (!NeedsNoEncoding(line)) return absl::StrCat(EncodedWords(line), "\r\n <", address, ">");
  return absl::StrCat(InQuotes(line), "\r\n <", address, ">");
}

// In base64, in lines that every server takes.
std::string EncodedBytes(absl::string_view bytes) {
  const std::string encoded = absl::Base64Escape(bytes);
  const absl::string_view left = encoded;
  std::string body;
  body.reserve(encoded.size() + encoded.size() / kMaxLineBytes * kLineEnd.size() + kLineEnd.size());
  for (size_t i = 0; i < left.size(); i += kMaxLineBytes) {
    absl::StrAppend(&body, left.substr(i, kMaxLineBytes), kLineEnd);
  }
  return body;
}

// A part, with the headers that say what it is.
std::string TextPart(absl::string_view text) {
  std::string lines;
  for (char c : text) {
    if (c == '\n') lines.push_back('\r');
    lines.push_back(c);
  }
  return absl::StrCat("Content-Type: text/plain; charset=utf-8", kLineEnd,
                      "Content-Transfer-Encoding: base64", kLineEnd, kLineEnd, EncodedBytes(lines));
}

// A parameter of a header that goes on from the line before: `filename="a.csv"`. What is not ASCII,
// or too long, is cut in pieces and percent-encoded (RFC 2231).
std::string FileName(absl::string_view name) {
  const std::string line = OneLine(name);
  if (line.size() <= kMaxPlainNameBytes &&
      std::all_of(line.begin(), line.end(), IsPrintableAscii)) {
    return absl::StrCat(";", kLineEnd, " filename=", InQuotes(line));
  }
  std::string parameters;
  size_t room = 0;
  int piece = 0;
  for (char c : line) {
    if (room == 0) {
      absl::StrAppend(&parameters, ";", kLineEnd, " filename*", piece,
                      "*=", piece == 0 ? "UTF-8''" : "");
      ++piece;
      room = kBytesOfNamePiece;
    }
    --room;
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.') {
      parameters.push_back(c);
    } else {
      absl::StrAppendFormat(&parameters, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return parameters;
}

std::string FilePart(const MailAttachment& file) {
  return absl::StrCat("Content-Type: ", file.media_type, kLineEnd,
                      "Content-Disposition: attachment", FileName(file.file_name), kLineEnd,
                      "Content-Transfer-Encoding: base64", kLineEnd, kLineEnd,
                      EncodedBytes(file.bytes));
}

// The rest of the headers, and what they are about.
std::string Content(const MailMessage& message) {
  if (message.attachments.empty()) return TextPart(message.text);
  std::string content =
      absl::StrCat("Content-Type: multipart/mixed; boundary=\"", kBoundary, "\"", kLineEnd,
                   kLineEnd, "--", kBoundary, kLineEnd, TextPart(message.text));
  for (const MailAttachment& file : message.attachments) {
    absl::StrAppend(&content, kLineEnd, "--", kBoundary, kLineEnd, FilePart(file));
  }
  absl::StrAppend(&content, kLineEnd, "--", kBoundary, "--", kLineEnd);
  return content;
}

absl::Status NoAddress(absl::string_view field, absl::string_view value) {
  return absl::InvalidArgumentError(absl::StrCat("`", field, "` is `", absl::CHexEscape(value),
                                                 "`; wanted an address, local@domain"));
}

}  // namespace

bool IsMailAddress(absl::string_view address) {
  const size_t at = address.find('@');
  return address.size() <= kMaxAddressBytes && at != absl::string_view::npos && at > 0 &&
         at + 1 < address.size() && at == address.rfind('@') &&
         std::all_of(address.begin(), address.end(), [](char c) {
           return c > 0x20 && c < 0x7F &&
                  absl::string_view("<>()[]\\,;:\"").find(c) == absl::string_view::npos;
         });
}

absl::StatusOr<std::string> FormatMail(const MailMessage& message) {
  if (!IsMailAddress(message.from)) return NoAddress("from", message.from);
  if (!IsMailAddress(message.to)) return NoAddress("to", message.to);
  if (!IsMailAddress(message.message_id)) return NoAddress("message_id", message.message_id);
  for (const MailAttachment& file : message.attachments) {
    if (file.media_type.find('/') == std::string::npos ||
        !std::all_of(file.media_type.begin(), file.media_type.end(), IsPrintableAscii)) {
      return absl::InvalidArgumentError(absl::StrCat("`attachments.media_type` is `",
                                                     absl::CHexEscape(file.media_type),
                                                     "`; wanted one like text/csv"));
    }
  }
  const std::string date =
      absl::FormatTime("%a, %d %b %Y %H:%M:%S +0000", message.date, absl::UTCTimeZone());
  // Auto-Submitted keeps those who are away from answering (RFC 3834).
  return absl::StrCat("Date: ", date, kLineEnd, "From: <", message.from, ">", kLineEnd,
                      "To: ", Mailbox(message.to_name, message.to), kLineEnd, "Message-ID: <",
                      message.message_id, ">", kLineEnd, "Subject: ", HeaderText(message.subject),
                      kLineEnd, "Auto-Submitted: auto-generated", kLineEnd, "MIME-Version: 1.0",
                      kLineEnd, Content(message));
}

}  // namespace provost
