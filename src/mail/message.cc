#include "mail/message.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace provost {
namespace {

constexpr size_t kMaxAddressBytes = 254;
constexpr size_t kMaxLineBytes = 76;
// Of the text in one encoded word: with its frame, base64 and `Subject: ` before it that is 73.
constexpr size_t kMaxWordBytes = 39;
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
  std::string quoted = "\"";
  for (char c : line) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  return absl::StrCat(quoted, "\"\r\n <", address, ">");
}

// In base64, in lines that every server takes.
std::string EncodedBody(absl::string_view text) {
  std::string lines;
  for (char c : text) {
    if (c == '\n') lines.push_back('\r');
    lines.push_back(c);
  }
  const std::string encoded = absl::Base64Escape(lines);
  std::string body;
  for (size_t i = 0; i < encoded.size(); i += kMaxLineBytes) {
    absl::StrAppend(&body, encoded.substr(i, kMaxLineBytes), kLineEnd);
  }
  return body;
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
  const std::string date =
      absl::FormatTime("%a, %d %b %Y %H:%M:%S +0000", message.date, absl::UTCTimeZone());
  // Auto-Submitted keeps those who are away from answering (RFC 3834).
  return absl::StrCat("Date: ", date, kLineEnd, "From: <", message.from, ">", kLineEnd,
                      "To: ", Mailbox(message.to_name, message.to), kLineEnd, "Message-ID: <",
                      message.message_id, ">", kLineEnd, "Subject: ", HeaderText(message.subject),
                      kLineEnd, "Auto-Submitted: auto-generated", kLineEnd, "MIME-Version: 1.0",
                      kLineEnd, "Content-Type: text/plain; charset=utf-8", kLineEnd,
                      "Content-Transfer-Encoding: base64", kLineEnd, kLineEnd,
                      EncodedBody(message.text));
}

}  // namespace provost
