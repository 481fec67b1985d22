#include "policy/scenario/json.h"

#include <google/protobuf/timestamp.pb.h>

#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"

namespace provost {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

void AppendUtf8(uint32_t code, std::string& out) {
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out.push_back(static_cast<char>(0xC0 | code >> 6));
    out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else if (code < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | code >> 12));
    out.push_back(static_cast<char>(0x80 | (code >> 6 & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    out.push_back(static_cast<char>(0xF0 | code >> 18));
    out.push_back(static_cast<char>(0x80 | (code >> 12 & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (code >> 6 & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

// `YYYY-MM-DDTHH:MM:SS[.fraction]Z` or with an offset, in years 1 to 9999: what the JSON mapping
// writes, and nothing else that absl::ParseTime would take.
bool ParseTimestamp(absl::string_view text, int64_t* seconds, int64_t* nanos) {
  const absl::string_view shape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() < shape.size() + 1) return false;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 'd' ? !absl::ascii_isdigit(text[i]) : text[i] != shape[i]) return false;
  }
  // absl::ParseTime takes a leap second as the next minute; a Timestamp has none.
  if (text.substr(17, 2) == "60") return false;
  size_t at = shape.size();
  if (text[at] == '.') {
    const size_t begin = ++at;
    while (at < text.size() && absl::ascii_isdigit(text[at])) ++at;
    if (at == begin || at - begin > 9) return false;
  }
  const absl::string_view zone = text.substr(at);
  const bool offset = zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':' &&
                      absl::ascii_isdigit(zone[1]) && absl::ascii_isdigit(zone[2]) &&
                      absl::ascii_isdigit(zone[4]) && absl::ascii_isdigit(zone[5]);
  if (zone != "Z" && !offset) return false;
  absl::Time time;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, nullptr)) return false;
  *seconds = absl::ToUnixSeconds(time);
  *nanos = absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(*seconds));
  return true;
}

absl::string_view SkipDigits(absl::string_view text) {
  while (!text.empty() && absl::ascii_isdigit(static_cast<unsigned char>(text[0]))) {
    text.remove_prefix(1);
  }
  return text;
}

bool IsJsonNumber(absl::string_view text) {
  absl::ConsumePrefix(&text, "-");
  absl::string_view rest = SkipDigits(text);
  if (rest.size() == text.size()) return false;
  if (text[0] == '0' && text.size() - rest.size() > 1) return false;
  if (absl::ConsumePrefix(&rest, ".")) {
    text = rest;
    rest = SkipDigits(rest);
    if (rest.size() == text.size()) return false;
  }
  if (absl::ConsumePrefix(&rest, "e") || absl::ConsumePrefix(&rest, "E")) {
    if (!absl::ConsumePrefix(&rest, "+")) absl::ConsumePrefix(&rest, "-");
    text = rest;
    rest = SkipDigits(rest);
    if (rest.size() == text.size()) return false;
  }
  return rest.empty();
}

// `1.0` and `1e0` are whole numbers too.
void ShortenNumber(std::string& text) {
  double number = 0;
  if (text.find_first_of(".eE") == text.npos || !absl::SimpleAtod(text, &number)) return;
  if (number == std::floor(number) && std::abs(number) <= INT32_MAX) {
    text = absl::StrCat(static_cast<int64_t>(number));
  }
}

class JsonParser {
 public:
  explicit JsonParser(absl::string_view text) : text_(text) {}

  SyntaxTree Parse(const Descriptor& type) {
    SkipSpace();
    if (Peek() != '{') {
      Problem("wanted `{`");
    } else if (ParseObject(&type, 0, tree_.fields)) {
      SkipSpace();
      if (at_ < text_.size()) Problem("wanted the end of the text");
    }
    if (failed_) tree_.fields.clear();
    return std::move(tree_);
  }

 private:
  // --- characters ---
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  Position Here() const { return {line_, column_}; }
  void Advance() {
    const unsigned char c = static_cast<unsigned char>(text_[at_++]);
    if (c == '\n') {
      ++line_;
      column_ = 1;
    } else if ((c & 0xC0) != 0x80) {
      // A column is a character: what continues one does not count.
      ++column_;
    }
  }
  void SkipSpace() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      Advance();
    }
  }
  bool TakeIf(char c) {
    SkipSpace();
    if (Peek() != c || at_ >= text_.size()) return false;
    Advance();
    return true;
  }
  absl::string_view TakeWhile(bool (*wanted)(char)) {
    const size_t begin = at_;
    while (at_ < text_.size() && wanted(text_[at_])) Advance();
    return text_.substr(begin, at_ - begin);
  }

  // --- problems ---
  // JSON that is not well-formed cannot be gone on with.
  bool Problem(absl::string_view wanted) {
    std::string found = "the end of the text";
    if (at_ < text_.size()) {
      size_t end = at_ + 1;
      while (end < text_.size() && (text_[end] & 0xC0) == 0x80) ++end;
      found = absl::StrCat("`", text_.substr(at_, end - at_), "`");
    }
    return Fail(Here(), absl::StrCat(wanted, ", found ", found));
  }
  bool Fail(Position at, std::string message) {
    failed_ = true;
    tree_.problems.push_back({at, std::move(message)});
    return false;
  }
  // What is well-formed but wrong is noted, and reading goes on.
  void Note(Position at, std::string message) { tree_.problems.push_back({at, message}); }

  // --- values ---
  bool ParseHex(uint32_t* code) {
    *code = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = Peek();
      if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) {
        return Problem("wanted four hexadecimal digits behind `\\u`");
      }
      const int digit = absl::ascii_isdigit(c) ? c - '0' : absl::ascii_tolower(c) - 'a' + 10;
      *code = *code << 4 | static_cast<uint32_t>(digit);
      Advance();
    }
    return true;
  }

  bool ParseString(std::string& out) {
    Advance();  // the quote
    while (true) {
      if (at_ >= text_.size()) return Problem("wanted the closing quote of a text");
      const Position here = Here();
      const char c = Peek();
      if (static_cast<unsigned char>(c) < 0x20) {
        return Fail(here, "a control character stands in a text; wanted its escape, e.g. `\\n`");
      }
      Advance();
      if (c == '"') return true;
      if (c != '\\') {
        out.push_back(c);
        continue;
      }
      const char escape = Peek();
      if (at_ < text_.size()) Advance();
      switch (escape) {
        case '"':
        case '\\':
        case '/':
          out.push_back(escape);
          break;
        case 'b':
          out.push_back('\b');
          break;
        case 'f':
          out.push_back('\f');
          break;
        case 'n':
          out.push_back('\n');
          break;
        case 'r':
          out.push_back('\r');
          break;
        case 't':
          out.push_back('\t');
          break;
        case 'u': {
          uint32_t code = 0;
          if (!ParseHex(&code)) return false;
          if (code >= 0xD800 && code < 0xDC00 && text_.substr(at_, 2) == "\\u") {
            Advance();
            Advance();
            uint32_t low = 0;
            if (!ParseHex(&low)) return false;
            if (low < 0xDC00 || low > 0xDFFF) {
              return Fail(here, "half of a surrogate pair: no character");
            }
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
          } else if (code >= 0xD800 && code <= 0xDFFF) {
            return Fail(here, "half of a surrogate pair: no character");
          }
          AppendUtf8(code, out);
          break;
        }
        default:
          return Fail(here, "unknown escape in a text");
      }
    }
  }

  // The field that a key names, or null.
  static const FieldDescriptor* FindField(const Descriptor* type, const std::string& key) {
    if (type == nullptr) return nullptr;
    for (int i = 0; i < type->field_count(); ++i) {
      if (type->field(i)->json_name() == key) return type->field(i);
    }
    return type->FindFieldByName(key);
  }

  bool ParseObject(const Descriptor* type, int depth, std::vector<SyntaxField>& fields) {
    if (depth > kMaxSyntaxDepth) {
      return Fail(Here(), absl::StrCat("nested more than ", kMaxSyntaxDepth, " deep"));
    }
    Advance();  // the brace
    if (TakeIf('}')) return true;
    std::set<std::string> seen;
    while (true) {
      SkipSpace();
      if (Peek() != '"') return Problem("wanted a key in quotes");
      SyntaxField field;
      field.at = Here();
      if (!ParseString(field.name)) return false;
      const FieldDescriptor* descriptor = FindField(type, field.name);
      const bool is_new =
          seen.insert(descriptor == nullptr ? field.name : descriptor->name()).second;
      if (!is_new) Note(field.at, absl::StrCat("key `", field.name, "` is set twice"));
      if (descriptor != nullptr) field.name = descriptor->name();
      if (!TakeIf(':')) return Problem("wanted `:`");
      bool is_null = false;
      if (!ParseFieldValue(descriptor, depth, field, &is_null)) return false;
      // An unknown key is kept even if null: it is refused whatever its value.
      if (is_null && descriptor == nullptr) field.values.emplace_back().at = field.at;
      const bool is_unset = is_null && descriptor != nullptr;
      if (is_new && !is_unset) fields.push_back(std::move(field));
      if (TakeIf('}')) return true;
      if (!TakeIf(',')) return Problem("wanted `,` or `}`");
    }
  }

  bool ParseFieldValue(const FieldDescriptor* descriptor, int depth, SyntaxField& field,
                       bool* is_null) {
    SkipSpace();
    const Position at = Here();
    if (Peek() != '[') {
      SyntaxValue value;
      if (!ParseValue(descriptor, depth, value, is_null)) return false;
      if (*is_null) return true;
      if (descriptor != nullptr && descriptor->is_repeated()) {
        Note(at, absl::StrCat("`", field.name, "` wants a list, `[ ... ]`"));
      }
      field.values.push_back(std::move(value));
      return true;
    }
    field.is_list = true;
    Advance();
    if (TakeIf(']')) return true;
    while (true) {
      SkipSpace();
      if (Peek() == '[') {
        return Fail(Here(), absl::StrCat("`", field.name, "`: a list cannot stand in a list"));
      }
      SyntaxValue value;
      bool element_is_null = false;
      if (!ParseValue(descriptor, depth, value, &element_is_null)) return false;
      if (element_is_null) {
        Note(value.at, absl::StrCat("`", field.name, "`: null cannot stand in a list"));
      } else {
        field.values.push_back(std::move(value));
      }
      if (TakeIf(']')) return true;
      if (!TakeIf(',')) return Problem("wanted `,` or `]`");
    }
  }

  bool ParseValue(const FieldDescriptor* descriptor, int depth, SyntaxValue& value, bool* is_null) {
    SkipSpace();
    value.at = Here();
    const char c = Peek();
    if (c == '{') {
      value.kind = SyntaxValue::Kind::kMessage;
      const Descriptor* type = descriptor == nullptr ? nullptr : descriptor->message_type();
      return ParseObject(type, depth + 1, value.fields);
    }
    if (c == '"') {
      value.kind = SyntaxValue::Kind::kString;
      if (!ParseString(value.text)) return false;
      AdaptString(descriptor, value);
      return true;
    }
    if (c == '-' || absl::ascii_isdigit(static_cast<unsigned char>(c))) {
      value.kind = SyntaxValue::Kind::kNumber;
      value.text = std::string(TakeWhile([](char d) {
        return absl::ascii_isalnum(static_cast<unsigned char>(d)) || d == '-' || d == '+' ||
               d == '.';
      }));
      if (!IsJsonNumber(value.text)) {
        return Fail(value.at, absl::StrCat("wanted a number, found `", value.text, "`"));
      }
      ShortenNumber(value.text);
      if (descriptor != nullptr && descriptor->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
        Note(value.at, absl::StrCat("`", descriptor->name(), "` wants `true` or `false`, not `",
                                    value.text, "`"));
        value.text = "0";
      }
      return true;
    }
    const Position at = Here();
    const absl::string_view word =
        TakeWhile([](char d) { return absl::ascii_isalpha(static_cast<unsigned char>(d)); });
    if (word == "null") {
      *is_null = true;
      return true;
    }
    if (word != "true" && word != "false") {
      if (word.empty()) return Problem("wanted a value");
      return Fail(at, absl::StrCat("wanted a value, found `", word, "`"));
    }
    value.kind = SyntaxValue::Kind::kIdentifier;
    value.text = std::string(word);
    if (descriptor != nullptr && descriptor->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      value.kind = SyntaxValue::Kind::kNumber;  // refused as such: no enum's name
    }
    return true;
  }

  // A JSON string stands for an enum's name and for a Timestamp as well.
  void AdaptString(const FieldDescriptor* descriptor, SyntaxValue& value) {
    if (descriptor == nullptr) return;
    if (descriptor->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      int32_t number = 0;
      const bool is_number =
          absl::SimpleAtoi(value.text, &number) && absl::StrCat(number) == value.text;
      value.kind = is_number ? SyntaxValue::Kind::kNumber : SyntaxValue::Kind::kIdentifier;
      return;
    }
    if (descriptor->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE ||
        descriptor->message_type() != google::protobuf::Timestamp::descriptor()) {
      return;
    }
    int64_t seconds = 0;
    int64_t nanos = 0;
    if (!ParseTimestamp(value.text, &seconds, &nanos)) {
      Note(value.at,
           absl::StrCat("`", descriptor->name(), "` wants a time as `2026-03-29T01:30:00Z`, not `",
                        value.text, "`"));
    }
    value.kind = SyntaxValue::Kind::kMessage;
    for (const auto& [name, number] : {std::make_pair("seconds", seconds), {"nanos", nanos}}) {
      SyntaxField field;
      field.name = name;
      field.at = value.at;
      SyntaxValue& part = field.values.emplace_back();
      part.kind = SyntaxValue::Kind::kNumber;
      part.at = value.at;
      part.text = absl::StrCat(number);
      value.fields.push_back(std::move(field));
    }
  }

  const absl::string_view text_;
  size_t at_ = 0;
  int line_ = 1;
  int column_ = 1;
  bool failed_ = false;
  SyntaxTree tree_;
};

}  // namespace

SyntaxTree ParseJson(absl::string_view text, const Descriptor& type) {
  return JsonParser(text).Parse(type);
}

}  // namespace provost
