#include "quiz/text.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

namespace provost {

std::string ComparableText(absl::string_view text, bool case_sensitive) {
  icu::UnicodeString unicode =
      icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())});
  int32_t begin = 0;
  int32_t end = unicode.length();
  while (begin < end && u_isUWhiteSpace(unicode.char32At(begin))) ++begin;
  while (end > begin && u_isUWhiteSpace(unicode.char32At(end - 1))) --end;
  unicode = icu::UnicodeString(unicode, begin, end - begin);
  if (!case_sensitive) unicode.foldCase();
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* form = icu::Normalizer2::getNFCInstance(error);
  if (U_SUCCESS(error)) {
    const icu::UnicodeString normal = form->normalize(unicode, error);
    if (U_SUCCESS(error)) unicode = normal;
  }
  std::string result;
  unicode.toUTF8String(result);
  return result;
}

}  // namespace provost
