#include "policy/compiler/syntax.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/compiler/lexer.h"

namespace provost {
namespace {

class SyntaxParser {
 public:
  explicit SyntaxParser(absl::string_view text) { tokens_ = Tokenize(text, tree_.problems); }

  SyntaxTree Parse() {
    ParseFields('\0', 0, tree_.fields, tree_.end_comments);
    std::stable_sort(tree_.problems.begin(), tree_.problems.end(),
                     [](const SyntaxProblem& a, const SyntaxProblem& b) { return a.at < b.at; });
    return std::move(tree_);
  }

 private:
  // The next token that is not a comment; comments on the way are kept for who comes next.
  const Token& Peek() {
    while (tokens_[next_].kind == Token::Kind::kComment) {
      const Token& token = tokens_[next_++];
      pending_.push_back({CommentText(token), token.newlines_before > 1});
    }
    return tokens_[next_];
  }
  const Token& Take() {
    const Token& token = Peek();
    if (token.kind != Token::Kind::kEnd) ++next_;
    return token;
  }
  bool TakeIf(char symbol) {
    if (!Peek().Is(symbol)) return false;
    ++next_;
    return true;
  }
  static std::string CommentText(const Token& token) {
    absl::string_view text = token.text;
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) {
      text.remove_suffix(1);
    }
    return std::string(text);
  }
  std::vector<SyntaxComment> TakeComments() { return std::exchange(pending_, {}); }

  // The comment that follows on the same line, if there is one.
  std::string TakeLineComment() {
    const Token& token = tokens_[next_];
    if (token.kind != Token::Kind::kComment || token.newlines_before > 0) return "";
    ++next_;
    return CommentText(token);
  }

  void Problem(const Token& at, absl::string_view wanted) {
    const std::string found = at.kind == Token::Kind::kEnd
                                  ? std::string("the end of the text")
                                  : absl::StrCat("`", at.text.substr(0, 40), "`");
    // One complaint a line is enough: what follows on it is mostly a consequence.
    if (!tree_.problems.empty() && tree_.problems.back().at.line == at.at.line) return;
    tree_.problems.push_back({at.at, absl::StrCat(wanted, ", found ", found)});
  }

  // Skips to where a field can begin or the message ends, over whole nested messages.
  void Recover() {
    int depth = 0;
    while (true) {
      const Token& token = Peek();
      if (token.kind == Token::Kind::kEnd) return;
      if (depth == 0) {
        if (token.Is('}') || token.Is('>')) return;
        if (token.newlines_before > 0 && token.kind == Token::Kind::kIdentifier) return;
      }
      if (token.Is('{')) ++depth;
      if (token.Is('}') && depth > 0) --depth;
      ++next_;
    }
  }

  // Fields up to `close` ('\0': the end of the text), which is left for the caller.
  void ParseFields(char close, int depth, std::vector<SyntaxField>& fields,
                   std::vector<SyntaxComment>& end_comments) {
    while (true) {
      const Token& token = Peek();
      if (token.kind == Token::Kind::kEnd || (close != '\0' && token.Is(close))) break;
      if (token.kind != Token::Kind::kIdentifier) {
        Problem(token, "wanted a field's name");
        ++next_;
        // A closing brace too many: what follows belongs to the message outside of it.
        if (!token.Is('}') && !token.Is('>')) Recover();
        continue;
      }
      SyntaxField field;
      const bool first_comment_blank = !pending_.empty() && pending_[0].blank_line_before;
      field.blank_line_before = pending_.empty() ? token.newlines_before > 1 : first_comment_blank;
      const bool gap_after_comments = !pending_.empty() && token.newlines_before > 1;
      field.comments = TakeComments();
      if (gap_after_comments) field.comments.push_back({"", false});
      if (ParseField(depth, field)) {
        AttachStray(field);
        fields.push_back(std::move(field));
      } else {
        Recover();
      }
    }
    Peek();
    end_comments = TakeComments();
  }

  // A comment between the parts of a field has no place of its own; it moves before the field.
  void AttachStray(SyntaxField& field) {
    for (SyntaxComment& comment : TakeComments()) field.comments.push_back(std::move(comment));
  }

  bool ParseField(int depth, SyntaxField& field) {
    const Token& name = Take();
    field.name = std::string(name.text);
    field.at = name.at;
    const bool colon = TakeIf(':');
    const Token& next = Peek();
    if (!colon && !next.Is('{') && !next.Is('<') && !next.Is('[')) {
      Problem(next, absl::StrCat("wanted `:` or `{` after `", field.name, "`"));
      return false;
    }
    if (next.Is('[')) {
      AttachStray(field);
      if (!ParseList(depth, field)) return false;
    } else {
      SyntaxValue value;
      AttachStray(field);
      if (!ParseValue(depth, value)) return false;
      field.values.push_back(std::move(value));
    }
    // A separator is allowed and says nothing. The comment may stand on either side of it.
    // Only messages stand without a colon.
    const bool needs_colon =
        field.values.empty() || field.values[0].kind != SyntaxValue::Kind::kMessage;
    if (!colon && needs_colon) Problem(name, "wanted `:` after the name");
    field.line_comment = TakeLineComment();
    if (tokens_[next_].Is(',') || tokens_[next_].Is(';')) {
      ++next_;
      if (field.line_comment.empty()) field.line_comment = TakeLineComment();
    }
    return true;
  }

  bool ParseList(int depth, SyntaxField& field) {
    field.is_list = true;
    Take();
    field.open_comment = TakeLineComment();
    if (Peek().Is(']')) {
      field.end_comments = TakeComments();
      ++next_;
      return true;
    }
    while (true) {
      Peek();
      SyntaxValue value;
      value.comments = TakeComments();
      if (!ParseValue(depth, value)) return false;
      std::string behind = TakeLineComment();
      const Token& token = Peek();
      if (token.Is(',')) {
        ++next_;
        if (behind.empty()) behind = TakeLineComment();
      }
      // For a message the place behind the opening brace may be taken.
      if (value.kind == SyntaxValue::Kind::kMessage && !behind.empty()) {
        value.end_comments.push_back({std::move(behind), false});
      } else {
        value.line_comment = std::move(behind);
      }
      field.values.push_back(std::move(value));
      if (token.Is(',')) continue;
      if (token.Is(']')) {
        field.end_comments = TakeComments();
        ++next_;
        return true;
      }
      Problem(token, absl::StrCat("wanted `,` or `]` in the list of `", field.name, "`"));
      return false;
    }
  }

  bool ParseValue(int depth, SyntaxValue& value) {
    const Token& token = Peek();
    value.at = token.at;
    if (token.Is('{') || token.Is('<')) return ParseMessage(depth, value);
    if (token.kind == Token::Kind::kString) {
      ParseString(value);
      return true;
    }
    std::string sign;
    if (TakeIf('-')) sign = "-";
    const Token& word = Peek();
    if (word.kind == Token::Kind::kNumber) {
      value.kind = SyntaxValue::Kind::kNumber;
    } else if (word.kind == Token::Kind::kIdentifier) {
      value.kind = SyntaxValue::Kind::kIdentifier;
    } else {
      Problem(word, "wanted a value");
      return false;
    }
    value.text = absl::StrCat(sign, word.text);
    ++next_;
    return true;
  }

  void ParseString(SyntaxValue& value) {
    value.kind = SyntaxValue::Kind::kString;
    while (Peek().kind == Token::Kind::kString) {
      // A comment between two parts would be lost if it stayed pending beyond the value.
      const Token& part = Take();
      std::string wrong;
      if (!Unescape(part.text, value.text, wrong)) tree_.problems.push_back({part.at, wrong});
      absl::StrAppend(&value.literal, value.literal.empty() ? "" : " ", part.text);
      // Looking further would take a comment that ends the line for one of the next field.
      size_t ahead = next_;
      while (tokens_[ahead].kind == Token::Kind::kComment) ++ahead;
      if (tokens_[ahead].kind != Token::Kind::kString) return;
    }
  }

  bool ParseMessage(int depth, SyntaxValue& value) {
    value.kind = SyntaxValue::Kind::kMessage;
    const Token& open = Take();
    if (depth + 1 > kMaxSyntaxDepth) {
      Problem(open, absl::StrCat("wanted at most ", kMaxSyntaxDepth, " nested messages"));
      SkipMessage();
      return false;
    }
    const char close = open.Is('{') ? '}' : '>';
    value.line_comment = TakeLineComment();
    ParseFields(close, depth + 1, value.fields, value.end_comments);
    value.one_line = Peek().at.line == open.at.line;
    if (!TakeIf(close)) {
      Problem(Peek(), absl::StrCat("wanted `", absl::string_view(&close, 1), "` for the `",
                                   open.text, "` in line ", open.at.line));
    }
    return true;
  }

  // Steps over the rest of a message whose opening brace is taken.
  void SkipMessage() {
    for (int depth = 1; depth > 0 && Peek().kind != Token::Kind::kEnd; ++next_) {
      if (Peek().Is('{') || Peek().Is('<')) ++depth;
      if (Peek().Is('}') || Peek().Is('>')) --depth;
    }
  }

  std::vector<Token> tokens_;
  size_t next_ = 0;
  std::vector<SyntaxComment> pending_;
  SyntaxTree tree_;
};

}  // namespace

SyntaxTree ParseSyntax(absl::string_view text) { return SyntaxParser(text).Parse(); }

}  // namespace provost
