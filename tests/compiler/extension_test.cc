// A policy that extends another one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "policy/compiler/compiler.h"
#include "policy/compiler/describe.h"
#include "policy/compiler/diff.h"

namespace provost {
namespace {

std::shared_ptr<const Matrix> Base() {
  const CompileResult result = CompileText(R"(
    name: "base"
    top_role: "admin"
    default_role: "member"
    facts { name: "self" }
    permissions { name: "course.update" asked_at: COURSE access: WRITE implies: "course.read" }
    permissions { name: "course.read" asked_at: [CATALOG, COURSE] access: READ }
    permissions { name: "user.read" asked_at: TENANT access: READ }
    roles { name: "admin" assignable_at: TENANT grants { permissions: "*" source: "A" }
            may_assign: ["admin", "editor", "viewer"] may_assign_subset: true }
    roles { name: "viewer" assignable_at: COURSE grants { permissions: "course.read" source: "V" } }
    roles { name: "editor" assignable_at: COURSE grants { permissions: "course.update" source: "E" }
            may_assign: "viewer" }
    roles { name: "member" grants { permissions: "user.read" requires: "self" source: "M" } }
    exclusive_sets { name: "apart" roles: ["viewer", "editor"] }
  )");
  EXPECT_NE(result.matrix, nullptr) << ToString(result.diagnostics);
  return result.matrix;
}

CompileResult Extend(absl::string_view text, std::shared_ptr<const Matrix> base = Base()) {
  CompileOptions options;
  options.find_base =
      [base](const std::string& name) -> absl::StatusOr<std::shared_ptr<const Matrix>> {
    if (name != base->name()) return absl::NotFoundError(absl::StrCat("no policy `", name, "`"));
    return base;
  };
  return CompileText(absl::StrCat("name: \"ext\" extends { name: \"base\" }\n", text), options);
}

TEST(Extension, OfNothingSaysWhatItsBaseSays) {
  const CompileResult result = Extend("");
  ASSERT_NE(result.matrix, nullptr) << ToString(result.diagnostics);
  const MatrixDiff diff = DiffMatrices(*Base(), *result.matrix);
  EXPECT_TRUE(diff.cells.empty());
  for (const PropertyChange& change : diff.properties) EXPECT_EQ(change.element, "policy");
  EXPECT_EQ(result.matrix->data().base_name, "base");
  EXPECT_EQ(result.matrix->data().base_digest, Base()->digest());
}

TEST(Extension, KeepsIdsAndOrderOfItsBase) {
  const CompileResult result = Extend(R"(
    facts { name: "published" }
    permissions { name: "lab.open" asked_at: COURSE access: WRITE implies: "course.read" }
    roles { name: "assistant" assignable_at: COURSE
            grants { permissions: ["lab.open", "user.read"] at: COURSE requires: "published" source: "X" } }
    roles { name: "guest" assignable_at: COURSE }
  )");
  ASSERT_NE(result.matrix, nullptr) << ToString(result.diagnostics);
  const std::shared_ptr<const Matrix> base = Base();
  const Matrix& matrix = *result.matrix;
  for (const PermissionInfo& permission : base->permissions()) {
    EXPECT_EQ(matrix.FindPermission(permission.name), base->FindPermission(permission.name));
  }
  for (const RoleInfo& role : base->roles()) {
    EXPECT_EQ(matrix.FindRole(role.name), base->FindRole(role.name));
    EXPECT_FALSE(matrix.role(*matrix.FindRole(role.name)).is_custom);
  }
  EXPECT_EQ(matrix.FindFact("self"), 0);
  EXPECT_EQ(matrix.FindFact("published"), 1);
  const RoleId assistant = *matrix.FindRole("assistant");
  EXPECT_EQ(assistant.value, base->roles().size());
  EXPECT_TRUE(matrix.role(assistant).is_custom);
  const CellInfo* implied =
      matrix.FindCell(assistant, *matrix.FindPermission("course.read"), ScopeKind::kCourse, false);
  ASSERT_NE(implied, nullptr);
  EXPECT_EQ(DescribeFacts(matrix, implied->alternatives), "published");
  // A wildcard of the base does not take in what the extension adds.
  EXPECT_EQ(matrix.FindCell(*matrix.FindRole("admin"), *matrix.FindPermission("lab.open"),
                            ScopeKind::kCourse, false),
            nullptr);
}

TEST(Extension, AddsToARoleOfItsBaseByTheRanksOfRule3) {
  const CompileResult result = Extend(R"(
    roles { name: "editor" assignable_at: CATALOG may_assign: "editor"
            grants { permissions: "course.read" effect: PREVENT source: "X" } }
    roles { name: "viewer" grants { permissions: "*" effect: PREVENT source: "Y" } }
  )");
  ASSERT_NE(result.matrix, nullptr) << ToString(result.diagnostics);
  const Matrix& matrix = *result.matrix;
  const RoleId editor = *matrix.FindRole("editor");
  const RoleInfo& info = matrix.role(editor);
  EXPECT_EQ(DescribeKinds(info.assignable_at), "CATALOG, COURSE");
  EXPECT_EQ(DescribeRoles(matrix, info.may_assign), "viewer, editor");
  EXPECT_EQ(DescribeRoles(matrix, info.may_override), "viewer, editor");
  EXPECT_FALSE(info.is_custom);
  const PermissionId read = *matrix.FindPermission("course.read");
  const CellInfo* cell = matrix.FindCell(editor, read, ScopeKind::kCourse, false);
  ASSERT_NE(cell, nullptr);
  EXPECT_EQ(cell->effect, Effect::kPrevent) << "exact beats what the base implied";
  EXPECT_EQ(cell->source, "X");
  cell = matrix.FindCell(*matrix.FindRole("viewer"), read, ScopeKind::kCourse, false);
  ASSERT_NE(cell, nullptr);
  EXPECT_EQ(cell->effect, Effect::kAllow) << "the base's exact cell beats a wildcard";
}

TEST(Extension, AddsToADefaultWithoutTakingItAway) {
  const CompileResult result =
      Extend("roles { name: \"editor\" may_switch: \"member\" may_assign: \"editor\" }");
  ASSERT_NE(result.matrix, nullptr) << ToString(result.diagnostics);
  const RoleInfo& editor = result.matrix->role(*result.matrix->FindRole("editor"));
  ASSERT_TRUE(editor.may_switch.has_value());
  EXPECT_EQ(DescribeRoles(*result.matrix, *editor.may_switch), "viewer, editor, member");
}

TEST(Extension, AWrittenMayOverrideDoesNotGrowWithMayAssign) {
  const auto compile = [](absl::string_view may_override) {
    return CompileText(absl::StrCat(R"(
      name: "base" top_role: "admin"
      permissions { name: "course.read" asked_at: COURSE access: READ }
      roles { name: "admin" assignable_at: TENANT grants { permissions: "*" }
              may_assign: ["admin", "editor", "viewer"] }
      roles { name: "viewer" assignable_at: COURSE }
      roles { name: "editor" assignable_at: COURSE may_assign: "viewer" )",
                                    may_override, "}"))
        .matrix;
  };
  const auto extended = [](const std::shared_ptr<const Matrix>& base, absl::string_view rest) {
    const CompileResult result =
        Extend(absl::StrCat("roles { name: \"editor\" may_assign: \"editor\" }", rest), base);
    EXPECT_NE(result.matrix, nullptr) << ToString(result.diagnostics);
    if (result.matrix == nullptr) return std::string();
    return DescribeRoles(*result.matrix,
                         result.matrix->role(*result.matrix->FindRole("editor")).may_override);
  };
  const auto written = compile("may_override: \"viewer\"");
  ASSERT_NE(written, nullptr);
  EXPECT_EQ(extended(written, ""), "viewer");
  EXPECT_EQ(extended(compile(""), ""), "viewer, editor");
  // As it is when it was stored and read again.
  const auto loaded = Matrix::Load(written->Serialize());
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(extended(*loaded, ""), "viewer");
  // Two lists that a removal makes equal are still two.
  const auto wider = compile("may_override: [\"viewer\", \"admin\"]");
  EXPECT_EQ(extended(wider,
                     "top_role: \"viewer\" remove { roles: \"admin\" } roles { name: \"viewer\" "
                     "assignable_at: TENANT may_assign: \"viewer\" }"),
            "viewer");
}

TEST(Extension, RemovesRolesAndCells) {
  const CompileResult result = Extend(R"(
    remove {
      roles: "viewer"
      cells { role: "editor" permission: "course.read" at: COURSE }
      cells { role: "admin" permission: "course.read" }
    }
  )");
  ASSERT_NE(result.matrix, nullptr) << ToString(result.diagnostics);
  const Matrix& matrix = *result.matrix;
  EXPECT_FALSE(matrix.FindRole("viewer").has_value());
  const RoleId editor = *matrix.FindRole("editor");
  EXPECT_EQ(editor.value, 1);
  EXPECT_TRUE(matrix.role(editor).may_assign.empty());
  EXPECT_TRUE(matrix.data().exclusive_sets.empty()) << "one role alone excludes nothing";
  const PermissionId read = *matrix.FindPermission("course.read");
  EXPECT_EQ(matrix.FindCell(editor, read, ScopeKind::kCourse, false), nullptr);
  EXPECT_NE(
      matrix.FindCell(editor, *matrix.FindPermission("course.update"), ScopeKind::kCourse, false),
      nullptr);
  const RoleId admin = *matrix.FindRole("admin");
  EXPECT_EQ(matrix.FindCell(admin, read, ScopeKind::kCourse, false), nullptr);
  EXPECT_EQ(matrix.FindCell(admin, read, ScopeKind::kCatalog, false), nullptr);
  EXPECT_EQ(DescribeRoles(matrix, matrix.role(admin).may_assign), "admin, editor");
  EXPECT_EQ(matrix.role(*matrix.default_role()).name, "member");
}

TEST(Extension, ReplacesTheDefaultRoleOnlyWhereThatBreaksNoExclusiveSet) {
  EXPECT_NE(Extend("default_role: \"admin\"").matrix, nullptr);
  const CompileResult result = Extend("default_role: \"viewer\"");
  EXPECT_EQ(result.matrix, nullptr);
  EXPECT_THAT(ToString(result.diagnostics),
              testing::HasSubstr("policy:2:15: error: exclusive set `apart` names the default role "
                                 "`viewer`"));
}

TEST(Extension, PinsTheDigestOfItsBase) {
  const std::string digest = Base()->digest();
  CompileOptions options;
  options.find_base = [](const std::string&) { return Base(); };
  EXPECT_NE(
      CompileText(absl::StrCat("name: \"ext\" extends { name: \"base\" digest: \"", digest, "\" }"),
                  options)
          .matrix,
      nullptr);
  const CompileResult other =
      CompileText("name: \"ext\" extends { name: \"base\" digest: \"ab\" }", options);
  EXPECT_EQ(other.matrix, nullptr);
  EXPECT_THAT(ToString(other.diagnostics), testing::HasSubstr(digest));
}

TEST(Extension, OfAnExtensionKeepsWhatIsCustom) {
  const std::shared_ptr<const Matrix> base = Base();
  const CompileResult first = Extend("roles { name: \"guest\" assignable_at: COURSE }");
  ASSERT_NE(first.matrix, nullptr);
  CompileOptions options;
  options.find_base = [&](const std::string& name) { return name == "ext" ? first.matrix : base; };
  const CompileResult second = CompileText(
      "name: \"second\" extends { name: \"ext\" } roles { name: \"intern\" assignable_at: COURSE }",
      options);
  ASSERT_NE(second.matrix, nullptr) << ToString(second.diagnostics);
  EXPECT_TRUE(second.matrix->role(*second.matrix->FindRole("guest")).is_custom);
  EXPECT_TRUE(second.matrix->role(*second.matrix->FindRole("intern")).is_custom);
  EXPECT_FALSE(second.matrix->role(*second.matrix->FindRole("admin")).is_custom);
}

TEST(Extension, InACircleIsRefused) {
  const std::shared_ptr<const Matrix> base = Base();
  const CompileResult first = Extend("");
  ASSERT_NE(first.matrix, nullptr);
  CompileOptions options;
  options.find_base = [&](const std::string& name) { return name == "ext" ? first.matrix : base; };
  // `ext` extends `base` already.
  const CompileResult circle = CompileText("name: \"base\" extends { name: \"ext\" }", options);
  EXPECT_EQ(circle.matrix, nullptr);
  EXPECT_EQ(ToString(circle.diagnostics),
            "policy:1:30: error: the policy extends itself: `base` -> `ext` -> `base`\n");
}

TEST(Presets, AreFoundByNameAndCompiledOnce) {
  const std::vector<std::string> names = PresetNames();
  EXPECT_THAT(names, testing::IsSupersetOf({"coreachieve", "lms365", "plutolms", "system"}));
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  for (const std::string& name : names) {
    const auto matrix = CompilePreset(name);
    ASSERT_TRUE(matrix.ok()) << matrix.status();
    EXPECT_EQ((*matrix)->name(), name) << "a preset is called like its file";
    EXPECT_EQ(*CompilePreset(name), *matrix);
    EXPECT_EQ(CompileText(*PresetText(name)).matrix->digest(), (*matrix)->digest());
  }
  EXPECT_EQ(CompilePreset("lms356").status().message(),
            "unknown preset `lms356`; did you mean `lms365`?");
  EXPECT_EQ(PresetText("nothing_like_it").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace provost
