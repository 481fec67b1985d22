// On a machine that has the Latin font alone.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "print/certificate.h"

namespace provost {
namespace {

class FewFontsTest : public testing::Test {
 public:
  // Before Pango starts fontconfig, which reads its configuration once.
  static void SetUpTestSuite() {
    const std::filesystem::path file =
        std::filesystem::path(testing::TempDir()) / "provost_few_fonts.conf";
    std::ofstream(file) << R"(<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <selectfont>
    <rejectfont><glob>*.*</glob></rejectfont>
    <acceptfont><glob>*/NotoSans-Regular.ttf</glob><glob>*/NotoSans-Bold.ttf</glob></acceptfont>
  </selectfont>
</fontconfig>
)";
    setenv("FONTCONFIG_FILE", file.c_str(), 1);
  }

  static absl::Status Print(absl::string_view name) {
    CertificatePaper paper;
    paper.title = "Certificate";
    paper.name = std::string(name);
    paper.code = "CODE";
    return PrintCertificate(paper).status();
  }
};

TEST_F(FewFontsTest, NamesThePackageToInstall) {
  EXPECT_TRUE(Print("Zoë Пётр").ok()) << Print("Zoë Пётр");
  const struct {
    const char* name;
    const char* said;
  } cases[] = {
      {"محمد",
       "U+0645 (script Arabic), which stands in `name`; the Debian package `fonts-noto-core`"},
      {"Carl דוד",
       "U+05D3 (script Hebrew), which stands in `name`; the Debian package `fonts-noto-core`"},
      {"王小明",
       "U+738B (script Han), which stands in `name`; the Debian package `fonts-noto-cjk`"},
      {"さくら",
       "U+3055 (script Hiragana), which stands in `name`; the Debian package `fonts-noto-cjk`"},
      {"김철수",
       "U+AE40 (script Hangul), which stands in `name`; the Debian package `fonts-noto-cjk`"},
  };
  for (const auto& test : cases) {
    const absl::Status status = Print(test.name);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(std::string(status.message()),
              absl::StrCat("no font has ", test.said, " has fonts of that script"));
  }
}

}  // namespace
}  // namespace provost
