#include "base/language.h"

#include <unicode/localematcher.h>
#include <unicode/locid.h>
#include <unicode/stringpiece.h>
#include <unicode/uchar.h>
#include <unicode/uloc.h>
#include <unicode/uregion.h>

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace provost {
namespace {

// The longest without variants is `zho-Hant-419`.
constexpr size_t kMaxTagBytes = 16;

absl::Status Wanted(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("wanted ", what));
}

absl::Status NoTag() { return Wanted("a language as BCP-47 spells it, like `de` or `de-AT`"); }

// Whether `code` is in one of ICU's lists, which end with a null.
bool IsIn(const char* const* list, absl::string_view code) {
  for (; *list != nullptr; ++list) {
    if (code == *list) return true;
  }
  return false;
}

bool IsRegion(absl::string_view code) {
  if (std::all_of(code.begin(), code.end(), absl::ascii_isdigit)) {
    UErrorCode error = U_ZERO_ERROR;
    const URegion* const region = uregion_getRegionFromCode(std::string(code).c_str(), &error);
    // Numbers of countries are another spelling of their letters.
    return U_SUCCESS(error) && code == uregion_getRegionCode(region);
  }
  return IsIn(uloc_getISOCountries(), code);
}

}  // namespace

absl::Status CheckLanguage(absl::string_view tag) {
  if (tag.empty() || tag.size() > kMaxTagBytes) return NoTag();
  const std::string text(tag);
  char locale[ULOC_FULLNAME_CAPACITY];
  int32_t parsed = 0;
  UErrorCode error = U_ZERO_ERROR;
  uloc_forLanguageTag(text.c_str(), locale, sizeof(locale), &parsed, &error);
  if (U_FAILURE(error) || parsed != static_cast<int32_t>(text.size())) return NoTag();

  char language[ULOC_LANG_CAPACITY];
  char script[ULOC_SCRIPT_CAPACITY];
  char region[ULOC_COUNTRY_CAPACITY];
  uloc_getLanguage(locale, language, sizeof(language), &error);
  uloc_getScript(locale, script, sizeof(script), &error);
  uloc_getCountry(locale, region, sizeof(region), &error);
  if (U_FAILURE(error) || language[0] == '\0') return NoTag();
  if (!IsIn(uloc_getISOLanguages(), language)) {
    return Wanted(absl::StrCat("a language that exists; ISO 639 has no `", language, "`"));
  }
  if (script[0] != '\0' &&
      u_getPropertyValueEnum(UCHAR_SCRIPT, script) == static_cast<int32_t>(UCHAR_INVALID_CODE)) {
    return Wanted(absl::StrCat("a script that exists; ISO 15924 has no `", script, "`"));
  }
  if (region[0] != '\0' && !IsRegion(region)) {
    return Wanted(absl::StrCat("a region that exists; ISO 3166 has no `", region, "`"));
  }
  std::string usual = language;
  for (absl::string_view part : {absl::string_view(script), absl::string_view(region)}) {
    if (!part.empty()) absl::StrAppend(&usual, "-", part);
  }
  if (usual != tag) return Wanted(absl::StrCat("`", usual, "`"));
  return absl::OkStatus();
}

std::optional<size_t> NearestLanguage(absl::string_view wanted,
                                      absl::Span<const std::string> offered) {
  const auto locale = [](absl::string_view tag, UErrorCode& error) {
    return icu::Locale::forLanguageTag(
        icu::StringPiece(tag.data(), static_cast<int32_t>(tag.size())), error);
  };
  UErrorCode error = U_ZERO_ERROR;
  icu::LocaleMatcher::Builder builder;
  for (const std::string& tag : offered) builder.addSupportedLocale(locale(tag, error));
  // That a language is understood by speakers of another does not make it theirs.
  builder.setDirection(ULOCMATCH_DIRECTION_ONLY_TWO_WAY).setNoDefaultLocale();
  const icu::LocaleMatcher matcher = builder.build(error);
  if (U_FAILURE(error)) return std::nullopt;
  const icu::Locale reads = locale(wanted, error);
  const icu::LocaleMatcher::Result best = matcher.getBestMatchResult(reads, error);
  if (U_FAILURE(error) || best.getSupportedIndex() < 0) return std::nullopt;
  return static_cast<size_t>(best.getSupportedIndex());
}

}  // namespace provost
