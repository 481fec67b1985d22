#include "print/missing_font.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace provost {
namespace {

// Han of planes 2 and 3, of which fonts-noto-cjk has few.
constexpr UChar32 kFirstRareHan = 0x20000;

// Of the scripts of Unicode 15 those that fonts-noto-core of Debian 12 has not.
constexpr UScriptCode kScriptsWithoutPackage[] = {
    USCRIPT_MAKASAR,      USCRIPT_NANDINAGARI,  USCRIPT_CHORASMIAN,
    USCRIPT_DIVES_AKURU,  USCRIPT_CYPRO_MINOAN, USCRIPT_KHITAN_SMALL_SCRIPT,
    USCRIPT_OLD_UYGHUR,   USCRIPT_TANGSA,       USCRIPT_TOTO,
    USCRIPT_VITHKUQI,     USCRIPT_KAWI,         USCRIPT_NAG_MUNDARI,
    USCRIPT_INVALID_CODE, USCRIPT_UNKNOWN,      USCRIPT_COMMON,
    USCRIPT_INHERITED,
};

// The package with fonts of a script; "" if none is known.
absl::string_view PackageOf(UChar32 character, UScriptCode script) {
  switch (script) {
    case USCRIPT_HAN:
      return character >= kFirstRareHan ? "fonts-hanazono" : "fonts-noto-cjk";
    case USCRIPT_BOPOMOFO:
    case USCRIPT_HANGUL:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
      return "fonts-noto-cjk";
    default:
      break;
  }
  return std::find(std::begin(kScriptsWithoutPackage), std::end(kScriptsWithoutPackage), script) ==
                 std::end(kScriptsWithoutPackage)
             ? "fonts-noto-core"
             : "";
}

}  // namespace

absl::Status MissingFont(uint32_t character, absl::string_view where) {
  const auto c = static_cast<UChar32>(character);
  UErrorCode error = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(c, &error);
  std::string kind = absl::StrCat("script ", uscript_getName(script));
  absl::string_view package = PackageOf(c, script);
  absl::string_view fonts = "fonts of that script";
  if (u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC)) {
    kind = "an emoji";
    package = "fonts-noto-color-emoji";
    fonts = "emoji";
  } else if (u_charType(c) == U_PRIVATE_USE_CHAR) {
    kind = "for private use";
  } else if (!u_isdefined(c)) {
    kind = "not a character of Unicode 15";
  } else if (script == USCRIPT_COMMON || script == USCRIPT_INHERITED) {
    kind = "of no one script";
  }
  return absl::FailedPreconditionError(absl::StrCat(
      absl::StrFormat("no font has U+%04X (%s), which stands in `%s`; ", character, kind, where),
      package.empty() ? "no Debian package is known to have one"
                      : absl::StrCat("the Debian package `", package, "` has ", fonts)));
}

}  // namespace provost
