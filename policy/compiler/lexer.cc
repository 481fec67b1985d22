#include "policy/compiler/lexer.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace provost {
namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsLetter(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}

// Walks over the text and keeps count of lines and columns.
class Cursor {
 public:
  explicit Cursor(absl::string_view text) : text_(text) {}

  bool done() const { return offset_ >= text_.size(); }
  char peek(size_t ahead = 0) const {
    return offset_ + ahead < text_.size() ? text_[offset_ + ahead] : '\0';
  }
  size_t offset() const { return offset_; }
  Position at() const { return at_; }

  void Advance() {
    const char c = text_[offset_++];
    if (c == '\n') {
      ++at_.line;
      at_.column = 1;
    } else if ((c & 0xC0) != 0x80) {
      ++at_.column;  // the bytes that continue a character do not count
    }
  }

 private:
  absl::string_view text_;
  size_t offset_ = 0;
  Position at_{1, 1};
};

}  // namespace

std::vector<Token> Tokenize(absl::string_view text, std::vector<SyntaxProblem>& problems) {
  std::vector<Token> tokens;
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  Cursor cursor(text);
  int newlines = 0;
  while (true) {
    while (!cursor.done() && IsBlank(cursor.peek())) {
      if (cursor.peek() == '\n') ++newlines;
      cursor.Advance();
    }
    Token token;
    token.at = cursor.at();
    token.newlines_before = newlines;
    if (cursor.done()) {
      tokens.push_back(token);
      return tokens;
    }
    const size_t begin = cursor.offset();
    const char first = cursor.peek();
    if (IsLetter(first)) {
      token.kind = Token::Kind::kIdentifier;
      while (IsLetter(cursor.peek()) || IsDigit(cursor.peek())) cursor.Advance();
    } else if (IsDigit(first) || (first == '.' && IsDigit(cursor.peek(1)))) {
      token.kind = Token::Kind::kNumber;
      while (IsLetter(cursor.peek()) || IsDigit(cursor.peek()) || cursor.peek() == '.') {
        const bool exponent = cursor.peek() == 'e' || cursor.peek() == 'E';
        cursor.Advance();
        if (exponent && (cursor.peek() == '+' || cursor.peek() == '-')) cursor.Advance();
      }
    } else if (first == '"' || first == '\'') {
      token.kind = Token::Kind::kString;
      cursor.Advance();
      while (!cursor.done() && cursor.peek() != first && cursor.peek() != '\n') {
        if (cursor.peek() == '\\' && cursor.peek(1) != '\n' && cursor.peek(1) != '\0') {
          cursor.Advance();
        }
        cursor.Advance();
      }
      if (cursor.done() || cursor.peek() == '\n') {
        problems.push_back({token.at, "the string is not closed on its line"});
      } else {
        cursor.Advance();
      }
    } else if (first == '#') {
      token.kind = Token::Kind::kComment;
      while (!cursor.done() && cursor.peek() != '\n') cursor.Advance();
    } else if (absl::string_view(":{}<>[],;-/.").find(first) != absl::string_view::npos) {
      token.kind = Token::Kind::kSymbol;
      cursor.Advance();
    } else {
      cursor.Advance();
      while (!cursor.done() && (cursor.peek() & 0xC0) == 0x80) cursor.Advance();
      problems.push_back(
          {token.at, absl::StrCat("unexpected character `",
                                  Printable(text.substr(begin, cursor.offset() - begin)), "`")});
      continue;
    }
    token.text = text.substr(begin, cursor.offset() - begin);
    tokens.push_back(token);
    newlines = 0;
  }
}

namespace {

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void AppendUtf8(uint32_t c, std::string& out) {
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xC0 | (c >> 6)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else if (c < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | (c >> 12)));
    out.push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else {
    out.push_back(static_cast<char>(0xF0 | (c >> 18)));
    out.push_back(static_cast<char>(0x80 | ((c >> 12) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  }
}

}  // namespace

bool Unescape(absl::string_view literal, std::string& out, std::string& wrong) {
  absl::string_view body = literal.substr(1);
  if (!body.empty() && body.back() == literal[0]) body.remove_suffix(1);
  for (size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '\\') {
      out.push_back(body[i]);
      continue;
    }
    const size_t start = i++;
    const char c = i < body.size() ? body[i] : '\0';
    const auto refuse = [&](size_t end) {
      wrong = absl::StrCat("bad escape `", Printable(body.substr(start, end - start)), "`");
      return false;
    };
    if (c >= '0' && c <= '7') {
      uint32_t value = 0;
      size_t end = i;
      while (end < body.size() && end < i + 3 && body[end] >= '0' && body[end] <= '7') {
        value = value * 8 + static_cast<uint32_t>(body[end++] - '0');
      }
      if (value > 0xFF) return refuse(end);
      out.push_back(static_cast<char>(value));
      i = end - 1;
    } else if (c == 'x' || c == 'X' || c == 'u' || c == 'U') {
      const bool is_byte = c == 'x' || c == 'X';
      const size_t digits = is_byte ? 2 : (c == 'u' ? 4 : 8);
      uint32_t value = 0;
      size_t end = i + 1;
      while (end < body.size() && end < i + 1 + digits && HexValue(body[end]) >= 0) {
        value = value * 16 + static_cast<uint32_t>(HexValue(body[end++]));
      }
      const size_t read = end - i - 1;
      if (read == 0 || (!is_byte && read < digits)) return refuse(end);
      if (is_byte) {
        out.push_back(static_cast<char>(value));
      } else {
        if (value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return refuse(end);
        AppendUtf8(value, out);
      }
      i = end - 1;
    } else {
      static constexpr absl::string_view kLetters = "abfnrtv\\?'\"";
      static constexpr absl::string_view kMeanings = "\a\b\f\n\r\t\v\\?'\"";
      const size_t known = c == '\0' ? absl::string_view::npos : kLetters.find(c);
      if (known == absl::string_view::npos) return refuse(i + 1);
      out.push_back(kMeanings[known]);
    }
  }
  return true;
}

}  // namespace provost
