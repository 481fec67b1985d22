// Any bytes at all: the compiler, the formatter and the loader end, and agree with protobuf on what
// they accept. The seed is printed; PROVOST_SEED sets it.
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "policy/compiler/compiler.h"
#include "policy/compiler/format.h"
#include "policy/compiler/read_source.h"
#include "policy/compiler/syntax.h"

namespace provost {
namespace {

using google::protobuf::TextFormat;
using google::protobuf::util::MessageDifferencer;

class SilentErrors : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, google::protobuf::io::ColumnNumber, const std::string&) override {}
};

class Random {
 public:
  Random() {
    const char* const given = std::getenv("PROVOST_SEED");
    seed_ = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
    engine_.seed(seed_);
  }
  uint64_t seed() const { return seed_; }
  size_t Below(size_t n) { return engine_() % n; }

 private:
  uint64_t seed_ = 0;
  std::mt19937_64 engine_;
};

constexpr const char* kSmall = R"(name: "small"  # the name
top_role: "admin"
facts { name: "self" }
permissions { name: "course.read" asked_at: [CATALOG, COURSE] access: READ }
permissions { name: "course.update" asked_at: COURSE access: WRITE implies: "course.read" }
roles {
  name: "admin"
  assignable_at: TENANT
  # all of it
  grants { permissions: ["course.read", "course.*"] requires: "self" source: "A1" }
  grants { permissions: "course.read" at: COURSE effect: PREVENT }
  may_assign: ["admin", "editor"]  # and below
}
roles { name: "editor" assignable_at: COURSE grants { permissions: "course.read" reach: CATALOG } }
)";

// Pieces of the language, to get further than random bytes do.
const std::vector<std::string>& Pieces() {
  static const auto* pieces = new std::vector<std::string>{"{",
                                                           "}",
                                                           "[",
                                                           "]",
                                                           "<",
                                                           ">",
                                                           ":",
                                                           ",",
                                                           ";",
                                                           "\"",
                                                           "'",
                                                           "#",
                                                           "\n",
                                                           "\n\n",
                                                           " ",
                                                           "-",
                                                           "\\",
                                                           "name",
                                                           "roles",
                                                           "grants {",
                                                           "permissions: ",
                                                           "\"course.read\"",
                                                           "'self'",
                                                           "at: COURSE",
                                                           "reach: TENANT",
                                                           "effect: PROHIBIT",
                                                           "TENANT",
                                                           "true",
                                                           "7",
                                                           "# note\n",
                                                           "\"course.*\"",
                                                           "\xff",
                                                           "\xc3\xbc",
                                                           std::string(1, '\0'),
                                                           "explicit: true",
                                                           "extends { name: \"lms365\" }",
                                                           "remove { roles: \"learner\" }",
                                                           "\"\\377\"",
                                                           "default_role: \"admin\""};
  return *pieces;
}

std::string Mutate(std::string text, Random& random) {
  const size_t changes = 1 + random.Below(3);
  for (size_t i = 0; i < changes; ++i) {
    const size_t at = random.Below(text.size() + 1);
    switch (random.Below(4)) {
      case 0:
        text.erase(at, 1 + random.Below(12));
        break;
      case 1:
        text.insert(at, Pieces()[random.Below(Pieces().size())]);
        break;
      case 2:
        text.insert(at, text.substr(random.Below(text.size() + 1), random.Below(40)));
        break;
      default:
        if (at < text.size()) text[at] = static_cast<char>(random.Below(256));
        break;
    }
  }
  return text;
}

TEST(Robustness, MutatedPoliciesAreCompiledOrRefusedAndReadAsProtobufDoes) {
  Random random;
  RecordProperty("seed", std::to_string(random.seed()));
  SCOPED_TRACE("PROVOST_SEED=" + std::to_string(random.seed()));
  TextFormat::Parser parser;
  SilentErrors silent;
  parser.RecordErrorsTo(&silent);
  size_t compiled = 0, read = 0;
  for (int i = 0; i < 6000; ++i) {
    const std::string text = Mutate(kSmall, random);
    const CompileResult result = CompileText(text);
    ASSERT_EQ(result.matrix == nullptr, !result.status().ok()) << text;
    if (result.matrix != nullptr) ++compiled;
    for (const Diagnostic& diagnostic : result.diagnostics) {
      ASSERT_EQ(FirstBadUtf8(diagnostic.message), absl::string_view::npos) << text;
    }

    v1::PolicySource ours, theirs;
    SourceMap map;
    Report report("t", ours, map);
    const SyntaxTree tree = ParseSyntax(text);
    ReadSource(tree, ours, map, report);
    if (tree.problems.empty() && !report.has_errors()) {
      ++read;
      // Control characters are told by CleanText, and not by the parser.
      std::vector<SyntaxProblem> control;
      CleanText(text, control);
      if (control.empty()) {
        ASSERT_TRUE(parser.ParseFromString(text, &theirs)) << text;
        ASSERT_TRUE(MessageDifferencer::Equals(ours, theirs)) << text;
      }
    }

    const absl::StatusOr<std::string> formatted = FormatPolicy(text, "t");
    if (!formatted.ok()) continue;
    const absl::StatusOr<std::string> again = FormatPolicy(*formatted, "t");
    ASSERT_TRUE(again.ok()) << text << "\n---\n" << *formatted << "\n" << again.status();
    ASSERT_EQ(*again, *formatted) << text;
    const CompileResult after = CompileText(*formatted);
    ASSERT_EQ(after.diagnostics.size(), result.diagnostics.size())
        << text << "\n---\n"
        << *formatted << ToString(result.diagnostics) << ToString(after.diagnostics);
    if (result.matrix != nullptr) {
      ASSERT_EQ(after.matrix->digest(), result.matrix->digest());
    }
    ASSERT_EQ(std::count(text.begin(), text.end(), '#') > 0,
              formatted->find('#') != std::string::npos)
        << text << "\n---\n"
        << *formatted;
  }
  EXPECT_GT(compiled, 50u);
  EXPECT_GT(read, 100u);
}

TEST(Robustness, RandomPiecesAndBytesEnd) {
  Random random;
  SCOPED_TRACE("PROVOST_SEED=" + std::to_string(random.seed()));
  for (int i = 0; i < 4000; ++i) {
    std::string text;
    const size_t pieces = random.Below(60);
    for (size_t j = 0; j < pieces; ++j) {
      if (random.Below(8) == 0) {
        text += static_cast<char>(random.Below(256));
      } else {
        text += Pieces()[random.Below(Pieces().size())];
        text += random.Below(3) == 0 ? "\n" : " ";
      }
    }
    const CompileResult result = CompileText(text);
    ASSERT_EQ(result.matrix, nullptr) << text;
    const absl::StatusOr<std::string> formatted = FormatPolicy(text, "t");
    if (formatted.ok()) {
      const absl::StatusOr<std::string> again = FormatPolicy(*formatted, "t");
      ASSERT_TRUE(again.ok()) << text << "\n---\n" << *formatted << "\n" << again.status();
      ASSERT_EQ(*again, *formatted) << text;
    }
    ASSERT_FALSE(Matrix::Load(text).ok());
  }
}

}  // namespace
}  // namespace provost
