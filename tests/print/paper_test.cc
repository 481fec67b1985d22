#include "print/paper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/print/pdf.h"

namespace provost {
namespace {

using ::testing::HasSubstr;

PaperInfo Info() { return {.title = "T", .author = "A", .language = "en", .create_time = {}}; }

TEST(PaperTest, CutsAtTheLineThatDoesNotFit) {
  Paper paper(Info(), kA4Width, kA4Height);
  const TextBlock line = paper.Set("first", "text", {}, 400, 1000);
  const TextBlock three =
      paper.Set("first\nsecond\nthird", "text", {.paragraphs = true}, 400, 1000);
  EXPECT_NEAR(three.height(), 3 * line.height(), 0.01);
  const TextBlock two =
      paper.Set("first\nsecond\nthird", "text", {.paragraphs = true}, 400, three.height() - 0.1);
  EXPECT_NEAR(two.height(), 2 * line.height(), 0.01);
  paper.Draw(two, 50, 50);
  const absl::StatusOr<std::string> pdf = paper.Finish();
  ASSERT_TRUE(pdf.ok()) << pdf.status();
  EXPECT_EQ(Pdf(*pdf).Lines(1), (std::vector<std::string>{"first", "secon…"}));
}

TEST(PaperTest, TakesTheLargestSizeThatFits) {
  Paper paper(Info(), kA4Width, kA4Height);
  const std::string name = "Wilhelmina von Hohenzollern";
  const TextStyle style = {.size = 40};
  const double line = paper.Set("W", "name", style, 300, 1000).height();
  EXPECT_NEAR(paper.Set(name, "name", style, 300, 1000).height(), 2 * line, 0.01);
  // As it is where there is room, smaller where there is less, and never higher than that.
  EXPECT_NEAR(paper.SetToFit(name, "name", style, 5, 300, 1000).height(), 2 * line, 0.01);
  const double two = paper.SetToFit(name, "name", style, 5, 300, 1.8 * line).height();
  EXPECT_LE(two, 1.8 * line);
  EXPECT_GT(two, 1.5 * line);
  const double one = paper.SetToFit(name, "name", style, 5, 300, 0.8 * line).height();
  EXPECT_LE(one, 0.8 * line);
  EXPECT_GT(one, 0.4 * line);
}

TEST(PaperTest, FirstFailureIsTold) {
  Paper paper(Info(), kA4Width, kA4Height);
  paper.Draw(paper.Set("\xFF", "one", {}, 100, 100), 0, 0);
  paper.Draw(paper.Set("\U0010FFFD", "two", {}, 100, 100), 0, 0);
  EXPECT_EQ(paper.Finish().status(), absl::InvalidArgumentError("`one` is not UTF-8"));
}

TEST(PaperTest, InvisibleCharactersNeedNoFont) {
  Paper paper(Info(), kA4Width, kA4Height);
  paper.Draw(paper.Set("a\u200B\u200D\uFEFF\u2068b\u2069\u00ADc", "text", {}, 100, 100), 50, 50);
  EXPECT_TRUE(paper.Finish().ok());
}

TEST(PaperTest, APageForEachNextPageAndOne) {
  Paper paper(Info(), kA4Width, kA4Height);
  paper.Draw(paper.Set("one", "text", {}, 100, 100), 50, 50);
  paper.NextPage();
  paper.Draw(paper.Set("two", "text", {}, 100, 100), 50, 50);
  const absl::StatusOr<std::string> bytes = paper.Finish();
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  const Pdf pdf(*bytes);
  EXPECT_EQ(pdf.Info("Pages"), "2");
  EXPECT_EQ(pdf.Text(), "one\n\n\ftwo\n\n\f");
}

}  // namespace
}  // namespace provost
