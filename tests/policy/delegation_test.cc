// What guards the rules themselves, where a scenario file cannot reach: policies that change under
// overrides, moves, custom roles, and what all of it costs.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/decide/automatic.h"
#include "policy/decide/check.h"
#include "policy/decide/delegation.h"
#include "policy/decide/exclusive.h"
#include "policy/decide/held.h"
#include "tests/policy/fixture.h"

namespace provost {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr ScopeId kAcme = SmallWorld::kAcme;
constexpr ScopeId kSafety = SmallWorld::kSafety;
constexpr ScopeId kFire = SmallWorld::kFire;
constexpr ScopeId kSales = SmallWorld::kSales;
constexpr SubjectId kAnn = SmallWorld::kAnn;
constexpr SubjectId kBob = SmallWorld::kBob;
constexpr SubjectId kCarl{3};
constexpr SubjectId kDora{4};

// A policy in parts, so that each can be another. `author` may apply policies and has `course.own`;
// `guard` may prohibit as well.
struct Parts {
  std::string own =
      R"(permissions { name: "course.own" asked_at: [CATALOG, COURSE] access: WRITE })";
  std::string kill =
      R"(permissions { name: "course.kill" asked_at: [CATALOG, COURSE] access: WRITE })";
  std::string admin = R"(roles { name: "admin" assignable_at: TENANT grants { permissions: "*" }
    may_assign: ["admin", "author", "guard", "limited", "barred"] })";
  std::string limited = R"(roles { name: "limited" assignable_at: [CATALOG, COURSE]
    grants { permissions: "course.edit" requires: "mine" }
    grants { permissions: "course.kill" effect: PROHIBIT } })";
  std::string barred = R"(roles { name: "barred" assignable_at: [CATALOG, COURSE]
    grants { permissions: "course.kill" effect: PROHIBIT } })";
  std::string author = R"(roles { name: "author" assignable_at: TENANT
    grants { permissions: ["policy.apply", "course.own", "course.read"] } })";

  std::shared_ptr<const Matrix> Compile() const {
    return PolicyOf(absl::StrCat(R"(
      name: "training" version: "1" facts { name: "mine" }
      permissions { name: "course.read" asked_at: [CATALOG, COURSE] access: READ }
      permissions { name: "course.edit" asked_at: [CATALOG, COURSE] access: WRITE }
      permissions { name: "policy.apply" asked_at: TENANT access: WRITE }
      permissions { name: "role.prohibit" asked_at: [TENANT, CATALOG] access: WRITE }
      roles { name: "guard" assignable_at: TENANT
        grants { permissions: ["policy.apply", "role.prohibit", "course.kill"] } }
      top_role: "admin" )",
                                 own, kill, admin, limited, barred, author));
  }
};

// ann is the administrator, bob the author, carl is limited at safety, dora the guard.
class PolicyChangeTest : public testing::Test {
 protected:
  PolicyChangeTest() {
    small_.Do(User(kCarl, "carl"), User(kDora, "dora"), Assign(1, kAnn, "admin", kAcme),
              Assign(2, kBob, "author", kAcme), Assign(3, kCarl, "limited", kSafety),
              Assign(4, kDora, "guard", kAcme));
  }

  absl::Status Change(SubjectId author, const Parts& parts) {
    return CheckPolicyChange(*small_.world.Read(), author, *parts.Compile(), kNow);
  }
  std::vector<std::string> Breaks(const Parts& parts) {
    return FindPolicyBreaks(*small_.world.Read(), *parts.Compile(), kNow);
  }

  SmallWorld small_{Parts().Compile()};
};

TEST_F(PolicyChangeTest, Rule15_AFactNoMoreRequiredByACellIsAGainWhereItIsOverridden) {
  small_.Do(Override(kSafety, "limited", "course.edit", Effect::kAllow));
  ASSERT_EQ(small_.ReasonOf(kCarl, "course.edit", kFire), Reason::kMissingFacts);
  Parts without;
  without.limited = R"(roles { name: "limited" assignable_at: [CATALOG, COURSE]
    grants { permissions: "course.kill" effect: PROHIBIT } })";
  const absl::Status refused = Change(kBob, without);
  EXPECT_EQ(refused.code(), absl::StatusCode::kPermissionDenied) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("`course.edit` for `limited`"));
  EXPECT_TRUE(Change(kAnn, without).ok()) << "who is allowed it there";
  small_.Do(RemoveOverride{kSafety, "limited", "course.edit"});
  EXPECT_TRUE(Change(kBob, without).ok()) << "without the override nothing is gained";
}

TEST_F(PolicyChangeTest, Rule15_AProhibitComesAndGoesByWhoMayProhibit) {
  Parts without;
  without.barred = R"(roles { name: "barred" assignable_at: [CATALOG, COURSE]
    grants { permissions: "course.read" } })";
  const absl::Status dropped = Change(kBob, without);
  EXPECT_EQ(dropped.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(dropped.message()), HasSubstr("role.prohibit"));
  Parts with;
  with.author = R"(roles { name: "author" assignable_at: TENANT
    grants { permissions: ["policy.apply", "course.own", "course.read"] }
    grants { permissions: "course.edit" effect: PROHIBIT at: COURSE } })";
  EXPECT_FALSE(Change(kBob, with).ok());
  EXPECT_TRUE(Change(kDora, with).ok());
  EXPECT_TRUE(Change(kAnn, without).ok());
  EXPECT_TRUE(Change(kBob, Parts()).ok()) << "nothing changes";
}

TEST_F(PolicyChangeTest, Rule15_ARoleThatIsAddedMayBeListedByAnother) {
  const auto with_coach = [](absl::string_view coach) {
    Parts parts;
    parts.author = absl::StrCat(R"(roles { name: "author" assignable_at: TENANT
      grants { permissions: ["policy.apply", "course.own", "course.read"] } may_assign: "coach" }
      roles { name: "coach" assignable_at: COURSE )",
                                coach, " }");
    return parts;
  };
  EXPECT_TRUE(Change(kBob, with_coach(R"(grants { permissions: "course.read" })")).ok());
  const absl::Status more = Change(kBob, with_coach(R"(grants { permissions: "course.kill" })"));
  EXPECT_THAT(std::string(more.message()), HasSubstr("`course.kill` for `coach`"));
  const absl::Status higher =
      Change(kBob, with_coach(R"(grants { permissions: "course.read" } may_assign: "guard")"));
  EXPECT_THAT(std::string(higher.message()), HasSubstr("`guard` in may_assign of `coach`"));
  // A role that is there already is no matter of who is on the list.
  Parts listed;
  listed.author = R"(roles { name: "author" assignable_at: TENANT
    grants { permissions: ["policy.apply", "course.own", "course.read"] } may_assign: "limited" })";
  EXPECT_FALSE(Change(kBob, listed).ok());
}

TEST_F(PolicyChangeTest, Rule15_AProhibitDroppedLaysBareAnOverride) {
  small_.Do(Override(kSafety, "limited", "course.edit", Effect::kAllow),
            PutOverride{kSafety, "limited", "course.kill", Effect::kAllow, false,
                        std::vector<std::string>{}});
  Parts without;
  without.limited = R"(roles { name: "limited" assignable_at: [CATALOG, COURSE]
    grants { permissions: "course.edit" requires: "mine" } })";
  EXPECT_FALSE(Change(kBob, without).ok()) << "neither allowed nor a prohibiter";
  EXPECT_TRUE(Change(kDora, without).ok()) << "both, by `course.kill` and `role.prohibit`";
}

TEST_F(PolicyChangeTest, Rule15_WhatAnOverrideImpliesIsAGain) {
  small_.Do(PutOverride{kSafety, "limited", "course.own", Effect::kAllow, false,
                        std::vector<std::string>{}});
  Parts implying;
  implying.own = R"(permissions { name: "course.own" asked_at: [CATALOG, COURSE] access: WRITE
    implies: "course.edit" })";
  implying.author = R"(roles { name: "author" assignable_at: TENANT
    grants { permissions: ["policy.apply", "course.read"] } })";
  const absl::Status refused = Change(kBob, implying);
  EXPECT_EQ(refused.code(), absl::StatusCode::kPermissionDenied) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("`course.edit` for `limited`"));
  EXPECT_TRUE(Change(kAnn, implying).ok());
  small_.Do(RemoveOverride{kSafety, "limited", "course.own"});
  EXPECT_TRUE(Change(kBob, implying).ok());
}

TEST_F(PolicyChangeTest, Rule15_AWriteThatBecomesARead) {
  Parts read;
  read.kill = R"(permissions { name: "course.kill" asked_at: [CATALOG, COURSE] access: READ })";
  EXPECT_FALSE(Change(kBob, read).ok());
  EXPECT_TRUE(Change(kDora, read).ok()) << "who has it wherever it is asked";
}

TEST_F(PolicyChangeTest, Rule15_ATenantThatCouldNotRepairItselfIsABreak) {
  EXPECT_THAT(Breaks(Parts()), IsEmpty());
  for (const char* taken : {"policy.apply", "role.prohibit"}) {
    Parts locked_out;
    locked_out.admin = absl::StrCat(R"(roles { name: "admin" assignable_at: TENANT
      grants { permissions: "*" } grants { permissions: ")",
                                    taken, R"(" effect: PROHIBIT }
      may_assign: ["admin", "author", "guard", "limited", "barred"] })");
    const std::vector<std::string> breaks = Breaks(locked_out);
    ASSERT_THAT(breaks, SizeIs(1)) << taken;
    EXPECT_THAT(breaks[0], HasSubstr(taken));
    // By a role that the only administrator holds as well, too.
    Parts by_another;
    by_another.author = absl::StrCat(R"(roles { name: "author" assignable_at: TENANT
      grants { permissions: ")",
                                     taken, R"(" effect: PROHIBIT } })");
    EXPECT_THAT(Breaks(by_another), IsEmpty()) << "ann does not hold it";
    small_.Do(Assign(9, kAnn, "author", kAcme));
    EXPECT_THAT(Breaks(by_another), SizeIs(1));
    small_.Do(RemoveAssignment{AssignmentId(9), kAnn});
  }
}

// What moving asks of the mover, all of which ann has and bob has apart from `role.prohibit`.
class MoveTest : public testing::Test {
 protected:
  MoveTest()
      : small_(PolicyOf(R"(
      name: "training" version: "1"
      permissions { name: "course.edit" asked_at: [TENANT, CATALOG, COURSE] access: WRITE }
      permissions { name: "course.kill" asked_at: COURSE access: WRITE }
      permissions { name: "catalog.read" asked_at: CATALOG access: READ }
      permissions { name: "role.prohibit" asked_at: [TENANT, CATALOG] access: WRITE }
      roles { name: "barred" assignable_at: [CATALOG, COURSE]
        grants { permissions: "course.kill" effect: PROHIBIT } }
      roles { name: "blind" assignable_at: CATALOG
        grants { permissions: "catalog.read" effect: PROHIBIT } }
      roles { name: "plain" assignable_at: CATALOG grants { permissions: "course.kill" } }
      roles { name: "mover" assignable_at: TENANT grants { permissions: "course.*" } }
      roles { name: "admin" assignable_at: TENANT grants { permissions: "*" }
        may_assign: ["admin", "mover", "barred", "blind", "plain"] }
      top_role: "admin")")) {
    small_.Do(User(kCarl, "carl"), Assign(1, kAnn, "admin", kAcme),
              Assign(2, kBob, "mover", kAcme));
  }
  // From safety to sales.
  absl::Status Move(SubjectId actor) {
    return CheckMove(*small_.world.Read(), actor, kFire, kSales,
                     MovePermissions{"course.edit", "course.edit", "course.edit"}, kNow);
  }

  SmallWorld small_;
};

TEST_F(MoveTest, Rule18_AProhibitOfARoleHeldWhereTheScopeLeavesOrEnters) {
  EXPECT_TRUE(Move(kBob).ok());
  for (const ScopeId at : {kSafety, kSales}) {
    const Window later{kNow + absl::Hours(1), kNow + absl::Hours(2)};
    small_.Do(Assign(3, kCarl, "barred", at, later));
    EXPECT_EQ(Move(kBob).code(), absl::StatusCode::kPermissionDenied) << at.value;
    EXPECT_TRUE(Move(kAnn).ok()) << at.value;
    small_.Do(Assign(3, kCarl, "barred", at, Window{absl::InfinitePast(), kNow}));
    EXPECT_TRUE(Move(kBob).ok()) << "what has ended prohibits nothing";
    small_.Do(RemoveAssignment{AssignmentId(3), kCarl});
  }
  small_.Do(Assign(3, kCarl, "blind", kSafety), Assign(4, kCarl, "barred", kFire));
  EXPECT_TRUE(Move(kBob).ok()) << "nothing asked of a course, and held where it moves along";
}

TEST_F(MoveTest, Rule18_AProhibitThatAnOverrideElsewhereBrings) {
  small_.Do(Assign(3, kCarl, "plain", kSafety));
  EXPECT_TRUE(Move(kBob).ok());
  small_.Do(Override(kFire, "plain", "course.kill", Effect::kProhibit));
  EXPECT_EQ(Move(kBob).code(), absl::StatusCode::kPermissionDenied)
      << "carl would be rid of it, though the override moves along";
  small_.Do(RemoveOverride{kFire, "plain", "course.kill"},
            Override(kAcme, "plain", "course.kill", Effect::kProhibit));
  EXPECT_EQ(Move(kBob).code(), absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(Move(kAnn).ok());
}

// --- groups that rules fill (rule 13) ---

// ann is the administrator. `staff`(10) holds `reader` at safety and is in `all`(11).
class AutomaticTest : public testing::Test {
 protected:
  static std::shared_ptr<const Matrix> Policy(absl::string_view reader) {
    return PolicyOf(absl::StrCat(R"(
      name: "training" version: "1" facts { name: "self" }
      permissions { name: "course.read" asked_at: [CATALOG, COURSE] access: READ }
      permissions { name: "course.edit" asked_at: [CATALOG, COURSE] access: WRITE }
      permissions { name: "course.run" asked_at: [CATALOG, COURSE] access: WRITE
                    implies: "group.manage" }
      permissions { name: "group.manage" asked_at: [TENANT, CATALOG] access: WRITE }
      permissions { name: "role.prohibit" asked_at: [TENANT, CATALOG] access: WRITE }
      permissions { name: "policy.apply" asked_at: TENANT access: WRITE }
      roles { name: "organiser" assignable_at: [TENANT, CATALOG]
        grants { permissions: "group.manage" } }
      roles { name: "admin" assignable_at: TENANT grants { permissions: "*" }
        may_assign: ["admin", "reader", "organiser"] }
      top_role: "admin" )",
                                 reader));
  }
  static constexpr char kReader[] = R"(roles { name: "reader" assignable_at: [CATALOG, COURSE]
      grants { permissions: "course.read" } grants { permissions: "course.edit" } })";

  AutomaticTest() : small_(Policy(kReader)) {
    small_.Do(Group(kStaff, "staff"), Group(kAll, "all"), PutMember{kAll, kStaff, Window()},
              Assign(1, kAnn, "admin", kAcme), Assign(2, kStaff, "reader", kSafety));
  }

  static PutSubject ByRule(SubjectId uid, std::string name, bool by_rule = true) {
    PutSubject put = Group(uid, std::move(name));
    put.by_rule = by_rule;
    return put;
  }
  RoleId Role(absl::string_view name) {
    return small_.world.Read()->matrix().FindRole(name).value();
  }
  absl::Status Assigning(SubjectId group, absl::string_view role, ScopeId scope) {
    return CheckAssign(*small_.world.Read(), kAnn, group, Role(role), scope, Window(), kNow);
  }
  absl::Status Overriding(ScopeId scope, absl::string_view permission) {
    OverrideRecord record{};
    record.effect = Effect::kAllow;
    const PinnedView view = small_.world.Read();
    return CheckOverride(*view, kAnn, scope, Role("reader"),
                         view->matrix().FindPermission(permission).value(), record, kNow);
  }

  static constexpr SubjectId kStaff{10};
  static constexpr SubjectId kAll{11};
  SmallWorld small_;
};

TEST_F(AutomaticTest, Rule13_ARoleIsJudgedWhenItIsAssigned) {
  EXPECT_TRUE(Assigning(kAll, "organiser", kSafety).ok());
  small_.Do(ByRule(kStaff, "staff"));
  for (SubjectId group : {kStaff, kAll}) {
    const absl::Status refused = Assigning(group, "organiser", kSafety);
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;
    EXPECT_THAT(std::string(refused.message()), HasSubstr("`organiser` allows `group.manage`"));
    EXPECT_THAT(std::string(Assigning(group, "admin", kAcme).message()),
                HasSubstr("`admin` may assign roles"));
    EXPECT_TRUE(Assigning(group, "reader", kSafety).ok());
  }
  small_.Do(ByRule(kStaff, "staff", false));
  EXPECT_TRUE(Assigning(kAll, "organiser", kSafety).ok()) << "filled by hand again";
  small_.Do(ByRule(kStaff, "staff"), RemoveSubject{kStaff});
  EXPECT_TRUE(Assigning(kAll, "organiser", kSafety).ok()) << "which is no longer there";
}

TEST_F(AutomaticTest, Rule13_WhatAGroupHoldsIsJudgedWhenItComesToFillItself) {
  const auto may_be_filled = [&] {
    return CheckMayBeAutomatic(*small_.world.Read(), kStaff, kNow);
  };
  const Window past{absl::InfinitePast(), kNow};
  const Window soon{kNow + absl::Hours(1), kNow + absl::Hours(2)};
  EXPECT_TRUE(may_be_filled().ok());
  small_.Do(Assign(3, kAll, "organiser", kSales, soon));
  EXPECT_EQ(may_be_filled().code(), absl::StatusCode::kFailedPrecondition);
  small_.Do(Assign(3, kAll, "organiser", kSales, past));
  EXPECT_TRUE(may_be_filled().ok()) << "what has ended is held no more";
  small_.Do(Assign(3, kAll, "organiser", kSales));
  small_.Do(PutMember{kAll, kStaff, past});
  EXPECT_TRUE(may_be_filled().ok()) << "nor does a membership that has ended bring anybody";

  small_.Do(ByRule(SubjectId(12), "vienna"), PutMember{SubjectId(12), kBob, Window()});
  const auto nesting = [&](SubjectId group, SubjectId member) {
    return CheckAddMember(*small_.world.Read(), kAnn, group, member, Window(), kNow);
  };
  EXPECT_EQ(nesting(kAll, SubjectId(12)).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(nesting(kStaff, SubjectId(12)).ok());
  EXPECT_TRUE(nesting(kAll, kBob).ok()) << "a person is added by hand";
  small_.Do(PutMember{kStaff, SubjectId(12), Window()});
  EXPECT_EQ(nesting(kAll, kStaff).code(), absl::StatusCode::kFailedPrecondition)
      << "with such a group in it";
}

TEST_F(AutomaticTest, Rule13_AnOverrideIsJudgedByWhoHoldsTheRole) {
  EXPECT_TRUE(Overriding(kSafety, "group.manage").ok());
  small_.Do(ByRule(kStaff, "staff"));
  for (ScopeId scope : {kAcme, kSafety}) {
    EXPECT_EQ(Overriding(scope, "group.manage").code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(Overriding(scope, "course.run").code(), absl::StatusCode::kFailedPrecondition)
        << "what it implies";
    EXPECT_TRUE(Overriding(scope, "course.edit").ok());
  }
  EXPECT_TRUE(Overriding(kSales, "group.manage").ok()) << "where no such group holds it";
  EXPECT_TRUE(Overriding(kFire, "course.run").ok()) << "it implies nothing at a course";
  small_.Do(Override(kSales, "reader", "group.manage", Effect::kAllow));
  EXPECT_EQ(Assigning(kStaff, "reader", kSales).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Assigning(kStaff, "reader", kFire).ok());
}

TEST_F(AutomaticTest, Rule13_AMoveBringsNoRoleUnderSuchAnOverride) {
  const auto move = [&](ScopeId scope) {
    return CheckMove(*small_.world.Read(), kAnn, scope, kSales,
                     MovePermissions{"course.edit", "course.edit", "course.edit"}, kNow);
  };
  small_.Do(ByRule(kStaff, "staff"), Assign(3, kStaff, "reader", kFire));
  EXPECT_TRUE(move(kFire).ok());
  small_.Do(Override(kSales, "reader", "group.manage", Effect::kAllow));
  EXPECT_EQ(move(kFire).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(move(kSafety).code(), absl::StatusCode::kFailedPrecondition);
  small_.Do(RemoveOverride{kSales, "reader", "group.manage"},
            RemoveAssignment{AssignmentId(3), kStaff}, RemoveAssignment{AssignmentId(2), kStaff},
            Assign(4, kStaff, "reader", kSales));
  EXPECT_TRUE(move(kSafety).ok());
  small_.Do(Override(kSafety, "reader", "group.manage", Effect::kAllow));
  EXPECT_EQ(move(kSafety).code(), absl::StatusCode::kFailedPrecondition)
      << "the override comes below where the role is held";
}

TEST_F(AutomaticTest, Rule13_APolicyMakesNoRoleHarmfulThatIsHeldSo) {
  const auto breaks = [&](absl::string_view reader) {
    return FindPolicyBreaks(*small_.world.Read(), *Policy(reader), kNow);
  };
  constexpr char kHarmful[] = R"(roles { name: "reader" assignable_at: [CATALOG, COURSE]
      grants { permissions: "course.run" } })";
  constexpr char kSelf[] = R"(roles { name: "reader" assignable_at: [CATALOG, COURSE]
      grants { permissions: "group.manage" requires: "self" } })";
  EXPECT_THAT(breaks(kHarmful), IsEmpty());
  small_.Do(ByRule(kStaff, "staff"));
  EXPECT_THAT(breaks(kReader), IsEmpty());
  EXPECT_THAT(breaks(kSelf), IsEmpty());
  EXPECT_THAT(breaks(kHarmful), SizeIs(1));
  EXPECT_THAT(breaks(kHarmful)[0], HasSubstr("`reader` allows `group.manage`, but `staff`"));
  // An override that asks for what the cell asks for follows the cell.
  small_.Do(Override(kSafety, "reader", "course.edit", Effect::kAllow));
  EXPECT_THAT(breaks(kReader), IsEmpty());
}

// --- what it costs ---

double Seconds(absl::Time since) { return absl::ToDoubleSeconds(absl::Now() - since); }

// 16 levels of 30 groups, each in all of the level above, with windows that overlap.
TEST(Cost, GroupsNestedWideAndDeep) {
  constexpr uint32_t kWide = 30;
  constexpr uint32_t kDeep = 15;
  SmallWorld small;
  Change change;
  const auto group = [](uint32_t level, uint32_t i) { return SubjectId(100 + level * kWide + i); };
  uint32_t windows = 0;
  for (uint32_t level = 0; level < kDeep; ++level) {
    for (uint32_t i = 0; i < kWide; ++i) {
      change.ops.push_back(Group(group(level, i), absl::StrCat("g", level, "_", i)));
      for (uint32_t j = 0; level > 0 && j < kWide; ++j) {
        windows = windows * 1103515245 + 12345;
        const absl::Time begin = kNow - absl::Seconds(1 + windows % 1000);
        const absl::Time end = kNow + absl::Seconds(1 + windows / 1000 % 1000);
        change.ops.push_back(PutMember{group(level - 1, j), group(level, i), {begin, end}});
      }
    }
  }
  change.ops.push_back(PutMember{group(kDeep - 1, 0), kAnn, Window()});
  change.ops.push_back(Assign(1, group(0, 0), "course_admin", kFire));
  const absl::Time begin = absl::Now();
  const absl::Status applied = small.world.Apply(change);
  ASSERT_TRUE(applied.ok()) << applied;
  EXPECT_EQ(small.ReasonOf(kAnn, "course.update", kFire), Reason::kAllowed);
  const PinnedView view = small.world.Read();
  EXPECT_THAT(HoldingsOf(*view, kAnn, kNow), SizeIs(1)) << "windows that meet are one";
  EXPECT_EQ(GroupsAbove(*view, kAnn).size(), 1 + (kDeep - 1) * kWide + 1);
  EXPECT_LT(Seconds(begin), 20) << "thousands of chains, each pair of groups looked at once";
}

TEST(Cost, OverridesOfAChainThatImplies) {
  constexpr int kChain = 1000;
  std::string policy = R"(name: "t" version: "1" top_role: "admin"
    roles { name: "admin" assignable_at: TENANT grants { permissions: "*" } may_assign: "admin" })";
  for (int i = 0; i < kChain; ++i) {
    absl::StrAppend(&policy, "permissions { name: \"x.p", i,
                    "\" asked_at: [TENANT, CATALOG, COURSE, SESSION] access: READ");
    if (i + 1 < kChain) absl::StrAppend(&policy, " implies: \"x.p", i + 1, "\"");
    absl::StrAppend(&policy, " }\n");
  }
  SmallWorld small(PolicyOf(policy));
  Change change;
  for (int i = 0; i < kChain; ++i) {
    change.ops.push_back(PutOverride{kAcme, "admin", absl::StrCat("x.p", i), Effect::kAllow, false,
                                     std::vector<std::string>{}});
  }
  const absl::Time begin = absl::Now();
  ASSERT_TRUE(small.world.Apply(change).ok());
  EXPECT_LT(Seconds(begin), 10);
}

TEST(Cost, OneSubjectWithManyAssignments) {
  SmallWorld small;
  Change change;
  for (uint64_t i = 1; i <= 5000; ++i) change.ops.push_back(Assign(i, kAnn, "learner", kSafety));
  change.ops.push_back(RemoveAssignment{AssignmentId(7), kAnn});
  change.ops.push_back(Assign(5001, kAnn, "course_admin", kFire));
  ASSERT_TRUE(small.world.Apply(change).ok());
  const PinnedView view = small.world.Read();
  const absl::Span<const AssignmentRecord> all = view->AssignmentsOf(kAnn);
  ASSERT_THAT(all, SizeIs(5000));
  EXPECT_EQ(all[5].uid, 6u);
  EXPECT_EQ(all[6].uid, 8u);
  EXPECT_EQ(all.back().uid, 5001u);
  EXPECT_EQ(view->SubjectName(kAnn), "ann") << "which stands behind them";
  EXPECT_EQ(small.ReasonOf(kAnn, "course.update", kFire), Reason::kAllowed);
}

TEST(Cost, AnOverrideAboveManyOverriddenScopes) {
  SmallWorld small;
  Change change;
  change.ops.push_back(Assign(1, kAnn, "admin", kAcme));
  for (uint32_t i = 0; i < 3000; ++i) {
    const ScopeId scope(100 + i);
    change.ops.push_back(Scope(scope, ScopeKind::kCourse, absl::StrCat("c", i), kAcme));
    change.ops.push_back(Override(scope, "teacher", "course.read", Effect::kPrevent));
  }
  ASSERT_TRUE(small.world.Apply(change).ok());
  const PinnedView view = small.world.Read();
  OverrideRecord record{};
  record.effect = Effect::kAllow;
  record.facts_set = true;
  const absl::Time begin = absl::Now();
  for (const char* role : {"teacher", "learner"}) {
    const absl::Status status =
        CheckOverride(*view, kAnn, kAcme, view->matrix().FindRole(role).value(),
                      view->matrix().FindPermission("course.update").value(), record, kNow);
    EXPECT_TRUE(status.ok()) << status;
  }
  EXPECT_LT(Seconds(begin), 5);
}

}  // namespace
}  // namespace provost
