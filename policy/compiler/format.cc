#include "policy/compiler/format.h"

#include <google/protobuf/descriptor.h>

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "policy/compiler/diagnostic.h"
#include "policy/compiler/syntax.h"
#include "provost/v1/policy.pb.h"

namespace provost {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

int WidthOf(absl::string_view text) {
  int width = 0;
  for (char c : text) width += (c & 0xC0) != 0x80 ? 1 : 0;
  return width;
}

// A string literal in double quotes that stands for `text`, or `literal` where that is not UTF-8.
std::string Quote(absl::string_view text, absl::string_view literal) {
  if (FirstBadUtf8(text) != absl::string_view::npos) return std::string(literal);
  std::string quoted = "\"";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\t') {
      quoted += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      absl::StrAppend(&quoted, "\\", byte >> 6, (byte >> 3) & 7, byte & 7);
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

bool HasComments(const SyntaxValue& value);

bool HasComments(const SyntaxField& field) {
  if (!field.comments.empty() || !field.line_comment.empty() || !field.open_comment.empty() ||
      !field.end_comments.empty()) {
    return true;
  }
  for (const SyntaxValue& value : field.values) {
    if (HasComments(value)) return true;
  }
  return false;
}

bool HasComments(const SyntaxValue& value) {
  if (!value.comments.empty() || !value.line_comment.empty() || !value.end_comments.empty()) {
    return true;
  }
  for (const SyntaxField& field : value.fields) {
    if (HasComments(field)) return true;
  }
  return false;
}

class Printer {
 public:
  std::string Print(const SyntaxTree& tree) {
    PrintFields(tree.fields, v1::PolicySource::descriptor());
    PrintComments(tree.end_comments, !tree.fields.empty());
    return std::move(out_);
  }

 private:
  // What a field is in the contract; null for an unknown one.
  static const FieldDescriptor* Find(const Descriptor* type, const std::string& name) {
    return type == nullptr ? nullptr : type->FindFieldByName(name);
  }
  static const Descriptor* TypeOf(const FieldDescriptor* field) {
    return field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE
               ? nullptr
               : field->message_type();
  }

  std::string Indent() const { return std::string(static_cast<size_t>(2 * depth_), ' '); }
  void Line(absl::string_view text, absl::string_view comment = "") {
    absl::StrAppend(&out_, Indent(), text, comment.empty() ? "" : "  ", comment, "\n");
  }

  // `gap`: whether a blank line may stand before the first one.
  void PrintComments(const std::vector<SyntaxComment>& comments, bool gap) {
    for (size_t i = 0; i < comments.size(); ++i) {
      if (comments[i].text.empty()) {
        out_ += "\n";
        continue;
      }
      if (comments[i].blank_line_before && (i > 0 || gap)) out_ += "\n";
      Line(comments[i].text);
    }
  }

  void PrintFields(const std::vector<SyntaxField>& fields, const Descriptor* type) {
    for (size_t i = 0; i < fields.size(); ++i) {
      if (i > 0 && fields[i].blank_line_before) out_ += "\n";
      std::vector<SyntaxComment> comments = fields[i].comments;
      if (!comments.empty()) comments[0].blank_line_before = false;
      PrintComments(comments, false);
      PrintField(fields[i], Find(type, fields[i].name));
    }
  }

  void PrintField(const SyntaxField& field, const FieldDescriptor* descriptor) {
    const std::string flat = Flat(field, descriptor);
    const int room = kFormatColumns - 2 * depth_;
    if (!field.is_list) {
      const SyntaxValue& value = field.values[0];
      const bool is_message = value.kind == SyntaxValue::Kind::kMessage;
      if (!is_message || (value.one_line && !HasComments(value) && WidthOf(flat) <= room)) {
        return Line(flat, field.line_comment);
      }
      Line(absl::StrCat(field.name, " {"), value.line_comment);
      PrintBody(value, TypeOf(descriptor));
      return Line("}", field.line_comment);
    }
    bool plain = field.open_comment.empty() && field.end_comments.empty();
    bool messages = false;
    for (const SyntaxValue& value : field.values) {
      plain = plain && !HasComments(value);
      messages = messages || value.kind == SyntaxValue::Kind::kMessage;
    }
    if (plain && !messages && (WidthOf(flat) <= room || flat.back() != ']')) {
      return Line(flat, field.line_comment);
    }
    if (field.values.empty() && plain) return Line(flat, field.line_comment);
    Line(absl::StrCat(field.name, ": ["), field.open_comment);
    ++depth_;
    if (plain && !messages) {
      FillList(field.values);
    } else {
      PrintElements(field.values, TypeOf(descriptor));
    }
    PrintComments(field.end_comments, !field.values.empty());
    --depth_;
    Line("]", field.line_comment);
  }

  void PrintBody(const SyntaxValue& value, const Descriptor* type) {
    ++depth_;
    PrintFields(value.fields, type);
    PrintComments(value.end_comments, !value.fields.empty());
    --depth_;
  }

  // As many elements on each line as there is room for.
  void FillList(const std::vector<SyntaxValue>& values) {
    const int room = kFormatColumns - 2 * depth_;
    std::string line;
    for (size_t i = 0; i < values.size(); ++i) {
      const std::string element = absl::StrCat(Scalar(values[i]), i + 1 < values.size() ? "," : "");
      if (!line.empty() && WidthOf(line) + 1 + WidthOf(element) > room) {
        Line(line);
        line.clear();
      }
      absl::StrAppend(&line, line.empty() ? "" : " ", element);
    }
    Line(line);
  }

  void PrintElements(const std::vector<SyntaxValue>& values, const Descriptor* type) {
    for (size_t i = 0; i < values.size(); ++i) {
      const SyntaxValue& value = values[i];
      const absl::string_view comma = i + 1 < values.size() ? "," : "";
      PrintComments(value.comments, i > 0);
      if (value.kind != SyntaxValue::Kind::kMessage) {
        Line(absl::StrCat(Scalar(value), comma), value.line_comment);
        continue;
      }
      Line("{", value.line_comment);
      PrintBody(value, type);
      Line(absl::StrCat("}", comma));
    }
  }

  static std::string Scalar(const SyntaxValue& value) {
    return value.kind == SyntaxValue::Kind::kString ? Quote(value.text, value.literal) : value.text;
  }

  // The whole field on one line, without comments.
  static std::string Flat(const SyntaxField& field, const FieldDescriptor* descriptor) {
    const Descriptor* type = TypeOf(descriptor);
    if (!field.is_list) {
      const SyntaxValue& value = field.values[0];
      const bool is_message = value.kind == SyntaxValue::Kind::kMessage;
      return absl::StrCat(field.name, is_message ? " " : ": ", Flat(value, type));
    }
    // A list of one says what the element alone says.
    if (field.values.size() == 1 && descriptor != nullptr && descriptor->is_repeated() &&
        field.values[0].kind != SyntaxValue::Kind::kMessage) {
      return absl::StrCat(field.name, ": ", Scalar(field.values[0]));
    }
    std::string flat = absl::StrCat(field.name, ": [");
    for (size_t i = 0; i < field.values.size(); ++i) {
      absl::StrAppend(&flat, i > 0 ? ", " : "", Flat(field.values[i], type));
    }
    return flat + "]";
  }

  static std::string Flat(const SyntaxValue& value, const Descriptor* type) {
    if (value.kind != SyntaxValue::Kind::kMessage) return Scalar(value);
    std::string flat = "{";
    for (const SyntaxField& field : value.fields) {
      absl::StrAppend(&flat, " ", Flat(field, Find(type, field.name)));
    }
    return flat + (value.fields.empty() ? "}" : " }");
  }

  std::string out_;
  int depth_ = 0;
};

}  // namespace

absl::StatusOr<std::string> FormatPolicy(absl::string_view text, absl::string_view file_name) {
  std::vector<Diagnostic> diagnostics;
  const auto refuse = [&](Position at, absl::string_view message) {
    Diagnostic diagnostic;
    diagnostic.file = std::string(file_name);
    diagnostic.line = at.line;
    diagnostic.column = at.column;
    diagnostic.message = std::string(message);
    diagnostics.push_back(std::move(diagnostic));
  };
  std::vector<SyntaxProblem> problems;
  CleanText(text, problems);
  for (const SyntaxProblem& problem : problems) refuse(problem.at, problem.message);
  if (!diagnostics.empty()) return StatusOf(diagnostics);
  const SyntaxTree tree = ParseSyntax(text);
  for (const SyntaxProblem& problem : tree.problems) refuse(problem.at, problem.message);
  if (!diagnostics.empty()) return StatusOf(diagnostics);
  return Printer().Print(tree);
}

}  // namespace provost
