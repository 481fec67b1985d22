#include "tools/provost/look.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace provost::cli {
namespace {

absl::string_view CodeOf(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return "";
    case Tone::kStrong:
      return "1";
    case Tone::kFaint:
      return "2";
    case Tone::kGood:
      return "32";
    case Tone::kBad:
      return "31";
    case Tone::kWarning:
      return "33";
  }
  return "";
}

// Reads one code point from the front of `text` and says how many bytes it took.
uint32_t NextCodePoint(absl::string_view text, size_t& length) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 1;
  if (length == 1 || length > text.size()) {
    length = 1;
    return first;
  }
  uint32_t point = first & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if (byte(i) >> 6 != 2) {
      length = 1;
      return first;
    }
    point = point << 6 | (byte(i) & 0x3Fu);
  }
  return point;
}

bool IsCombining(uint32_t point) {
  return (point >= 0x300 && point <= 0x36F) || (point >= 0x200B && point <= 0x200F) ||
         (point >= 0x20D0 && point <= 0x20FF) || (point >= 0xFE00 && point <= 0xFE0F);
}

bool IsWide(uint32_t point) {
  return (point >= 0x1100 && point <= 0x115F) || (point >= 0x2E80 && point <= 0xA4CF) ||
         (point >= 0xAC00 && point <= 0xD7A3) || (point >= 0xF900 && point <= 0xFAFF) ||
         (point >= 0xFE30 && point <= 0xFE6F) || (point >= 0xFF00 && point <= 0xFF60) ||
         (point >= 0x1F300 && point <= 0x1FAFF) || (point >= 0x20000 && point <= 0x3FFFD);
}

}  // namespace

std::string Paint(const Look& look, Tone tone, absl::string_view text) {
  if (!look.color || tone == Tone::kPlain || text.empty()) return std::string(text);
  return absl::StrCat("\x1b[", CodeOf(tone), "m", text, "\x1b[0m");
}

size_t DisplayWidth(absl::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    size_t length = 1;
    const uint32_t point = NextCodePoint(text, length);
    if (!IsCombining(point)) width += IsWide(point) ? 2 : 1;
    text.remove_prefix(length);
  }
  return width;
}

std::string Printable(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    size_t length = 1;
    const uint32_t point = NextCodePoint(text, length);
    const bool is_broken = length == 1 && point >= 0x80;
    // Terminals take U+0080 to U+009F for controls as well, and the bidirectional controls can make
    // a name read as another one.
    if (point < 0x20 || point == 0x7F || is_broken) {
      absl::StrAppendFormat(&out, "\\x%02x", point);
    } else if ((point >= 0x80 && point < 0xA0) || (point >= 0x202A && point <= 0x202E) ||
               (point >= 0x2066 && point <= 0x2069)) {
      absl::StrAppendFormat(&out, "\\u%04x", point);
    } else {
      absl::StrAppend(&out, text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string PrintableLines(absl::string_view text) {
  return absl::StrJoin(
      absl::StrSplit(text, '\n'), "\n",
      [](std::string* out, absl::string_view line) { absl::StrAppend(out, Printable(line)); });
}

}  // namespace provost::cli
