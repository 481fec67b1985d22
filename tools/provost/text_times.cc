#include "tools/provost/text_times.h"

#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "provost/v1/course.pb.h"
#include "tools/provost/times.h"

namespace provost::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;
using google::protobuf::Timestamp;

bool IsTime(const FieldDescriptor* field) {
  return field != nullptr && field->message_type() != nullptr &&
         field->message_type()->full_name() == Timestamp::descriptor()->full_name();
}

// Whether something is due then, so that a day is meant as a whole.
bool IsDue(const FieldDescriptor& field) {
  return field.name() == "due_time" || field.containing_type() == v1::DueRule::descriptor();
}

bool IsWord(char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0; }

absl::StatusOr<Timestamp> ReadString(absl::string_view text, const FieldDescriptor& field,
                                     const ZoneSource& zone) {
  absl::CivilDay day;
  if (!ParseDay(text, &day)) return ParseTime(text, absl::Now());
  const absl::StatusOr<absl::TimeZone> in = zone == nullptr ? absl::UTCTimeZone() : zone();
  if (!in.ok()) return in.status();
  return IsDue(field) ? LastSecondOf(day, *in) : FirstSecondOf(day, *in);
}

// Where the string ends that begins at `begin` with its quote: behind its other quote.
size_t EndOfString(absl::string_view text, size_t begin) {
  size_t end = begin + 1;
  while (end < text.size() && text[end] != text[begin] && text[end] != '\n') {
    end += text[end] == '\\' ? 2 : 1;
  }
  return std::min(end + 1, text.size());
}

class TimePrinter : public TextFormat::FastFieldValuePrinter {
 public:
  void PrintMessageStart(const Message& /*message*/, int /*index*/, int /*count*/,
                         bool /*single_line*/,
                         TextFormat::BaseTextGenerator* generator) const override {
    generator->PrintLiteral(": ");
  }
  bool PrintMessageContent(const Message& message, int /*index*/, int /*count*/,
                           bool /*single_line*/,
                           TextFormat::BaseTextGenerator* generator) const override {
    Timestamp time;
    time.CopyFrom(message);
    generator->PrintString(
        absl::StrCat("\"", google::protobuf::util::TimeUtil::ToString(time), "\""));
    return true;
  }
  void PrintMessageEnd(const Message& /*message*/, int /*index*/, int /*count*/, bool single_line,
                       TextFormat::BaseTextGenerator* generator) const override {
    if (single_line) {
      generator->PrintLiteral(" ");
    } else {
      generator->PrintLiteral("\n");
    }
  }
};

void Register(TextFormat::Printer& printer, const Descriptor& type,
              std::set<const Descriptor*>& seen) {
  if (!seen.insert(&type).second) return;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* const field = type.field(i);
    if (field->message_type() == nullptr) continue;
    if (!IsTime(field)) {
      Register(printer, *field->message_type(), seen);
      continue;
    }
    auto time = std::make_unique<TimePrinter>();
    if (printer.RegisterFieldValuePrinter(field, time.get())) static_cast<void>(time.release());
  }
}

}  // namespace

TextTimes::TextTimes(const Descriptor& root, ZoneSource zone)
    : root_(root), zone_(std::move(zone)) {}

absl::StatusOr<std::string> TextTimes::Rewrite(absl::string_view text) {
  struct Level {
    const Descriptor* type;
    std::string field;  // which of it comes next
  };
  rewritten_.clear();
  std::vector<Level> levels = {{&root_, ""}};
  std::string out;
  size_t line_begin = 0;      // in `text`
  size_t new_line_begin = 0;  // in `out`
  int line = 0;
  bool has_colon = false;
  for (size_t i = 0; i < text.size();) {
    Level& level = levels.back();
    const FieldDescriptor* const field =
        level.type == nullptr ? nullptr : level.type->FindFieldByName(level.field);
    const size_t begin = i;
    const char c = text[i];
    if (c == '"' || c == '\'') {
      i = EndOfString(text, i);
      const bool is_closed = i - begin >= 2 && text[i - 1] == c;
      if (has_colon && is_closed && IsTime(field)) {
        const absl::StatusOr<Timestamp> time =
            ReadString(text.substr(begin + 1, i - begin - 2), *field, zone_);
        if (!time.ok()) {
          return absl::Status(
              time.status().code(),
              absl::StrCat(line + 1, ":", begin - line_begin + 1, ": ", time.status().message()));
        }
        const size_t size = out.size();
        absl::StrAppend(&out, "{seconds:", time->seconds(), " nanos:", time->nanos(), "}");
        rewritten_.push_back({line, static_cast<int>(out.size() - new_line_begin),
                              static_cast<int>(out.size() - size) - static_cast<int>(i - begin)});
        has_colon = false;
        continue;
      }
    } else if (c == '#') {
      i = std::min(text.find('\n', i), text.size());
    } else if (IsWord(c)) {
      while (i < text.size() && IsWord(text[i])) ++i;
      // What stands behind a colon is a value.
      if (!has_colon) level.field = std::string(text.substr(begin, i - begin));
    } else {
      ++i;
    }
    out.append(text.data() + begin, i - begin);
    if (c == '\n') {
      ++line;
      line_begin = i;
      new_line_begin = out.size();
    } else if (c == '{' || c == '<') {
      levels.push_back({field == nullptr ? nullptr : field->message_type(), ""});
    } else if ((c == '}' || c == '>') && levels.size() > 1) {
      levels.pop_back();
    }
    // A value, once begun, is not a field; in a list its field is that of the next.
    if (c == ':') has_colon = true;
    if (IsWord(c) || c == '{' || c == '<' || c == '}' || c == '>' || c == '"' || c == '\'') {
      has_colon = false;
    }
  }
  return out;
}

int TextTimes::ColumnBefore(int line, int column) const {
  int before = column;
  for (const Rewritten& each : rewritten_) {
    if (each.line == line && each.column <= column) before -= each.grown;
  }
  return before;
}

void PrintTimesAsText(TextFormat::Printer& printer, const Descriptor& root) {
  std::set<const Descriptor*> seen;
  Register(printer, root, seen);
}

}  // namespace provost::cli
