#include "policy/compiler/print.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "policy/compiler/compiler.h"
#include "tests/compiler/golden.h"

namespace provost {
namespace {

constexpr const char* kPolicy = R"(
  name: "printed" version: "3" title: "Zürich" top_role: "admin" default_role: "member"
  facts { name: "self" }
  facts { name: "creator" }
  permissions { name: "course.read" asked_at: [CATALOG, COURSE] access: READ }
  permissions { name: "course.update" asked_at: COURSE access: WRITE implies: "course.read" }
  permissions { name: "pool.manage" asked_at: [TENANT, COURSE] access: WRITE }
  roles { name: "admin" title: "Chef für alles" assignable_at: TENANT
          grants { permissions: "*" source: "A1" } may_assign: ["admin", "editor"] may_assign_subset: true }
  roles { name: "editor" assignable_at: COURSE
          grants { permissions: "course.update" requires: "creator" source: "E1" }
          grants { permissions: "course.update" requires: "self" source: "E2" }
          grants { permissions: "pool.manage" at: TENANT reach: TENANT source: "E3" } }
  roles { name: "member"
          grants { permissions: "course.read" effect: PREVENT at: COURSE source: "M1" }
          grants { permissions: "pool.manage" effect: PROHIBIT at: TENANT source: "M2" } }
)";

TEST(Print, TableIsThatOfTheGolden) {
  const CompileResult result = CompileText(kPolicy);
  ASSERT_NE(result.matrix, nullptr) << ToString(result.diagnostics);
  ExpectGolden(PrintMatrix(*result.matrix), PROVOST_TEST_DATA_DIR "/printed.txt");
}

TEST(Print, MarkdownIsThatOfTheGolden) {
  const CompileResult result = CompileText(kPolicy);
  ASSERT_NE(result.matrix, nullptr);
  PrintOptions options;
  options.format = PrintFormat::kMarkdown;
  ExpectGolden(PrintMatrix(*result.matrix, options), PROVOST_TEST_DATA_DIR "/printed.md");
}

TEST(Print, OnlyTheKindsAskedFor) {
  const CompileResult result = CompileText(kPolicy);
  ASSERT_NE(result.matrix, nullptr);
  PrintOptions options;
  options.kinds = KindSet();
  options.kinds.Add(ScopeKind::kCatalog);
  const std::string text = PrintMatrix(*result.matrix, options);
  EXPECT_THAT(text, testing::HasSubstr("Asked at CATALOG"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("Asked at COURSE")));
}

// Each cell of a preset is on the page with its source.
TEST(Print, ShowsTheSourceOfEveryCell) {
  for (const std::string& name : PresetNames()) {
    const auto matrix = *CompilePreset(name);
    PrintOptions options;
    options.format = PrintFormat::kMarkdown;
    const std::string text = PrintMatrix(*matrix, options);
    for (const CellInfo& cell : matrix->cells()) {
      EXPECT_FALSE(cell.source.empty());
      EXPECT_THAT(text, testing::HasSubstr(cell.source));
    }
  }
}

}  // namespace
}  // namespace provost
