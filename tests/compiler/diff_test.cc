#include "policy/compiler/diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "policy/compiler/compiler.h"

namespace provost {
namespace {

std::shared_ptr<const Matrix> Compiled(absl::string_view text) {
  const CompileResult result = CompileText(text);
  EXPECT_NE(result.matrix, nullptr) << ToString(result.diagnostics);
  return result.matrix;
}

constexpr const char* kBefore = R"(
  name: "p" version: "1" top_role: "admin"
  facts { name: "self" }
  facts { name: "creator" }
  permissions { name: "course.read" asked_at: COURSE access: READ }
  permissions { name: "course.update" asked_at: COURSE access: WRITE implies: "course.read" }
  permissions { name: "course.gone" asked_at: COURSE access: WRITE }
  roles { name: "admin" assignable_at: TENANT grants { permissions: "*" source: "A" }
          may_assign: ["admin", "editor", "viewer"] }
  roles { name: "viewer" assignable_at: COURSE grants { permissions: "course.read" source: "V" } }
  roles { name: "editor" assignable_at: COURSE
          grants { permissions: "course.update" requires: ["self", "creator"] source: "E" } }
)";

// The same in another order, as far as the language lets it.
constexpr const char* kReordered = R"(
  name: "p" version: "1" top_role: "admin"
  facts { name: "creator" }
  facts { name: "self" }
  permissions { name: "course.gone" asked_at: COURSE access: WRITE }
  permissions { name: "course.update" asked_at: COURSE access: WRITE implies: "course.read" }
  permissions { name: "course.read" asked_at: COURSE access: READ }
  roles { name: "editor" assignable_at: COURSE
          grants { permissions: "course.update" requires: ["creator", "self"] source: "E" } }
  roles { name: "admin" assignable_at: TENANT grants { permissions: "*" source: "A" }
          may_assign: ["viewer", "admin", "editor"] }
  roles { name: "viewer" assignable_at: COURSE grants { permissions: "course.read" source: "V" } }
)";

TEST(Diff, OfAPolicyWithItselfIsEmpty) {
  const auto matrix = Compiled(kBefore);
  EXPECT_TRUE(DiffMatrices(*matrix, *matrix).empty());
  EXPECT_EQ(DiffText(DiffMatrices(*matrix, *matrix)), "no difference\n");
}

TEST(Diff, MatchesByNameWhateverTheOrder) {
  EXPECT_EQ(DiffText(DiffMatrices(*Compiled(kBefore), *Compiled(kReordered))), "no difference\n");
}

TEST(Diff, ListsEveryCellGainedLostAndChanged) {
  const auto after = Compiled(R"(
    name: "p" version: "2" top_role: "admin" default_role: "member"
    facts { name: "self" }
    facts { name: "creator" }
    permissions { name: "course.read" asked_at: [CATALOG, COURSE] access: READ }
    permissions { name: "course.update" asked_at: COURSE access: WRITE implies: "course.read" }
    permissions { name: "course.publish" asked_at: COURSE access: WRITE }
    roles { name: "admin" assignable_at: TENANT grants { permissions: "*" source: "A" }
            may_assign: ["admin", "viewer"] }
    roles { name: "viewer" assignable_at: COURSE
            grants { permissions: "course.read" reach: CATALOG source: "V2" } }
    roles { name: "member" grants { permissions: "course.update" effect: PREVENT } }
  )");
  const MatrixDiff diff = DiffMatrices(*Compiled(kBefore), *after);
  EXPECT_EQ(DiffText(diff),
            R"(~ policy version: `1` -> `2`
~ policy default role: nothing -> `member`
~ permission `course.read` asked at: `COURSE` -> `CATALOG, COURSE`
+ permission `course.publish`: asked at COURSE; access WRITE
- permission `course.gone`: asked at COURSE; access WRITE
~ role `admin` may assign: `admin, editor, viewer` -> `admin, viewer`
~ role `admin` may override: `admin, editor, viewer` -> `admin, viewer`
+ role `member`: may switch what its holder holds or may assign
- role `editor`: assignable at COURSE; may switch what its holder holds or may assign
role `admin`
  + course.read     CATALOG        ALLOW (A)
  + course.publish  COURSE         ALLOW (A)
  - course.gone     COURSE         ALLOW (A)
role `viewer`
  + course.read     reach CATALOG  ALLOW (V2)
  ~ course.read     COURSE         ALLOW (V) -> ALLOW (V2)
role `member`
  + course.read     COURSE         PREVENT
  + course.update   COURSE         PREVENT
role `editor`
  - course.read     COURSE         ALLOW if creator & self (E)
  - course.update   COURSE         ALLOW if creator & self (E)
5 cells gained, 3 lost, 1 changed; 9 other changes
)");
  for (const CellChange& change : diff.cells) {
    EXPECT_EQ(change.ChangesAccess(), !(change.before.has_value() && change.after.has_value()))
        << "the one change is of its source";
  }
}

TEST(Diff, TellsWhereTheRankAloneDiffers) {
  const std::string head = R"(
    name: "p" top_role: "admin"
    permissions { name: "course.read" asked_at: COURSE access: READ }
    roles { name: "admin" assignable_at: TENANT may_assign: "admin" )";
  const MatrixDiff diff =
      DiffMatrices(*Compiled(head + "grants { permissions: \"*\" } }"),
                   *Compiled(head + "grants { permissions: \"course.read\" } }"));
  EXPECT_EQ(DiffText(diff), R"(role `admin`
  ~ course.read  COURSE         ALLOW wildcard -> ALLOW exact
0 cells gained, 0 lost, 1 changed; 0 other changes
)");
}

// What is gained one way is lost the other way.
TEST(Diff, OfPresetsIsItsOwnMirror) {
  const auto a = *CompilePreset("lms365");
  const auto b = *CompilePreset("plutolms");
  const MatrixDiff there = DiffMatrices(*a, *b);
  const MatrixDiff back = DiffMatrices(*b, *a);
  ASSERT_EQ(there.cells.size(), back.cells.size());
  ASSERT_FALSE(there.cells.empty());
  size_t before = 0, after = 0;
  for (const CellChange& change : there.cells) {
    before += change.before.has_value() ? 1 : 0;
    after += change.after.has_value() ? 1 : 0;
  }
  for (const CellChange& change : back.cells) {
    before -= change.after.has_value() ? 1 : 0;
    after -= change.before.has_value() ? 1 : 0;
  }
  EXPECT_EQ(before, 0u);
  EXPECT_EQ(after, 0u);
}

}  // namespace
}  // namespace provost
