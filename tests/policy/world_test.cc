// World::Apply: whole or not at all, every refusal in words, uids, policies, moves and memory.
#include "policy/world/world.h"

#include <malloc.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/decide/check.h"
#include "tests/policy/fixture.h"

namespace provost {
namespace {

using testing::HasSubstr;

constexpr ScopeId kAcme = SmallWorld::kAcme;
constexpr ScopeId kSafety = SmallWorld::kSafety;
constexpr ScopeId kFire = SmallWorld::kFire;
constexpr ScopeId kMorning = SmallWorld::kMorning;
constexpr ScopeId kSales = SmallWorld::kSales;
constexpr ScopeId kPitch = SmallWorld::kPitch;
constexpr SubjectId kAnn = SmallWorld::kAnn;
constexpr SubjectId kBob = SmallWorld::kBob;
constexpr ScopeId kNowhere{0};

// All that a state says, in words.
std::string Dump(const WorldState& state) {
  std::string text = absl::StrCat(state.matrix().name(), " ", state.suspended(), " users ",
                                  state.user_count(), " scopes ", state.scope_count(),
                                  " assignments ", state.assignment_count(), "\n");
  const auto window = [](const Window& w) {
    return absl::StrCat(absl::FormatTime(w.not_before), "..", absl::FormatTime(w.expires));
  };
  state.ForEachSubject(SubjectId(0), [&](SubjectId id, const SubjectLine& line) {
    absl::StrAppend(&text, id.value, " ", state.SubjectName(id), " flags ", line.flags, " home ",
                    state.HomeOf(id).value, " found ",
                    state.FindSubject(state.SubjectName(id)).value,
                    state.IsFilledByRule(id) ? " by rule" : "");
    for (const AssignmentRecord& each : state.AssignmentsOf(id)) {
      absl::StrAppend(&text, " [", each.uid, " ", state.matrix().role(RoleId(each.role)).name, " ",
                      each.scope, " ", each.suspended, " ", window(each.window), "]");
    }
    for (const MembershipRecord& each : state.GroupsOf(id)) {
      absl::StrAppend(&text, " in ", each.group, " ", window(each.window));
    }
    const GroupClosure* closure = state.closure(id.value);
    for (uint64_t i = 0; closure != nullptr && i < closure->count; ++i) {
      absl::StrAppend(&text, " under ", closure->entries()[i].group, " ",
                      window(closure->entries()[i].window));
    }
    state.ForEachMember(id, SubjectId(0), [&](SubjectId member) {
      absl::StrAppend(&text, " has ", member.value);
      return true;
    });
    absl::StrAppend(&text, "\n");
    return true;
  });
  state.ForEachInSubtree(state.root(), [&](ScopeId id) {
    const ScopeLine& line = *state.scope_line(id.value);
    absl::StrAppend(&text, id.value, " ", state.ScopeName(id), " parent ", state.ParentOf(id).value,
                    " kind ", ScopeKindName(line.kind), " masks ", line.override_mask, " ",
                    line.frozen_mask, " path");
    const ScopePath path = state.PathOf(id);
    for (uint32_t i = 0; i < path.size; ++i) absl::StrAppend(&text, " ", path.ids[i]);
    for (const OverrideRecord& each : state.OverridesAt(id)) {
      absl::StrAppend(&text, " {", state.matrix().role(RoleId(each.role)).name, " ",
                      state.matrix().permission(PermissionId(each.permission)).name, " ",
                      EffectName(each.effect), " ", each.locked, each.facts_set, " ", each.facts,
                      "}");
    }
    state.ForEachHolderAt(id, [&](RoleId role, SubjectId subject) {
      absl::StrAppend(&text, " held ", role.value, " by ", subject.value);
      return true;
    });
    state.ForEachAtHome(id, [&](SubjectId subject) {
      absl::StrAppend(&text, " home of ", subject.value);
      return true;
    });
    absl::StrAppend(&text, "\n");
    return true;
  });
  return text;
}

// A change that is refused leaves nothing, also of the ops before the one that fails.
TEST(WorldApply, AFailingChangeLeavesNothing) {
  SmallWorld small;
  small.Do(Group(SubjectId(10), "team"), PutMember{SubjectId(10), kAnn, Window()},
           Assign(1, SubjectId(10), "learner", kFire),
           Override(kFire, "learner", "course.read", Effect::kPrevent));
  const std::string before = Dump(*small.world.Read());
  const uint64_t revision = small.world.Read()->revision();
  const absl::Status status = small.Try(
      User(SubjectId(20), "cat"), Group(SubjectId(21), "other"),
      PutMember{SubjectId(21), SubjectId(20), Window()},
      PutMember{SubjectId(10), SubjectId(21), Window()},
      Scope(ScopeId(20), ScopeKind::kCourse, "water", kSales),
      PutScope{kSafety, ScopeKind::kCatalog, "renamed", kSales, true, true},
      Assign(2, kBob, "manager", kSafety), RemoveAssignment{AssignmentId(1), SubjectId(10)},
      Override(kSales, "learner", "course.read", Effect::kAllow),
      RemoveOverride{kFire, "learner", "course.read"}, RemoveSubject{kAnn}, SetTenant{true},
      Assign(3, SubjectId(20), "no_such_role", ScopeId(20)));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Dump(*small.world.Read()), before);
  EXPECT_EQ(small.world.Read()->revision(), revision);
  small.Do(User(SubjectId(20), "cat"));
  EXPECT_EQ(small.world.Read()->revision(), revision + 1);
}

TEST(WorldApply, ASpoiledEditCanOnlyBeDropped) {
  SmallWorld small;
  const std::string before = Dump(*small.world.Read());
  {
    WorldEdit edit = small.world.Edit();
    Change good;
    good.ops.emplace_back(User(SubjectId(20), "cat"));
    EXPECT_TRUE(edit.Apply(good).ok());
    Change bad;
    bad.ops.emplace_back(RemoveSubject{SubjectId(99)});
    EXPECT_EQ(edit.Apply(bad).code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(edit.Apply(good).code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(edit.Publish(7).code(), absl::StatusCode::kFailedPrecondition);
  }
  EXPECT_EQ(Dump(*small.world.Read()), before);
}

TEST(WorldApply, AnEditIsSeenWhenItIsPublishedAndNotBefore) {
  SmallWorld small;
  const HeldView before = small.world.Hold();
  {
    WorldEdit edit = small.world.Edit();
    Change change;
    change.ops.emplace_back(Assign(1, kAnn, "course_admin", kFire));
    ASSERT_TRUE(edit.Apply(change).ok());
    EXPECT_EQ(edit.state().assignment_count(), 1u);
    EXPECT_EQ(small.world.Read()->assignment_count(), 0u);
    ASSERT_TRUE(edit.Publish(77).ok());
    EXPECT_EQ(edit.Publish(78).code(), absl::StatusCode::kFailedPrecondition);
  }
  EXPECT_EQ(small.world.Read()->revision(), 77u);
  EXPECT_EQ(small.ReasonOf(kAnn, "course.update", kFire), Reason::kAllowed);
  EXPECT_EQ(before->assignment_count(), 0u) << "a held view stays what it was";
  EXPECT_EQ(Check(*before, small.Ask(kAnn, "course.update", kFire)).reason, Reason::kNoRole);
}

TEST(WorldApply, EveryRefusalSaysWhatAndWhy) {
  SmallWorld small;
  small.Do(Group(SubjectId(10), "team"), Group(SubjectId(11), "crew"),
           PutMember{SubjectId(10), SubjectId(11), Window()}, Assign(1, kAnn, "learner", kFire),
           PutSubject{SubjectId(12), SubjectKind::kUser, "homed", kSales, false});
  const Window empty{kNow, kNow};
  const std::string long_name(257, 'x');
  struct Refusal {
    ChangeOp op;
    absl::StatusCode code;
    const char* text;
  };
  using absl::StatusCode;
  const Refusal refusals[] = {
      {User(kAnonymous, "zero"), StatusCode::kInvalidArgument, "subject uid 0: reserved"},
      {User(kUnknownSubject, "max"), StatusCode::kInvalidArgument,
       "subject uid 4294967295: reserved"},
      {User(SubjectId(20), ""), StatusCode::kInvalidArgument,
       "name of a subject: 0 bytes; wanted 1 to 256"},
      {User(SubjectId(20), long_name), StatusCode::kInvalidArgument,
       "name of a subject: 257 bytes"},
      {User(SubjectId(20), "ann"), StatusCode::kAlreadyExists, "a subject named `ann` exists"},
      {User(kBob, "ann"), StatusCode::kAlreadyExists, "a subject named `ann` exists"},
      {Group(kAnn, "ann"), StatusCode::kInvalidArgument, "subject `ann` cannot change its kind"},
      {PutSubject{SubjectId(20), SubjectKind::kUser, "cat", ScopeId(99), false},
       StatusCode::kNotFound, "home of subject `cat`: no scope 99"},
      {RemoveSubject{SubjectId(99)}, StatusCode::kNotFound, "no subject 99"},
      {PutMember{kAnn, kBob, Window()}, StatusCode::kNotFound, "no group 1"},
      {PutMember{SubjectId(99), kBob, Window()}, StatusCode::kNotFound, "no group 99"},
      {PutMember{SubjectId(10), SubjectId(99), Window()}, StatusCode::kNotFound,
       "no subject 99 to be a member of `team`"},
      {PutMember{SubjectId(10), kAnn, empty}, StatusCode::kInvalidArgument,
       "membership of `ann` in `team` ends before it begins"},
      {PutMember{SubjectId(10), SubjectId(10), Window()}, StatusCode::kInvalidArgument, "`team`"},
      {PutMember{SubjectId(11), SubjectId(10), Window()}, StatusCode::kInvalidArgument, "`crew`"},
      {RemoveMember{SubjectId(10), kBob}, StatusCode::kNotFound,
       "subject 2 is not a member of group 10"},
      {Scope(ScopeId(0), ScopeKind::kCourse, "x", kAcme), StatusCode::kInvalidArgument,
       "scope uid 0: reserved"},
      {Scope(kUnknownScope, ScopeKind::kCourse, "x", kAcme), StatusCode::kInvalidArgument,
       "scope uid 4294967295: reserved"},
      {Scope(ScopeId(20), ScopeKind::kCourse, "", kAcme), StatusCode::kInvalidArgument,
       "name of a scope: 0 bytes; wanted 1 to 256"},
      {Scope(ScopeId(20), ScopeKind::kCourse, "fire", kAcme), StatusCode::kAlreadyExists,
       "a scope named `fire` exists"},
      {Scope(ScopeId(20), ScopeKind::kTenant, "x", kNowhere), StatusCode::kInvalidArgument,
       "scope `x`: a world has one scope of kind TENANT, and it has no parent"},
      {Scope(ScopeId(20), ScopeKind::kCourse, "x", ScopeId(99)), StatusCode::kNotFound,
       "parent of scope `x`: no scope 99"},
      {Scope(ScopeId(20), ScopeKind::kCourse, "x", kNowhere), StatusCode::kNotFound,
       "parent of scope `x`: no scope 0"},
      {Scope(ScopeId(20), ScopeKind::kCatalog, "x", kFire), StatusCode::kInvalidArgument,
       "scope `x`: a CATALOG cannot stand below a COURSE"},
      {Scope(ScopeId(20), ScopeKind::kSession, "x", kAcme), StatusCode::kInvalidArgument,
       "scope `x`: a SESSION cannot stand below a TENANT"},
      {Scope(ScopeId(20), ScopeKind::kCourse, "x", kFire), StatusCode::kInvalidArgument,
       "scope `x`: a COURSE cannot stand below a COURSE"},
      {Scope(ScopeId(20), ScopeKind::kSession, "x", kMorning), StatusCode::kInvalidArgument,
       "scope `x`: a SESSION cannot stand below a SESSION"},
      {Scope(kFire, ScopeKind::kCatalog, "fire", kSafety), StatusCode::kInvalidArgument,
       "scope `fire` cannot change its kind"},
      {Scope(kSafety, ScopeKind::kCatalog, "safety", kSafety), StatusCode::kInvalidArgument,
       "scope `safety` cannot move below `safety`, which is below it"},
      {RemoveScope{ScopeId(99)}, StatusCode::kNotFound, "no scope 99"},
      {RemoveScope{kFire}, StatusCode::kFailedPrecondition,
       "scope `fire` still has scopes below it"},
      {Assign(2, SubjectId(99), "learner", kFire), StatusCode::kNotFound,
       "no subject 99 to hold `learner`"},
      {Assign(2, kAnn, "learner", ScopeId(99)), StatusCode::kNotFound,
       "no scope 99 to hold `learner` at"},
      {Assign(2, kAnn, "leaner", kFire), StatusCode::kInvalidArgument,
       "unknown role `leaner`; did you mean `learner`?"},
      {Assign(2, kAnn, "admin", kFire), StatusCode::kInvalidArgument,
       "role `admin` cannot be held at a COURSE, which `fire` is"},
      {Assign(2, kAnn, "learner", kFire, empty), StatusCode::kInvalidArgument,
       "assignment of `learner` to `ann` ends before it begins"},
      {Assign(1, kAnn, "learner", kPitch), StatusCode::kInvalidArgument,
       "assignment 1 cannot change its role or scope; remove it and assign"},
      {Assign(1, kAnn, "course_admin", kFire), StatusCode::kInvalidArgument,
       "assignment 1 cannot change its role or scope; remove it and assign"},
      {RemoveAssignment{AssignmentId(9), kAnn}, StatusCode::kNotFound,
       "subject 1 has no assignment 9"},
      {RemoveAssignment{AssignmentId(1), kBob}, StatusCode::kNotFound,
       "subject 2 has no assignment 1"},
      {Override(ScopeId(99), "learner", "course.read", Effect::kAllow), StatusCode::kNotFound,
       "no scope 99 to override at"},
      {Override(kFire, "leaner", "course.read", Effect::kAllow), StatusCode::kInvalidArgument,
       "unknown role `leaner`; did you mean `learner`?"},
      {Override(kFire, "learner", "course.raed", Effect::kAllow), StatusCode::kInvalidArgument,
       "unknown permission `course.raed`; did you mean `course.read`?"},
      {Override(kFire, "learner", "course.read", Effect::kNone), StatusCode::kInvalidArgument,
       "an override needs an effect: ALLOW, PREVENT or PROHIBIT"},
      {PutOverride{kFire, "learner", "course.read", Effect::kPrevent, false,
                   std::vector<std::string>()},
       StatusCode::kInvalidArgument,
       "override of `course.read` for `learner`: only ALLOW names facts"},
      {PutOverride{kFire, "learner", "course.read", Effect::kAllow, false,
                   std::vector<std::string>{"publishd"}},
       StatusCode::kInvalidArgument, "unknown fact `publishd`; did you mean `published`?"},
      {RemoveOverride{kFire, "learner", "course.read"}, StatusCode::kNotFound,
       "no override of `course.read` for `learner` at scope 3"},
      {RemoveOverride{kFire, "leaner", "course.read"}, StatusCode::kInvalidArgument,
       "unknown role `leaner`"},
      {RemoveOverride{kFire, "learner", "nothing"}, StatusCode::kInvalidArgument,
       "unknown permission `nothing`"},
      {SetPolicy{nullptr}, StatusCode::kInvalidArgument, "no policy given"},
  };
  const std::string before = Dump(*small.world.Read());
  for (const Refusal& refusal : refusals) {
    SCOPED_TRACE(refusal.text);
    Change change;
    change.ops.push_back(refusal.op);
    const absl::Status status = small.world.Apply(change);
    EXPECT_EQ(status.code(), refusal.code) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(refusal.text));
  }
  EXPECT_EQ(Dump(*small.world.Read()), before);
  small.Do(RemoveScope{kPitch});
  EXPECT_THAT(std::string(small.Try(RemoveScope{kSales}).message()),
              HasSubstr("scope `sales` is still the home of users or groups"));
}

TEST(WorldApply, CapsAreReachedAndNotPassed) {
  SmallWorld small;
  ScopeId above = kAcme;
  for (uint32_t i = 2; i <= kMaxPathLength; ++i) {
    const ScopeId each(100 + i);
    small.Do(Scope(each, ScopeKind::kCatalog, absl::StrCat("c", i), above));
    above = each;
  }
  EXPECT_EQ(small.world.Read()->PathOf(above).size, kMaxPathLength);
  EXPECT_THAT(
      std::string(small.Try(Scope(ScopeId(200), ScopeKind::kCatalog, "deep", above)).message()),
      HasSubstr("would make a path of 17 scopes; at most 16 are allowed"));
  EXPECT_THAT(
      std::string(small.Try(Scope(kSafety, ScopeKind::kCatalog, "safety", ScopeId(114))).message()),
      HasSubstr("would make a path of 17 scopes; at most 16 are allowed"))
      << "a move counts what comes along";

  for (uint32_t i = 0; i < kMaxGroupDepth; ++i) {
    small.Do(Group(SubjectId(1000 + i), absl::StrCat("g", i)));
    if (i > 0) small.Do(PutMember{SubjectId(1000 + i - 1), SubjectId(1000 + i), Window()});
  }
  small.Do(Group(SubjectId(1100), "last"));
  EXPECT_EQ(
      small.Try(PutMember{SubjectId(1000 + kMaxGroupDepth - 1), SubjectId(1100), Window()}).code(),
      absl::StatusCode::kInvalidArgument);

  for (uint32_t i = 0; i < 257; ++i) small.Do(Group(SubjectId(2000 + i), absl::StrCat("h", i)));
  for (uint32_t i = 0; i < 256; ++i) small.Do(PutMember{SubjectId(2000 + i), kAnn, Window()});
  const absl::Status status = small.Try(PutMember{SubjectId(2256), kAnn, Window()});
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("is in 256 groups; at most 256 are allowed"));
}

// The ops of one change see what those before them did, however they are gathered.
TEST(WorldApply, OneChangeIsWhatItsOpsAreOneByOne) {
  const std::shared_ptr<const Matrix> other = PolicyOf(R"(
    name: "turned" version: "1"
    permissions { name: "course.update" asked_at: COURSE access: WRITE }
    roles { name: "learner" assignable_at: [CATALOG, COURSE] grants { permissions: "*" } }
    roles { name: "course_admin" assignable_at: COURSE grants { permissions: "*" } }
    roles { name: "teacher" assignable_at: [COURSE, SESSION] }
    roles {
      name: "admin" assignable_at: TENANT grants { permissions: "*" }
      may_assign: ["admin", "learner", "course_admin", "teacher"]
    }
    top_role: "admin")");
  const std::vector<ChangeOp> ops = {
      Assign(1, kAnn, "course_admin", kFire),
      Assign(2, kAnn, "course_admin", kFire),
      RemoveAssignment{AssignmentId(1), kAnn},
      Assign(3, kAnn, "learner", kFire),
      RemoveAssignment{AssignmentId(3), kAnn},
      Group(SubjectId(10), "team"),
      PutMember{SubjectId(10), kAnn, Window()},
      Assign(4, SubjectId(10), "teacher", kMorning),
      Assign(5, kBob, "teacher", kMorning),
      RemoveScope{kMorning},
      Scope(kMorning, ScopeKind::kSession, "evening", kFire),
      Assign(6, kBob, "teacher", kMorning),
      User(SubjectId(20), "cat"),
      Assign(7, SubjectId(20), "learner", kSales),
      RemoveSubject{SubjectId(20)},
      Assign(8, kBob, "learner", kSales),
      SetPolicy{other},
      Assign(9, kBob, "course_admin", kPitch),
      Assign(9, kBob, "course_admin", kPitch, Window{kNow, kNow + absl::Hours(1)}),
      Scope(kFire, ScopeKind::kCourse, "fire", kSales)};
  SmallWorld at_once;
  Change all;
  all.ops = ops;
  ASSERT_TRUE(at_once.world.Apply(all).ok());
  SmallWorld one_by_one;
  for (const ChangeOp& op : ops) {
    Change change;
    change.ops.push_back(op);
    ASSERT_TRUE(one_by_one.world.Apply(change).ok());
  }
  const std::string dump = Dump(*at_once.world.Read());
  EXPECT_EQ(dump, Dump(*one_by_one.world.Read()));
  EXPECT_THAT(dump, HasSubstr("assignments 4\n"));
}

// Names can be given again, uids not; what held on to the old uid is gone with it.
TEST(WorldApply, ANameGivenAgainIsAnotherSubject) {
  SmallWorld small;
  small.Do(Group(SubjectId(10), "team"), PutMember{SubjectId(10), kAnn, Window()},
           Assign(1, SubjectId(10), "course_admin", kFire), Assign(2, kAnn, "learner", kSales));
  EXPECT_EQ(small.ReasonOf(kAnn, "course.update", kFire), Reason::kAllowed);
  small.Do(RemoveSubject{kAnn}, User(SubjectId(30), "ann"));
  const PinnedView view = small.world.Read();
  EXPECT_EQ(view->FindSubject("ann"), SubjectId(30));
  EXPECT_EQ(Check(*view, small.Ask(kAnn, "course.update", kFire)).reason, Reason::kUnknownSubject);
  EXPECT_EQ(Check(*view, small.Ask(SubjectId(30), "course.update", kFire)).reason, Reason::kNoRole);
  EXPECT_TRUE(view->AssignmentsOf(SubjectId(30)).empty());
  EXPECT_TRUE(view->GroupsOf(SubjectId(30)).empty());
  EXPECT_EQ(view->assignment_count(), 1u);
  view->ForEachMember(SubjectId(10), SubjectId(0), [](SubjectId) {
    ADD_FAILURE() << "the group still has a member";
    return false;
  });
}

TEST(WorldApply, ARenamedSubjectKeepsWhatItHolds) {
  SmallWorld small;
  small.Do(Assign(1, kAnn, "course_admin", kFire), User(kAnn, "anna"));
  const PinnedView view = small.world.Read();
  EXPECT_EQ(view->FindSubject("ann"), kUnknownSubject);
  EXPECT_EQ(view->FindSubject("anna"), kAnn);
  EXPECT_EQ(view->user_count(), 2u);
  EXPECT_EQ(Check(*view, small.Ask(kAnn, "course.update", kFire)).reason, Reason::kAllowed);
}

TEST(WorldApply, RemovingAScopeRemovesWhatStandsAtIt) {
  SmallWorld small;
  small.Do(Assign(1, kAnn, "teacher", kMorning), Assign(2, kAnn, "learner", kFire),
           Override(kMorning, "learner", "session.read", Effect::kPrevent));
  small.Do(RemoveScope{kMorning}, Scope(ScopeId(30), ScopeKind::kSession, "morning", kFire));
  const PinnedView view = small.world.Read();
  EXPECT_EQ(view->assignment_count(), 1u);
  EXPECT_TRUE(view->OverridesAt(ScopeId(30)).empty());
  EXPECT_EQ(view->scope_line(30)->override_mask, 0);
  EXPECT_FALSE(view->HasScope(kMorning));
  Question question = small.Ask(kAnn, "session.read", ScopeId(30));
  question.facts = FactSet{1} << view->matrix().FindFact("published").value();
  EXPECT_EQ(Check(*view, question).reason, Reason::kAllowed);
}

// Several assignments that share subject, role and scope: removing one leaves the others held.
TEST(WorldApply, TheLastOfEqualAssignmentsEndsTheHolding) {
  SmallWorld small;
  small.Do(Assign(1, kAnn, "course_admin", kFire), Assign(2, kAnn, "course_admin", kFire));
  const RoleId role = small.world.Read()->matrix().FindRole("course_admin").value();
  const auto holders = [&] {
    int count = 0;
    small.world.Read()->ForEachHolder(kFire, role, SubjectId(0),
                                      [&](SubjectId) { return ++count > 0; });
    return count;
  };
  EXPECT_EQ(holders(), 1);
  small.Do(RemoveAssignment{AssignmentId(1), kAnn});
  EXPECT_EQ(holders(), 1);
  EXPECT_EQ(small.ReasonOf(kAnn, "course.update", kFire), Reason::kAllowed);
  small.Do(RemoveAssignment{AssignmentId(2), kAnn});
  EXPECT_EQ(holders(), 0);
  EXPECT_EQ(small.ReasonOf(kAnn, "course.update", kFire), Reason::kNoRole);
}

// More than a line holds, and with windows: the details answer for what the line leaves out.
TEST(WorldApply, MoreAssignmentsThanALineHolds) {
  SmallWorld small;
  for (uint32_t i = 0; i < 25; ++i) {
    small.Do(Scope(ScopeId(100 + i), ScopeKind::kCourse, absl::StrCat("course-", i), kSales),
             Assign(100 + i, kAnn, "course_admin", ScopeId(100 + i),
                    i % 5 == 4 ? Window{kNow, kNow + absl::Seconds(1)} : Window()));
  }
  for (uint32_t i = 0; i < 25; ++i) {
    EXPECT_EQ(small.ReasonOf(kAnn, "course.update", ScopeId(100 + i)), Reason::kAllowed) << i;
    small.Do(RemoveAssignment{AssignmentId(100 + i), kAnn});
    EXPECT_EQ(small.ReasonOf(kAnn, "course.update", ScopeId(100 + i)), Reason::kNoRole) << i;
  }
}

TEST(WorldApply, SetPolicyKeepsWhatIsHeldUnderOtherNumbers) {
  SmallWorld small;
  small.Do(Assign(1, kAnn, "course_admin", kFire), Assign(2, kBob, "learner", kFire),
           PutOverride{kFire, "learner", "course.read", Effect::kAllow, true,
                       std::vector<std::string>{"creator"}},
           Override(kFire, "course_admin", "session.read", Effect::kPrevent));
  const std::shared_ptr<const Matrix> other = PolicyOf(R"(
    name: "other" version: "1"
    facts { name: "published" } facts { name: "extra" } facts { name: "creator" }
    permissions { name: "session.read" asked_at: SESSION access: READ }
    permissions { name: "course.update" asked_at: COURSE access: WRITE }
    permissions { name: "course.read" asked_at: COURSE access: READ }
    roles { name: "learner" assignable_at: COURSE grants { permissions: "course.read" requires: "published" } }
    roles { name: "extra" assignable_at: COURSE grants { permissions: "session.read" } }
    roles {
      name: "course_admin" assignable_at: COURSE grants { permissions: ["course.update", "session.read"] }
      may_assign: ["learner", "extra"]
    }
    roles { name: "admin" assignable_at: TENANT grants { permissions: "*" } may_assign: ["admin", "course_admin"] }
    top_role: "admin")");
  const std::string before = Dump(*small.world.Read());
  const std::shared_ptr<const Matrix> old = small.world.Read()->shared_matrix();
  small.Do(SetPolicy{other});
  const FactSet creator = FactSet{1} << other->FindFact("creator").value();
  const FactSet published = FactSet{1} << other->FindFact("published").value();
  const PinnedView view = small.world.Read();
  EXPECT_EQ(Check(*view, small.Ask(kAnn, "course.update", kFire)).reason, Reason::kAllowed);
  EXPECT_EQ(Check(*view, small.Ask(kAnn, "session.read", kMorning)).reason, Reason::kPrevented);
  Question question = small.Ask(kBob, "course.read", kFire);
  question.facts = published;
  EXPECT_EQ(Check(*view, question).reason, Reason::kMissingFacts);
  question.facts = creator;
  EXPECT_EQ(Check(*view, question).reason, Reason::kAllowed);
  int holders = 0;
  view->ForEachHolder(kFire, other->FindRole("learner").value(), SubjectId(0), [&](SubjectId id) {
    EXPECT_EQ(id, kBob);
    return ++holders > 0;
  });
  EXPECT_EQ(holders, 1);

  small.Do(SetPolicy{old});
  EXPECT_EQ(Dump(*small.world.Read()), before) << "and back";
}

TEST(WorldApply, SetPolicyIsRefusedWhereItLacksWhatIsInUse) {
  const auto policy = [](absl::string_view facts, absl::string_view permission,
                         absl::string_view role) {
    return PolicyOf(absl::StrCat(R"(name: "lesser" version: "1" )", facts, R"(
      permissions { name: ")",
                                 permission, R"(" asked_at: COURSE access: READ }
      roles { name: ")",
                                 role, R"(" assignable_at: COURSE grants { permissions: "*" } }
      roles { name: "admin" assignable_at: TENANT grants { permissions: "*" } may_assign: ["admin", ")",
                                 role, R"("] } top_role: "admin")"));
  };
  SmallWorld small;
  small.Do(Assign(1, kAnn, "learner", kFire));
  const absl::string_view fact = R"(facts { name: "creator" })";
  absl::Status status = small.Try(SetPolicy{policy(fact, "course.read", "pupil")});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "policy `lesser` has no role `learner`, which is in use");
  small.Do(PutOverride{kFire, "learner", "course.read", Effect::kAllow, false,
                       std::vector<std::string>{"creator"}});
  status = small.Try(SetPolicy{policy(fact, "course.see", "learner")});
  EXPECT_EQ(status.message(),
            "policy `lesser` has no permission `course.read`, which an override at `fire` names");
  status = small.Try(SetPolicy{policy("", "course.read", "learner")});
  EXPECT_EQ(status.message(),
            "policy `lesser` has no fact `creator`, which an override at `fire` names");
  EXPECT_EQ(small.world.Read()->matrix().name(), "small");
  EXPECT_TRUE(small.Try(SetPolicy{policy(fact, "course.read", "learner")}).ok());
}

// Rule 18's property: moving a scope and moving it back restores every decision, and all else.
TEST(WorldApply, MovingAScopeAndMovingItBackRestoresEverything) {
  SmallWorld small;
  small.Do(Assign(1, kAnn, "manager", kSales), Assign(2, kBob, "course_admin", kFire),
           Override(kSales, "course_admin", "course.update", Effect::kProhibit),
           PutScope{kSales, ScopeKind::kCatalog, "sales", kAcme, true, false});
  const std::string before = Dump(*small.world.Read());
  EXPECT_EQ(small.ReasonOf(kAnn, "session.read", kMorning), Reason::kNoRole);
  EXPECT_EQ(small.ReasonOf(kBob, "course.update", kFire), Reason::kAllowed);
  small.Do(Scope(kSafety, ScopeKind::kCatalog, "safety", kSales));
  EXPECT_EQ(small.ReasonOf(kAnn, "session.read", kMorning), Reason::kAllowed);
  EXPECT_EQ(small.ReasonOf(kAnn, "course.archive", kFire), Reason::kFrozen);
  EXPECT_EQ(small.ReasonOf(kBob, "course.update", kFire), Reason::kProhibited);
  small.Do(Scope(kSafety, ScopeKind::kCatalog, "safety", kAcme));
  EXPECT_EQ(Dump(*small.world.Read()), before);
  EXPECT_EQ(small.ReasonOf(kAnn, "session.read", kMorning), Reason::kNoRole);
  EXPECT_EQ(small.ReasonOf(kBob, "course.update", kFire), Reason::kAllowed);
}

// 3 catalogs, 12 courses, 30 sessions, a few users: one of many tenants, most of them idle.
TEST(WorldMemory, AnIdleWorldCostsAtMost64KiB) {
  constexpr size_t kMost = 64 * 1024;
  const std::shared_ptr<const Matrix> matrix = SmallPolicy();  // shared by all tenants
  const size_t before = mallinfo2().uordblks;
  auto world = std::make_unique<World>(matrix);
  {
    Change change;
    uint32_t uid = 0;
    change.ops.emplace_back(Scope(ScopeId(++uid), ScopeKind::kTenant, "acme", ScopeId(0)));
    for (uint32_t i = 0; i < 3; ++i) {
      change.ops.emplace_back(
          Scope(ScopeId(++uid), ScopeKind::kCatalog, absl::StrCat("catalog-", i), ScopeId(1)));
    }
    for (uint32_t i = 0; i < 12; ++i) {
      change.ops.emplace_back(Scope(ScopeId(++uid), ScopeKind::kCourse, absl::StrCat("course-", i),
                                    ScopeId(2 + i % 3)));
    }
    for (uint32_t i = 0; i < 30; ++i) {
      change.ops.emplace_back(Scope(ScopeId(++uid), ScopeKind::kSession,
                                    absl::StrCat("session-", i), ScopeId(5 + i % 12)));
    }
    for (uint32_t i = 1; i <= 20; ++i) {
      change.ops.emplace_back(User(SubjectId(i), absl::StrCat("user-", i)));
      change.ops.emplace_back(Assign(i, SubjectId(i), "learner", ScopeId(5 + i % 12)));
    }
    ASSERT_TRUE(world->Apply(change).ok());
  }
  EpochDomain::Get().Reclaim();
  EXPECT_LE(world->Read()->MemoryBytes(), kMost);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // What the allocator handed out, its own bookkeeping included.
  const size_t after = mallinfo2().uordblks;
  EXPECT_GT(after, before);
  EXPECT_LE(after - before, kMost);
#else
  (void)before;
#endif
}

TEST(World, Rule13_OnlyGroupsAreFilledByRules) {
  SmallWorld small;
  PutSubject user = User(kAnn, "ann");
  user.by_rule = true;
  const absl::Status refused = small.Try(user);
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("`ann` is no group"));
  PutSubject group = Group(SubjectId(9), "staff");
  group.by_rule = true;
  small.Do(group);
  EXPECT_TRUE(small.world.Read()->IsFilledByRule(SubjectId(9)));
  EXPECT_FALSE(small.world.Read()->IsFilledByRule(kAnn));
  small.Do(Group(SubjectId(9), "staff"));
  EXPECT_FALSE(small.world.Read()->IsFilledByRule(SubjectId(9)));
}

TEST(WorldMemory, ManyEditsLeaveNoMoreThanOne) {
  SmallWorld small;
  const auto churn = [&](int rounds) {
    for (int i = 0; i < rounds; ++i) {
      small.Do(Assign(1, kAnn, "learner", kFire),
               Override(kFire, "learner", "course.read", Effect::kAllow));
      small.Do(RemoveAssignment{AssignmentId(1), kAnn},
               RemoveOverride{kFire, "learner", "course.read"});
    }
    EpochDomain::Get().Reclaim();
    return small.world.Read()->MemoryBytes();
  };
  const size_t once = churn(1);
  EXPECT_EQ(churn(500), once);
}

}  // namespace
}  // namespace provost
