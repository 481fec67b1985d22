// Each cases/*.textproto is compiled; what the compiler says is held by the .expected file beside
// it. A first line "# rules: preset" compiles by the rules for presets.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "policy/compiler/compiler.h"
#include "tests/compiler/golden.h"

namespace provost {
namespace {

std::vector<std::string> CaseNames() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(PROVOST_TEST_DATA_DIR)) {
    if (entry.path().extension() == ".textproto") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class DiagnosticsTest : public testing::TestWithParam<std::string> {};

TEST_P(DiagnosticsTest, AreThoseOfTheGolden) {
  const std::string path = absl::StrCat(PROVOST_TEST_DATA_DIR, "/", GetParam());
  const std::string text = ReadFile(path + ".textproto");
  CompileOptions options;
  options.file_name = GetParam() + ".textproto";
  options.preset_rules = absl::StartsWith(text, "# rules: preset\n");
  const CompileResult result = CompileText(text, options);
  EXPECT_EQ(result.matrix == nullptr, !result.status().ok());
  for (const Diagnostic& diagnostic : result.diagnostics) {
    EXPECT_EQ(diagnostic.file, options.file_name);
    EXPECT_GT(diagnostic.line, 0) << diagnostic.message;
    EXPECT_GT(diagnostic.column, 0) << diagnostic.message;
  }
  ExpectGolden(absl::StrCat(ToString(result.diagnostics),
                            result.matrix == nullptr ? "refused\n" : "compiles\n"),
               path + ".expected");
}

INSTANTIATE_TEST_SUITE_P(Cases, DiagnosticsTest, testing::ValuesIn(CaseNames()),
                         [](const testing::TestParamInfo<std::string>& info) {
                           return info.param;
                         });

// A golden whose case is gone would hold nothing.
TEST(DiagnosticsGoldens, HaveTheirCases) {
  const std::vector<std::string> names = CaseNames();
  ASSERT_GE(names.size(), 25u);
  for (const auto& entry : std::filesystem::directory_iterator(PROVOST_TEST_DATA_DIR)) {
    EXPECT_EQ(std::count(names.begin(), names.end(), entry.path().stem().string()), 1)
        << entry.path();
  }
}

// The same policy as a message: the same problems, with paths instead of lines.
TEST(DiagnosticsOfAMessage, NameThePathOfTheField) {
  v1::PolicySource source;
  source.set_name("pathless");
  source.set_top_role("admin");
  v1::Permission* permission = source.add_permissions();
  permission->set_name("course.read");
  permission->add_asked_at(v1::Scope::COURSE);
  permission->add_asked_at(static_cast<v1::Scope::Kind>(9));
  permission->set_access(v1::Permission::READ);
  v1::Role* role = source.add_roles();
  role->set_name("admin");
  role->add_assignable_at(v1::Scope::TENANT);
  role->add_may_assign("admin");
  v1::Grant* grant = role->add_grants();
  grant->add_permissions("course.read");
  grant->add_permissions("course.reed");
  grant->set_source("\xff");

  const CompileResult result = Compile(source);
  EXPECT_EQ(result.matrix, nullptr);
  EXPECT_EQ(
      ToString(result.diagnostics),
      "policy:permissions[0].asked_at[1]: error: unknown `asked_at` `9`; wanted one of TENANT, "
      "CATALOG, COURSE, SESSION\n"
      "policy:roles[0].grants[0].source: error: `source` is not UTF-8: `\\xff`\n"
      "policy:roles[0].grants[0].permissions[1]: error: unknown permission `course.reed`; did "
      "you mean `course.read`?\n");
}

TEST(DiagnosticsOfAMessage, RefuseUnknownFields) {
  v1::PolicySource source;
  ASSERT_TRUE(source.ParseFromString("\x98\x06\x01"));  // field 99
  EXPECT_THAT(ToString(Compile(source).diagnostics),
              testing::HasSubstr("unknown field number 99 in PolicySource"));
}

TEST(DiagnosticsLimit, TellsHowManyMoreThereAre) {
  std::string text = "name: \"many\"\n";
  for (int i = 0; i < 1500; ++i) absl::StrAppend(&text, "nonsense: ", i, "\n");
  const CompileResult result = CompileText(text);
  ASSERT_EQ(result.diagnostics.size(), kMaxDiagnostics + 1);
  EXPECT_EQ(result.diagnostics.back().message, "501 more errors are not shown; the limit is 1000");
  EXPECT_EQ(result.matrix, nullptr);
}

// However many warnings come before it, an error is told.
TEST(DiagnosticsLimit, OfWarningsHidesNoError) {
  std::string text = "name: \"many\" top_role: \"admin\" roles { name: \"admin\" may_assign: [";
  for (int i = 0; i < 1500; ++i) text += "\"admin\",\n";
  text += "\"admni\"] }";
  const CompileResult result = CompileText(text);
  EXPECT_EQ(result.matrix, nullptr);
  EXPECT_THAT(ToString(result.diagnostics),
              testing::HasSubstr("error: unknown role `admni`; did you mean `admin`?"));
  EXPECT_THAT(ToString(result.diagnostics), testing::HasSubstr("499 more warnings are not shown"));
}

}  // namespace
}  // namespace provost
