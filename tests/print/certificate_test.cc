#include "print/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/civil_time.h"
#include "tests/print/pdf.h"

namespace provost {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

CertificatePaper FireSafety() {
  CertificatePaper paper;
  paper.issuer = "Acme Safety Academy";
  paper.title = "Certificate of Completion";
  paper.name = "Carl Example";
  paper.text = "has completed the course below,\nand has earned its credits.";
  paper.course = "Fire Safety Basics";
  paper.complete_date = "2026-11-20";
  paper.issue_date = "2026-11-22";
  paper.expire_date = "2028-11-20";
  paper.number = "2026-000123";
  paper.code = "7K3M-9QZ2-4TRB-X1DD-08WE-5CVN-JH";
  paper.verification_url = "https://lms.acme.example/verify?code=7K3M9QZ24TRBX1DD08WE5CVNJH";
  paper.issue_time =
      absl::FromCivil(absl::CivilSecond(2026, 11, 22, 10, 30, 0), absl::UTCTimeZone());
  return paper;
}

std::string Printed(const CertificatePaper& paper) {
  absl::StatusOr<std::string> pdf = PrintCertificate(paper);
  EXPECT_TRUE(pdf.ok()) << pdf.status();
  return pdf.ok() ? *std::move(pdf) : "";
}

// Poppler takes a title in large letters for several lines where it is broken.
std::string OnOneLine(absl::string_view text) { return absl::StrReplaceAll(text, {{"\n", " "}}); }

void ExpectOnPage(const Pdf& pdf, double width, double height) {
  const std::vector<PdfWord> words = pdf.Words();
  EXPECT_FALSE(words.empty());
  for (const PdfWord& word : words) {
    EXPECT_NEAR(word.page_width, width, 0.01);
    EXPECT_NEAR(word.page_height, height, 0.01);
    // Within the frame. A box of poppler's has all the height of its font, but what is drawn of it
    // is half a line less at the least.
    EXPECT_GE(word.left, 33) << word.text;
    EXPECT_LE(word.right, width - 33) << word.text;
    EXPECT_GE(word.top, 33) << word.text;
    EXPECT_LE(word.bottom, height - 33) << word.text;
  }
}

TEST(CertificateTest, SaysAllThatItIsGiven) {
  const Pdf pdf(Printed(FireSafety()));
  const std::string text = pdf.Text();
  for (const char* said : {"Acme Safety Academy", "Certificate of Completion", "Carl Example",
                           "has completed the course below,\nand has earned its credits.",
                           "Fire Safety Basics", "2026-11-20", "2026-11-22", "2028-11-20",
                           "2026-000123", "7K3M-9QZ2-4TRB-X1DD-08WE-5CVN-JH", "Valid until"}) {
    EXPECT_THAT(text, HasSubstr(said));
  }
  EXPECT_EQ(pdf.QrCode(), "https://lms.acme.example/verify?code=7K3M9QZ24TRBX1DD08WE5CVNJH");
  EXPECT_EQ(pdf.Info("Pages"), "1");
  EXPECT_EQ(pdf.Info("Title"), "Certificate of Completion");
  EXPECT_EQ(pdf.Info("Author"), "Acme Safety Academy");
  EXPECT_EQ(pdf.Info("CreationDate"), "2026-11-22T10:30:00Z");
  ExpectOnPage(pdf, 595.28, 841.89);
}

TEST(CertificateTest, LeavesOutWhatIsEmpty) {
  CertificatePaper paper = FireSafety();
  paper.expire_date = "";
  paper.course = "";
  paper.text = "";
  paper.verification_url = "";
  const Pdf pdf(Printed(paper));
  const std::string text = pdf.Text();
  EXPECT_THAT(text, HasSubstr("Carl Example"));
  EXPECT_THAT(text, Not(HasSubstr("Valid until")));
  EXPECT_THAT(text, Not(HasSubstr("To be verified at")));
  EXPECT_EQ(pdf.QrCode(), "7K3M-9QZ2-4TRB-X1DD-08WE-5CVN-JH");
}

TEST(CertificateTest, MayBeWiderThanHigh) {
  CertificatePaper paper = FireSafety();
  paper.landscape = true;
  const Pdf pdf(Printed(paper));
  EXPECT_THAT(pdf.Text(), HasSubstr("Carl Example"));
  EXPECT_EQ(pdf.QrCode(), paper.verification_url);
  ExpectOnPage(pdf, 841.89, 595.28);
}

struct NamedScript {
  const char* script;
  const char* language;
  const char* name;
  const char* font;
};

class ScriptTest : public testing::TestWithParam<NamedScript> {};

TEST_P(ScriptTest, IsReadBackAsItWasWritten) {
  CertificatePaper paper = FireSafety();
  paper.name = GetParam().name;
  paper.course = absl::StrCat(GetParam().name, " 2");
  paper.language = GetParam().language;
  for (const bool landscape : {false, true}) {
    paper.landscape = landscape;
    const Pdf pdf(Printed(paper));
    EXPECT_THAT(OnOneLine(pdf.Text()), HasSubstr(GetParam().name));
    EXPECT_EQ(pdf.QrCode(), paper.verification_url);
    EXPECT_THAT(pdf.Fonts(), Contains(Field(&PdfFont::name, GetParam().font)));
    for (const PdfFont& font : pdf.Fonts()) EXPECT_TRUE(font.embedded) << font.name;
  }
}

// Poppler gives the two letters of a ligature that is written from the right in their wrong order,
// so that the Arabic name is one without.
INSTANTIATE_TEST_SUITE_P(
    Scripts, ScriptTest,
    testing::Values(NamedScript{"Latin", "sv", "Zoë Ångström-Łukasiewicz", "NotoSans-Regular"},
                    NamedScript{"Vietnamese", "vi", "Nguyễn Thị Ánh", "NotoSans-Regular"},
                    NamedScript{"Cyrillic", "ru", "Пётр Ильич Щербаков", "NotoSans-Regular"},
                    NamedScript{"Greek", "el", "Ελένη Παπαδοπούλου", "NotoSans-Regular"},
                    NamedScript{"Arabic", "ar", "محمد بن سعيد", "NotoSansArabic-Regular"},
                    NamedScript{"Hebrew", "he", "יוסף בן דוד", "NotoSansHebrew-Regular"},
                    NamedScript{"Devanagari", "hi", "अनिता शर्मा", "NotoSansDevanagari-Regular"},
                    NamedScript{"Chinese", "zh-Hans", "王小明", "NotoSansCJKsc-Regular"},
                    NamedScript{"TraditionalChinese", "zh-Hant-TW", "陳美麗",
                                "NotoSansCJKtc-Regular"},
                    NamedScript{"Cantonese", "zh-Hant-HK", "陳美麗", "NotoSansCJKhk-Regular"},
                    NamedScript{"Japanese", "ja", "山田さくらタロウ", "NotoSansCJKjp-Regular"},
                    NamedScript{"Korean", "ko", "김철수", "NotoSansCJKkr-Regular"}),
    [](const testing::TestParamInfo<NamedScript>& info) { return info.param.script; });

TEST(CertificateTest, RightToLeftTextBeginsAtTheRight) {
  CertificatePaper paper = FireSafety();
  paper.name = "דוד Levi";
  double hebrew = 0;
  double latin = 0;
  const Pdf pdf(Printed(paper));
  for (const PdfWord& word : pdf.Words()) {
    if (absl::StrContains(word.text, "ד")) hebrew = word.left;
    if (absl::StrContains(word.text, "Levi")) latin = word.left;
  }
  EXPECT_GT(latin, 0);
  EXPECT_GT(hebrew, latin);
}

TEST(CertificateTest, DatesKeepTheirOrderInIsolates) {
  CertificatePaper paper = FireSafety();
  paper.text = "بتاريخ \u20682031-10-29\u2069.";
  const Pdf pdf(Printed(paper));
  EXPECT_THAT(pdf.Text(), HasSubstr("2031-10-29"));
  paper.title = "Certificate of \u2068Fire\u2069";
  EXPECT_EQ(Pdf(Printed(paper)).Info("Title"), "Certificate of Fire");
}

TEST(CertificateTest, LongTextsShrinkAndStayOnThePage) {
  for (const bool landscape : {false, true}) {
    CertificatePaper paper = FireSafety();
    paper.landscape = landscape;
    const double width = landscape ? 841.89 : 595.28;
    const double height = landscape ? 595.28 : 841.89;
    // Of one word of the widest letters, which must be broken, and of many.
    for (const std::string& long_name :
         {std::string(200, 'W'),
          std::string("Wilhelmina Maria von und zu der Tann zu Rathsamhausen "
                      "Freifrau zu Schwarzenberg und Hohenlandsberg")}) {
      paper.name = long_name;
      paper.title = long_name;
      paper.course = long_name;
      paper.issuer = long_name;
      paper.number = std::string(60, '9');
      paper.code = std::string(60, 'W');
      paper.complete_date = std::string(60, '8');
      paper.verification_url = absl::StrCat("https://", std::string(292, 'w'));
      const Pdf pdf(Printed(paper));
      ExpectOnPage(pdf, width, height);
      EXPECT_EQ(pdf.Info("Pages"), "1");
      // All of the name is there, as often as it was given.
      const std::string text = absl::StrReplaceAll(pdf.Text(), {{"\n", ""}, {" ", ""}});
      const std::string wanted = absl::StrReplaceAll(long_name, {{" ", ""}});
      size_t times = 0;
      for (size_t at = text.find(wanted); at != std::string::npos;
           at = text.find(wanted, at + wanted.size())) {
        ++times;
      }
      EXPECT_EQ(times, 4) << text;
    }
  }
}

TEST(CertificateTest, TextBecomesSmallAndIsCutWhereThatIsNotEnough) {
  CertificatePaper paper = FireSafety();
  paper.text = "begin";
  for (int i = 0; i < 300; ++i) absl::StrAppend(&paper.text, " words upon words");
  paper.text += " end";
  {
    const Pdf pdf(Printed(paper));
    ExpectOnPage(pdf, 595.28, 841.89);
    EXPECT_THAT(pdf.Text(), HasSubstr("end\n"));
    EXPECT_THAT(pdf.Text(), Not(HasSubstr("…")));
  }
  paper.text = "begin\n";
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&paper.text, "line\n");
  paper.text += "end";
  const Pdf pdf(Printed(paper));
  ExpectOnPage(pdf, 595.28, 841.89);
  EXPECT_THAT(pdf.Text(), HasSubstr("begin\n"));
  EXPECT_THAT(pdf.Text(), HasSubstr("…"));
  EXPECT_THAT(pdf.Text(), Not(HasSubstr("end\n")));
  EXPECT_THAT(pdf.Text(), HasSubstr("Fire Safety Basics"));
}

TEST(CertificateTest, LineEndsAndControlCharactersOfNamesAreSpaces) {
  CertificatePaper paper = FireSafety();
  paper.name = "Carl\r\nJohan\x01\x7F\u0085\u2028Example";
  const Pdf pdf(Printed(paper));
  const std::vector<std::string> lines = pdf.Lines(1);
  EXPECT_THAT(lines, Contains(testing::ContainsRegex("Carl +Johan +Example")));
}

TEST(CertificateTest, SameCertificateMakesTheSameBytesInAnyThread) {
  CertificatePaper paper = FireSafety();
  paper.name = "山田 محمد Пётр";
  const std::string first = Printed(paper);
  CertificatePaper other = FireSafety();
  other.name = "अनिता 王";
  std::vector<std::string> printed(8);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < printed.size(); ++i) {
    threads.emplace_back([&, i] { printed[i] = *PrintCertificate(i % 2 == 0 ? paper : other); });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 2; i < printed.size(); ++i) EXPECT_TRUE(printed[i] == printed[i - 2]);
  EXPECT_TRUE(printed[0] == first);
  EXPECT_FALSE(printed[1] == first);

  paper.issue_time += absl::Seconds(1);
  EXPECT_FALSE(Printed(paper) == first);
}

TEST(CertificateTest, CharacterWithoutFontIsNamedWithItsField) {
  CertificatePaper paper = FireSafety();
  paper.course = "Fire \U0010FFFD";
  const absl::Status status = PrintCertificate(paper).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(
      status.message(),
      "no font has U+10FFFD (for private use), which stands in `course`; no Debian package is "
      "known to have one");
}

TEST(CertificateTest, RefusesWhatIsNotUtf8) {
  CertificatePaper paper = FireSafety();
  paper.name = "Carl\xFF";
  EXPECT_EQ(PrintCertificate(paper).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(PrintCertificate(paper).status().message(), "`name` is not UTF-8");
  paper = FireSafety();
  paper.title = "\xC3";
  EXPECT_EQ(PrintCertificate(paper).status().message(), "the title is not UTF-8");
  paper = FireSafety();
  paper.issuer = "\xC3";
  EXPECT_EQ(PrintCertificate(paper).status().message(), "the author's name is not UTF-8");
}

TEST(CertificateTest, RefusesWhatIsTooLongForAQrCode) {
  CertificatePaper paper = FireSafety();
  paper.verification_url = std::string(300, 'a');
  EXPECT_EQ(Pdf(Printed(paper)).QrCode(), paper.verification_url);
  paper.verification_url.push_back('a');
  EXPECT_EQ(PrintCertificate(paper).status(),
            absl::InvalidArgumentError(
                "`verification_url` has 301 bytes; wanted 1 to 300 for a QR code"));
  paper.verification_url = "";
  paper.code = "";
  EXPECT_THAT(std::string(PrintCertificate(paper).status().message()),
              StartsWith("`code` has 0 bytes"));
}

}  // namespace
}  // namespace provost
