// At each limit a policy compiles, in reasonable time; one past it is refused by name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "policy/compiler/compiler.h"

namespace provost {
namespace {

using testing::HasSubstr;

constexpr absl::string_view kAdmin =
    "name: \"big\" top_role: \"admin\"\n"
    "roles { name: \"admin\" assignable_at: TENANT grants { permissions: \"*\" } may_assign: "
    "\"admin\" }\n"
    "permissions { name: \"p.p\" asked_at: COURSE access: READ }\n";

std::string Facts(int count) {
  std::string text(kAdmin);
  for (int i = 0; i < count; ++i) absl::StrAppend(&text, "facts { name: \"f", i, "\" }\n");
  return text;
}

TEST(Limits, Facts) {
  EXPECT_NE(CompileText(Facts(32)).matrix, nullptr);
  EXPECT_EQ(ToString(CompileText(Facts(33)).diagnostics),
            "policy:36:15: error: fact `f32` is one too many of 33; the limit is 32\n");
}

// `count` permissions and `roles` roles beside the administrator, each with `grant`.
std::string Policy(int permissions, int roles, absl::string_view grant) {
  std::string text(kAdmin);
  for (int i = 1; i < permissions; ++i) {
    absl::StrAppend(&text, "permissions { name: \"r", i / 64, ".a", i,
                    "\" asked_at: COURSE access: READ }\n");
  }
  for (int i = 1; i < roles; ++i) {
    absl::StrAppend(&text, "roles { name: \"role", i, "\" assignable_at: COURSE ", grant, " }\n");
  }
  return text;
}

TEST(Limits, Permissions) {
  EXPECT_NE(CompileText(Policy(4096, 1, "")).matrix, nullptr);
  const CompileResult result = CompileText(Policy(4097, 1, ""));
  EXPECT_EQ(result.matrix, nullptr);
  EXPECT_THAT(ToString(result.diagnostics),
              HasSubstr("permission `r64.a4096` is one too many of 4097; the limit is 4096"));
}

TEST(Limits, Roles) {
  EXPECT_NE(CompileText(Policy(2, 1024, "")).matrix, nullptr);
  const CompileResult result = CompileText(Policy(2, 1025, ""));
  EXPECT_EQ(result.matrix, nullptr);
  EXPECT_THAT(ToString(result.diagnostics),
              HasSubstr("role `role1024` is one too many of 1025; the limit is 1024"));
}

TEST(Limits, ExclusiveSets) {
  std::string text = Policy(2, 3, "");
  for (int i = 0; i < 1024; ++i) {
    absl::StrAppend(&text, "exclusive_sets { name: \"s", i, "\" roles: [\"role1\", \"role2\"] }\n");
  }
  EXPECT_NE(CompileText(text).matrix, nullptr);
  absl::StrAppend(&text, "exclusive_sets { name: \"more\" roles: [\"role1\", \"role2\"] }\n");
  EXPECT_THAT(ToString(CompileText(text).diagnostics),
              HasSubstr("exclusive set `more` is one too many of 1025; the limit is 1024"));
}

TEST(Limits, Text) {
  std::string text(kAdmin);
  text += "#" + std::string(kMaxPolicyBytes - text.size() - 2, 'x') + "\n";
  EXPECT_EQ(text.size(), kMaxPolicyBytes);
  EXPECT_NE(CompileText(text).matrix, nullptr);
  EXPECT_EQ(ToString(CompileText(text + " ").diagnostics),
            "policy:1:1: error: the policy has 16777217 bytes; the limit is 16777216\n");
}

// Every role by wildcard on every permission: 4 M cells, the most that there may be.
TEST(Limits, CellsAtTheCaps) {
  const absl::Time start = absl::Now();
  const CompileResult result = CompileText(Policy(4096, 1024, "grants { permissions: \"*\" }"));
  const absl::Duration took = absl::Now() - start;
  ASSERT_NE(result.matrix, nullptr) << result.status();
  EXPECT_EQ(result.matrix->cells().size(), kMaxCells);
  RecordProperty("milliseconds", static_cast<int>(absl::ToInt64Milliseconds(took)));
  EXPECT_LT(took, absl::Seconds(60));
}

TEST(Limits, OneCellTooMany) {
  std::string text = Policy(4096, 1024, "grants { permissions: \"*\" }");
  // One permission asked at a second kind: every role gains a cell.
  const size_t at = text.find("asked_at: COURSE");
  text.replace(at, 16, "asked_at: [COURSE, SESSION]");
  const CompileResult result = CompileText(text);
  EXPECT_EQ(result.matrix, nullptr);
  EXPECT_THAT(
      ToString(result.diagnostics),
      HasSubstr("the policy has more than 4194304 cells; role `role1023` passes the limit"));
}

// A chain through every permission, given to many roles: what is implied is not walked anew.
TEST(Limits, LongestChainOfImplies) {
  std::string text(kAdmin);
  for (int i = 1; i < 4096; ++i) {
    absl::StrAppend(&text, "permissions { name: \"c.a", i, "\" asked_at: COURSE access: READ",
                    i + 1 < 4096 ? absl::StrCat(" implies: \"c.a", i + 1, "\"") : "", " }\n");
  }
  for (int i = 1; i < 200; ++i) {
    absl::StrAppend(&text, "roles { name: \"role", i,
                    "\" assignable_at: COURSE grants { permissions: \"c.a1\" } }\n");
  }
  const CompileResult result = CompileText(text);
  ASSERT_NE(result.matrix, nullptr) << result.status();
  EXPECT_EQ(result.matrix->cells().size(), 4096u + 199 * 4095);
}

// 100 000 cells spelled out one by one.
TEST(Limits, AHundredThousandNamedCells) {
  std::string grants = "grants { permissions: [";
  for (int i = 1; i <= 100; ++i) {
    absl::StrAppend(&grants, i > 1 ? ", " : "", "\"r", i / 64, ".a", i, "\"");
  }
  grants += "] source: \"S1\" }";
  const absl::Time start = absl::Now();
  const CompileResult result = CompileText(Policy(200, 1001, grants));
  const absl::Duration took = absl::Now() - start;
  ASSERT_NE(result.matrix, nullptr) << result.status();
  EXPECT_EQ(result.matrix->cells().size(), 200u + 100000u);
  RecordProperty("milliseconds", static_cast<int>(absl::ToInt64Milliseconds(took)));
  EXPECT_LT(took, absl::Seconds(20));
}

}  // namespace
}  // namespace provost
