#include "mail/message.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/mail/read_mail.h"
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
          absl::FromUnixSeconds(1790000000),
          {}};
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

TEST(FormatMailTest, FilesArriveAsTheyAre) {
  MailMessage message = Hello();
  std::string every_byte;
  for (int i = 0; i < 5000; ++i) every_byte.push_back(static_cast<char>(i * 7));
  message.attachments = {
      {"overdue-2026-11-22.csv", "text/csv; charset=utf-8", "learner,state\r\nÅsa,\"a\nb\"\r\n"},
      {"every byte.bin", "application/octet-stream", every_byte},
      {"empty.csv", "text/csv", ""},
      {"like-a-boundary.csv", "text/csv", "\r\n--=_provost--\r\n--=_provost\r\n"}};
  const std::string mail = Format(message);
  for (absl::string_view line : absl::StrSplit(mail, "\r\n")) {
    EXPECT_LE(line.size(), 76u) << line;
    for (char c : line) ASSERT_TRUE(c >= 0x20 && c < 0x7F) << line;
  }
  const ReadMessage read = ReadMail(mail);
  EXPECT_EQ(read.subject, "Hello");
  EXPECT_EQ(read.text, "Hi Bob,\nbye.\n");
  ASSERT_EQ(read.files.size(), message.attachments.size());
  for (size_t i = 0; i < read.files.size(); ++i) {
    EXPECT_EQ(read.files[i].name, message.attachments[i].file_name);
    EXPECT_EQ(read.files[i].media_type,
              absl::StrReplaceAll(message.attachments[i].media_type, {{"=utf-8", "=\"utf-8\""}}));
    EXPECT_EQ(read.files[i].bytes, message.attachments[i].bytes);
  }
}

TEST(FormatMailTest, AMailWithoutFilesIsReadToo) {
  const ReadMessage read = ReadMail(Format(Hello()));
  EXPECT_EQ(read.subject, "Hello");
  EXPECT_EQ(read.text, "Hi Bob,\nbye.\n");
  EXPECT_TRUE(read.files.empty());
}

TEST(FormatMailTest, NamesOfFilesInEveryScript) {
  std::string lengthy;
  for (int i = 0; i < 30; ++i) lengthy += "Überfällig-";
  for (const std::string& name :
       {std::string("überfällig.csv"), std::string("просрочено 50%.csv"),
        std::string("期限切れ.csv"), std::string("with \"quotes\" and \\.csv"),
        std::string("it's; 100% = *.csv"), lengthy, std::string(200, 'a'), std::string(201, 'a')}) {
    MailMessage message = Hello();
    message.attachments = {{name, "text/csv", "x"}};
    const std::string mail = Format(message);
    for (char c : mail) {
      ASSERT_TRUE((c >= 0x20 && c < 0x7F) || c == '\r' || c == '\n') << name;
    }
    const ReadMessage read = ReadMail(mail);
    ASSERT_EQ(read.files.size(), 1u) << name;
    EXPECT_EQ(read.files[0].name, name);
  }
}

TEST(FormatMailTest, NoNameOfAFileBeginsAnotherHeader) {
  MailMessage message = Hello();
  message.attachments = {{"a\r\nBcc: eve@evil.example\r\n\r\nb.csv", "text/csv", "x"}};
  const std::string mail = Format(message);
  EXPECT_THAT(mail, Not(HasSubstr("\nBcc")));
  const ReadMessage read = ReadMail(mail);
  ASSERT_EQ(read.files.size(), 1u);
  EXPECT_EQ(read.files[0].name, "a  Bcc: eve@evil.example    b.csv");
  for (const char* bad :
       {"", "text", "text/csv\r\nBcc: eve@evil.example", "text/csv\n", "téxt/csv"}) {
    message.attachments[0].media_type = bad;
    EXPECT_EQ(FormatMail(message).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

}  // namespace
}  // namespace provost
