#include "csv/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "csv/writer.h"

namespace provost::csv {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Cells = std::vector<std::string>;

struct ReadResult {
  std::vector<Row> rows;
  absl::Status status;
  std::optional<Fault> fault;

  std::vector<Cells> cells() const {
    std::vector<Cells> all;
    for (const Row& row : rows) all.push_back(row.cells);
    return all;
  }
};

// Reads a document in pieces of `size` bytes.
ReadResult Read(absl::string_view document, size_t size = 1000,
                const ReaderOptions& options = ReaderOptions()) {
  ReadResult result;
  Reader reader(options, [&](Row row) {
    result.rows.push_back(std::move(row));
    return absl::OkStatus();
  });
  for (size_t at = 0; at < document.size() && result.status.ok(); at += size) {
    result.status = reader.Feed(document.substr(at, size));
  }
  if (result.status.ok()) result.status = reader.Finish();
  result.fault = reader.fault();
  return result;
}

TEST(ReaderTest, Rfc4180) {
  const absl::string_view document =
      "id,name\r\n"
      "ann, Ann \r\n"
      "bob,\"Bob, \"\"the\r\nbuilder\"\"\"\r\n"
      "\"\",\r\n"
      "last,row";
  for (size_t size = 1; size < document.size() + 1; ++size) {
    const ReadResult read = Read(document, size);
    ASSERT_TRUE(read.status.ok()) << read.status;
    EXPECT_THAT(read.cells(), ElementsAre(Cells{"id", "name"}, Cells{"ann", " Ann "},
                                          Cells{"bob", "Bob, \"the\r\nbuilder\""}, Cells{"", ""},
                                          Cells{"last", "row"}))
        << size;
    EXPECT_EQ(read.rows[3].line, 5);
    EXPECT_EQ(read.rows[4].line, 6);
    EXPECT_EQ(read.rows[0].end, 9);
    EXPECT_EQ(read.rows[4].end, static_cast<int64_t>(document.size()));
  }
}

TEST(ReaderTest, LineBreaksOfEveryKind) {
  for (absl::string_view end : {"\n", "\r\n", "\r"}) {
    for (size_t size = 1; size < 8; ++size) {
      // A line without a byte is no row; it counts as a line.
      const ReadResult read = Read(absl::StrCat("a", end, "b", end, end, "c", end), size);
      ASSERT_TRUE(read.status.ok()) << read.status;
      EXPECT_THAT(read.cells(), ElementsAre(Cells{"a"}, Cells{"b"}, Cells{"c"}));
      EXPECT_EQ(read.rows[2].line, 4);
      EXPECT_EQ(read.rows[0].end, static_cast<int64_t>(1 + end.size()));
    }
  }
}

TEST(ReaderTest, AByteOrderMarkIsNoPartOfTheFirstCell) {
  const std::string document =
      "\xEF\xBB\xBFid\n\xEF\xBB\xBF"
      "ann\n";
  for (size_t size = 1; size < 9; ++size) {
    const ReadResult read = Read(document, size);
    ASSERT_TRUE(read.status.ok()) << read.status;
    EXPECT_THAT(read.cells(), ElementsAre(Cells{"id"}, Cells{"\xEF\xBB\xBF"
                                                             "ann"}));
    EXPECT_EQ(read.rows[0].end, 6);
  }
  EXPECT_THAT(Read("\xEF\xBB\xBF").rows, IsEmpty());
  EXPECT_THAT(Read("\xEF\xBB").cells(), ElementsAre(Cells{"\xEF\xBB"}));
  const ReadResult utf16 = Read(absl::string_view("\xFF\xFEi\0d\0", 6));
  ASSERT_TRUE(utf16.fault.has_value());
  EXPECT_THAT(utf16.fault->what, HasSubstr("UTF-16"));
}

TEST(ReaderTest, NothingIsADocumentWithoutRows) {
  EXPECT_TRUE(Read("").status.ok());
  EXPECT_THAT(Read("").rows, IsEmpty());
  EXPECT_THAT(Read("\n\r\n\n").rows, IsEmpty());
}

// Each row of this kind is a line.
std::string Lines(int first, int last) {
  std::string text;
  for (int i = first; i <= last; ++i) absl::StrAppend(&text, "u", i, ",\"User ", i, "\"\r\n");
  return text;
}

TEST(ReaderTest, AStrayQuoteAtLine70000IsFound) {
  const std::string document =
      absl::StrCat(Lines(1, 69999), "u70000,Us\"er\r\n", Lines(70001, 70010));
  const ReadResult read = Read(document, 4096);
  ASSERT_TRUE(read.fault.has_value());
  EXPECT_EQ(read.fault->line, 70000);
  EXPECT_EQ(read.fault->column, 2);
  EXPECT_EQ(read.rows.size(), 69999u);
  EXPECT_EQ(read.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(read.status.message(), HasSubstr("line 70000, column 2: a quote within a cell"));
}

TEST(ReaderTest, AQuoteThatIsNotClosedIsToldWhereItOpened) {
  // The next quote of the document closes it, and what follows that is no CSV.
  ReadResult read = Read(absl::StrCat(Lines(1, 69999), "u70000,\"User\r\n", Lines(70001, 70010)));
  ASSERT_TRUE(read.fault.has_value());
  EXPECT_EQ(read.fault->line, 70001);
  EXPECT_EQ(read.fault->column, 2);
  EXPECT_THAT(read.fault->what, HasSubstr("`U` after the closing quote of a cell that begins at "
                                          "line 70000"));
  // No other quote follows.
  read = Read(absl::StrCat("a,b\n", "c,\"d\n", "e,f\n"));
  ASSERT_TRUE(read.fault.has_value());
  EXPECT_EQ(read.fault->line, 2);
  EXPECT_EQ(read.fault->column, 2);
  EXPECT_THAT(read.fault->what, HasSubstr("not closed"));
  // Nor does the document end.
  std::string text = "a,\"b\n";
  for (int i = 0; i < 20000; ++i) absl::StrAppend(&text, "c", i, ",d\n");
  read = Read(text, 100);
  ASSERT_TRUE(read.fault.has_value());
  EXPECT_EQ(read.fault->line, 1);
  EXPECT_EQ(read.fault->column, 2);
  EXPECT_THAT(read.fault->what, HasSubstr("more than 65536 bytes; its quote is not closed"));
}

TEST(ReaderTest, SizesAreBounded) {
  ReaderOptions options;
  options.max_cell_bytes = 10;
  options.max_row_bytes = 16;
  options.max_cells = 3;
  for (size_t size : {1, 7, 1000}) {
    EXPECT_TRUE(Read("0123456789,abcdef\n", size, options).status.ok());
    ReadResult read = Read("a\nb,01234567890\n", size, options);
    ASSERT_TRUE(read.fault.has_value()) << size;
    EXPECT_EQ(read.fault->line, 2);
    EXPECT_EQ(read.fault->column, 2);
    EXPECT_EQ(read.rows.size(), 1u);
    read = Read("0123456789,abcdefg\n", size, options);
    ASSERT_TRUE(read.fault.has_value()) << size;
    EXPECT_THAT(read.fault->what, HasSubstr("row of more than 16 bytes"));
    EXPECT_TRUE(Read("a,b,c\n", size, options).status.ok());
    read = Read("a,b,c,d\n", size, options);
    ASSERT_TRUE(read.fault.has_value()) << size;
    EXPECT_EQ(read.fault->column, 4);
    EXPECT_TRUE(Read("0123456789", size, options).status.ok());
    EXPECT_FALSE(Read("01234567890", size, options).status.ok());
  }
}

TEST(ReaderTest, GoesOnWhereARowEnded) {
  const std::string document = absl::StrCat("\xEF\xBB\xBFid,name\r\n\r\n", Lines(1, 50));
  const ReadResult whole = Read(document);
  ASSERT_TRUE(whole.status.ok());
  for (size_t i = 0; i + 1 < whole.rows.size(); ++i) {
    ReaderOptions options;
    options.offset = whole.rows[i].end;
    options.line = whole.rows[i].line + 1;
    const ReadResult rest =
        Read(absl::string_view(document).substr(static_cast<size_t>(options.offset)), 7, options);
    ASSERT_TRUE(rest.status.ok()) << rest.status;
    ASSERT_EQ(rest.rows.size(), whole.rows.size() - i - 1);
    EXPECT_EQ(rest.rows[0].cells, whole.rows[i + 1].cells);
    EXPECT_EQ(rest.rows[0].line, whole.rows[i + 1].line);
    EXPECT_EQ(rest.rows.back().end, whole.rows.back().end);
  }
}

TEST(ReaderTest, WhatIsToldOfARowEndsTheReading) {
  int rows = 0;
  Reader reader(ReaderOptions(),
                [&](Row) { return ++rows == 2 ? absl::AbortedError("enough") : absl::OkStatus(); });
  EXPECT_EQ(reader.Feed("a\nb\nc\n"), absl::AbortedError("enough"));
  EXPECT_EQ(rows, 2);
  EXPECT_FALSE(reader.fault().has_value());
}

// Whatever is written is read back, in pieces of any size.
TEST(ReaderTest, ReadsWhatIsWritten) {
  std::mt19937 random(20261122);
  const absl::string_view letters = "ab,\"\r\n \t'\xC3\xA4";
  for (int round = 0; round < 300; ++round) {
    std::string document;
    std::vector<Cells> rows;
    for (int r = 0; r < 6; ++r) {
      Cells cells;
      const int count = 1 + static_cast<int>(random() % 4);
      for (int c = 0; c < count; ++c) {
        std::string cell;
        for (size_t n = random() % 6; n > 0; --n)
          cell.push_back(letters[random() % letters.size()]);
        cells.push_back(cell);
      }
      AppendRow(cells, &document);
      rows.push_back(cells);
    }
    const ReadResult read = Read(document, 1 + random() % 9);
    ASSERT_TRUE(read.status.ok()) << read.status << "\n" << document;
    EXPECT_EQ(read.cells(), rows) << document;
  }
}

// No input makes it crash, or hold a row that is larger than its options say.
TEST(ReaderTest, AnyBytes) {
  std::mt19937 random(7);
  const std::string letters("a,\"\r\n\0\xEF\xBB\xBF\xFF", 10);
  ReaderOptions options;
  options.max_cell_bytes = 20;
  options.max_row_bytes = 40;
  options.max_cells = 5;
  for (int round = 0; round < 3000; ++round) {
    std::string document;
    for (size_t n = random() % 60; n > 0; --n) document.push_back(letters[random() % 10]);
    const ReadResult read = Read(document, 1 + random() % 9, options);
    EXPECT_EQ(read.status.ok(), !read.fault.has_value());
    for (const Row& row : read.rows) {
      EXPECT_LE(row.cells.size(), 5u);
      for (const std::string& cell : row.cells) EXPECT_LE(cell.size(), 20u);
    }
    // However it is cut into pieces, it is read the same.
    const ReadResult pieces = Read(document, 1 + random() % 9);
    const ReadResult whole = Read(document);
    EXPECT_EQ(pieces.cells(), whole.cells());
    EXPECT_EQ(pieces.status, whole.status);
  }
}

TEST(Utf8Test, KnowsIt) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8("Zo\xC3\xAB \xE2\x82\xAC \xF0\x9F\x8E\x93"));
  for (absl::string_view bad : {"Zo\xEB", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                "\xE0\x80\x80", "\x80", "\xF0\x80\x80\x80", "\xC3 "}) {
    EXPECT_FALSE(IsUtf8(bad));
  }
}

}  // namespace
}  // namespace provost::csv
