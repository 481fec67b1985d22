#include "mail/message.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/mail/smtp_process.h"

namespace provost {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

MailMessage Hello() {
  return {"lms@acme.example",
          "bob@acme.example",
          "Bob",
          "Hello",
          "Hi Bob,\nbye.\n",
          "17.2@acme.example",
          absl::FromUnixSeconds(1790000000)};
}

std::string Format(const MailMessage& message) {
  const absl::StatusOr<std::string> mail = FormatMail(message);
  EXPECT_TRUE(mail.ok()) << mail.status();
  return mail.value_or("");
}

// What a reader makes of encoded words.
std::string Decode(absl::string_view header) {
  std::string text;
  for (absl::string_view word : absl::StrSplit(header, ' ')) {
    std::string part;
    if (absl::StartsWith(word, "=?UTF-8?B?") &&
        absl::Base64Unescape(word.substr(10, word.size() - 12), &part)) {
      absl::StrAppend(&text, part);
    }
  }
  return text;
}

TEST(FormatMailTest, HeadersAndText) {
  const std::string mail = Format(Hello());
  EXPECT_EQ(HeaderOf(mail, "Date"), "Mon, 21 Sep 2026 14:13:20 +0000");
  EXPECT_EQ(HeaderOf(mail, "From"), "<lms@acme.example>");
  EXPECT_EQ(HeaderOf(mail, "To"), "\"Bob\" <bob@acme.example>");
  EXPECT_EQ(HeaderOf(mail, "Message-ID"), "<17.2@acme.example>");
  EXPECT_EQ(HeaderOf(mail, "Subject"), "Hello");
  EXPECT_EQ(HeaderOf(mail, "Auto-Submitted"), "auto-generated");
  EXPECT_EQ(TextOf(mail), "Hi Bob,\r\nbye.\r\n");
}

TEST(FormatMailTest, WhatIsNotAsciiIsEncodedInShortLines) {
  MailMessage message = Hello();
  message.to_name = "Zoë Müller";
  for (int i = 0; i < 40; ++i) message.subject += "Brandschutzübung ";
  message.text = std::string(3000, 'x');
  const std::string mail = Format(message);
  for (absl::string_view line : absl::StrSplit(mail, "\r\n")) {
    EXPECT_LE(line.size(), 76u) << line;
    for (char c : line) ASSERT_TRUE(c >= 0x20 && c < 0x7F) << line;
  }
  EXPECT_EQ(Decode(HeaderOf(mail, "Subject")), message.subject);
  EXPECT_EQ(Decode(HeaderOf(mail, "To")), "Zoë Müller");
  EXPECT_EQ(TextOf(mail), message.text);
}

TEST(FormatMailTest, EncodedWordsCutNoCharacter) {
  MailMessage message = Hello();
  for (int shift = 0; shift < 4; ++shift) {
    message.subject = std::string(shift, 'a');
    for (int i = 0; i < 30; ++i) message.subject += "😀";
    const std::string header = HeaderOf(Format(message), "Subject");
    EXPECT_EQ(Decode(header), message.subject);
    for (absl::string_view word : absl::StrSplit(header, ' ')) {
      std::string part;
      ASSERT_TRUE(absl::Base64Unescape(word.substr(10, word.size() - 12), &part)) << word;
      EXPECT_NE(static_cast<unsigned char>(part[0]) & 0xC0, 0x80) << "begins within a character";
    }
  }
}

TEST(FormatMailTest, NoFieldBeginsAnotherHeader) {
  MailMessage message = Hello();
  message.subject = "Hello\r\nBcc: eve@evil.example\n\nbody";
  message.to_name = "Bob\"\r\nBcc: eve@evil.example";
  const std::string mail = Format(message);
  EXPECT_THAT(mail, Not(HasSubstr("\nBcc")));
  EXPECT_EQ(HeaderOf(mail, "Bcc"), "");
  EXPECT_EQ(HeaderOf(mail, "Subject"), "Hello  Bcc: eve@evil.example  body");
  EXPECT_EQ(HeaderOf(mail, "To"), "\"Bob\\\"  Bcc: eve@evil.example\" <bob@acme.example>");
  message = Hello();
  message.subject = "=?UTF-8?Q?=0D=0ABcc:_eve?=";
  EXPECT_EQ(Decode(HeaderOf(Format(message), "Subject")), message.subject);
}

TEST(FormatMailTest, WhatIsNoAddressIsRefused) {
  for (const char* bad :
       {"", "bob", "@acme.example", "bob@", "a@b@c", "bob@acme.example\r\nBcc: x@y", "b ob@acme",
        "bob@acme>", "<bob@acme", "bob,eve@acme", "böb@acme.example", "\"b\"@acme"}) {
    EXPECT_FALSE(IsMailAddress(bad)) << bad;
    MailMessage message = Hello();
    message.to = bad;
    EXPECT_EQ(FormatMail(message).status().code(), absl::StatusCode::kInvalidArgument) << bad;
    message = Hello();
    message.from = bad;
    EXPECT_EQ(FormatMail(message).status().code(), absl::StatusCode::kInvalidArgument) << bad;
    message = Hello();
    message.message_id = bad;
    EXPECT_EQ(FormatMail(message).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
  EXPECT_TRUE(IsMailAddress("o'brien+lms@sub.acme.example"));
  EXPECT_FALSE(IsMailAddress(absl::StrCat(std::string(250, 'a'), "@acme")));
}

}  // namespace
}  // namespace provost
