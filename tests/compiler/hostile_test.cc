// Policies that someone wrote to keep a compiler busy: each ends soon, and says little.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "policy/compiler/compiler.h"

namespace provost {
namespace {

using testing::HasSubstr;

constexpr absl::string_view kAdmin =
    "name: \"hostile\" top_role: \"admin\"\n"
    "roles { name: \"admin\" assignable_at: TENANT may_assign: \"admin\" }\n";

// The result, which must come soon: a server compiles what it is sent.
CompileResult CompileSoon(const std::string& text) {
  const absl::Time start = absl::Now();
  CompileResult result = CompileText(text);
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
  return result;
}

size_t CountOf(const CompileResult& result, absl::string_view words) {
  return static_cast<size_t>(std::count_if(
      result.diagnostics.begin(), result.diagnostics.end(),
      [&](const Diagnostic& each) { return absl::StrContains(each.message, words); }));
}

std::string Permissions(int count, absl::string_view name, absl::string_view rest) {
  std::string text(kAdmin);
  for (int i = 0; i < count; ++i) {
    absl::StrAppend(&text, "permissions { name: \"", name, i, "\" asked_at: COURSE access: READ ",
                    rest, " }\n");
  }
  return text;
}

TEST(Hostile, UnknownNamesBesideThousandsOfNearOnes) {
  const std::string same = absl::StrCat("p.", std::string(110, 'q'));
  std::string text = Permissions(4000, same, "");
  absl::StrAppend(&text, "roles { name: \"r\" assignable_at: COURSE grants { permissions: [\"*\"");
  for (int i = 0; i < 900; ++i) absl::StrAppend(&text, ", \"x", same, i, "\"");
  for (int i = 0; i < 900; ++i) absl::StrAppend(&text, ", \"y", i, ".*\"");
  const CompileResult result = CompileSoon(text + "] } }");
  EXPECT_EQ(result.matrix, nullptr);
  EXPECT_EQ(CountOf(result, "unknown permission"), 900u);
  EXPECT_EQ(CountOf(result, "did you mean"), kMaxSuggestions);
}

TEST(Hostile, UnknownFieldsAndValues) {
  std::string text(kAdmin);
  for (int i = 0; i < 30000; ++i) {
    absl::StrAppend(&text, "rolls { } permissions { asked_at: COURS }\n");
  }
  const CompileResult result = CompileSoon(text);
  EXPECT_EQ(CountOf(result, "did you mean"), kMaxSuggestions);
  EXPECT_EQ(result.diagnostics.size(), kMaxDiagnostics + 1);
}

TEST(Hostile, PermissionsThatImplyAllBeforeThem) {
  std::string text(kAdmin);
  for (int i = 0; i < 4000; ++i) {
    absl::StrAppend(&text, "permissions { name: \"p.a", i,
                    "\" asked_at: COURSE access: READ implies: [\"p.a", (i + 1) % 4000, "\"");
    for (int back = 1; back <= 10 && back <= i; ++back) {
      absl::StrAppend(&text, ", \"p.a", i - back * i / 10, "\"");
    }
    text += "] }\n";
  }
  const CompileResult result = CompileSoon(text);
  EXPECT_EQ(CountOf(result, "implies itself"), kMaxDiagnostics);
  EXPECT_LT(ToString(result.diagnostics).size(), 400000u);
  EXPECT_THAT(ToString(result.diagnostics), HasSubstr(" more) -> `"));
}

TEST(Hostile, CyclesOfImpliesAreShownByTheirEnds) {
  for (const int size : {8, 9, 40}) {
    std::string text(kAdmin);
    for (int i = 0; i < size; ++i) {
      absl::StrAppend(&text, "permissions { name: \"p.a", i,
                      "\" asked_at: COURSE access: READ implies: \"p.a", (i + 1) % size, "\" }\n");
    }
    const std::string told = ToString(CompileText(text).diagnostics);
    if (size == 8) {
      EXPECT_THAT(told, HasSubstr("`p.a0` -> `p.a1` -> `p.a2` -> `p.a3` -> `p.a4` -> `p.a5` -> "
                                  "`p.a6` -> `p.a7` -> `p.a0`\n"));
    } else {
      EXPECT_THAT(told, HasSubstr(absl::StrCat("`p.a0` -> `p.a1` -> `p.a2` -> `p.a3` -> ... (",
                                               size - 7, " more) -> `p.a", size - 3, "` -> `p.a",
                                               size - 2, "` -> `p.a", size - 1, "` -> `p.a0`\n")));
    }
  }
}

TEST(Hostile, OneNameDeclaredAThousandfold) {
  std::string facts(kAdmin), permissions(kAdmin), roles(kAdmin), sets(kAdmin);
  for (int i = 0; i < 31; ++i) absl::StrAppend(&facts, "facts { name: \"f", i, "\" }\n");
  for (int i = 0; i < 60000; ++i) {
    absl::StrAppend(&facts, "facts { name: \"x\" }\n");
    absl::StrAppend(&permissions, "permissions { name: \"x.x\" }\n");
    absl::StrAppend(&roles, "roles { name: \"x\" }\n");
    absl::StrAppend(&sets, "exclusive_sets { name: \"x\" }\n");
  }
  EXPECT_EQ(CountOf(CompileSoon(facts), "duplicate fact `x`; the first is in line 34"),
            kMaxDiagnostics);
  EXPECT_GT(CountOf(CompileSoon(permissions), "duplicate permission `x.x`"), 100u);
  EXPECT_GT(CountOf(CompileSoon(roles), "duplicate role `x`"), 100u);
  EXPECT_GT(CountOf(CompileSoon(sets), "duplicate exclusive set `x`"), 100u);
}

TEST(Hostile, OneNameInAListAHundredThousandTimes) {
  std::string implied = Permissions(4000, "p.a", "");
  std::string listed(kAdmin);
  for (int i = 0; i < 1000; ++i) {
    absl::StrAppend(&listed, "roles { name: \"r", i, "\" assignable_at: COURSE }\n");
  }
  implied += "permissions { name: \"p.all\" asked_at: COURSE access: READ implies: [\"p.a0\"";
  listed += "roles { name: \"all\" assignable_at: COURSE may_assign: [\"r0\"";
  for (int i = 1; i < 4000; ++i) absl::StrAppend(&implied, ", \"p.a", i, "\"");
  for (int i = 1; i < 1000; ++i) absl::StrAppend(&listed, ", \"r", i, "\"");
  for (int i = 0; i < 200000; ++i) {
    implied += ",\"p.a3999\"";
    listed += ",\"r999\"";
  }
  EXPECT_EQ(CountOf(CompileSoon(implied + "] }"), "`implies` names `p.a3999` twice"),
            kMaxDiagnostics);
  EXPECT_EQ(CountOf(CompileSoon(listed + "] }"), "`may_assign` names `r999` twice"),
            kMaxDiagnostics);
}

TEST(Hostile, CellsOfTheBaseRemovedOneByOne) {
  const auto base = CompilePreset("lms365");
  ASSERT_TRUE(base.ok());
  const CellInfo& last = (*base)->cells().back();
  std::string text = "name: \"h\" extends { name: \"lms365\" } remove {\n";
  for (int i = 0; i < 40000; ++i) {
    absl::StrAppend(&text, "cells { role: \"", (*base)->role(last.role).name, "\" permission: \"",
                    (*base)->permission(last.permission).name, "\" }\n");
  }
  const CompileResult result = CompileSoon(text + "}");
  EXPECT_EQ(CountOf(result, "has no cell to remove"), kMaxDiagnostics) << "all but the first";
}

// Each message would name every role of its set.
TEST(Hostile, TheDefaultRoleInManyWideExclusiveSets) {
  std::string text = absl::StrCat(kAdmin, "default_role: \"r0\"\n");
  std::string roles;
  for (int i = 0; i < 1000; ++i) {
    absl::StrAppend(&text, "roles { name: \"r", i, "\" assignable_at: COURSE }\n");
    absl::StrAppend(&roles, i > 0 ? "," : "", "\"r", i, "\"");
  }
  for (int i = 0; i < 100; ++i) {
    absl::StrAppend(&text, "exclusive_sets { name: \"s", i, "\" roles: [", roles, "] }\n");
  }
  const std::string told = ToString(CompileSoon(text).diagnostics);
  EXPECT_THAT(told, HasSubstr("nobody could be assigned `r1`, `r2`, `r3`, `r4`, `r5`, `r6`, `r7`, "
                              "`r8` or 991 more\n"));
  EXPECT_LT(told.size(), 300000u);
}

}  // namespace
}  // namespace provost
