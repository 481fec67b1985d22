#include "print/missing_font.h"

#include <gtest/gtest.h>

#include <string>

namespace provost {
namespace {

TEST(MissingFontTest, NamesCharacterScriptTextAndPackage) {
  const struct {
    uint32_t character;
    const char* said;
  } cases[] = {
      {0x0416,
       "no font has U+0416 (script Cyrillic), which stands in `name`; the Debian package "
       "`fonts-noto-core` has fonts of that script"},
      {0x0645,
       "no font has U+0645 (script Arabic), which stands in `name`; the Debian package "
       "`fonts-noto-core` has fonts of that script"},
      {0x738B,
       "no font has U+738B (script Han), which stands in `name`; the Debian package "
       "`fonts-noto-cjk` has fonts of that script"},
      {0xAC00,
       "no font has U+AC00 (script Hangul), which stands in `name`; the Debian package "
       "`fonts-noto-cjk` has fonts of that script"},
      {0x20001,
       "no font has U+20001 (script Han), which stands in `name`; the Debian package "
       "`fonts-hanazono` has fonts of that script"},
      {0x1F9EF,
       "no font has U+1F9EF (an emoji), which stands in `name`; the Debian package "
       "`fonts-noto-color-emoji` has emoji"},
      {0x1E290,
       "no font has U+1E290 (script Toto), which stands in `name`; no Debian package is known to "
       "have one"},
      {0xE000,
       "no font has U+E000 (for private use), which stands in `name`; no Debian package is known "
       "to have one"},
      {0x0378,
       "no font has U+0378 (not a character of Unicode 15), which stands in `name`; no Debian "
       "package is known to have one"},
      {0x1D000,
       "no font has U+1D000 (of no one script), which stands in `name`; no Debian package is known "
       "to have one"},
  };
  for (const auto& test : cases) {
    const absl::Status status = MissingFont(test.character, "name");
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(status.message(), test.said);
  }
}

}  // namespace
}  // namespace provost
