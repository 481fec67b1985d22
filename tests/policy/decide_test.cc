// What scenario files cannot reach of the decision: batches and grids, allocations, and the parts
// of an explanation.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policy/decide/check.h"
#include "policy/decide/describe.h"
#include "policy/decide/explain.h"
#include "tests/policy/allocation_count.h"
#include "tests/policy/fixture.h"

namespace provost {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Via = RoleDerivation::Via;

constexpr ScopeId kAcme = SmallWorld::kAcme;
constexpr ScopeId kSafety = SmallWorld::kSafety;
constexpr ScopeId kFire = SmallWorld::kFire;
constexpr ScopeId kMorning = SmallWorld::kMorning;
constexpr ScopeId kPitch = SmallWorld::kPitch;
constexpr SubjectId kAnn = SmallWorld::kAnn;
constexpr SubjectId kBob = SmallWorld::kBob;
constexpr SubjectId kTeam{10};
constexpr SubjectId kCrew{11};
constexpr SubjectId kStaff{12};

// Everything that makes a question dear: groups, windows, overrides, reach, facts, freezes, acting.
class RichWorld : public SmallWorld {
 public:
  RichWorld() {
    const Window window{kNow - absl::Hours(1), kNow + absl::Hours(1)};
    Do(Group(kTeam, "team"), Group(kCrew, "crew"), Group(kStaff, "staff"),
       PutMember{kCrew, kTeam, Window()}, PutMember{kStaff, kCrew, window},
       PutMember{kTeam, kAnn, Window()}, PutMember{kCrew, kAnn, window},
       Assign(1, kAnn, "course_admin", kFire), Assign(2, kStaff, "learner", kSafety),
       Assign(3, kBob, "teacher", kMorning, window), Assign(4, kBob, "teacher", kPitch),
       Override(kSafety, "learner", "session.read", Effect::kPrevent),
       Override(kMorning, "learner", "session.read", Effect::kAllow),
       PutScope{kPitch, ScopeKind::kCourse, "pitch", kSales, true, false});
  }

  // Every question there is, some about what does not exist.
  std::vector<Question> AllQuestions() const {
    std::vector<Question> questions;
    const PinnedView view = world.Read();
    for (uint32_t subject : {0u, 1u, 2u, 10u, 12u, 77u}) {
      for (uint32_t scope = 0; scope <= 8; ++scope) {
        for (size_t p = 0; p < view->matrix().permissions().size(); ++p) {
          for (FactSet facts = 0; facts < 8; facts += 7) {
            for (bool acting : {false, true}) {
              Question question;
              question.subject = SubjectId(subject);
              question.permission = PermissionId(static_cast<uint16_t>(p));
              question.scope = ScopeId(scope);
              question.facts = facts;
              question.time = kNow;
              if (acting)
                question.acting_as = ActingAs{view->matrix().FindRole("learner").value(), kFire};
              questions.push_back(question);
            }
          }
        }
      }
    }
    return questions;
  }
};

TEST(Check, AllocatesNothing) {
  RichWorld rich;
  const std::vector<Question> questions = rich.AllQuestions();
  std::vector<Decision> decisions(questions.size());
  bool allowed[2] = {};
  { const PinnedView first = rich.world.Read(); }
  uint64_t seen = 0;
  const uint64_t before = AllocationsOfThisThread();
  for (const Question& question : questions) {
    const PinnedView view = rich.world.Read();
    seen |= uint64_t{1} << static_cast<int>(Check(*view, question).reason);
  }
  {
    const PinnedView view = rich.world.Read();
    CheckBatch(*view, questions, absl::MakeSpan(decisions));
    const PermissionId permission = questions[0].permission;
    const ScopeId scopes[] = {kFire, kPitch};
    CheckGrid(*view, kAnn, {&permission, 1}, scopes, 0, kNow, std::nullopt,
              absl::MakeSpan(allowed));
  }
  EXPECT_EQ(AllocationsOfThisThread(), before);
  EXPECT_GE(__builtin_popcountll(seen), 8) << "the questions reach most reasons";
  auto one = std::make_unique<int>(1);
  EXPECT_EQ(AllocationsOfThisThread(), before + 1) << "allocations are counted at all";
}

TEST(CheckNamed, AllocatesNothingWhereTheNamesAreRight) {
  RichWorld rich;
  const absl::string_view facts[] = {"published"};
  NamedQuestion question;
  question.subject = "ann";
  question.permission = "session.read";
  question.scope = "morning";
  question.facts = facts;
  question.time = kNow;
  const PinnedView view = rich.world.Read();
  const uint64_t before = AllocationsOfThisThread();
  const absl::StatusOr<Decision> decision = CheckNamed(*view, question);
  EXPECT_EQ(AllocationsOfThisThread(), before);
  ASSERT_TRUE(decision.ok());
  EXPECT_EQ(decision->reason, Reason::kAllowed);
}

TEST(CheckBatch, AnswersWhatCheckAnswers) {
  RichWorld rich;
  const std::vector<Question> questions = rich.AllQuestions();
  std::vector<Decision> decisions(questions.size());
  const PinnedView view = rich.world.Read();
  CheckBatch(*view, questions, absl::MakeSpan(decisions));
  for (size_t i = 0; i < questions.size(); ++i) {
    EXPECT_EQ(ReasonName(decisions[i].reason), ReasonName(Check(*view, questions[i]).reason)) << i;
  }
  CheckBatch(*view, {}, {});
}

TEST(CheckGrid, AnswersWhatCheckAnswers) {
  RichWorld rich;
  const PinnedView view = rich.world.Read();
  std::vector<PermissionId> permissions;
  for (size_t p = 0; p < view->matrix().permissions().size(); ++p) {
    permissions.push_back(PermissionId(static_cast<uint16_t>(p)));
  }
  std::vector<ScopeId> scopes;
  for (uint32_t s = 0; s <= 8; ++s) scopes.push_back(ScopeId(s));
  const size_t cells = permissions.size() * scopes.size();
  const auto allowed = std::make_unique<bool[]>(cells);
  int trues = 0;
  for (const bool acting : {false, true}) {
    std::optional<ActingAs> as;
    if (acting) as = ActingAs{view->matrix().FindRole("learner").value(), kFire};
    for (uint32_t subject : {0u, 1u, 2u, 77u}) {
      CheckGrid(*view, SubjectId(subject), permissions, scopes, 7, kNow, as,
                absl::MakeSpan(allowed.get(), cells));
      for (size_t p = 0; p < permissions.size(); ++p) {
        for (size_t s = 0; s < scopes.size(); ++s) {
          Question question{SubjectId(subject), permissions[p], scopes[s], 7, kNow, as};
          EXPECT_EQ(allowed[p * scopes.size() + s], Check(*view, question).allowed());
          trues += allowed[p * scopes.size() + s];
        }
      }
    }
  }
  EXPECT_GT(trues, 10);
}

TEST(Explain, DecidesWhatCheckDecides) {
  RichWorld rich;
  const PinnedView view = rich.world.Read();
  for (const Question& question : rich.AllQuestions()) {
    const Explanation explanation = Explain(*view, question);
    EXPECT_EQ(explanation.decision, Check(*view, question));
    if (explanation.decision.allowed()) {
      EXPECT_EQ(explanation.nearest_miss.kind, NearestMiss::Kind::kNone);
    }
    EXPECT_THAT(RenderExplanation(Describe(*view, explanation, "s", "r", "a")),
                SizeIs(testing::Gt(5u)));
  }
}

const RoleDerivation* Find(const WorldState& state, const Explanation& explanation,
                           const char* role) {
  for (const RoleDerivation& each : explanation.roles) {
    if (state.matrix().role(each.role).name == role) return &each;
  }
  return nullptr;
}

// Rule 9: one shortest chain of groups, with its windows, and what expires when.
TEST(Explain, Rule9_OneShortestChain) {
  RichWorld rich;
  const PinnedView view = rich.world.Read();
  Question question = rich.Ask(kAnn, "session.read", kMorning);
  question.facts = FactSet{1} << view->matrix().FindFact("published").value();
  const Explanation explanation = Explain(*view, question);
  const RoleDerivation* learner = Find(*view, explanation, "learner");
  ASSERT_NE(learner, nullptr);
  EXPECT_EQ(learner->via, Via::kAssignment);
  EXPECT_EQ(learner->assignment, AssignmentId(2));
  EXPECT_EQ(learner->holder, kStaff);
  ASSERT_THAT(learner->chain, SizeIs(2)) << "by crew, not by team and crew";
  EXPECT_EQ(learner->chain[0].group, kCrew);
  EXPECT_EQ(learner->chain[1].group, kStaff);
  EXPECT_EQ(learner->until, kNow + absl::Hours(1));
  ASSERT_THAT(learner->overrides, SizeIs(2)) << "from the tenant down";
  EXPECT_EQ(learner->overrides[0].scope, kSafety);
  EXPECT_EQ(learner->overrides[0].record.effect, Effect::kPrevent);
  EXPECT_EQ(learner->overrides[1].scope, kMorning);
  EXPECT_EQ(learner->effect.effect, Effect::kAllow);
  ASSERT_NE(learner->cell, nullptr);
  EXPECT_EQ(learner->cell->source, "L");
  EXPECT_EQ(explanation.allowed_until, absl::InfiniteFuture()) << "course_admin allows it for good";
}

// Between equally short chains the one through the group with the lower uid is told.
TEST(Explain, Rule9_TiesAreBrokenByUid) {
  SmallWorld small;
  small.Do(Group(SubjectId(21), "a"), Group(SubjectId(20), "z"), Group(SubjectId(22), "top"),
           PutMember{SubjectId(22), SubjectId(21), Window()},
           PutMember{SubjectId(22), SubjectId(20), Window()},
           PutMember{SubjectId(21), kAnn, Window()}, PutMember{SubjectId(20), kAnn, Window()},
           Assign(1, SubjectId(22), "course_admin", kFire));
  const PinnedView view = small.world.Read();
  const Explanation explanation = Explain(*view, small.Ask(kAnn, "course.update", kFire));
  const RoleDerivation* role = Find(*view, explanation, "course_admin");
  ASSERT_NE(role, nullptr);
  ASSERT_THAT(role->chain, SizeIs(2));
  EXPECT_EQ(role->chain[0].group, SubjectId(20));
}

TEST(Explain, Rule9_EndOfATemporaryAllow) {
  SmallWorld small;
  const Window until_noon{kNow, kNow + absl::Hours(2)};
  const Window until_ten{kNow, kNow + absl::Hours(1)};
  small.Do(Group(kTeam, "team"), PutMember{kTeam, kAnn, until_ten},
           Assign(1, kTeam, "course_admin", kFire, until_noon),
           Assign(2, kAnn, "teacher", kMorning));
  const PinnedView view = small.world.Read();
  EXPECT_EQ(Explain(*view, small.Ask(kAnn, "course.update", kFire)).allowed_until,
            until_ten.expires);
  EXPECT_EQ(Explain(*view, small.Ask(kAnn, "session.read", kMorning)).allowed_until,
            absl::InfiniteFuture());
}

TEST(Explain, Rule9_ReachIsToldApart) {
  SmallWorld small;
  small.Do(Assign(1, kBob, "teacher", kMorning));
  const PinnedView view = small.world.Read();
  const Explanation explanation = Explain(*view, small.Ask(kBob, "course.read", kFire));
  EXPECT_EQ(explanation.decision.reason, Reason::kAllowed);
  const RoleDerivation* teacher = Find(*view, explanation, "teacher");
  ASSERT_NE(teacher, nullptr);
  EXPECT_EQ(teacher->via, Via::kReach);
  EXPECT_EQ(teacher->scope, kMorning);
  EXPECT_EQ(teacher->cell->source, "T2");
}

// What counts, what a lock hides and what a PROHIBIT keeps.
TEST(Explain, Rule4_TracesOfOverrides) {
  SmallWorld small;
  PutOverride locked = Override(kSafety, "course_admin", "course.update", Effect::kPrevent);
  locked.locked = true;
  small.Do(Assign(1, kAnn, "course_admin", kFire),
           Override(kAcme, "course_admin", "course.read", Effect::kPrevent), locked,
           Override(kFire, "course_admin", "course.update", Effect::kAllow));
  const PinnedView view = small.world.Read();
  const Explanation explanation = Explain(*view, small.Ask(kAnn, "course.update", kFire));
  EXPECT_EQ(explanation.decision.reason, Reason::kPrevented);
  const RoleDerivation* role = Find(*view, explanation, "course_admin");
  ASSERT_NE(role, nullptr);
  ASSERT_THAT(role->overrides, SizeIs(2)) << "that of course.read is none of course.update";
  EXPECT_FALSE(role->overrides[0].below_a_lock);
  EXPECT_TRUE(role->overrides[1].below_a_lock);
  EXPECT_EQ(explanation.nearest_miss.kind, NearestMiss::Kind::kPrevent);
  ASSERT_TRUE(explanation.nearest_miss.blocking.has_value());
  EXPECT_EQ(explanation.nearest_miss.blocking->scope, kSafety);

  const Explanation read = Explain(*view, small.Ask(kAnn, "course.read", kFire));
  const RoleDerivation* reader = Find(*view, read, "course_admin");
  ASSERT_NE(reader, nullptr);
  ASSERT_THAT(reader->overrides, SizeIs(3));
  EXPECT_FALSE(reader->overrides[0].implied);
  EXPECT_TRUE(reader->overrides[1].implied) << "course.update implies course.read";
}

// Rule 9: the nearest miss is the first of a fact, a PREVENT, a lone PROHIBIT, an assignment.
TEST(Explain, Rule9_OrderOfTheNearestMiss) {
  using Kind = NearestMiss::Kind;
  SmallWorld small;
  const auto miss = [&](const char* permission, ScopeId scope) {
    const PinnedView view = small.world.Read();
    return Explain(*view, small.Ask(kAnn, permission, scope)).nearest_miss;
  };
  EXPECT_EQ(miss("course.update", kFire).kind, Kind::kAssignment);
  EXPECT_EQ(miss("course.update", kFire).scope, kFire) << "as deep as it may be held";

  small.Do(Assign(1, kAnn, "course_admin", kFire),
           Override(kFire, "course_admin", "course.update", Effect::kPrevent));
  EXPECT_EQ(miss("course.update", kFire).kind, Kind::kPrevent);

  small.Do(Assign(2, kAnn, "teacher", kFire));
  const NearestMiss fact = miss("course.update", kFire);
  EXPECT_EQ(fact.kind, Kind::kFact);
  EXPECT_THAT(small.world.Read()->matrix().FactNames(fact.missing),
              ElementsAre("creator", "published"));

  small.Do(Override(kFire, "course_admin", "course.update", Effect::kProhibit));
  const NearestMiss prohibit = miss("course.update", kFire);
  EXPECT_EQ(prohibit.kind, Kind::kProhibit);
  ASSERT_TRUE(prohibit.blocking.has_value());
  EXPECT_EQ(prohibit.blocking->scope, kFire);

  small.Do(Override(kFire, "teacher", "course.update", Effect::kProhibit));
  EXPECT_EQ(miss("course.update", kFire).kind, Kind::kNone) << "two PROHIBITs are not near";
}

// A miss is named only where that one thing would have sufficed.
TEST(Explain, Rule9_ANearestMissSuffices) {
  using Kind = NearestMiss::Kind;
  SmallWorld small(PolicyOf(R"(
    name: "t" version: "1" facts { name: "mine" }
    permissions { name: "x.read" asked_at: [TENANT, COURSE] access: READ }
    permissions { name: "x.write" asked_at: [TENANT, COURSE] access: WRITE }
    permissions { name: "role.switch" asked_at: COURSE access: WRITE }
    roles { name: "owner" assignable_at: COURSE grants { permissions: "x.read" requires: "mine" } }
    roles { name: "reader" assignable_at: COURSE grants { permissions: "x.read" } }
    roles { name: "writer" assignable_at: COURSE grants { permissions: "x.write" } }
    roles {
      name: "previewer" assignable_at: COURSE grants { permissions: "role.switch" }
      may_switch: "writer"
    }
    roles {
      name: "admin" assignable_at: TENANT grants { permissions: "*" }
      may_assign: ["admin", "owner", "reader", "writer", "previewer"]
    }
    top_role: "admin" anonymous_role: "writer")"));
  constexpr SubjectId kCarl{3};
  small.Do(User(kCarl, "carl"), Assign(1, kAnn, "owner", kFire), Assign(2, kBob, "reader", kFire),
           Assign(3, kCarl, "previewer", kFire), Override(kAcme, "owner", "x.read", Effect::kAllow),
           Override(kFire, "owner", "x.read", Effect::kPrevent),
           Override(kAcme, "reader", "x.read", Effect::kProhibit),
           Override(kFire, "reader", "x.read", Effect::kProhibit));
  const PinnedView view = small.world.Read();
  const auto miss = [&](const Question& question) { return Explain(*view, question).nearest_miss; };
  const RoleId admin = view->matrix().FindRole("admin").value();

  const NearestMiss prevented = miss(small.Ask(kAnn, "x.read", kFire));
  EXPECT_EQ(prevented.kind, Kind::kAssignment) << "without the PREVENT the fact would be missing";
  EXPECT_EQ(prevented.role, admin);
  EXPECT_EQ(miss(small.Ask(kBob, "x.read", kFire)).kind, Kind::kNone)
      << "two PROHIBITs of one role are no lone one";
  EXPECT_EQ(miss(small.Ask(kAnonymous, "x.write", kFire)).kind, Kind::kNone)
      << "anonymous writes nothing, whatever it holds";
  EXPECT_EQ(miss(small.Ask(kAnonymous, "x.read", kFire)).kind, Kind::kNone)
      << "and is assigned nothing";
  Question acting = small.Ask(kCarl, "x.write", kFire);
  acting.acting_as = ActingAs{view->matrix().FindRole("writer").value(), kFire};
  const NearestMiss own = miss(acting);
  EXPECT_EQ(own.kind, Kind::kAssignment) << "the role may, oneself may not";
  EXPECT_EQ(own.scope, kFire);
}

// Rule 2: membership is the union of all chains, so the end of one is not the end of the allow.
TEST(Explain, Rule9_TheLastChainEndsAnAllow) {
  SmallWorld small;
  const Window first{kNow - absl::Hours(1), kNow + absl::Hours(1)};
  const Window second{kNow, kNow + absl::Hours(3)};
  const Window later{kNow + absl::Hours(3), kNow + absl::Hours(5)};
  small.Do(Group(kTeam, "team"), Group(kCrew, "crew"), PutMember{kTeam, kAnn, first},
           PutMember{kTeam, kCrew, Window()}, PutMember{kCrew, kAnn, second},
           Assign(1, kTeam, "course_admin", kFire), Assign(2, kAnn, "course_admin", kFire, later));
  const PinnedView view = small.world.Read();
  const Explanation explanation = Explain(*view, small.Ask(kAnn, "course.update", kFire));
  const RoleDerivation* role = Find(*view, explanation, "course_admin");
  ASSERT_NE(role, nullptr);
  EXPECT_THAT(role->chain, SizeIs(1)) << "one shortest is told";
  EXPECT_EQ(role->until, second.expires) << "the other lasts longer";
  EXPECT_EQ(explanation.allowed_until, later.expires) << "another assignment takes over";
}

TEST(Explain, Rule9_TheFewestMissingFactsAreNearest) {
  SmallWorld small;
  small.Do(Assign(1, kAnn, "teacher", kFire));
  const PinnedView view = small.world.Read();
  Question question = small.Ask(kAnn, "course.update", kFire);
  question.facts = FactSet{1} << view->matrix().FindFact("published").value();
  const Explanation explanation = Explain(*view, question);
  EXPECT_THAT(view->matrix().FactNames(explanation.nearest_miss.missing), ElementsAre("creator"));
  EXPECT_EQ(explanation.nearest_miss.role, view->matrix().FindRole("teacher").value());
}

TEST(Explain, Rule7_AsARoleAndAsOneself) {
  RichWorld rich;
  const PinnedView view = rich.world.Read();
  Question question = rich.Ask(kAnn, "course.update", kFire);
  question.acting_as = ActingAs{view->matrix().FindRole("learner").value(), kFire};
  const Explanation explanation = Explain(*view, question);
  EXPECT_EQ(explanation.decision.reason, Reason::kNotGranted);
  const RoleDerivation* learner = Find(*view, explanation, "learner");
  ASSERT_NE(learner, nullptr);
  EXPECT_EQ(learner->via, Via::kActingAs);
  EXPECT_EQ(Find(*view, explanation, "course_admin"), nullptr) << "one's own roles do not count";
  ASSERT_NE(explanation.as_self, nullptr);
  EXPECT_EQ(explanation.as_self->decision.reason, Reason::kAllowed);
}

TEST(Explain, Rule6_FrozenScopesAreNamed) {
  SmallWorld small;
  small.Do(Assign(1, kAnn, "course_admin", kFire),
           PutScope{kSafety, ScopeKind::kCatalog, "safety", kAcme, true, true},
           PutScope{kFire, ScopeKind::kCourse, "fire", kSafety, false, true});
  const PinnedView view = small.world.Read();
  const Explanation explanation = Explain(*view, small.Ask(kAnn, "course.update", kFire));
  EXPECT_EQ(explanation.decision.reason, Reason::kFrozen);
  ASSERT_THAT(explanation.frozen, SizeIs(2));
  EXPECT_EQ(explanation.frozen[0].scope, kSafety);
  EXPECT_TRUE(explanation.frozen[0].archived && explanation.frozen[0].held);
  EXPECT_TRUE(!explanation.frozen[1].archived && explanation.frozen[1].held);
}

// The whole of a rendered explanation, as a person reads it.
TEST(Describe, RendersATree) {
  RichWorld rich;
  const PinnedView view = rich.world.Read();
  Question question = rich.Ask(kAnn, "session.read", kMorning);
  question.acting_as = ActingAs{view->matrix().FindRole("learner").value(), kFire};
  const ExplanationText text = Describe(*view, Explain(*view, question), "ann", "morning", "fire");
  EXPECT_EQ(QuestionText(text),
            "may `ann` use `session.read` at `morning`, acting as `learner` at `fire`, at "
            "2023-11-14T22:13:20Z?");
  EXPECT_EQ(absl::StrCat("\n", RenderExplanation(text)), R"(
denied, MISSING_FACTS
├─ `member`, the default role
│  └─ cell: none
├─ `learner`, acted as at `fire`
│  ├─ cell: ALLOW if `published` (exact, L)
│  ├─ override at `safety`: PREVENT
│  ├─ override at `morning`: ALLOW
│  └─ comes to ALLOW if `published`; missing: `published`
├─ nearest miss: `learner` would allow it, given `published`
└─ as oneself: allowed
   ├─ `member`, the default role
   │  └─ cell: none
   ├─ `learner` at `safety`, through groups `crew` in `staff`, until 2023-11-14T23:13:20Z
   │  ├─ cell: ALLOW if `published` (exact, L)
   │  ├─ override at `safety`: PREVENT
   │  ├─ override at `morning`: ALLOW
   │  └─ comes to ALLOW if `published`; missing: `published`
   └─ `course_admin` at `fire`
      ├─ cell: ALLOW (exact, C)
      └─ comes to ALLOW
)");
}

// Names are shown and not obeyed by a terminal; what is not ASCII stays readable.
TEST(Describe, QuotesWhatATerminalWouldObey) {
  SmallWorld small;
  const PinnedView view = small.world.Read();
  const ExplanationText text =
      Describe(*view, Explain(*view, small.Ask(kAnn, "course.read", kFire)), "zo\u00eb \x1b[31m",
               "fire", "");
  EXPECT_THAT(QuestionText(text), testing::HasSubstr("`zo\u00eb \\x1b[31m`"));
}

TEST(Describe, TimesInUtcWithTheDigitsTheyNeed) {
  EXPECT_EQ(TimeText(absl::InfiniteFuture()), "");
  EXPECT_EQ(TimeText(absl::InfinitePast()), "");
  EXPECT_EQ(TimeText(kNow + absl::Nanoseconds(1)), "2023-11-14T22:13:20.000000001Z");
  EXPECT_EQ(TimeText(absl::FromUnixSeconds(-62135596800)), "0001-01-01T00:00:00Z");
}

}  // namespace
}  // namespace provost
