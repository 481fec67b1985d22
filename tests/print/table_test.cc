#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/civil_time.h"
#include "print/attendance_sheet.h"
#include "print/transcript.h"
#include "tests/print/pdf.h"

namespace provost {
namespace {

using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kWidth = 595.28;
constexpr double kHeight = 841.89;

absl::Time Noon() {
  return absl::FromCivil(absl::CivilSecond(2026, 11, 22, 12, 0, 0), absl::UTCTimeZone());
}

TranscriptPaper Transcript(int rows) {
  TranscriptPaper paper;
  paper.issuer = "Acme Safety Academy";
  paper.name = "Carl Example";
  paper.id = "users/carl";
  paper.date = "2026-11-22";
  paper.total_credits = "12.5";
  paper.print_time = Noon();
  for (int i = 0; i < rows; ++i) {
    paper.rows.push_back({absl::StrCat("Course-", i), "completed", "2026-01-02", "2026-02-03",
                          "2028-02-03", "87.5 %", "1.5"});
  }
  return paper;
}

std::string Bytes(const absl::StatusOr<std::string>& pdf) {
  EXPECT_TRUE(pdf.ok()) << pdf.status();
  return pdf.ok() ? *pdf : "";
}

void ExpectOnPages(const Pdf& pdf) {
  const std::vector<PdfWord> words = pdf.Words();
  EXPECT_FALSE(words.empty());
  for (const PdfWord& word : words) {
    EXPECT_NEAR(word.page_width, kWidth, 0.01);
    EXPECT_NEAR(word.page_height, kHeight, 0.01);
    EXPECT_GE(word.left, 47) << word.text;
    EXPECT_LE(word.right, kWidth - 47) << word.text;
    EXPECT_GE(word.top, 30) << word.text;
    EXPECT_LE(word.bottom, kHeight - 15) << word.text;
  }
}

size_t LinesWith(const std::vector<std::string>& lines, absl::string_view text) {
  size_t count = 0;
  for (const std::string& line : lines) count += absl::StrContains(line, text) ? 1 : 0;
  return count;
}

TEST(TranscriptTest, SaysAllThatItIsGiven) {
  TranscriptPaper paper = Transcript(2);
  paper.rows[1].state = "in progress";
  paper.external.push_back({"First Aid", "Red Cross", "2025-06-01", "3"});
  const Pdf pdf(Bytes(PrintTranscript(paper)));
  const std::vector<std::string> lines = pdf.Lines(1);
  for (const char* line :
       {"^Transcript$", "^ *Carl Example$", "Person +users/carl", "As of +2026-11-22",
        "Credits in all +12.5", "Training +State +Enrolled +Completed +Valid until +Score +Credits",
        "Course-0 +completed +2026-01-02 +2026-02-03 +2028-02-03 +87.5 % +1.5",
        "Course-1 +in progress", "^ *Training elsewhere$", "Training +Provider +Completed +Credits",
        "First Aid +Red Cross +2025-06-01 +3", "Acme Safety Academy +Page 1 of 1"}) {
    EXPECT_THAT(lines, Contains(ContainsRegex(line)));
  }
  EXPECT_EQ(pdf.Info("Title"), "Transcript: Carl Example");
  EXPECT_EQ(pdf.Info("Author"), "Acme Safety Academy");
  EXPECT_EQ(pdf.Info("CreationDate"), "2026-11-22T12:00:00Z");
  for (const PdfFont& font : pdf.Fonts()) EXPECT_TRUE(font.embedded) << font.name;
}

TEST(TranscriptTest, OfNothingIsAPage) {
  const Pdf pdf(Bytes(PrintTranscript(Transcript(0))));
  EXPECT_EQ(pdf.Info("Pages"), "1");
  EXPECT_THAT(pdf.Text(), HasSubstr("Page 1 of 1"));
  EXPECT_THAT(pdf.Text(), Not(HasSubstr("Enrolled")));
}

TEST(TranscriptTest, PagesRepeatTheHeadingsAndHaveEachRowOnce) {
  TranscriptPaper paper = Transcript(200);
  for (int i = 0; i < 70; ++i) {
    paper.external.push_back({absl::StrCat("Elsewhere-", i), "Red Cross", "2025-06-01", "3"});
  }
  const Pdf pdf(Bytes(PrintTranscript(paper)));
  int pages = 0;
  ASSERT_TRUE(absl::SimpleAtoi(pdf.Info("Pages"), &pages));
  EXPECT_GE(pages, 6);
  int next = 0;
  int next_elsewhere = 0;
  for (int page = 1; page <= pages; ++page) {
    const std::vector<std::string> lines = pdf.Lines(page);
    EXPECT_EQ(LinesWith(lines, absl::StrCat("Page ", page, " of ", pages)), 1);
    bool in_first = false;
    bool in_second = false;
    for (const std::string& line : lines) {
      if (absl::StrContains(line, "Enrolled")) in_first = true;
      if (absl::StrContains(line, "Provider")) in_second = true;
      if (absl::StrContains(line, absl::StrCat("Course-", next, " "))) {
        EXPECT_TRUE(in_first) << "no headings above Course-" << next;
        ++next;
      }
      if (absl::StrContains(line, absl::StrCat("Elsewhere-", next_elsewhere, " "))) {
        EXPECT_TRUE(in_second) << "no headings above Elsewhere-" << next_elsewhere;
        ++next_elsewhere;
      }
    }
    EXPECT_TRUE(in_first || in_second);
  }
  EXPECT_EQ(next, 200);
  EXPECT_EQ(next_elsewhere, 70);
  ExpectOnPages(pdf);
}

TEST(TranscriptTest, LongAndForeignNamesStayOnThePageAndInTheirCells) {
  TranscriptPaper paper = Transcript(3);
  paper.name = std::string(200, 'W');
  paper.id = absl::StrCat("users/", std::string(64, 'w'));
  paper.issuer = std::string(200, 'W');
  for (size_t i = 0; i < paper.rows.size(); ++i) {
    paper.rows[i].state = std::string(40, 'W');
  }
  paper.rows[0].training = std::string(200, 'W');
  paper.rows[1].training = "الأمن في العمل";
  paper.rows[2].training = "山田さくら";
  const Pdf pdf(Bytes(PrintTranscript(paper)));
  EXPECT_EQ(pdf.Info("Pages"), "1");
  ExpectOnPages(pdf);
  const std::vector<PdfWord> words = pdf.Words();
  const auto state = std::find_if(words.begin(), words.end(),
                                  [](const PdfWord& word) { return word.text == "State"; });
  ASSERT_NE(state, words.end());
  for (const PdfWord& word : words) {
    if (word.top < state->top || word.top > kHeight - 50) continue;  // Head and foot.
    EXPECT_TRUE(word.right < state->left || word.left > state->left - 0.1) << word.text;
  }
}

TEST(TranscriptTest, WhatIsBeyondACellIsCut) {
  TranscriptPaper paper = Transcript(1);
  paper.rows[0].training = "begin";
  for (int i = 0; i < 400; ++i) paper.rows[0].training += " more";
  paper.rows[0].training += " end";
  const Pdf pdf(Bytes(PrintTranscript(paper)));
  EXPECT_EQ(pdf.Info("Pages"), "1");
  EXPECT_THAT(pdf.Text(), HasSubstr("begin more"));
  EXPECT_THAT(pdf.Text(), HasSubstr("…"));
  EXPECT_THAT(pdf.Text(), Not(HasSubstr(" end")));
  ExpectOnPages(pdf);
}

TEST(TranscriptTest, CharacterWithoutFontIsNamedWithItsRow) {
  TranscriptPaper paper = Transcript(3);
  paper.rows[2].training = "\U0010FFFD";
  EXPECT_THAT(std::string(PrintTranscript(paper).status().message()),
              HasSubstr("U+10FFFD (for private use), which stands in `rows[2].training`"));
  paper = Transcript(3);
  paper.external.push_back({"First Aid", "\U0010FFFD", "2025-06-01", "3"});
  EXPECT_THAT(std::string(PrintTranscript(paper).status().message()),
              HasSubstr("which stands in `external[0].provider`"));
}

TEST(TranscriptTest, SameTranscriptMakesTheSameBytes) {
  EXPECT_TRUE(Bytes(PrintTranscript(Transcript(80))) == Bytes(PrintTranscript(Transcript(80))));
}

AttendanceSheetPaper Sheet(int rows) {
  AttendanceSheetPaper paper;
  paper.issuer = "Acme Safety Academy";
  paper.course = "Fire Safety Basics";
  paper.session = "Autumn 1";
  paper.time = "2026-11-24 09:00 to 12:00, Europe/Berlin";
  paper.place = "Room 7";
  paper.instructors = "Ivan Petrov";
  paper.print_time = Noon();
  for (int i = 0; i < rows; ++i) {
    paper.roster.push_back({absl::StrCat("Learner-", i), absl::StrCat("id-", i), "present"});
  }
  return paper;
}

TEST(AttendanceSheetTest, SaysWhoWasThere) {
  const Pdf pdf(Bytes(PrintAttendanceSheet(Sheet(3))));
  const std::vector<std::string> lines = pdf.Lines(1);
  for (const char* line : {"^ *Attendance sheet$", "^ *Fire Safety Basics$", "Session +Autumn 1",
                           "Time +2026-11-24 09:00 to 12:00, Europe/Berlin", "Place +Room 7",
                           "Instructors +Ivan Petrov", "No. +Name +Identifier +Status",
                           "3 +Learner-2 +id-2 +present", "Acme Safety Academy +Page 1 of 1"}) {
    EXPECT_THAT(lines, Contains(ContainsRegex(line)));
  }
  EXPECT_EQ(pdf.Info("Title"), "Attendance sheet: Fire Safety Basics, Autumn 1");
  ExpectOnPages(pdf);
}

TEST(AttendanceSheetTest, ForSignaturesItHasRoomAndNoStatus) {
  AttendanceSheetPaper paper = Sheet(60);
  paper.roster[4].name = "דוד בן יוסף";
  paper.for_signatures = true;
  const Pdf pdf(Bytes(PrintAttendanceSheet(paper)));
  EXPECT_EQ(pdf.Info("Pages"), "3");
  const std::string text = pdf.Text();
  EXPECT_THAT(text, Not(HasSubstr("present")));
  EXPECT_THAT(text, HasSubstr("דוד בן יוסף"));
  for (int page = 1; page <= 3; ++page) {
    EXPECT_THAT(pdf.Lines(page),
                Contains(ContainsRegex("Signature on arrival +Signature on departure")));
  }
  double last = 0;
  for (const PdfWord& word : pdf.Words()) {
    if (!absl::StartsWith(word.text, "Learner-")) continue;
    if (word.top > last && last > 0) {
      EXPECT_GT(word.top - last, 29.9);
    }
    last = word.top;
  }
  EXPECT_THAT(pdf.Lines(3), Contains(ContainsRegex("60 +Learner-59 +id-59$")));
  ExpectOnPages(pdf);
}

}  // namespace
}  // namespace provost
