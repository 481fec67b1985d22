#include "csv/writer.h"

#include <gtest/gtest.h>

namespace provost::csv {
namespace {

TEST(WriterTest, QuotesWhatHasTo) {
  std::string document;
  AppendRow({"ann", "Ann, \"the\" first", " as it is ", "two\nlines", ""}, &document);
  AppendRow({""}, &document);
  EXPECT_EQ(document,
            "ann,\"Ann, \"\"the\"\" first\", as it is ,\"two\nlines\",\r\n"
            "\"\"\r\n");
}

TEST(WriterTest, NoFormulas) {
  for (const char* formula : {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"}) {
    EXPECT_EQ(WithoutFormula(formula), std::string("'") + formula);
  }
  EXPECT_EQ(WithoutFormula("ann"), "ann");
  EXPECT_EQ(WithoutFormula("a=1"), "a=1");
  EXPECT_EQ(WithoutFormula(""), "");
}

}  // namespace
}  // namespace provost::csv
