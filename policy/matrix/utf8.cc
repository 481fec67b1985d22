#include "policy/matrix/utf8.h"

#include <cstdint>

namespace provost {
namespace {

struct Character {
  size_t bytes = 0;  // 0: no character begins here
  uint32_t code = 0;
};

Character CharacterAt(absl::string_view text, size_t at) {
  const auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : uint32_t{0};
  };
  const uint32_t first = byte(at);
  if (first < 0x80) return {1, first};
  if (first < 0xC2 || first > 0xF4) return {};
  const size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  uint32_t code = first & (0x3Fu >> more);
  for (size_t i = 1; i <= more; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return {};
    code = code << 6 | (byte(at + i) & 0x3F);
  }
  const bool overlong = (more == 2 && code < 0x800) || (more == 3 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  if (overlong || surrogate || code > 0x10FFFF) return {};
  return {more + 1, code};
}

}  // namespace

size_t FirstBadUtf8(absl::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = CharacterAt(text, at).bytes;
    if (bytes == 0) return at;
    at += bytes;
  }
  return absl::string_view::npos;
}

std::string Printable(absl::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const Character character = CharacterAt(text, at);
    const bool control = character.code < 0x20 || (character.code >= 0x7F && character.code < 0xA0);
    if (character.bytes > 0 && !control) {
      out.append(text.data() + at, character.bytes);
      at += character.bytes;
      continue;
    }
    const auto byte = static_cast<unsigned char>(text[at++]);
    out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

}  // namespace provost
