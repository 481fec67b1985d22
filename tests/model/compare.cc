#include "tests/model/compare.h"

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "policy/decide/check.h"
#include "policy/decide/delegation.h"
#include "policy/decide/explain.h"
#include "policy/decide/held.h"
#include "policy/decide/lists.h"

namespace provost::model {

using naive::Rng;
using naive::Twin;
using v1::Scenario;

namespace {

std::string Name(Reason reason) {
  return v1::Decision::Reason_Name(static_cast<v1::Decision::Reason>(reason));
}
std::string Name(v1::Decision::Reason reason) { return v1::Decision::Reason_Name(reason); }

// Both answers for a scenario that is built from nothing; none where the engine refuses it.
std::optional<std::pair<std::string, std::string>> BothAnswers(
    const Scenario& scenario, const Scenario::Expectation& question) {
  auto engine = EngineWorld::Create(scenario);
  if (!engine.ok()) return std::nullopt;
  const Twin twin(scenario, scenario.inline_policy());
  return std::make_pair(EngineAnswer(**engine, question), TwinAnswer(twin, question));
}

// Drops elements of repeated fields while the two still disagree.
class Shrinker {
 public:
  Shrinker(Scenario scenario, Scenario::Expectation question)
      : scenario_(std::move(scenario)), question_(std::move(question)) {}

  Scenario Shrink() {
    bool smaller = true;
    while (smaller) {
      smaller = false;
      smaller |= DropFrom([](Scenario& s) { return s.mutable_assignments(); });
      smaller |= DropFrom([](Scenario& s) { return s.mutable_overrides(); });
      for (int i = 0; i < scenario_.groups_size(); ++i) {
        smaller |= DropFrom([i](Scenario& s) { return s.mutable_groups(i)->mutable_members(); });
      }
      for (int i = 0; i < scenario_.inline_policy().roles_size(); ++i) {
        smaller |= DropFrom([i](Scenario& s) {
          return s.mutable_inline_policy()->mutable_roles(i)->mutable_grants();
        });
      }
      for (int i = 0; i < scenario_.inline_policy().permissions_size(); ++i) {
        smaller |= DropFrom([i](Scenario& s) {
          return s.mutable_inline_policy()->mutable_permissions(i)->mutable_implies();
        });
      }
      smaller |= DropFrom([](Scenario& s) { return s.mutable_users(); });
      smaller |= DropFrom([](Scenario& s) { return s.mutable_groups(); });
      smaller |= DropFrom([](Scenario& s) { return s.mutable_scopes(); });
      smaller |= DropFrom([](Scenario& s) { return s.mutable_inline_policy()->mutable_roles(); });
      smaller |=
          DropFrom([](Scenario& s) { return s.mutable_inline_policy()->mutable_permissions(); });
    }
    return scenario_;
  }

 private:
  // Both sides take names for granted that the policy and the tree have, so those must stay.
  static bool IsWhole(const Scenario& scenario, const Scenario::Expectation& question) {
    std::set<std::string> scopes, roles, permissions;
    for (const auto& scope : scenario.scopes()) scopes.insert(scope.id());
    for (const auto& role : scenario.inline_policy().roles()) roles.insert(role.name());
    for (const auto& one : scenario.inline_policy().permissions()) permissions.insert(one.name());
    for (const auto& scope : scenario.scopes()) {
      if (!scope.parent().empty() && scopes.count(scope.parent()) == 0) return false;
    }
    for (const auto& group : scenario.groups()) {
      if (!group.home().empty() && scopes.count(group.home()) == 0) return false;
    }
    if (scopes.empty() || permissions.count(question.permission()) == 0) return false;
    if (question.has_acting_as() && roles.count(question.acting_as().role()) == 0) return false;
    return true;
  }

  template <typename Field>
  bool DropFrom(Field field) {
    bool dropped = false;
    for (int i = field(scenario_)->size() - 1; i >= 0; --i) {
      Scenario candidate = scenario_;
      field(candidate)->DeleteSubrange(i, 1);
      if (!IsWhole(candidate, question_)) continue;
      const auto answers = BothAnswers(candidate, question_);
      if (!answers || answers->first == answers->second) continue;
      scenario_ = std::move(candidate);
      dropped = true;
    }
    return dropped;
  }

  Scenario scenario_;
  Scenario::Expectation question_;
};

void Report(const Scenario& scenario, Scenario::Expectation question, const std::string& engine,
            const std::string& twin, const std::string& where) {
  Scenario shown = scenario;
  const auto rebuilt = BothAnswers(scenario, question);
  if (rebuilt && rebuilt->first != rebuilt->second) {
    shown = Shrinker(scenario, question).Shrink();
  }
  question.set_why(absl::StrCat("the engine answers ", engine, ", the twin ", twin));
  *shown.add_checks() = std::move(question);
  ADD_FAILURE() << where << "\n" << shown.DebugString();
}

template <typename Id>
std::set<std::string> Names(const EngineWorld& engine, const std::vector<Id>& ids) {
  std::set<std::string> names;
  for (Id id : ids) names.insert(engine.NameOf(id));
  EXPECT_EQ(names.size(), ids.size()) << "something is listed twice";
  return names;
}

}  // namespace

naive::Question TwinQuestion(const Scenario::Expectation& question) {
  naive::Question asked{question.subject(),
                        question.permission(),
                        question.scope(),
                        naive::Facts(question.facts().begin(), question.facts().end()),
                        naive::ToTime(question.time()),
                        std::nullopt};
  if (question.has_acting_as()) {
    asked.acting_as = {question.acting_as().role(), question.acting_as().scope()};
  }
  return asked;
}

std::string TwinAnswer(const Twin& twin, const Scenario::Expectation& question) {
  const auto answer = twin.Check(TwinQuestion(question));
  return answer.ok() ? Name(answer->reason) : "NOT_ASKED";
}

std::string EngineAnswer(EngineWorld& engine, const Scenario::Expectation& question) {
  const Reason reason = Check(*engine.world().Read(), engine.QuestionOf(question)).reason;
  return reason == Reason::kNotAsked ? "NOT_ASKED" : Name(reason);
}

bool Pair::Build() {
  auto built = EngineWorld::Create(scenario);
  if (!built.ok()) {
    ADD_FAILURE() << built.status() << "\n" << scenario.DebugString();
    return false;
  }
  engine = *std::move(built);
  RebuildTwin();
  return true;
}

void Pair::RebuildTwin() {
  twin = std::make_unique<Twin>(scenario, scenario.inline_policy(),
                                naive::CustomRolesOf(scenario.inline_policy()));
}

void CompareDecision(Pair& pair, const Scenario::Expectation& question, bool explain,
                     const std::string& where, Counters* counters) {
  const std::string twin = TwinAnswer(*pair.twin, question);
  const std::string engine = EngineAnswer(*pair.engine, question);
  ++counters->decisions;
  if (engine != twin) return Report(pair.scenario, question, engine, twin, where);
  if (!explain) return;
  ++counters->explanations;
  const Question asked = pair.engine->QuestionOf(question);
  const auto view = pair.engine->world().Read();
  const Explanation explanation = Explain(*view, asked);
  EXPECT_EQ(Name(explanation.decision.reason), twin)
      << "Explain, " << where << "\n"
      << question.DebugString() << pair.scenario.DebugString();
  if (!explanation.decision.allowed()) return;
  // An allow holds until the instant that it names, and no longer.
  naive::Question later = TwinQuestion(question);
  const auto expect = [&](absl::Time time, bool allowed) {
    later.time = time;
    const auto answer = pair.twin->Check(later);
    EXPECT_TRUE(answer.ok() && answer->allowed == allowed)
        << "allowed_until " << explanation.allowed_until << ", at " << time << ", " << where << "\n"
        << question.DebugString() << pair.scenario.DebugString();
  };
  if (explanation.allowed_until == absl::InfiniteFuture()) {
    expect(absl::FromUnixSeconds(253402300799), true);
  } else {
    expect(explanation.allowed_until - absl::Nanoseconds(1), true);
    expect(explanation.allowed_until, false);
  }
}

// The three lists, page by page, and the grid, for what `question` is about.
void CompareLists(Rng& rng, Pair& pair, const Scenario::Expectation& question,
                  const std::string& where, Counters* counters) {
  const naive::Question twin = TwinQuestion(question);
  const Question asked = pair.engine->QuestionOf(question);
  const auto view = pair.engine->world().Read();
  const ListContext context{asked.facts, asked.time, asked.acting_as};
  const size_t limit = 1 + rng() % 4;
  const auto about = [&] {
    return absl::StrCat(where, "\n", question.DebugString(), pair.scenario.DebugString());
  };

  std::set<std::string> permissions;
  for (PermissionId id : ListPermissions(*view, asked.subject, asked.scope, context)) {
    permissions.insert(view->matrix().permission(id).name);
  }
  EXPECT_EQ(permissions, pair.twin->PermissionsOf(twin.subject, twin.scope, twin.facts, twin.time,
                                                  twin.acting_as))
      << "ListPermissions, " << about();

  std::vector<SubjectId> subjects;
  SubjectPage page;
  do {
    page = ListSubjects(*view, asked.permission, asked.scope,
                        subjects.empty() ? kAnonymous : subjects.back(), limit, context);
    ASSERT_LE(page.subjects.size(), limit);
    ASSERT_TRUE(!page.more || !page.subjects.empty()) << "ListSubjects, " << about();
    for (SubjectId id : page.subjects) {
      ASSERT_TRUE(subjects.empty() || subjects.back() < id) << "ListSubjects, " << about();
      subjects.push_back(id);
    }
  } while (page.more);
  EXPECT_EQ(Names(*pair.engine, subjects),
            pair.twin->SubjectsThatMay(twin.permission, twin.scope, twin.facts, twin.time,
                                       twin.acting_as))
      << "ListSubjects, " << about();

  const int kind = static_cast<int>(rng() % 5);
  std::optional<ScopeKind> of_kind;
  if (kind > 0) of_kind = static_cast<ScopeKind>(kind);
  std::vector<ScopeId> scopes;
  ScopePage scope_page;
  do {
    scope_page = ListScopes(*view, asked.subject, asked.permission, of_kind,
                            scopes.empty() ? ScopeId(0) : scopes.back(), limit, context);
    ASSERT_LE(scope_page.scopes.size(), limit);
    ASSERT_TRUE(!scope_page.more || !scope_page.scopes.empty()) << "ListScopes, " << about();
    scopes.insert(scopes.end(), scope_page.scopes.begin(), scope_page.scopes.end());
    ASSERT_LE(scopes.size(), static_cast<size_t>(pair.scenario.scopes_size()));
  } while (scope_page.more);
  EXPECT_EQ(Names(*pair.engine, scopes),
            pair.twin->ScopesWhere(twin.subject, twin.permission, static_cast<naive::Kind>(kind),
                                   twin.facts, twin.time, twin.acting_as))
      << "ListScopes, " << about();

  const PermissionId grid_permissions[] = {asked.permission, PermissionId(0)};
  const ScopeId grid_scopes[] = {asked.scope, view->root()};
  bool grid[4];
  CheckGrid(*view, asked.subject, grid_permissions, grid_scopes, asked.facts, asked.time,
            asked.acting_as, absl::MakeSpan(grid));
  for (int p = 0; p < 2; ++p) {
    for (int s = 0; s < 2; ++s) {
      Question one = asked;
      one.permission = grid_permissions[p];
      one.scope = grid_scopes[s];
      EXPECT_EQ(grid[p * 2 + s], Check(*view, one).allowed()) << "CheckGrid, " << about();
    }
  }
  counters->lists += 3;
}

void CompareDelegation(Rng& rng, Pair& pair, const std::string& where, Counters* counters) {
  const auto asked = naive::RandomDelegation(rng, pair.scenario);
  const absl::Time now = naive::ToTime(pair.scenario.now());
  const bool twin =
      pair.twin->MayAssign(asked.actor(), asked.role(), asked.subject(), asked.scope(), now);
  const auto view = pair.engine->world().Read();
  const absl::Status engine = CheckAssign(
      *view, pair.engine->Subject(asked.actor()), pair.engine->Subject(asked.subject()),
      pair.engine->Role(asked.role()), pair.engine->Scope(asked.scope()), Window(), now);
  ++counters->delegations;
  EXPECT_EQ(engine.ok(), twin) << "CheckAssign, " << where << ": " << engine << "\n"
                               << asked.DebugString() << pair.scenario.DebugString();
  if (pair.engine->Subject(asked.actor()) != kAnonymous) {
    const ScopeId scope = pair.engine->Scope(asked.scope());
    std::set<std::string> delegable;
    if (view->HasScope(scope)) {
      for (RoleId id : DelegableRoles(*view, pair.engine->Subject(asked.actor()), scope, now)) {
        delegable.insert(view->matrix().role(id).name);
      }
      std::set<std::string> expected;
      if (!pair.twin->IsSuspended(asked.actor())) {
        expected = pair.twin->Dominion(asked.actor(), asked.scope(), now);
      }
      EXPECT_EQ(delegable, expected) << "DelegableRoles, " << where << "\n"
                                     << asked.DebugString() << pair.scenario.DebugString();
    }
  }
}

}  // namespace provost::model
