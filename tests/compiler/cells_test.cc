// How grants become cells: rule 3, and the comments of provost/v1/policy.proto.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "policy/compiler/compiler.h"
#include "policy/compiler/describe.h"

namespace provost {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr absl::string_view kVocabulary = R"(
  name: "cells"
  top_role: "admin"
  facts { name: "self" }
  facts { name: "creator" }
  facts { name: "published" }
  permissions { name: "course.update" asked_at: [CATALOG, COURSE] access: WRITE implies: "course.read" }
  permissions { name: "course.read" asked_at: [CATALOG, COURSE, SESSION] access: READ implies: "catalog.read" }
  permissions { name: "course.erase" asked_at: COURSE access: WRITE explicit: true implies: "course.read" }
  permissions { name: "catalog.read" asked_at: CATALOG access: READ }
  permissions { name: "pool.manage" asked_at: [TENANT, CATALOG, COURSE] access: WRITE implies: "pool.read" }
  permissions { name: "pool.read" asked_at: [TENANT, COURSE] access: READ }
  permissions { name: "wipe.all" asked_at: COURSE access: WRITE implies: "course.erase" }
  roles {
    name: "admin"
    assignable_at: TENANT
    may_assign: ["admin", "role"]
  }
)";

// The cells of role "role" with these fields, as "permission KIND EFFECT rank facts source".
std::vector<std::string> CellsOf(absl::string_view role_fields, absl::string_view rest = "") {
  const CompileResult result =
      CompileText(absl::StrCat(kVocabulary, "roles { name: \"role\" ", role_fields, " }\n", rest));
  EXPECT_NE(result.matrix, nullptr) << ToString(result.diagnostics);
  std::vector<std::string> cells;
  if (result.matrix == nullptr) return cells;
  const Matrix& matrix = *result.matrix;
  for (const CellInfo& cell : matrix.cells()) {
    if (matrix.role(cell.role).name != "role") continue;
    std::string text = absl::StrCat(matrix.permission(cell.permission).name, " ",
                                    cell.reach ? "^" : "", ScopeKindName(cell.at), " ",
                                    EffectName(cell.effect), " ", RankName(cell.rank));
    const std::string facts = DescribeFacts(matrix, cell.alternatives);
    if (!facts.empty()) absl::StrAppend(&text, " if ", facts);
    if (!cell.source.empty()) absl::StrAppend(&text, " (", cell.source, ")");
    cells.push_back(std::move(text));
  }
  return cells;
}

TEST(Cells, AtUnsetIsWhereItCanBeAskedAtAndBelowWhereTheRoleIsHeld) {
  EXPECT_THAT(CellsOf(R"(assignable_at: COURSE grants { permissions: "course.read" })"),
              ElementsAre("course.read COURSE ALLOW exact", "course.read SESSION ALLOW exact"));
  EXPECT_THAT(CellsOf(R"(assignable_at: [SESSION] grants { permissions: "course.read" })"),
              ElementsAre("course.read SESSION ALLOW exact"));
  EXPECT_THAT(CellsOf(R"(assignable_at: [CATALOG, SESSION] grants { permissions: "pool.read" })"),
              ElementsAre("pool.read COURSE ALLOW exact"));
}

TEST(Cells, TheDefaultAndTheAnonymousRoleAreHeldAtTheTenant) {
  EXPECT_THAT(CellsOf(R"(grants { permissions: "pool.read" })", "default_role: 'role'"),
              ElementsAre("pool.read TENANT ALLOW exact", "pool.read COURSE ALLOW exact"));
  EXPECT_THAT(CellsOf(R"(grants { permissions: "pool.read" })", "anonymous_role: 'role'"),
              ElementsAre("pool.read TENANT ALLOW exact", "pool.read COURSE ALLOW exact"));
}

TEST(Cells, AtListsTheKinds) {
  EXPECT_THAT(CellsOf(R"(assignable_at: TENANT grants { permissions: "pool.read" at: COURSE })"),
              ElementsAre("pool.read COURSE ALLOW exact"));
}

TEST(Cells, Rule3ImpliesIsTransitiveWithinTheKind) {
  EXPECT_THAT(
      CellsOf(R"(assignable_at: TENANT grants { permissions: "course.update" source: "A1" })"),
      ElementsAre("course.update CATALOG ALLOW exact (A1)", "course.update COURSE ALLOW exact (A1)",
                  "course.read CATALOG ALLOW implied (A1)", "course.read COURSE ALLOW implied (A1)",
                  "catalog.read CATALOG ALLOW implied (A1)"));
}

TEST(Cells, Rule3ImpliesCarriesEveryEffect) {
  EXPECT_THAT(
      CellsOf(R"(assignable_at: COURSE
                         grants { permissions: "course.update" effect: PREVENT })"),
      ElementsAre("course.update COURSE PREVENT exact", "course.read COURSE PREVENT implied"));
  EXPECT_THAT(
      CellsOf(R"(assignable_at: COURSE
                         grants { permissions: "course.update" effect: PROHIBIT })"),
      ElementsAre("course.update COURSE PROHIBIT exact", "course.read COURSE PROHIBIT implied"));
}

TEST(Cells, Rule3FactsComeWithWhatIsImplied) {
  EXPECT_THAT(CellsOf(R"(assignable_at: COURSE
                         grants { permissions: "course.update" requires: "self" })"),
              ElementsAre("course.update COURSE ALLOW exact if self",
                          "course.read COURSE ALLOW implied if self"));
}

TEST(Cells, Rule3AWildcardImpliesAtItsOwnRankAndNothingExplicit) {
  EXPECT_THAT(CellsOf(R"(assignable_at: COURSE grants { permissions: ["wipe.*", "pool.*"] })"),
              ElementsAre("course.read COURSE ALLOW wildcard", "pool.manage COURSE ALLOW wildcard",
                          "pool.read COURSE ALLOW wildcard", "wipe.all COURSE ALLOW wildcard"));
  // Named, it gives the explicit one, too.
  EXPECT_THAT(CellsOf(R"(assignable_at: COURSE grants { permissions: "wipe.all" at: COURSE })"),
              ElementsAre("course.read COURSE ALLOW implied", "course.erase COURSE ALLOW implied",
                          "wipe.all COURSE ALLOW exact"));
}

TEST(Cells, WildcardsMatchWholeSegmentsAndNothingExplicit) {
  EXPECT_THAT(CellsOf(R"(assignable_at: SESSION grants { permissions: "*" })"),
              ElementsAre("course.read SESSION ALLOW wildcard"));
  const CompileResult result =
      CompileText(absl::StrCat(kVocabulary, R"(roles { name: "role" assignable_at: TENANT
                                           grants { permissions: "cour.*" } })"));
  EXPECT_THAT(ToString(result.diagnostics),
              testing::HasSubstr("`cour.*` matches no permission; did you mean `course.*`?"));
}

TEST(Cells, Rule3ExactBeatsImpliedBeatsWildcard) {
  EXPECT_THAT(
      CellsOf(R"(assignable_at: COURSE
                         grants { permissions: "course.*" effect: PREVENT source: "P" }
                         grants { permissions: "course.update" source: "A" })"),
      ElementsAre("course.update COURSE ALLOW exact (A)", "course.read COURSE ALLOW implied (A)",
                  "course.read SESSION PREVENT wildcard (P)"));
  EXPECT_THAT(
      CellsOf(R"(assignable_at: COURSE
                         grants { permissions: "course.update" at: COURSE source: "A" }
                         grants { permissions: "course.read" at: COURSE effect: PREVENT source: "P" })"),
      ElementsAre("course.update COURSE ALLOW exact (A)", "course.read COURSE PREVENT exact (P)"));
}

TEST(Cells, Rule3AtEqualRankPreventBeatsAllow) {
  for (
      const char* grants :
      {R"(grants { permissions: "pool.read" } grants { permissions: "pool.read" effect: PREVENT })",
       R"(grants { permissions: "pool.read" effect: PREVENT } grants { permissions: "pool.read" })"}) {
    EXPECT_THAT(CellsOf(absl::StrCat("assignable_at: COURSE ", grants)),
                ElementsAre("pool.read COURSE PREVENT exact"));
  }
}

TEST(Cells, Rule3ProhibitWinsAtAnyRank) {
  for (
      const char* grants :
      {R"(grants { permissions: "pool.*" effect: PROHIBIT } grants { permissions: "pool.read" })",
       R"(grants { permissions: "pool.read" } grants { permissions: "pool.*" effect: PROHIBIT })"}) {
    EXPECT_THAT(
        CellsOf(absl::StrCat("assignable_at: COURSE ", grants)),
        ElementsAre("pool.manage COURSE PROHIBIT wildcard", "pool.read COURSE PROHIBIT wildcard"));
  }
}

TEST(Cells, Rule3OnlyTheHighestRankGivesAlternatives) {
  EXPECT_THAT(
      CellsOf(R"(assignable_at: COURSE
                         grants { permissions: "pool.*" }
                         grants { permissions: "pool.read" requires: "self" })"),
      ElementsAre("pool.manage COURSE ALLOW wildcard", "pool.read COURSE ALLOW exact if self"));
}

TEST(Cells, Rule3AlternativesLoseSupersetsWithTheirSources) {
  EXPECT_THAT(CellsOf(R"(assignable_at: COURSE
                         grants { permissions: "pool.read" requires: ["self", "creator"] source: "S" }
                         grants { permissions: "pool.read" requires: "self" source: "T" }
                         grants { permissions: "pool.read" requires: "published" source: "U" }
                         grants { permissions: "pool.read" requires: ["published", "self"] source: "V" }
                         grants { permissions: "pool.read" requires: "self" source: "W" })"),
              ElementsAre("pool.read COURSE ALLOW exact if self | published (T, U, W)"));
  EXPECT_THAT(CellsOf(R"(assignable_at: COURSE
                         grants { permissions: "pool.read" requires: "self" source: "S" }
                         grants { permissions: "pool.read" source: "T" })"),
              ElementsAre("pool.read COURSE ALLOW exact (T)"));
}

TEST(Cells, ReachIsBesideTheOrdinaryCellsAndImpliesNothing) {
  EXPECT_THAT(
      CellsOf(R"(assignable_at: COURSE
                         grants { permissions: "pool.manage" reach: TENANT source: "KA3" })"),
      ElementsAre("pool.manage ^TENANT ALLOW exact (KA3)", "pool.manage COURSE ALLOW exact (KA3)",
                  "pool.read COURSE ALLOW implied (KA3)"));
}

TEST(Cells, ReachWithTheKindInAtIsTheReachAlone) {
  EXPECT_THAT(CellsOf(R"(assignable_at: COURSE
                         grants { permissions: "pool.manage" at: TENANT reach: TENANT })"),
              ElementsAre("pool.manage ^TENANT ALLOW exact"));
  // Where the role can be held at that kind, both.
  EXPECT_THAT(
      CellsOf(R"(assignable_at: [CATALOG, COURSE]
                         grants { permissions: "pool.manage" at: CATALOG reach: CATALOG })"),
      UnorderedElementsAre("pool.manage CATALOG ALLOW exact", "pool.manage ^CATALOG ALLOW exact"));
}

TEST(Cells, ReachByWildcard) {
  EXPECT_THAT(CellsOf(R"(assignable_at: SESSION
                         grants { permissions: "course.*" reach: COURSE requires: "self" })"),
              ElementsAre("course.update ^COURSE ALLOW wildcard if self",
                          "course.read ^COURSE ALLOW wildcard if self",
                          "course.read SESSION ALLOW wildcard if self"));
}

TEST(Cells, ReachIsTakenBackByProhibitAndByPreventOfItsRank) {
  EXPECT_THAT(
      CellsOf(R"(assignable_at: COURSE
                         grants { permissions: "pool.read" at: TENANT reach: TENANT }
                         grants { permissions: "pool.*" at: TENANT effect: PROHIBIT })"),
      ElementsAre("pool.manage TENANT PROHIBIT wildcard", "pool.read TENANT PROHIBIT wildcard"));
  EXPECT_THAT(CellsOf(R"(assignable_at: COURSE
                         grants { permissions: "pool.read" at: TENANT reach: TENANT }
                         grants { permissions: "pool.read" at: TENANT effect: PREVENT })"),
              ElementsAre("pool.read TENANT PREVENT exact"));
  EXPECT_THAT(CellsOf(R"(assignable_at: COURSE
                         grants { permissions: "pool.read" at: TENANT reach: TENANT }
                         grants { permissions: "pool.*" at: TENANT effect: PREVENT })"),
              ElementsAre("pool.manage TENANT PREVENT wildcard",
                          "pool.read TENANT PREVENT wildcard", "pool.read ^TENANT ALLOW exact"));
}

TEST(Cells, ARoleWithoutGrantsHasNone) { EXPECT_THAT(CellsOf("assignable_at: COURSE"), IsEmpty()); }

TEST(Roles, MayOverrideDefaultsToMayAssignAndMaySwitchToUnset) {
  const CompileResult result = CompileText(absl::StrCat(kVocabulary, R"(
      roles { name: "role" assignable_at: COURSE may_override: "role" may_switch: ["role", "admin"] })"));
  ASSERT_NE(result.matrix, nullptr) << ToString(result.diagnostics);
  const Matrix& matrix = *result.matrix;
  const RoleInfo& admin = matrix.role(*matrix.FindRole("admin"));
  EXPECT_EQ(DescribeRoles(matrix, admin.may_override), "admin, role");
  EXPECT_FALSE(admin.may_switch.has_value());
  const RoleInfo& role = matrix.role(*matrix.FindRole("role"));
  EXPECT_EQ(DescribeRoles(matrix, role.may_override), "role");
  ASSERT_TRUE(role.may_switch.has_value());
  EXPECT_EQ(DescribeRoles(matrix, *role.may_switch), "admin, role");
  EXPECT_FALSE(role.is_custom);
}

TEST(Order, IsTheAuthors) {
  const CompileResult result = CompileText(absl::StrCat(kVocabulary, R"(
      roles { name: "role" assignable_at: COURSE })"));
  ASSERT_NE(result.matrix, nullptr);
  EXPECT_EQ(result.matrix->permissions()[0].name, "course.update");
  EXPECT_EQ(result.matrix->facts()[2].name, "published");
  EXPECT_EQ(result.matrix->roles()[1].name, "role");
}

}  // namespace
}  // namespace provost
